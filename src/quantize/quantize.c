#include "quantize/quantize.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quantize/tensor.h"

static const char *const scope_names[] = {"head", "blocks", "all", NULL};

const struct param quantize_params[] = {
    {"scope", PARAM_CHOICE, NULL, "head", 0, 0, scope_names,
     "tensors to quantize: the tied embedding, the attention and MLP matrices, or both"},
    {"group", PARAM_INT, "weights", "", 1, 1e9, NULL,
     "weights along a row that share a grid, for methods of one bit width (default: one grid over "
     "the tensor)"},
    {"grid_dtype", PARAM_CHOICE, NULL, "f32", 0, 0, grid_dtype_names,
     "type that scale and minimum are rounded to and stored in"},
};
const size_t quantize_n_params = sizeof quantize_params / sizeof *quantize_params;

struct grid_options grid_options_of(const struct params *p)
{
    return (struct grid_options){
        .group = params_has(p, "group") ? (size_t)params_int(p, "group") : 0,
        .dtype = strcmp(params_choice(p, "grid_dtype"), "f16") == 0 ? GRID_F16 : GRID_F32,
    };
}

int quantize_tensor(float *out_rc, struct bill *bill, const float *w_rc, size_t rows, size_t cols,
                    const struct allocation *a, const struct grid_options *o, const char *what,
                    struct err *e)
{
    *bill = (struct bill){0};
    if (o->group && a->n_tiers != 1) {
        BUG("groups within %d tiers", a->n_tiers);
    }
    return o->group ? quantize_groups(out_rc, bill, w_rc, rows, cols, a->bits[0], o, what, e)
                    : quantize_tiers(out_rc, bill, w_rc, a, o, what, e);
}

static int64_t stored_bits(const struct gpt2_tensor *t)
{
    return (int64_t)t->n * (t->dtype == DTYPE_F16 ? 16 : 32);
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

/* Allocates and quantizes tensor i of the base into the variant, and adds its bill. */
static int quantize_one(struct gpt2 *variant, struct bill *total, const struct gpt2 *base, int i,
                        const struct grid_options *o, const struct quantize_allocator *allocator,
                        struct err *e)
{
    const struct gpt2_tensor *t = &base->tensors[i];
    struct allocation a = {0};
    struct bill bill;
    float *out = mem_floats(t->n, e);
    int status = out ? allocator->allocate(allocator->context, t, i, &a, e) : -1;
    if (!status) {
        status = quantize_tensor(out, &bill, t->f32, t->rows, t->cols, &a, o, t->name, e);
    }
    allocation_release(&a);
    if (status) {
        free(out);
        return err_prefix(e, "%s", base->path);
    }
    bill_add(total, &bill);
    gpt2_replace(variant, i, out);
    return 0;
}

int quantize_model(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                   const struct params *p, const struct quantize_allocator *allocator,
                   struct err *e)
{
    struct grid_options o = grid_options_of(p);
    enum gpt2_scope scope = (enum gpt2_scope)gpt2_scope_named(params_choice(p, "scope"));
    *bill = (struct bill){0};
    if (gpt2_share(variant, base, e)) {
        return -1;
    }
    for (int i = 0; i < base->n_tensors; i++) {
        if (!gpt2_in_scope(&base->tensors[i], scope)) {
            add_untouched(bill, &base->tensors[i]);
        } else if (quantize_one(variant, bill, base, i, &o, allocator, e)) {
            gpt2_close(variant);
            return -1;
        }
    }
    return 0;
}
