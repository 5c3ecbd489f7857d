/* Panels of lines: stored bits against the change of the loss, or against the squared error. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/figure_data.h"

struct mark {
    double bits, y, floor;
    const struct contest_point *point;
};

static int by_bits(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->bits != y->bits) {
        return x->bits < y->bits ? -1 : 1;
    }
    return (x->y > y->y) - (x->y < y->y);
}

/* The drawable points of a panel on one line, or on any (SIZE_MAX), by stored bits. */
static size_t collect(struct mark *marks, const struct contest *c, const char *column, size_t panel,
                      size_t line)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        if (p->panel != panel || (line != SIZE_MAX && p->line != line)) {
            continue;
        }
        struct mark m = {.bits = p->packed,
                         .y = selection_mean(&p->rows, column),
                         .floor = selection_mean(&p->rows, "floor_mse"),
                         .point = p};
        if (isfinite(m.bits) && isfinite(m.y)) {
            marks[n++] = m;
        }
    }
    qsort(marks, n, sizeof *marks, by_bits);
    return n;
}

static void numbers(struct buf *out, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        figure_data_number(out, x[i]);
        buf_addc(out, i + 1 < n ? ' ' : '\n');
    }
}

static void line_block(struct buf *out, const struct mark *marks, size_t n,
                       const struct figure_column *column, enum figure_bars bars)
{
    for (size_t i = 0; i < n; i++) {
        const struct contest_point *p = marks[i].point;
        struct interval bar = figure_bar_of(&p->rows, column, bars);
        const double row[] = {p->packed, p->ideal_map, p->entropy,     marks[i].y,
                              bar.low,   bar.high,     p->three_prices};
        numbers(out, row, sizeof row / sizeof row[0]);
    }
    if (n == 0) { /* an empty block would not count in gnuplot's index */
        buf_adds(out, "NaN NaN NaN NaN NaN NaN 0\n");
    }
    buf_adds(out, "\n\n");
}

static void floor_block(struct buf *out, const struct mark *marks, size_t n)
{
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(marks[i].floor)) {
            const double row[] = {marks[i].bits, marks[i].floor};
            numbers(out, row, 2);
            written++;
        }
    }
    buf_adds(out, written ? "\n\n" : "NaN NaN\n\n\n");
}

static void names(struct buf *out, const struct contest *c, enum figure_bars bars)
{
    for (size_t i = 0; i < c->n_panels; i++) {
        struct buf name = BUF_INIT;
        buf_addf(&name, "%s, scope %s", c->panels[i].model, c->panels[i].scope);
        figure_data_name(out, buf_text(&name));
        buf_addc(out, '\n');
        buf_release(&name);
    }
    buf_adds(out, "\n\n");
    for (size_t i = 0; i < c->n_lines; i++) {
        figure_data_name(out, c->lines[i].label);
        buf_addc(out, '\n');
    }
    buf_adds(out, "\n\n");
    figure_data_name(out, c->protocol);
    buf_addc(out, '\n');
    figure_data_name(out, figure_bars_text(bars));
    buf_adds(out, "\n\n\n");
}

static int panels(struct buf *out, const struct spec *s, const struct contest *c,
                  const struct figure_column *column, bool with_floor, struct err *e)
{
    struct mark *marks = mem_new(c->n_points, sizeof *marks, e);
    size_t drawn = 0;
    if (!marks) {
        return -1;
    }
    enum figure_bars bars = FIGURE_BARS_NONE;
    if (c->n_points) {
        bars = figure_bars_of(c->points[0].rows.rows, c->points[0].rows.n, column);
    }
    names(out, c, bars);
    for (size_t panel = 0; panel < c->n_panels; panel++) {
        for (size_t line = 0; line < c->n_lines; line++) {
            size_t n = collect(marks, c, column->mean, panel, line);
            line_block(out, marks, n, column, bars);
            drawn += n;
        }
        if (with_floor) {
            floor_block(out, marks, collect(marks, c, column->mean, panel, SIZE_MAX));
        }
    }
    free(marks);
    if (drawn == 0) {
        return err_set(e, "%s: there is no result to draw: run `nashswarm run %s` first", s->name,
                       s->path);
    }
    return buf_check(out, e);
}

int figure_data_allocators(struct buf *out, const struct spec *s, const struct contest *c,
                           struct err *e)
{
    return panels(out, s, c, &figure_delta_nats, false, e);
}

int figure_data_rate_distortion(struct buf *out, const struct spec *s, const struct contest *c,
                                struct err *e)
{
    return panels(out, s, c, &figure_relative_mse, true, e);
}
