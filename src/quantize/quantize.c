#include "quantize/quantize.h"

#include <string.h>

#include "quantize/coded_bill.h"
#include "quantize/tensor.h"

const char *const rounding_names[] = {"nearest", "feedback", NULL};
static const char *const scope_names[] = {"head", "blocks", "all", NULL};

const struct param quantize_params[] = {
    {"scope", PARAM_CHOICE, NULL, "head", 0, 0, scope_names,
     "tensors to quantize: the tied embedding, the attention and MLP matrices, or both"},
    {"group", PARAM_INT, "weights", "", 1, 1e9, NULL,
     "weights along a row that share a grid, for methods of one bit width (default: one grid over "
     "the tensor)"},
    {"grid", PARAM_CHOICE, NULL, "minmax", 0, 0, grid_fit_names,
     "levels: over the range, over a clipped range of least squared error, over the magnitudes "
     "beside a sign, a codebook, or multiples of the method's steps (entropy coding only)"},
    {"rounding", PARAM_CHOICE, NULL, "nearest", 0, 0, rounding_names,
     "to the nearest level, or with the error fed back to the weights not yet rounded"},
    {"grid_dtype", PARAM_CHOICE, NULL, "f32", 0, 0, grid_dtype_names,
     "type that scale and minimum are rounded to and stored in"},
    {"coding", PARAM_CHOICE, NULL, "plain", 0, 0, coding_names,
     "how codes and map are packed: at fixed widths, or by a range coder near their entropy"},
};
const size_t quantize_n_params = sizeof quantize_params / sizeof *quantize_params;

static int choice_of(const struct params *p, const char *name)
{
    return p->values[schema_find(p->schema, name)].choice;
}

struct grid_options grid_options_of(const struct params *p)
{
    return (struct grid_options){
        .group = params_has(p, "group") ? (size_t)params_int(p, "group") : 0,
        .dtype = (enum grid_dtype)choice_of(p, "grid_dtype"),
        .coding = (enum coding)choice_of(p, "coding"),
        .fit = (enum grid_fit)choice_of(p, "grid"),
        .rounding = (enum rounding)choice_of(p, "rounding"),
    };
}

int quantize_check(const struct params *p, const char **which, struct err *e)
{
    struct grid_options o = grid_options_of(p);
    if (o.fit == FIT_STEP && o.coding != CODING_ENTROPY) {
        *which = "coding";
        return err_set(e,
                       "grid: step has levels without bounds, which only coding: entropy stores");
    }
    return 0;
}

/* The study's grids, for which there is a faster way. */
static bool plain_tiers(const struct allocation *a, const struct grid_options *o)
{
    bool plain = o->fit == FIT_MINMAX && o->rounding == ROUNDING_NEAREST && !o->group &&
                 a->form != ALLOCATION_UNITS;
    for (int k = 0; k < a->n_tiers; k++) {
        plain = plain && a->bits[k] > 0;
    }
    return plain;
}

/* Codes the tensor; `keep`: the codes are wanted. *coded is to be released either way. */
static int code_tensor(float *out_rc, struct bill *bill, struct coded_tensor *coded, bool keep,
                       const struct quantize_source *src, const struct allocation *a,
                       const struct grid_options *o, struct err *e)
{
    *bill = (struct bill){0};
    *coded = (struct coded_tensor){
        .rows = src->rows, .cols = src->cols, .unit = UNIT_TENSOR, .dtype = o->dtype};
    struct grid_options of_units = *o;
    if (a->form == ALLOCATION_UNITS) { /* the allocation says itself what a unit is */
        of_units.group = 0;
        o = &of_units;
    }
    if (o->group && a->n_tiers != 1) {
        BUG("groups within %d tiers", a->n_tiers);
    }
    if (o->fit == FIT_STEP && o->coding != CODING_ENTROPY) {
        BUG("steps without entropy coding");
    }
    return plain_tiers(a, o)
               ? quantize_tiers(out_rc, bill, keep ? coded : NULL, src->w_rc, a, o, src->what, e)
               : quantize_units(out_rc, bill, coded, src, a, o, e);
}

int quantize_tensor_packed(float *out_rc, struct bill *bill, struct packed_tensor *packed,
                           const struct quantize_source *src, const struct allocation *a,
                           const struct grid_options *o, struct err *e)
{
    struct coded_tensor coded;
    *packed = (struct packed_tensor){0};
    int status = code_tensor(out_rc, bill, &coded, true, src, a, o, e);
    if (!status) {
        status = packed_encode(packed, &coded, o->coding, e);
    }
    if (!status) {
        bill_set_packed(bill, packed);
    }
    coded_release(&coded);
    return status;
}

int quantize_tensor(float *out_rc, struct bill *bill, const struct quantize_source *src,
                    const struct allocation *a, const struct grid_options *o, struct err *e)
{
    if (o->coding == CODING_PLAIN) {
        struct coded_tensor coded;
        int status = code_tensor(out_rc, bill, &coded, false, src, a, o, e);
        coded_release(&coded);
        return status;
    }
    struct packed_tensor packed; /* what the range coder makes of the codes is only known after */
    int status = quantize_tensor_packed(out_rc, bill, &packed, src, a, o, e);
    packed_release(&packed);
    return status;
}
