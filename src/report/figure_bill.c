/* Bars of the bit bill: what a model of each method consists of, a row a method. */
#include <math.h>
#include <string.h>

#include "report/chosen.h"
#include "report/figure_data.h"

enum { BILL_ROWS = 40 };

static bool has_bill(const struct record *r)
{
    return r->scope_weights > 0 && isfinite(record_number(r, "payload_packed_bits"));
}

/* Bits with plain codes and the map at its entropy; 0 without a map, or without widths of codes. */
static double ideal_map(const struct selection *rows)
{
    double bits = selection_mean(rows, "bits_ideal_map");
    return selection_mean(rows, "map_packed_bits") > 0 && isfinite(bits) ? bits : 0;
}

/* A line a bar; the first of a group leaves one free above it. */
static void rows_of(struct buf *out, const struct chosen *c)
{
    size_t line = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct chosen_point *p = &c->points[i];
        double weights = selection_mean(&p->rows, "scope_weights");
        double all = selection_mean(&p->rows, "parameters");
        line += i == 0 || p->group != c->points[i - 1].group; /* room for the title */
        const double columns[] = {(double)++line,
                                  selection_mean(&p->rows, "payload_packed_bits") / weights,
                                  selection_mean(&p->rows, "map_packed_bits") / weights,
                                  selection_mean(&p->rows, "grid_bits") / weights,
                                  selection_mean(&p->rows, "bits_entropy"),
                                  weights / all,
                                  selection_mean(&p->rows, "untouched_bits") / all,
                                  ideal_map(&p->rows)};
        figure_data_name(out, p->label);
        for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
            buf_addc(out, ' ');
            figure_data_number(out, columns[k]);
        }
        buf_addc(out, '\n');
    }
    buf_adds(out, "\n\n");
}

static void titles(struct buf *out, const struct chosen *c)
{
    size_t line = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        if (i == 0 || c->points[i].group != c->points[i - 1].group) {
            figure_data_name(out, c->groups[c->points[i].group].title);
            buf_addf(out, " %zu\n", ++line);
        }
        line++;
    }
    buf_adds(out, "\n\n");
}

int figure_data_bill(struct buf *out, const struct figure_source *from, struct err *e)
{
    struct chosen c;
    if (chosen_make(&c, from->rows, from->n, BILL_ROWS, has_bill, e)) {
        return -1;
    }
    if (c.n_points) {
        figure_data_name(out, buf_text(&c.note));
        buf_adds(out, "\n\n\n");
        titles(out, &c);
        rows_of(out, &c);
    }
    chosen_release(&c);
    return buf_check(out, e);
}
