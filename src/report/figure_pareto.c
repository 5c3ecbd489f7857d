#include "report/figure_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct point {
    double packed, ideal_map, entropy; /* stored bits per weight */
    double delta_pct;
    struct interval bar;
    bool has_map;
};

static struct point point_of(const struct selection *s, enum figure_bars bars)
{
    return (struct point){.packed = selection_mean(s, "bits_per_weight"),
                          .ideal_map = selection_mean(s, "bits_ideal_map"),
                          .entropy = selection_mean(s, "bits_entropy"),
                          .delta_pct = selection_mean(s, "delta_pct"),
                          .bar = figure_bar_of(s, &figure_delta_pct, bars),
                          .has_map = selection_mean(s, "map_packed_bits") > 0};
}

/* By size, and at the same size the better one first. */
static int by_size(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    if (x->packed != y->packed) {
        return x->packed < y->packed ? -1 : 1;
    }
    return (x->delta_pct > y->delta_pct) - (x->delta_pct < y->delta_pct);
}

static size_t collect(struct point *points, const struct record *rows, size_t n, const char *model,
                      const char *method, const char *protocol, enum figure_bars bars)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].model, model) == 0 && strcmp(rows[i].method, method) == 0 &&
            selection_opens(rows, i)) {
            struct selection s = selection_under(selection_of(rows, n, i), protocol);
            struct point p = point_of(&s, bars);
            if (isfinite(p.packed) && isfinite(p.delta_pct)) {
                points[count++] = p;
            }
        }
    }
    qsort(points, count, sizeof *points, by_size);
    return count;
}

/* One block; with `front`, only the points that lose less than every smaller one. */
static void block(struct buf *out, const struct point *points, size_t n, bool front)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const struct point *p = &points[i];
        if (front && p->delta_pct >= least) {
            continue;
        }
        least = fmin(least, p->delta_pct);
        const double columns[] = {p->packed, p->ideal_map, p->entropy, p->delta_pct};
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
            figure_data_number(out, columns[c]);
            buf_addc(out, ' ');
        }
        figure_data_bar(out, p->bar);
        buf_adds(out, p->has_map ? " 1\n" : " 0\n");
    }
    if (n == 0) { /* an empty block would not count in gnuplot's index */
        buf_adds(out, "NaN NaN NaN NaN NaN NaN 0\n");
    }
    buf_adds(out, "\n\n");
}

static void names(struct buf *out, const struct spec *s, const char *protocol,
                  enum figure_bars bars)
{
    for (size_t i = 0; i < s->n_models; i++) {
        figure_data_name(out, s->models[i].name);
        buf_addc(out, '\n');
    }
    buf_adds(out, "\n\n");
    for (size_t i = 1; i < s->n_methods; i++) {
        figure_data_name(out, s->methods[i].name);
        buf_addc(out, '\n');
    }
    buf_adds(out, "\n\n");
    figure_data_name(out, protocol);
    buf_addc(out, '\n');
    figure_data_name(out, figure_bars_text(bars));
    buf_adds(out, "\n\n\n");
}

int figure_data_pareto(struct buf *out, const struct spec *s, const struct record *rows, size_t n,
                       struct err *e)
{
    const char *protocol = report_has_protocol(s, "text") ? "text" : report_protocol(s, 0);
    struct point *points = mem_new(n, sizeof *points, e);
    size_t drawn = 0;
    if (!points) {
        return -1;
    }
    enum figure_bars bars = figure_bars_of(rows, n, &figure_delta_pct);
    names(out, s, protocol, bars);
    for (size_t m = 0; m < s->n_models; m++) {
        for (size_t k = 1; k < s->n_methods; k++) {
            size_t count =
                collect(points, rows, n, s->models[m].name, s->methods[k].name, protocol, bars);
            block(out, points, count, false);
            block(out, points, count, true);
            drawn += count;
        }
    }
    free(points);
    if (drawn == 0) {
        return err_set(e, "%s: there is no result to draw: run `nashswarm run %s` first", s->name,
                       s->path);
    }
    return buf_check(out, e);
}
