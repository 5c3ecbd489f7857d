/* Whole models: the tensors of a scope one after the other, and what a model costs. */
#include <stdlib.h>

#include "base/mem.h"
#include "quantize/tensor.h"

static int64_t stored_bits(const struct gpt2_tensor *t)
{
    int64_t bits = 0;
    for (int i = 0; t->packed && i < PACKED_PARTS; i++) {
        bits += packed_bits(t->packed, (enum packed_part_name)i);
    }
    return t->packed ? bits : (int64_t)t->n * (t->dtype == DTYPE_F16 ? 16 : 32);
}

static void add_untouched(struct bill *bill, const struct gpt2_tensor *t)
{
    bill->untouched.packed_bits += stored_bits(t);
    bill->untouched.ideal_bits += (double)stored_bits(t);
}

struct bill bill_of_baseline(const struct gpt2 *m)
{
    struct bill bill = {0};
    for (int i = 0; i < m->n_tensors; i++) {
        add_untouched(&bill, &m->tensors[i]);
    }
    return bill;
}

/* The entropy of a packed tensor's codes within their options. */
static int bill_codes(struct bill *bill, const struct coded_tensor *c, struct err *e)
{
    bool steps = c->kind == GRID_STEP;
    size_t n_symbols = steps ? 2 * LEVEL_MAX + 1 : CODES, n_options = (size_t)c->n_options;
    uint64_t *count = mem_new(n_options * n_symbols, sizeof *count, e);
    if (!count) {
        return -1;
    }
    size_t unit = c->unit < c->cols ? c->unit : c->cols, u = 0;
    for (size_t r = 0; r < c->rows; r++) {
        for (size_t at = 0; at < c->cols; at += unit, u++) {
            uint64_t *of_option = count + (c->option ? c->option[u] : 0) * n_symbols;
            for (size_t i = at; i < at + unit && i < c->cols; i++) {
                size_t w = r * c->cols + i;
                of_option[steps ? (size_t)(c->level[w] + LEVEL_MAX) : c->code[w]]++;
            }
        }
    }
    for (size_t k = 0; k < n_options; k++) {
        bill->payload.ideal_bits += entropy_bits(count + k * n_symbols, n_symbols);
    }
    free(count);
    return 0;
}

/* What the parts of a packed tensor cost, and the entropy of what they decode to. */
static int bill_packed_tensor(struct bill *bill, const struct packed_tensor *p, struct err *e)
{
    struct coded_tensor c;
    *bill = (struct bill){.scope_weights = (int64_t)(p->rows * p->cols)};
    int status = packed_decode(&c, p, e) || bill_codes(bill, &c, e) ? -1 : 0;
    if (!status) {
        uint64_t units[TIERS_MAX] = {0};
        for (size_t u = 0; u < coded_units(&c); u++) {
            units[c.option ? c.option[u] : 0]++;
        }
        bill->payload.packed_bits = packed_bits(p, PACKED_CODES);
        bill->map.packed_bits = packed_bits(p, PACKED_MAP);
        bill->map.ideal_bits = entropy_bits(units, (size_t)p->n_options);
        bill->grid.packed_bits = packed_grid_bits(p);
        bill->grid.ideal_bits = (double)bill->grid.packed_bits;
        bill->code_bits = p->kind == GRID_STEP ? bill->payload.packed_bits : 0;
        for (int k = 0; k < p->n_options; k++) {
            bill->code_bits += (int64_t)p->members[k] * p->bits[k];
        }
    }
    coded_release(&c);
    return status;
}

int bill_of_packed(struct bill *bill, const struct gpt2 *m, struct err *e)
{
    *bill = (struct bill){0};
    for (int i = 0; i < m->n_tensors; i++) {
        struct bill part;
        if (!m->tensors[i].packed) {
            add_untouched(bill, &m->tensors[i]);
            continue;
        }
        if (bill_packed_tensor(&part, m->tensors[i].packed, e)) {
            return err_prefix(e, "%s in %s", m->tensors[i].name, m->path);
        }
        bill_add(bill, &part);
    }
    return 0;
}

/* What the quantization of one tensor after the other shares. */
struct job {
    const struct gpt2 *base;
    struct grid_options o;
    enum gpt2_scope scope;
    const struct quantize_allocator *allocator;
    struct bill *total;
};

static int job_init(struct job *j, struct bill *bill, const struct gpt2 *base,
                    const struct params *p, const struct quantize_allocator *allocator,
                    struct err *e)
{
    *bill = (struct bill){0};
    *j = (struct job){.base = base,
                      .o = grid_options_of(p),
                      .scope = (enum gpt2_scope)gpt2_scope_named(params_choice(p, "scope")),
                      .allocator = allocator,
                      .total = bill};
    return gpt2_is_packed(base)
               ? err_set(e,
                         "%s is packed: its weights are codes already; quantize the model that it "
                         "was made from",
                         base->path)
               : 0;
}

/*
 * Allocates and quantizes tensor i of the base and adds its bill; out (from mem_floats) gets the
 * weights, *packed (may be NULL) the bytes.
 */
static int quantize_one(const struct job *j, float *out, struct packed_tensor *packed, int i,
                        struct err *e)
{
    const struct gpt2_tensor *t = &j->base->tensors[i];
    struct allocation a = {0};
    struct bill bill;
    int status = j->allocator->allocate(j->allocator->context, t, i, &a, e);
    if (!status) {
        status = packed
                     ? quantize_tensor_packed(out, &bill, packed, t->f32, t->rows, t->cols, &a,
                                              &j->o, t->name, e)
                     : quantize_tensor(out, &bill, t->f32, t->rows, t->cols, &a, &j->o, t->name, e);
    }
    allocation_release(&a);
    if (status) {
        return err_prefix(e, "%s", j->base->path);
    }
    bill_add(j->total, &bill);
    return 0;
}

int quantize_model(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                   const struct params *p, const struct quantize_allocator *allocator,
                   struct err *e)
{
    struct job j;
    if (job_init(&j, bill, base, p, allocator, e) || gpt2_share(variant, base, e)) {
        return -1;
    }
    for (int i = 0; i < base->n_tensors; i++) {
        const struct gpt2_tensor *t = &base->tensors[i];
        if (!gpt2_in_scope(t, j.scope)) {
            add_untouched(bill, t);
            continue;
        }
        float *out = mem_floats(t->n, e);
        if (!out || quantize_one(&j, out, NULL, i, e)) {
            free(out);
            gpt2_close(variant);
            return -1;
        }
        gpt2_replace(variant, i, out);
    }
    return 0;
}

/* The packed form of tensor i, or none when it is out of scope. */
static int pack(void *context, int i, struct packed_tensor *packed, bool *is_packed, struct err *e)
{
    const struct job *j = context;
    const struct gpt2_tensor *t = &j->base->tensors[i];
    *is_packed = gpt2_in_scope(t, j->scope);
    if (!*is_packed) {
        add_untouched(j->total, t);
        return 0;
    }
    float *out = mem_floats(t->n, e);
    int status = out ? quantize_one(j, out, packed, i, e) : -1;
    free(out);
    return status;
}

int quantize_save(const char *path, struct bill *bill, const struct gpt2 *base,
                  const struct params *p, const struct quantize_allocator *allocator,
                  const struct gpt2_source *sources, size_t n_sources, const char *note,
                  struct err *e)
{
    struct job j;
    struct gpt2_packer packer = {.pack = pack, .context = &j};
    return job_init(&j, bill, base, p, allocator, e) ||
                   gpt2_save_packed(base, path, sources, n_sources, note, &packer, e)
               ? -1
               : 0;
}
