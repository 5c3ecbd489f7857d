/*
 * survey: what a run would do, without doing it: which cells are done, which would be run and why,
 * and what that will cost by what was measured before. Nothing is written.
 */
#ifndef NS_RUN_SURVEY_H
#define NS_RUN_SURVEY_H

#include "plan/plan.h"
#include "results/store.h"

enum survey_state {
    SURVEY_DONE,
    SURVEY_MISSING, /* no result */
    SURVEY_STALE,   /* a result of other inputs */
    SURVEY_FAILED,  /* no result, and its last run failed */
    SURVEY_STATES
};

/* "done", "missing", "stale", "failed". */
extern const char *const survey_state_names[SURVEY_STATES];

/* A sum over cells to run, as far as it is known. */
struct survey_estimate {
    double value;    /* NaN: nothing was measured */
    size_t cells;    /* of those to run that it covers */
    size_t measured; /* stored cells that it is made from */
};

struct survey {
    struct plan plan;
    enum survey_state *states; /* of the plan's cells */
    size_t *why;               /* of the same, index into reasons; not for cells that are done */
    char **reasons;            /* "not run yet", "texts changed", …, each once */
    size_t n_reasons;
    size_t counts[SURVEY_STATES];
    struct survey_estimate wall_s, disk_bytes; /* of all cells that would be run */
    struct survey_estimate memory_mib;         /* the most at a time, one variant at a time */
    bool scaled; /* whether stored cells were scored on more or fewer texts than those to run */
};

/* Release it either way. */
int survey_make(struct survey *v, const struct spec *s, const struct store *store, struct err *e);
void survey_release(struct survey *v);

#endif
