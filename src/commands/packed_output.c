#include "commands/packed_output.h"

#include <stdio.h>
#include <string.h>

#include "base/half.h"
#include "coding/packed.h"

enum { TEXT = 32 };

static const char *unit_text(char text[TEXT], const struct packed_tensor *p)
{
    snprintf(text, TEXT, "%zu", p->unit);
    return p->unit == UNIT_TENSOR ? "tensor" : p->unit == p->cols ? "row" : text;
}

/* The step of option k of a tensor of steps, as stored: one number an option. */
static double step_of(const struct packed_tensor *p, int k)
{
    const uint8_t *at = p->part[PACKED_GRIDS].bytes + (size_t)k * packed_number_bytes(p->dtype);
    uint16_t half;
    float step;
    if (p->dtype == GRID_F16) {
        memcpy(&half, at, sizeof half);
        return (double)half_to_float(half);
    }
    memcpy(&step, at, sizeof step);
    return (double)step;
}

/* Options as bits, or a step, and the share of the weights: "4 (25.0%)", "0.0213 (15.4%)". */
static void add_options(struct buf *out, const struct packed_tensor *p)
{
    double n = (double)p->rows * (double)p->cols;
    for (int k = 0; k < p->n_options; k++) {
        double share = 100 * (double)p->members[k] / n;
        if (p->kind == GRID_STEP) {
            buf_addf(out, " %.3g (%.1f%%)", step_of(p, k), share);
        } else {
            buf_addf(out, " %d (%.1f%%)", p->bits[k], share);
        }
    }
}

void packed_print(struct buf *out, const struct gpt2 *m)
{
    buf_addf(out, "\n%-24s %-14s %-7s %-6s %-8s %s\n", "in codes", "grid", "coding", "unit",
             "grids of", "bits or step (share of the weights)");
    for (int i = 0; i < m->n_tensors; i++) {
        const struct packed_tensor *p = m->tensors[i].packed;
        char text[TEXT];
        if (p) {
            buf_addf(out, "%-24s %-14s %-7s %-6s %-8s", m->tensors[i].name,
                     grid_kind_names[p->kind], coding_names[p->coding], unit_text(text, p),
                     p->own_grids ? "unit" : "option");
            add_options(out, p);
            buf_addc(out, '\n');
        }
    }
}

bool packed_steps(const struct gpt2 *m)
{
    for (int i = 0; i < m->n_tensors; i++) {
        if (m->tensors[i].packed && m->tensors[i].packed->kind == GRID_STEP) {
            return true;
        }
    }
    return false;
}

void packed_json(struct json_out *j, const struct gpt2_tensor *t)
{
    const struct packed_tensor *p = t->packed;
    json_key(j, "packed");
    json_open(j, '{');
    json_key_text(j, "grid", grid_kind_names[p->kind]);
    json_key_text(j, "grids", p->own_grids ? "unit" : "option");
    json_key_text(j, "coding", coding_names[p->coding]);
    json_key_text(j, "grid_dtype", grid_dtype_names[p->dtype]);
    json_key_int(j, "unit", p->unit == UNIT_TENSOR ? 0 : (int64_t)p->unit);
    json_key(j, "bits");
    json_open_flat(j, '[');
    for (int k = 0; k < p->n_options; k++) {
        json_int(j, p->bits[k]);
    }
    json_close(j, ']');
    json_key(j, "weights");
    json_open_flat(j, '[');
    for (int k = 0; k < p->n_options; k++) {
        json_int(j, (int64_t)p->members[k]);
    }
    json_close(j, ']');
    json_close(j, '}');
}
