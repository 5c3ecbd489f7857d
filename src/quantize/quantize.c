#include "quantize/quantize.h"

#include <string.h>

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
    {"coding", PARAM_CHOICE, NULL, "plain", 0, 0, coding_names,
     "how codes and map are packed: at fixed widths, or by a range coder near their entropy"},
};
const size_t quantize_n_params = sizeof quantize_params / sizeof *quantize_params;

struct grid_options grid_options_of(const struct params *p)
{
    return (struct grid_options){
        .group = params_has(p, "group") ? (size_t)params_int(p, "group") : 0,
        .dtype = strcmp(params_choice(p, "grid_dtype"), "f16") == 0 ? GRID_F16 : GRID_F32,
        .coding =
            strcmp(params_choice(p, "coding"), "entropy") == 0 ? CODING_ENTROPY : CODING_PLAIN,
    };
}

/* Codes the tensor, keeping the codes when they are to be packed. */
static int code_tensor(float *out_rc, struct bill *bill, struct coded_tensor *coded,
                       const float *w_rc, const struct allocation *a, size_t rows, size_t cols,
                       const struct grid_options *o, const char *what, struct err *e)
{
    *bill = (struct bill){0};
    if (o->group && a->n_tiers != 1) {
        BUG("groups within %d tiers", a->n_tiers);
    }
    return o->group ? quantize_groups(out_rc, bill, coded, w_rc, rows, cols, a->bits[0], o, what, e)
                    : quantize_tiers(out_rc, bill, coded, w_rc, a, o, what, e);
}

int quantize_tensor_packed(float *out_rc, struct bill *bill, struct packed_tensor *packed,
                           const float *w_rc, size_t rows, size_t cols, const struct allocation *a,
                           const struct grid_options *o, const char *what, struct err *e)
{
    struct coded_tensor coded = {
        .rows = rows, .cols = cols, .unit = UNIT_TENSOR, .dtype = o->dtype};
    *packed = (struct packed_tensor){0};
    int status = code_tensor(out_rc, bill, &coded, w_rc, a, rows, cols, o, what, e);
    if (!status) {
        status = packed_encode(packed, &coded, o->coding, e);
    }
    if (!status) {
        bill->payload.packed_bits = packed_bits(packed, PACKED_CODES);
        bill->map.packed_bits = packed_bits(packed, PACKED_MAP);
        bill->grid.packed_bits = packed_bits(packed, PACKED_GRIDS);
    }
    coded_release(&coded);
    return status;
}

int quantize_tensor(float *out_rc, struct bill *bill, const float *w_rc, size_t rows, size_t cols,
                    const struct allocation *a, const struct grid_options *o, const char *what,
                    struct err *e)
{
    if (o->coding == CODING_PLAIN) {
        return code_tensor(out_rc, bill, NULL, w_rc, a, rows, cols, o, what, e);
    }
    struct packed_tensor packed; /* what the range coder makes of the codes is only known after */
    int status = quantize_tensor_packed(out_rc, bill, &packed, w_rc, rows, cols, a, o, what, e);
    packed_release(&packed);
    return status;
}
