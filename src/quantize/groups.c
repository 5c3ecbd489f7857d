/*
 * Groups: one grid for each g weights along a stored row, the last group of a row being shorter
 * when g does not divide it. Rows are cut into fixed chunks; a group is read, gridded, coded and
 * left while it is in the L1 cache, so the tensor is read once.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/reduce.h"
#include "base/simd.h"
#include "coding/bitpack.h"
#include "quantize/tensor.h"

struct job {
    const float *w_rc;
    float *out_rc;
    struct coded_tensor *coded; /* or NULL */
    size_t rows, cols, rows_per_chunk, n_chunks;
    int bits;
    const struct grid_options *o;
    const char *what;
    struct chunk_sums *sums;
    uint64_t count[CODES];
    struct err *e;
    size_t failed_chunk; /* the first one that failed, n_chunks when none did */
};

SIMD_CLONES static void code_group(float *out, uint8_t *code, const float *w, struct grid g,
                                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float q = grid_code(w[i], g.lo, g.divisor, g.levels);
        out[i] = grid_value(q, g.lo, g.scale);
        code[i] = (uint8_t)q;
    }
}

/* One group, however long, in stretches of BLOCK weights; codes that nobody keeps go to `block`. */
static void one_group(const struct job *j, uint8_t *block, size_t offset, size_t n, struct grid g,
                      uint32_t *count)
{
    for (size_t i = 0; i < n; i += BLOCK) {
        uint8_t *code = j->coded ? j->coded->code + offset + i : block;
        size_t stretch = n - i < BLOCK ? n - i : BLOCK;
        code_group(j->out_rc + offset + i, code, j->w_rc + offset + i, g, stretch);
        for (size_t p = 0; p < stretch; p++) {
            count[code[p]]++;
        }
    }
}

static int group_chunk(const struct job *j, size_t chunk, uint32_t *count, struct err *e)
{
    size_t first = chunk * j->rows_per_chunk, last = first + j->rows_per_chunk;
    last = last < j->rows ? last : j->rows;
    size_t grid = allocation_units(first, j->cols, j->o->group);
    uint8_t block[BLOCK] = {0};
    for (size_t r = first; r < last; r++) {
        for (size_t c = 0, n; c < j->cols; c += n) {
            size_t offset = r * j->cols + c;
            n = j->cols - c < j->o->group ? j->cols - c : j->o->group;
            struct range range = RANGE_EMPTY;
            struct grid g;
            range_widen(&range, j->w_rc + offset, n);
            if (grid_make(&g, range.lo, range.hi, j->bits, j->o->dtype, j->what, e)) {
                return -1;
            }
            if (j->coded) {
                j->coded->grid[grid++] = (struct coded_grid){g.scale, g.lo};
            }
            one_group(j, block, offset, n, g, count);
        }
    }
    size_t offset = first * j->cols, n = (last - first) * j->cols;
    j->sums[chunk] = (struct chunk_sums){
        .sum = sum_of(j->w_rc + offset, n),
        .sum_squares = sum_of_squares(j->w_rc + offset, n),
        .squared_error = sum_of_squared_differences(j->out_rc + offset, j->w_rc + offset, n),
    };
    return 0;
}

/* All chunks; the error reported is that of the lowest chunk, whatever the threads. */
static void code_all(struct job *j)
{
#pragma omp parallel
    {
        uint32_t count[CODES] = {0};
#pragma omp for schedule(static)
        for (size_t c = 0; c < j->n_chunks; c++) {
            struct err e;
            if (group_chunk(j, c, count, &e)) {
#pragma omp critical(group_error)
                if (c < j->failed_chunk) {
                    j->failed_chunk = c;
                    *j->e = e;
                }
            }
        }
        for (size_t i = 0; i < CODES; i++) {
#pragma omp atomic
            j->count[i] += count[i];
        }
    }
}

static void bill_groups(struct bill *bill, const struct job *j)
{
    size_t n = j->rows * j->cols, n_grids = allocation_units(j->rows, j->cols, j->o->group);
    bill->code_bits = (int64_t)n * j->bits;
    bill->payload.packed_bits = 8 * (int64_t)bitpack_bytes(n, j->bits);
    bill->payload.ideal_bits = entropy_bits(j->count, CODES);
    bill->grid.packed_bits = 8 * (int64_t)(n_grids * packed_grid_bytes(j->o->dtype));
    bill->grid.ideal_bits = (double)bill->grid.packed_bits;
    bill_add_sums(bill, j->sums, j->n_chunks, n);
}

int quantize_groups(float *out_rc, struct bill *bill, struct coded_tensor *coded, const float *w_rc,
                    size_t rows, size_t cols, int bits, const struct grid_options *o,
                    const char *what, struct err *e)
{
    struct job j = {.w_rc = w_rc,
                    .out_rc = out_rc,
                    .coded = coded,
                    .rows = rows,
                    .cols = cols,
                    .rows_per_chunk = cols < PARALLEL_CHUNK ? PARALLEL_CHUNK / cols : 1,
                    .bits = bits,
                    .o = o,
                    .what = what,
                    .e = e};
    j.n_chunks = j.failed_chunk = (rows + j.rows_per_chunk - 1) / j.rows_per_chunk;
    if (coded) {
        coded->unit = o->group;
        coded->own_grids = true;
        coded->n_options = 1;
        coded->bits[0] = bits;
        if (coded_allocate(coded, e)) {
            return -1;
        }
    }
    if (!(j.sums = mem_new(j.n_chunks, sizeof *j.sums, e))) {
        return -1;
    }
    code_all(&j);
    int status = j.failed_chunk < j.n_chunks ? -1 : 0;
    if (!status) {
        bill_groups(bill, &j);
    }
    free(j.sums);
    return status;
}
