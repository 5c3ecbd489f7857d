#include "report/contest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/study.h"

/* The swept keys that do not part lines: a line is drawn over the one, panels over the other. */
static bool is_place(const char *key, size_t n)
{
    static const char *const keys[] = {"bits_per_weight", "scope"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i]) == n && strncmp(keys[i], key, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Where the next "key=" of a variant begins; values may have blanks in them, but no '='. */
static const char *next_key(const char *at)
{
    const char *equals = strchr(at, '=');
    equals = equals ? strchr(equals + 1, '=') : NULL;
    if (!equals) {
        return at + strlen(at);
    }
    while (equals > at && equals[-1] != ' ') {
        equals--;
    }
    return equals;
}

/* "METHOD, KEY=VALUE …": the method with all that is swept but budget and scope. */
static void label_of(char out[CONTEST_LABEL], const struct record *r)
{
    size_t n = (size_t)snprintf(out, CONTEST_LABEL, "%s", r->method);
    const char *comma = ", ";
    for (const char *at = r->variant, *next; *at; at = next) {
        next = next_key(at);
        size_t length = (size_t)(next - at);
        while (length && at[length - 1] == ' ') {
            length--;
        }
        if (!is_place(at, strcspn(at, "="))) {
            n += (size_t)snprintf(out + n, CONTEST_LABEL - n, "%s%.*s", comma, (int)length, at);
            comma = " ";
        }
    }
}

static size_t panel_of(struct contest *c, const struct record *r)
{
    size_t i = 0;
    while (i < c->n_panels && (strcmp(c->panels[i].model, r->model) != 0 ||
                               strcmp(c->panels[i].scope, r->scope) != 0)) {
        i++;
    }
    if (i == c->n_panels) {
        c->panels[c->n_panels++] = (struct contest_panel){r->model, r->scope};
    }
    return i;
}

static size_t line_of(struct contest *c, const char *label)
{
    size_t i = 0;
    while (i < c->n_lines && strcmp(c->lines[i].label, label) != 0) {
        i++;
    }
    if (i == c->n_lines) {
        snprintf(c->lines[c->n_lines++].label, CONTEST_LABEL, "%s", label);
    }
    return i;
}

static void add_point(struct contest *c, const struct record *rows, size_t n, size_t i)
{
    struct selection s = selection_under(selection_of(rows, n, i), c->protocol);
    struct contest_point *p = &c->points[c->n_points++];
    *p = (struct contest_point){.first = &rows[i],
                                .rows = s,
                                .panel = panel_of(c, &rows[i]),
                                .budget = rows[i].budget_bits,
                                .packed = selection_mean(&s, "bits_per_weight"),
                                .ideal_map = selection_mean(&s, "bits_ideal_map"),
                                .entropy = selection_mean(&s, "bits_entropy"),
                                .delta_nats = selection_mean(&s, "delta_nats")};
    p->three_prices = !isfinite(p->budget) && selection_mean(&s, "map_packed_bits") > 0;
    label_of(p->label, &rows[i]);
    p->line = line_of(c, p->three_prices ? rows[i].method : p->label);
}

int contest_make(struct contest *out, const struct spec *s, const struct record *rows, size_t n,
                 struct err *e)
{
    *out = (struct contest){.protocol =
                                report_has_protocol(s, "text") ? "text" : report_protocol(s, 0),
                            .panels = mem_new(n, sizeof *out->panels, e),
                            .lines = mem_new(n, sizeof *out->lines, e),
                            .points = mem_new(n, sizeof *out->points, e)};
    if (!out->panels || !out->lines || !out->points) {
        contest_release(out);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].allocator, "baseline") != 0 && selection_opens(rows, i)) {
            add_point(out, rows, n, i);
        }
    }
    return 0;
}

void contest_release(struct contest *c)
{
    free(c->panels);
    free(c->lines);
    free(c->points);
    *c = (struct contest){0};
}

/* How far the codes are from the study's 3 bits, in steps that random cuts do not cross. */
static double from_study(const struct contest_point *p)
{
    return fabs(round((selection_mean(&p->rows, "bits_payload") - 3) / 0.1));
}

const struct contest_point *contest_study(const struct contest *c, size_t panel)
{
    const struct contest_point *study = NULL;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        if (p->panel == panel && p->three_prices && strcmp(p->first->allocator, "tiers") == 0 &&
            (!study || from_study(p) < from_study(study))) {
            study = p;
        }
    }
    return study;
}

const struct contest_point *contest_best(const struct contest *c, size_t panel, double bits,
                                         double tolerance)
{
    const struct contest_point *best = NULL;
    double least_off = tolerance, least_delta = INFINITY;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        double off = fabs(p->budget - bits); /* NaN without a budget, which is within nothing */
        if (p->panel == panel && isfinite(p->delta_nats) &&
            (off < least_off || (off == least_off && p->delta_nats < least_delta))) {
            best = p;
            least_off = off;
            least_delta = p->delta_nats;
        }
    }
    return best;
}

static int by_bits(const void *a, const void *b)
{
    const struct contest_point *const *x = a, *const *y = b;
    return ((*x)->packed > (*y)->packed) - ((*x)->packed < (*y)->packed);
}

/* The measured points of a line that have a budget, by stored bits; `out` has room for all. */
static size_t line_points(const struct contest_point **out, const struct contest *c, size_t panel,
                          size_t line)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        if (p->panel == panel && p->line == line && isfinite(p->budget) && isfinite(p->packed) &&
            isfinite(p->delta_nats)) {
            out[n++] = p;
        }
    }
    qsort(out, n, sizeof *out, by_bits);
    return n;
}

static struct break_even on_line(const struct contest_point *const *points, size_t n, double delta)
{
    size_t k = n;
    while (k > 0 && points[k - 1]->delta_nats <= delta) {
        k--;
    }
    if (n == 0 || k == n) {
        return (struct break_even){.kind = n ? BREAK_EVEN_NOT_REACHED : BREAK_EVEN_UNKNOWN};
    }
    if (k == 0) {
        return (struct break_even){
            .kind = BREAK_EVEN_BELOW, .bits = points[0]->packed, .above = points[0]};
    }
    struct break_even b = {.kind = BREAK_EVEN_AT, .below = points[k - 1], .above = points[k]};
    double worse = b.below->delta_nats, better = b.above->delta_nats;
    b.logarithmic = worse > 0 && better > 0;
    double share = b.logarithmic ? log(worse / delta) / log(worse / better)
                                 : (worse - delta) / (worse - better);
    b.bits = b.below->packed + share * (b.above->packed - b.below->packed);
    return b;
}

/* Reached is better than not, then fewer bits, then below them rather than at them. */
static bool is_better(const struct break_even *a, const struct break_even *b)
{
    bool reached_a = a->kind >= BREAK_EVEN_BELOW, reached_b = b->kind >= BREAK_EVEN_BELOW;
    if (!reached_a || !reached_b) {
        return a->kind > b->kind;
    }
    return a->bits < b->bits || (a->bits == b->bits && a->kind < b->kind);
}

int contest_break_even(struct break_even *out, const struct contest *c, size_t panel,
                       double delta_nats, struct err *e)
{
    const struct contest_point **points = mem_new(c->n_points, sizeof *points, e);
    *out = (struct break_even){.kind = BREAK_EVEN_UNKNOWN};
    if (!points) {
        return -1;
    }
    for (size_t line = 0; line < c->n_lines; line++) {
        size_t n = line_points(points, c, panel, line);
        struct break_even b = on_line(points, n, delta_nats);
        if (is_better(&b, out)) {
            *out = b;
        }
    }
    free(points);
    return 0;
}
