/*
 * novelty: what is new about a cell that no stored result has: a value of a parameter, a method, a
 * model, a protocol. Inside of run/ alone.
 *
 * The canonical texts of the stored cells are taken apart into lines ("  bits: 3" of the method
 * tiers, "model: …"), and a line that none of them has is new, unless the spec of the last run had
 * it: a run leaves the lines of all its cells in the file .planned, cells that lack a line of
 * earlier ones with these lines alone.
 */
#ifndef NS_RUN_NOVELTY_H
#define NS_RUN_NOVELTY_H

#include "results/listing.h"
#include "run/survey.h"

struct novelty {
    const struct spec *spec;
    uint64_t *known; /* hashes of lines, open addressing; 0: free */
    size_t n, room;  /* room is a power of two */
    struct buf text;
    size_t cells; /* that were learned from; 0: everything is new */
};

/* Leaves the lines of the plan's cells for later plans: when a run begins. */
int novelty_keep(const struct spec *s, const struct store *store, const struct plan *p,
                 struct err *e);

/*
 * Learns from the plan's stored cells, from some that are there but not in the plan, and from what
 * the last run left.
 */
int novelty_learn(struct novelty *v, const struct spec *s, const struct store *store,
                  const struct listing *l, const struct survey *survey, struct err *e);
void novelty_release(struct novelty *v);

/* Appends "new value of tiers.shares: [5, 15, 80]", or "not run yet" where nothing is new. */
void novelty_describe(struct buf *out, struct novelty *v, const struct cell *c);

#endif
