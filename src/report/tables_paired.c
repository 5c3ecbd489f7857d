#include "report/tables_paired.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/number.h"
#include "report/study.h"
#include "stats/holm.h"

enum { LABEL = 768 };

/* A row of the table. */
struct line {
    const char *model;
    char label[LABEL];
    struct paired d;
    bool of_cell; /* against the unquantized model: with the columns that its cell has beside */
    double kl_mean, kl_p50, kl_p99, agreement_pct;
    size_t sources[2]; /* rows that it is made from: with several seeds, the first of each */
    size_t n_sources;
};

struct lines {
    struct line *each;
    size_t n, room;
};

/* What a table is made of. */
struct table {
    const struct record *rows;
    size_t n;
    const char *protocol;
};

static struct line *new_line(struct lines *lines, struct err *e)
{
    if (mem_grow(&lines->each, &lines->room, lines->n + 1, sizeof *lines->each, e)) {
        return NULL;
    }
    return &lines->each[lines->n++];
}

/* Whether the same method has other seeds, so that rows must be told apart by them. */
static bool has_seeds(const struct table *t, size_t i)
{
    if (t->rows[i].seed == RECORD_NONE) {
        return false;
    }
    struct selection all = selection_under(selection_of(t->rows, t->n, i), t->protocol);
    return selection_summary(&all, "seed").squares > 0;
}

/* Whether row i is the first of its variant of this model and method. */
static bool opens_method(const struct table *t, size_t i, const char *model, const char *method)
{
    return strcmp(t->rows[i].model, model) == 0 && strcmp(t->rows[i].method, method) == 0 &&
           selection_opens(t->rows, i);
}

static void label_cell(struct line *line, const struct record *r, bool with_seed)
{
    size_t k = (size_t)snprintf(line->label, LABEL, "%s%s%s", r->method, *r->variant ? ", " : "",
                                r->variant);
    if (with_seed) {
        snprintf(line->label + k, LABEL - k, ", seed %lld", (long long)r->seed);
    }
}

/* The columns of a cell as the comparison that they were taken from. */
static struct line line_of(const struct record *r)
{
    struct line line = {.model = r->model,
                        .of_cell = true,
                        .kl_mean = r->kl_mean_nats,
                        .kl_p50 = r->kl_p50_nats,
                        .kl_p99 = r->kl_p99_nats,
                        .agreement_pct = r->top1_agreement_pct};
    line.d = (struct paired){.delta = r->delta_nats,
                             .se = r->delta_se_nats,
                             .se_unpaired = r->delta_se_unpaired_nats,
                             .delta_ci = {r->delta_low_nats, r->delta_high_nats},
                             .pct = r->delta_pct,
                             .pct_ci = {r->delta_pct_low, r->delta_pct_high},
                             .ratio = exp(r->delta_nats),
                             .ratio_ci = {exp(r->delta_low_nats), exp(r->delta_high_nats)},
                             .p = r->delta_p};
    return line;
}

static int add_cells(struct lines *lines, const struct table *t, const char *model, struct err *e)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct record *r = &t->rows[i];
        if (strcmp(r->allocator, "baseline") == 0 || strcmp(r->model, model) != 0 ||
            strcmp(r->protocol, t->protocol) != 0) {
            continue;
        }
        struct line *line = new_line(lines, e);
        if (!line) {
            return -1;
        }
        *line = line_of(r);
        line->sources[line->n_sources++] = i;
        label_cell(line, r, has_seeds(t, i));
    }
    return 0;
}

/* "nash-swarm − uniform4", with what is swept once where both have it. */
static void label_pair(struct line *line, const struct record *b, const struct record *a)
{
    const char *of_b = strcmp(a->variant, b->variant) == 0 ? "" : b->variant;
    snprintf(line->label, LABEL, "%s%s%s − %s%s%s", b->method, *of_b ? ", " : "", of_b, a->method,
             *a->variant ? ", " : "", a->variant);
}

/* b against a, when they were scored on the same tokens. */
static int add_pair(struct lines *lines, const struct pairing *p, const struct selection *a,
                    const struct selection *b, struct err *e)
{
    const struct record *first_a = selection_first(a), *first_b = selection_first(b);
    struct paired d;
    bool known = false;
    if (!first_a || !first_b) {
        return 0;
    }
    if (pairing_of(&d, &known, p, a, b, e)) {
        return -1;
    }
    if (known) {
        struct line *line = new_line(lines, e);
        if (!line) {
            return -1;
        }
        *line = (struct line){.model = first_a->model, .d = d, .n_sources = 2};
        line->sources[0] = (size_t)(first_b - b->rows);
        line->sources[1] = (size_t)(first_a - a->rows);
        label_pair(line, first_b, first_a);
    }
    return 0;
}

/* A method of the spec against the study's uniform one, on one model. */
static int add_pairs_of(struct lines *lines, const struct pairing *p, const struct table *t,
                        const char *model, size_t method, struct err *e)
{
    const struct spec *s = p->spec;
    const char *uniform = s->methods[s->report.uniform].name, *tiers = s->methods[method].name;
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->n && opens_method(t, i, model, tiers); k++) {
            if (opens_method(t, k, model, uniform)) {
                struct selection b = selection_under(selection_of(t->rows, t->n, i), t->protocol);
                struct selection a = selection_under(selection_of(t->rows, t->n, k), t->protocol);
                if (add_pair(lines, p, &a, &b, e)) {
                    return -1;
                }
            }
        }
    }
    return 0;
}

/* Rows that have a p. */
static size_t tested(const struct lines *lines)
{
    size_t n = 0;
    for (size_t i = 0; i < lines->n; i++) {
        n += isnan(lines->each[i].d.p) ? 0 : 1;
    }
    return n;
}

/* p over all rows, each multiplied for how many there are. */
static int correct(struct lines *lines, struct err *e)
{
    double *p = mem_new(2 * lines->n, sizeof *p, e);
    if (!p) {
        return -1;
    }
    for (size_t i = 0; i < lines->n; i++) {
        p[i] = lines->each[i].d.p;
    }
    holm(p + lines->n, p, lines->n);
    for (size_t i = 0; i < lines->n; i++) {
        lines->each[i].d.p = p[lines->n + i];
    }
    free(p);
    return 0;
}

static void columns(struct layout *l)
{
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Method");
    layout_column(l, LAYOUT_RIGHT, "Δ Loss\n(nats)");
    layout_column(l, LAYOUT_RIGHT, "95 %\ninterval");
    layout_column(l, LAYOUT_RIGHT, "Δ Loss\n(%)");
    layout_column(l, LAYOUT_RIGHT, "95 %\ninterval");
    layout_column(l, LAYOUT_RIGHT, "Perplexity\nratio");
    layout_column(l, LAYOUT_RIGHT, "95 %\ninterval");
    layout_column(l, LAYOUT_RIGHT, "KL, mean\n(nats)");
    layout_column(l, LAYOUT_RIGHT, "KL,\nmedian");
    layout_column(l, LAYOUT_RIGHT, "KL,\n99 %");
    layout_column(l, LAYOUT_RIGHT, "Flips");
    layout_column(l, LAYOUT_RIGHT, "p\n(Holm)");
    layout_column(l, LAYOUT_RIGHT, "SE\nunpaired");
    layout_column(l, LAYOUT_RIGHT, "Pairing\nbuys");
}

/* A dash where it was not measured, or does not apply. */
static void cell(struct layout *l, double x, int decimals, const char *unit)
{
    layout_cell(l, "%s", isfinite(x) ? number_plain(summary_one(x), decimals, unit).text : "–");
}

static void delta_cells(struct layout *l, const struct paired *d)
{
    const struct number delta = number_signed(summary_one(d->delta), 4, "");
    if (isfinite(d->se)) {
        layout_cell(l, "%s ± %s", delta.text, number_plain(summary_one(d->se), 4, "").text);
    } else {
        layout_cell(l, "%s", delta.text);
    }
    layout_cell(l, "%s", number_interval(d->delta_ci, 4, true).text);
    layout_cell(l, "%s", number_signed(summary_one(d->pct), 2, "").text);
    layout_cell(l, "%s", number_interval(d->pct_ci, 2, true).text);
    layout_cell(l, "%s", number_plain(summary_one(d->ratio), 4, "").text);
    layout_cell(l, "%s", number_interval(d->ratio_ci, 4, false).text);
}

static void add_line(struct layout *l, const struct line *line)
{
    const struct paired *d = &line->d;
    const double none = (double)NAN;
    for (size_t i = 0; i < line->n_sources; i++) {
        layout_from(l, line->sources[i]);
    }
    layout_cell(l, "%s", line->model);
    layout_cell(l, "%s", line->label);
    delta_cells(l, d);
    cell(l, line->of_cell ? line->kl_mean : none, 4, "");
    cell(l, line->of_cell ? line->kl_p50 : none, 4, "");
    cell(l, line->of_cell ? line->kl_p99 : none, 4, "");
    cell(l, line->of_cell ? 100 - line->agreement_pct : none, 2, "%");
    layout_cell(l, "%s", number_p(d->p).text);
    cell(l, d->se_unpaired, 4, "");
    if (isfinite(d->se_unpaired) && d->se > 0) {
        layout_cell(l, "%.3g×", d->se_unpaired / d->se);
    } else {
        layout_cell(l, "–");
    }
}

static void notes(struct layout *l, const struct spec *s, const struct lines *lines)
{
    layout_note(l,
                "Intervals: 95 %%, from resampling texts: where the number would lie for another "
                "sample of texts from the same source. They say nothing of other models, nor of "
                "other seeds.");
    layout_note(l,
                "±: standard error of the paired difference, clustered by text. SE unpaired: "
                "what it would be if the two losses were of different texts; pairing buys the "
                "factor between the two. p: two-sided sign-flip test over texts that Δ is 0, "
                "corrected by Holm's method over the %zu tests of this table.",
                tested(lines));
    layout_note(l, "KL: divergence of each next token's distribution from that of the unquantized "
                   "model, over tokens. Flips: tokens whose likeliest next token is no longer the "
                   "unquantized model's.");
    if (s->report.kind == REPORT_STUDY) {
        layout_note(l,
                    "Rows of two methods: the first against the second on the same tokens%s; "
                    "negative is less harm than the second does.",
                    s->n_seeds > 1 ? ", each as the mean over its seeds" : "");
    }
}

static int make_lines(struct lines *lines, const struct pairing *p, const struct table *t,
                      struct err *e)
{
    const struct spec *s = p->spec;
    for (size_t m = 0; m < s->n_models; m++) {
        const char *model = s->models[m].name;
        if (add_cells(lines, t, model, e)) {
            return -1;
        }
        for (size_t i = 0; s->report.kind == REPORT_STUDY && i < s->report.n_tiers; i++) {
            if (add_pairs_of(lines, p, t, model, s->report.tiers[i], e)) {
                return -1;
            }
        }
    }
    return correct(lines, e);
}

int tables_paired(struct layout *l, const struct pairing *p, const struct record *rows, size_t n,
                  size_t protocol, struct err *e)
{
    const struct spec *s = p->spec;
    const struct table table = {rows, n, report_protocol(s, protocol)};
    struct lines lines = {0};
    layout_name(l, "paired-%s", table.protocol);
    int status = make_lines(&lines, p, &table, e);
    if (!status) {
        buf_addf(&l->caption,
                 "%s. Each method against the unquantized model, token by token; protocol %s.",
                 report_title(s), table.protocol);
        columns(l);
        for (size_t i = 0; i < lines.n; i++) {
            add_line(l, &lines.each[i]);
        }
        notes(l, s, &lines);
    }
    free(lines.each);
    return status;
}
