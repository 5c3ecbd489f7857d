/* Panels of models: the change of the loss under each protocol, with its interval. */
#include <math.h>
#include <string.h>

#include "report/chosen.h"
#include "report/figure_data.h"

enum { METHODS_A_MODEL = 8 };

/* Whether anything quantized was measured under the protocol. */
static bool is_measured(const struct figure_source *from, const char *protocol)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct record *r = &from->rows[i];
        if (strcmp(r->protocol, protocol) == 0 && strcmp(r->allocator, "baseline") != 0 &&
            isfinite(r->delta_pct)) {
            return true;
        }
    }
    return false;
}

/* The measured protocols in the spec's order; `shown` has room for all of them. */
static size_t measured(const char **shown, const struct figure_source *from)
{
    size_t n = 0;
    for (size_t i = 0; i < from->spec->n_protocols; i++) {
        const char *protocol = report_protocol(from->spec, i);
        if (is_measured(from, protocol)) {
            shown[n++] = protocol;
        }
    }
    return n;
}

static void name_line(struct buf *out, const char *name)
{
    figure_data_name(out, name);
    buf_addc(out, '\n');
}

/* Points with the same label are one line through the panels: the first one's index. */
static size_t line_of(const struct chosen *c, size_t point)
{
    size_t i = 0;
    while (strcmp(c->points[i].label, c->points[point].label) != 0) {
        i++;
    }
    return i;
}

static void names(struct buf *out, const struct chosen *c, const char *const *protocols,
                  size_t n_protocols, enum figure_bars bars)
{
    name_line(out, buf_text(&c->note));
    name_line(out, figure_bars_text(bars));
    buf_adds(out, "\n\n");
    for (size_t i = 0; i < c->n_groups; i++) {
        name_line(out, c->groups[i].title);
    }
    buf_adds(out, "\n\n");
    for (size_t i = 0; i < c->n_points; i++) {
        if (line_of(c, i) == i) {
            name_line(out, c->points[i].label);
        }
    }
    buf_adds(out, "\n\n");
    for (size_t i = 0; i < n_protocols; i++) {
        name_line(out, protocols[i]);
    }
    buf_adds(out, "\n\n");
}

static void block(struct buf *out, const struct chosen *c, size_t group, size_t line,
                  const char *const *protocols, size_t n_protocols, enum figure_bars bars)
{
    bool any = false;
    for (size_t i = 0; i < c->n_points; i++) {
        if (c->points[i].group != group || line_of(c, i) != line) {
            continue;
        }
        for (size_t p = 0; p < n_protocols; p++) {
            struct selection s = selection_under(c->points[i].rows, protocols[p]);
            buf_addf(out, "%zu ", p);
            figure_data_number(out, selection_mean(&s, "delta_pct"));
            buf_addc(out, ' ');
            figure_data_bar(out, figure_bar_of(&s, &figure_delta_pct, bars));
            buf_addc(out, '\n');
        }
        any = true;
    }
    buf_adds(out, any ? "\n\n" : "NaN NaN NaN NaN\n\n\n");
}

int figure_data_protocols(struct buf *out, const struct figure_source *from, struct err *e)
{
    const char *protocols[sizeof from->spec->protocols / sizeof from->spec->protocols[0]];
    size_t n_protocols = measured(protocols, from);
    struct chosen c;
    if (n_protocols < 2) {
        return 0;
    }
    if (chosen_make(&c, from->rows, from->n, METHODS_A_MODEL * from->spec->n_models, NULL, e)) {
        return -1;
    }
    enum figure_bars bars = figure_bars_of(from->rows, from->n, &figure_delta_pct);
    names(out, &c, protocols, n_protocols, bars);
    for (size_t g = 0; g < c.n_groups; g++) {
        for (size_t i = 0; i < c.n_points; i++) {
            if (line_of(&c, i) == i) {
                block(out, &c, g, i, protocols, n_protocols, bars);
            }
        }
    }
    chosen_release(&c);
    return buf_check(out, e);
}
