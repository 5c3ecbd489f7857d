/*
 * The notes of the study's main table that are computed: which advantages the texts resolve. The
 * test is that of tables_paired: both methods on the same tokens, each as the mean over its seeds.
 */
#include <math.h>

#include "report/report.h"
#include "report/tables.h"

/* Lines of the table, by what is known of the difference between their two methods. */
struct found {
    struct buf open, unknown; /* labels with commas */
    size_t n_open, n_resolved, n_unknown;
    bool not_above; /* some line has a loss that is not above the baseline's */
};

static void add_label(struct buf *to, size_t *n, const char *label)
{
    buf_addf(to, "%s%s", *n > 0 ? ", " : "", label);
    (*n)++;
}

static double mean_delta(struct selection s, const char *protocol)
{
    struct selection under = selection_under(s, protocol);
    return selection_mean(&under, "delta_pct");
}

static int look_at(struct found *f, const struct study_line *line, const struct pairing *p,
                   const char *protocol, struct err *e)
{
    struct selection a = selection_under(line->uniform, protocol);
    struct selection b = selection_under(line->tiers, protocol);
    double uniform = mean_delta(line->uniform, protocol), tiers = mean_delta(line->tiers, protocol);
    struct paired d;
    bool known;
    if (isnan(uniform) || isnan(tiers)) {
        return 0; /* its cell says so */
    }
    f->not_above = f->not_above || uniform <= 0 || tiers <= 0;
    if (pairing_of(&d, &known, p, &a, &b, e)) {
        return -1;
    }
    if (!known || isnan(d.delta_ci.low)) {
        add_label(&f->unknown, &f->n_unknown, line->label);
    } else if (d.delta_ci.low <= 0 && d.delta_ci.high >= 0) {
        add_label(&f->open, &f->n_open, line->label);
    } else {
        f->n_resolved++;
    }
    return 0;
}

static void tell(struct layout *l, const struct found *f, size_t n, const char *protocol)
{
    struct buf note = BUF_INIT;
    if (f->n_open) {
        buf_addf(&note,
                 "Which of the two methods does less harm is not resolved at 95 %%, so that their "
                 "advantage may be chance, where the interval of their paired difference (table "
                 "paired-%s) includes 0: %s.",
                 protocol, buf_text(&f->open));
    } else if (f->n_resolved) {
        buf_addf(&note,
                 "Which of the two methods does less harm is resolved at 95 %% in every row%s: no "
                 "interval of their paired difference (table paired-%s) includes 0.",
                 f->n_resolved < n ? " that has one" : "", protocol);
    }
    if (f->n_unknown) {
        buf_addf(&note, "%sNot compared text by text, having no evidence of it: %s.",
                 note.len ? " " : "", buf_text(&f->unknown));
    }
    if (note.len) {
        layout_note_text(l, &note);
    }
    if (f->not_above) {
        layout_note(l, "Δ ≤ 0: the loss under one of the two methods, or both, is not above the "
                       "baseline's, so that there is no ratio of harms.");
    }
    buf_release(&note);
}

int notes_advantage(struct layout *l, const struct study *study, const struct pairing *p,
                    const char *protocol, struct err *e)
{
    struct found f = {.n_open = 0};
    int status = 0;
    for (size_t i = 0; i < study->n && !status; i++) {
        status = look_at(&f, &study->lines[i], p, protocol, e);
    }
    if (!status) {
        tell(l, &f, study->n, protocol);
    }
    buf_release(&f.open);
    buf_release(&f.unknown);
    return status;
}
