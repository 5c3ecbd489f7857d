/*
 * What follows from the table of allocators, said with its numbers: where a coupled game ends above
 * the plain optimum, or does more harm than it; how the best of the allocators compares with the
 * study's tiers at each of their prices; and at what budget it breaks even with them.
 */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/rivals.h"
#include "report/tables.h"

/* A budget counts as one of the study's prices within so many bits. */
static const double price_tolerance = 0.05;

/* A choice this much above the optimum, relatively, is above it and not rounded differently. */
static const double optimum_tolerance = 1e-9;

static struct number nats(double x)
{
    return number_signed(summary_one(x), 4, "nats");
}

/* What is known of the points of a coupled game on one line of a panel. */
struct coupled {
    size_t budgets, above;      /* points of a game; those above the plain optimum */
    double least_pct, most_pct; /* how far above, in predicted cost */
    size_t compared, worse;     /* points beside an `optimal` one; those that do more harm */
    const struct contest_point *most, *most_optimal; /* … by the most, and `optimal` there */
    size_t paired, beyond; /* of the worse: compared text by text; more than their interval */
};

static double excess(const struct contest_point *p)
{
    double optimum = selection_mean(&p->rows, "optimum_cost");
    return optimum > 0 ? selection_mean(&p->rows, "predicted_cost") / optimum - 1 : (double)NAN;
}

/* The method "optimal" at the same budget where it does least harm, NULL when there is none. */
static const struct contest_point *optimal_at(const struct contest *c,
                                              const struct contest_point *p)
{
    const struct contest_point *least = NULL;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *q = &c->points[i];
        if (q->panel == p->panel && q->budget == p->budget && q != p && isfinite(q->delta_nats) &&
            strcmp(q->first->allocator, "optimal") == 0 &&
            (!least || q->delta_nats < least->delta_nats)) {
            least = q;
        }
    }
    return least;
}

static int compare(struct coupled *k, const struct contest *c, const struct pairing *pairing,
                   const struct contest_point *p, struct err *e)
{
    const struct contest_point *optimal = optimal_at(c, p);
    struct paired d;
    bool known = false;
    if (!optimal || !isfinite(p->delta_nats)) {
        return 0;
    }
    k->compared++;
    double harm = p->delta_nats - optimal->delta_nats;
    if (!(harm > 0)) {
        return 0;
    }
    k->worse++;
    if (!k->most || harm > k->most->delta_nats - k->most_optimal->delta_nats) {
        k->most = p;
        k->most_optimal = optimal;
    }
    if (pairing_of(&d, &known, pairing, &optimal->rows, &p->rows, e)) {
        return -1;
    }
    k->paired += known;
    k->beyond += known && d.delta_ci.low > 0;
    return 0;
}

static int coupled_on(struct coupled *k, const struct contest *c, const struct pairing *pairing,
                      size_t panel, size_t line, struct err *e)
{
    *k = (struct coupled){.least_pct = INFINITY};
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        double over = excess(p);
        if (p->panel != panel || p->line != line || !isfinite(over)) {
            continue;
        }
        k->budgets++;
        if (over > optimum_tolerance) {
            k->above++;
            k->least_pct = fmin(k->least_pct, 100 * over);
            k->most_pct = fmax(k->most_pct, 100 * over);
            if (compare(k, c, pairing, p, e)) {
                return -1;
            }
        }
    }
    return 0;
}

/* Of the budgets at which a coupled game does more harm, how many the texts can tell. */
static void add_beyond(struct buf *text, const struct coupled *k)
{
    if (k->paired == 0) {
        buf_adds(text, " (no tokens are stored to give the differences an interval)");
    } else {
        buf_addf(text, " (told apart by a paired 95 %% interval at %zu of %zu)", k->beyond,
                 k->paired);
    }
}

/* "METHOD on MODEL, SCOPE: above the plain optimum at 3 of 5 budgets …" */
static int note_coupled(struct layout *l, const struct contest *c, const struct pairing *p,
                        size_t panel, size_t line, struct err *e)
{
    struct coupled k;
    struct buf text = BUF_INIT;
    int status = coupled_on(&k, c, p, panel, line, e);
    if (status || k.above == 0) {
        return status;
    }
    buf_addf(&text,
             "%s on %s, scope %s: its couplings make it worse than the plain optimum in predicted "
             "cost at %zu of %zu budgets, by %s",
             c->lines[line].label, c->panels[panel].model, c->panels[panel].scope, k.above,
             k.budgets, number_significant(k.least_pct).text);
    if (k.above > 1) {
        buf_addf(&text, " to %s", number_significant(k.most_pct).text);
    }
    buf_adds(&text, " %");
    if (k.compared == 0) {
        buf_adds(&text,
                 "; there is no measured loss of the method optimal to set its own against.");
    } else if (k.worse == 0) {
        buf_addf(&text, "; its measured Δ loss is no larger than that of optimal at any of %zu.",
                 k.compared);
    } else {
        buf_addf(&text,
                 "; its measured Δ loss is larger than that of optimal at %zu of %zu, most at %.4g "
                 "bits: %s against %s",
                 k.worse, k.compared, k.most->budget, nats(k.most->delta_nats).text,
                 nats(k.most_optimal->delta_nats).text);
        add_beyond(&text, &k);
        buf_adds(&text, ".");
    }
    layout_note_text(l, &text);
    buf_release(&text);
    return 0;
}

static int add_price(struct buf *text, const struct contest *c, const struct pairing *p,
                     const struct contest_point *study, const char *before, double price,
                     const char *words, struct err *e)
{
    const struct contest_point *best = contest_best(c, study->panel, price, price_tolerance);
    buf_addf(text, "%s at %.2f bits (%s): ", before, price, words);
    if (!best) {
        buf_adds(text, "not measured");
        return 0;
    }
    buf_addf(text, "%s, %s stored in %.3f", best->label, nats(best->delta_nats).text, best->packed);
    if (study->delta_nats > 0 && best->delta_nats > 0) {
        buf_addf(text, ", %.3f of theirs", best->delta_nats / study->delta_nats);
    } else {
        buf_adds(text, ", no ratio of a Δ ≤ 0");
    }
    return rivals_add(text, c, best, p, e);
}

static int add_break_even(struct buf *text, const struct contest *c,
                          const struct contest_point *study, struct err *e)
{
    struct break_even b;
    if (contest_break_even(&b, c, study->panel, study->delta_nats, e)) {
        return -1;
    }
    buf_adds(text, ". Break-even: ");
    if (b.kind == BREAK_EVEN_UNKNOWN) {
        buf_adds(text, "not measured.");
    } else if (b.kind == BREAK_EVEN_NOT_REACHED) {
        buf_adds(text, "not reached at any budget.");
    } else if (b.kind == BREAK_EVEN_BELOW) {
        buf_addf(text, "at or below %.3f stored bits (%s), the least that was measured.", b.bits,
                 b.above->label);
    } else {
        buf_addf(text,
                 "%.2f stored bits (%s), interpolated in stored bits and %s between %.3f and %.3f.",
                 b.bits, b.above->label, b.logarithmic ? "log Δ" : "Δ", b.below->packed,
                 b.above->packed);
    }
    return 0;
}

/* The best allocator beside the study's tiers, at each price of theirs. */
static int note_study(struct layout *l, const struct contest *c, const struct pairing *p,
                      size_t panel, struct err *e)
{
    const struct contest_point *study = contest_study(c, panel);
    struct buf text = BUF_INIT;
    if (!study || !isfinite(study->delta_nats)) {
        return 0;
    }
    buf_addf(
        &text, "%s, scope %s: the study's tiers (%s) change the loss by %s. The best allocator",
        c->panels[panel].model, c->panels[panel].scope, study->label, nats(study->delta_nats).text);
    int status =
        add_price(&text, c, p, study, "", study->ideal_map, "their price with an ideal map", e) ||
                add_price(&text, c, p, study, ";", study->entropy,
                          "with codes and map entropy-coded", e) ||
                add_price(&text, c, p, study, ";", selection_mean(&study->rows, "bits_payload"),
                          "codes alone, as the study counts", e) ||
                add_break_even(&text, c, study, e)
            ? -1
            : 0;
    if (!status) {
        layout_note_text(l, &text);
    }
    buf_release(&text);
    return status;
}

int notes_allocators(struct layout *l, const struct contest *c, const struct pairing *p,
                     struct err *e)
{
    layout_note(l, "Not told from the best: methods whose paired difference to it has a 95 %% "
                   "interval (nats, from resampling texts) that holds 0; another sample of texts "
                   "from the same source might well put them first.");
    for (size_t panel = 0; panel < c->n_panels; panel++) {
        if (note_study(l, c, p, panel, e)) {
            return -1;
        }
    }
    for (size_t panel = 0; panel < c->n_panels; panel++) {
        for (size_t line = 0; line < c->n_lines; line++) {
            if (note_coupled(l, c, p, panel, line, e)) {
                return -1;
            }
        }
    }
    return 0;
}
