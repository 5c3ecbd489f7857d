/* Whole models: the tensors of a scope one after the other, and what a model costs. */
#include <stdlib.h>

#include "base/mem.h"
#include "quantize/coded_bill.h"
#include "quantize/quantize.h"

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

/* What the parts of a packed tensor cost, and the entropy of what they decode to. */
static int bill_packed_tensor(struct bill *bill, const struct packed_tensor *p, struct err *e)
{
    struct coded_tensor c;
    int status = packed_decode(&c, p, e) || bill_of_coded(bill, &c, e) ? -1 : 0;
    if (!status) {
        bill_set_packed(bill, p);
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
    struct bill *total, *bills_t; /* the second may be NULL */
};

static int job_init(struct job *j, struct bill *bill, struct bill *bills_t, const struct gpt2 *base,
                    const struct params *p, const struct quantize_allocator *allocator,
                    struct err *e)
{
    const char *which;
    *bill = (struct bill){0};
    for (int i = 0; i < base->n_tensors && bills_t; i++) {
        bills_t[i] = (struct bill){0};
    }
    *j = (struct job){.base = base,
                      .o = grid_options_of(p),
                      .scope = (enum gpt2_scope)gpt2_scope_named(params_choice(p, "scope")),
                      .allocator = allocator,
                      .total = bill,
                      .bills_t = bills_t};
    if (quantize_check(p, &which, e)) {
        return -1;
    }
    if (j->o.rounding == ROUNDING_FEEDBACK && !allocator->moments) {
        return err_set(e,
                       "rounding: feedback needs calibration texts, which are not given here; use "
                       "rounding: nearest");
    }
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
    const struct quantize_allocator *q = j->allocator;
    struct quantize_source src = {.w_rc = t->f32,
                                  .rows = t->rows,
                                  .cols = t->cols,
                                  .what = t->name,
                                  .channels_are_rows = t->scope == SCOPE_BLOCKS};
    struct allocation a = {0};
    struct bill bill;
    int status = q->allocate(q->context, t, i, &a, e);
    if (!status && j->o.rounding == ROUNDING_FEEDBACK) {
        status = q->moments(q->context, t, i, &src.moment_kk, e);
    }
    if (!status) {
        status = packed ? quantize_tensor_packed(out, &bill, packed, &src, &a, &j->o, e)
                        : quantize_tensor(out, &bill, &src, &a, &j->o, e);
    }
    allocation_release(&a);
    if (status) {
        return err_prefix(e, "%s", j->base->path);
    }
    bill_add(j->total, &bill);
    if (j->bills_t) {
        j->bills_t[i] = bill;
    }
    return 0;
}

int quantize_model(struct gpt2 *variant, struct bill *bill, struct bill *bills_t,
                   const struct gpt2 *base, const struct params *p,
                   const struct quantize_allocator *allocator, struct err *e)
{
    struct job j;
    if (job_init(&j, bill, bills_t, base, p, allocator, e) || gpt2_share(variant, base, e)) {
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

int quantize_save(const char *path, struct bill *bill, struct bill *bills_t,
                  const struct gpt2 *base, const struct params *p,
                  const struct quantize_allocator *allocator, const struct gpt2_source *sources,
                  size_t n_sources, const char *note, struct err *e)
{
    struct job j;
    struct gpt2_packer packer = {.pack = pack, .context = &j};
    return job_init(&j, bill, bills_t, base, p, allocator, e) ||
                   gpt2_save_packed(base, path, sources, n_sources, note, &packer, e)
               ? -1
               : 0;
}
