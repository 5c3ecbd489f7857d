#include "quantize/coded_bill.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "coding/bitpack.h"

size_t coded_book_numbers(enum grid_kind kind, int bits)
{
    return kind == GRID_CODEBOOK && bits > 0 ? (size_t)1 << bits : 0;
}

/* Symbols an option can have: codes, or levels of both signs. */
static size_t symbols(const struct coded_tensor *c)
{
    return c->kind == GRID_STEP ? 2 * LEVEL_MAX + 1 : BOOK_CODES;
}

/* Counts weights [i, i + n) of one option. */
static void count_run(uint64_t *count, const struct coded_tensor *c, size_t i, size_t n)
{
    for (size_t end = i + n; i < end; i++) {
        count[c->kind == GRID_STEP ? (size_t)(c->level[i] + LEVEL_MAX) : c->code[i]]++;
    }
}

/* Counts a row; a tensor whose units are single weights, or which is one unit, goes by rows too. */
static void count_row(uint64_t *count, const struct coded_tensor *c, size_t row)
{
    size_t unit = c->unit < c->cols ? c->unit : c->cols;
    size_t u = c->unit == UNIT_TENSOR ? 0 : allocation_units(row, c->cols, unit);
    if (!c->option) {
        count_run(count, c, row * c->cols, c->cols);
        return;
    }
    for (size_t col = 0; col < c->cols; col += unit, u++) {
        size_t left = c->cols - col;
        count_run(count + c->option[u] * symbols(c), c, row * c->cols + col,
                  left < unit ? left : unit);
    }
}

/* count[options][symbols]: whole numbers, so the order of the threads does not matter. */
static int count_all(uint64_t *count, const struct coded_tensor *c, struct err *e)
{
    size_t n_counts = (size_t)c->n_options * symbols(c);
    bool failed = false;
#pragma omp parallel if (c->rows * c->cols > PARALLEL_CHUNK)
    {
        struct err ignored; /* the sentence below says more */
        uint64_t *own = mem_new(n_counts, sizeof *own, &ignored);
        if (!own) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(static)
        for (size_t row = 0; row < c->rows; row++) {
            if (own) {
                count_row(own, c, row);
            }
        }
        for (size_t i = 0; own && i < n_counts; i++) {
            if (own[i]) {
#pragma omp atomic
                count[i] += own[i];
            }
        }
        free(own);
    }
    return failed ? err_set(e, "out of memory: no room to count codes") : 0;
}

/* Units of each option. */
static void count_units(uint64_t *members, const struct coded_tensor *c)
{
    for (size_t u = 0, n = coded_units(c); u < n; u++) {
        members[c->option ? c->option[u] : 0]++;
    }
}

static void bill_grids(struct bill *bill, const struct coded_tensor *c, const uint64_t *members)
{
    uint64_t grids = 0, numbers = 0;
    for (int k = 0; k < c->n_options; k++) {
        bool stored = c->bits[k] > 0 || c->kind == GRID_STEP;
        grids += !stored ? 0 : c->own_grids ? members[k] : 1;
        numbers += coded_book_numbers(c->kind, c->bits[k]);
    }
    numbers += grids * packed_grid_numbers(c->kind, c->own_grids);
    bill->grid.packed_bits = 8 * (int64_t)(numbers * packed_number_bytes(c->dtype));
    bill->grid.ideal_bits = (double)bill->grid.packed_bits;
}

int bill_of_coded(struct bill *bill, const struct coded_tensor *c, struct err *e)
{
    size_t n_symbols = symbols(c), n_options = (size_t)c->n_options;
    uint64_t *count = mem_new(n_options * n_symbols, sizeof *count, e), members[TIERS_MAX] = {0};
    if (!count || count_all(count, c, e)) {
        free(count);
        return -1;
    }
    *bill = (struct bill){.scope_weights = (int64_t)(c->rows * c->cols)};
    for (size_t k = 0; k < n_options; k++) {
        uint64_t weights = 0;
        for (size_t q = 0; q < n_symbols; q++) {
            weights += count[k * n_symbols + q];
        }
        bill->code_bits += (int64_t)weights * c->bits[k];
        bill->payload.packed_bits += 8 * (int64_t)bitpack_bytes(weights, c->bits[k]);
        bill->payload.ideal_bits += entropy_bits(count + k * n_symbols, n_symbols);
    }
    count_units(members, c);
    size_t map_bytes = bitpack_bytes(coded_units(c), bitpack_width(n_options));
    bill->map.packed_bits = 8 * (int64_t)map_bytes;
    bill->map.ideal_bits = entropy_bits(members, n_options);
    bill_grids(bill, c, members);
    free(count);
    return 0;
}

void bill_set_packed(struct bill *bill, const struct packed_tensor *p)
{
    bill->payload.packed_bits = packed_bits(p, PACKED_CODES);
    bill->map.packed_bits = packed_bits(p, PACKED_MAP);
    bill->grid.packed_bits = packed_grid_bits(p);
    if (p->kind == GRID_STEP) {
        bill->code_bits = bill->payload.packed_bits;
    }
}
