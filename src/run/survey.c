#include "run/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/version.h"
#include "results/listing.h"
#include "run/estimate.h"
#include "run/inputs.h"
#include "run/novelty.h"

const char *const survey_state_names[SURVEY_STATES] = {"done", "missing", "stale", "failed"};

struct surveyor {
    struct survey *out;
    const struct spec *spec;
    const struct store *store;
    struct input_digests digests;
    struct listing listing;
    struct novelty novelty;
    size_t room; /* for reasons */
    struct buf text;
};

enum { REASONS_MAX = 1000 }; /* that are told apart; a thousand new values are no news */

/* The index of a reason, a new one if need be. Cells with one reason mostly follow each other. */
static int set_reason(struct surveyor *y, size_t cell, const char *reason, struct err *e)
{
    struct survey *v = y->out;
    reason = v->n_reasons < REASONS_MAX ? reason : "not run yet, or for other reasons";
    for (size_t i = v->n_reasons; i > 0; i--) {
        if (strcmp(v->reasons[i - 1], reason) == 0) {
            v->why[cell] = i - 1;
            return 0;
        }
    }
    if (mem_grow(&v->reasons, &y->room, v->n_reasons + 1, sizeof *v->reasons, e) ||
        !(v->reasons[v->n_reasons] = mem_string(reason, e))) {
        return -1;
    }
    v->why[cell] = v->n_reasons++;
    return 0;
}

static const char earlier[] = "stored by another version";

static void add_change(struct buf *out, const char *what)
{
    buf_addf(out, "%s%s", out->len ? ", " : "", what);
}

/* What differs between a stored result's inputs and those of today. */
static void describe_stale(struct buf *out, const struct result_head *head,
                           const struct result_inputs *now)
{
    if (!head->model[0] && !head->texts[0]) {
        buf_adds(out, earlier);
        return;
    }
    if (strcmp(head->model, now->model) != 0) {
        add_change(out, "model changed");
    }
    if (strcmp(head->texts, now->texts) != 0) {
        add_change(out, "texts changed");
    }
    if (now->calibration && strcmp(head->calibration, now->calibration) != 0) {
        add_change(out, "calibration texts changed");
    }
    if (head->algorithm != now->algorithm) {
        buf_addf(out, "%salgorithm %d -> %d", out->len ? ", " : "", head->algorithm,
                 now->algorithm);
    }
    if (out->len == 0) {
        buf_adds(out, "other settings under the same id");
    }
}

static int look_at(struct surveyor *y, size_t i, struct err *e)
{
    const struct cell *c = &y->out->plan.cells[i];
    struct result_head head;
    char key[DIGEST_HEX];
    y->out->states[i] = SURVEY_MISSING;
    if (!listing_has(&y->listing, c->id)) {
        return 0;
    }
    if (cell_key(key, y->spec, c, &y->digests, e)) {
        return -1;
    }
    buf_clear(&y->text);
    if (listing_head(&head, y->store, c->id)) {
        struct result_inputs now = cell_inputs(y->spec, c, &y->digests, key);
        y->out->states[i] = strcmp(head.key, key) == 0 ? SURVEY_DONE : SURVEY_STALE;
        describe_stale(&y->text, &head, &now);
    } else if (head.key[0]) {
        y->out->states[i] = SURVEY_STALE;
        buf_adds(&y->text, earlier);
    }
    if (y->out->states[i] != SURVEY_DONE && store_has_failure(y->store, c->id)) {
        y->out->states[i] = SURVEY_FAILED;
        buf_clear(&y->text);
        buf_adds(&y->text, "failed last time: ");
        listing_failure(&y->text, y->store, c->id);
    }
    if (y->out->states[i] == SURVEY_MISSING || y->out->states[i] == SURVEY_DONE) {
        return 0;
    }
    return buf_check(&y->text, e) ? -1 : set_reason(y, i, y->text.s, e);
}

/* Reasons of the cells without a result: what is new about them. */
static int explain_missing(struct surveyor *y, struct err *e)
{
    struct survey *v = y->out;
    int status = novelty_learn(&y->novelty, y->spec, y->store, &y->listing, v, e);
    for (size_t i = 0; i < v->plan.n && !status; i++) {
        if (v->states[i] != SURVEY_MISSING) {
            continue;
        }
        buf_clear(&y->text);
        novelty_describe(&y->text, &y->novelty, &v->plan.cells[i]);
        status = buf_check(&y->text, e) ? -1 : set_reason(y, i, buf_text(&y->text), e);
    }
    return status;
}

static int survey(struct surveyor *y, struct err *e)
{
    struct survey *v = y->out;
    if (plan_make(&v->plan, y->spec, e) || input_digests_read(&y->digests, y->spec, e) ||
        listing_read(&y->listing, y->store, e) ||
        !(v->states = mem_new(v->plan.n, sizeof *v->states, e)) ||
        !(v->why = mem_new(v->plan.n, sizeof *v->why, e))) {
        return -1;
    }
    for (size_t i = 0; i < v->plan.n; i++) {
        if (look_at(y, i, e)) {
            return -1;
        }
    }
    for (size_t i = 0; i < v->plan.n; i++) {
        v->counts[v->states[i]]++;
    }
    return explain_missing(y, e) || estimate_make(v, y->spec, y->store, &y->listing, e) ? -1 : 0;
}

int survey_make(struct survey *v, const struct spec *s, const struct store *store, struct err *e)
{
    struct surveyor y = {.out = v, .spec = s, .store = store};
    *v = (struct survey){0};
    int status = survey(&y, e);
    input_digests_release(&y.digests);
    listing_release(&y.listing);
    novelty_release(&y.novelty);
    buf_release(&y.text);
    return status;
}

void survey_release(struct survey *v)
{
    for (size_t i = 0; i < v->n_reasons; i++) {
        free(v->reasons[i]);
    }
    free(v->reasons);
    free(v->states);
    free(v->why);
    plan_release(&v->plan);
    *v = (struct survey){0};
}
