/*
 * plan: from a spec to the ordered list of its cells.
 *
 * A cell is model × method (with one value for each swept parameter) × seed × protocol. Order: by
 * model, then method (the baseline first), swept values (the last axis fastest), seed, protocol. A
 * method that uses no seed gives one cell whatever the seeds. Equal cells appear once. Where texts,
 * samples or max_tokens are swept, the baseline has a cell for each evaluation of the model's other
 * cells; every cell's variant then ends in what it is scored on, as far as some cells differ in it.
 */
#ifndef NS_PLAN_PLAN_H
#define NS_PLAN_PLAN_H

#include "base/digest.h"
#include "spec/spec.h"

enum { CELL_TEXT = 256 };

struct cell {
    size_t model, method, protocol; /* protocol: index into spec_known.protocols */
    size_t evaluation;              /* what it is scored on: index into spec.evaluations */
    bool has_seed;
    long seed;
    size_t combination;      /* which of the method's combinations of swept values */
    char variant[CELL_TEXT]; /* "bits=[8, 4, 2] samples=20"; "" without a sweep */
    char
        digest[DIGEST_HEX]; /* of its canonical text, and of `variant` where two cells share that */
    char id[CELL_TEXT];     /* folder name: MODEL.METHOD[.sSEED].PROTOCOL.xxxxxxxx */
};

struct plan {
    struct cell *cells;
    size_t n;
};

int plan_make(struct plan *p, const struct spec *s, struct err *e);
void plan_release(struct plan *p);

/*
 * The complete parameters of the cell's method, swept values in place. They are made anew on each
 * call, since a huge plan that kept them would not fit in memory.
 */
void cell_params(const struct spec *s, const struct cell *c, struct params *out);

/* The texts that the cell is scored on, how many, and where they are cut. */
const struct spec_evaluation *cell_evaluation(const struct spec *s, const struct cell *c);
const struct spec_texts *cell_texts(const struct spec *s, const struct cell *c);

/* Whether two cells are of one variant: the same but for the protocol. */
bool cell_same_variant(const struct cell *a, const struct cell *b);

/* Whether the cell's result depends on the calibration texts. */
bool cell_uses_calibration(const struct spec *s, const struct cell *c);

/*
 * The cell in canonical text: everything of the spec that determines its result, and nothing else
 * (no path, no order, no title). The 8 hexadecimal digits of its id are the first of the digest; 24
 * where two cells of a plan would share 8.
 */
void cell_describe(const struct spec *s, const struct cell *c, struct buf *out);

/* The cell as a small YAML document, for its folder. */
void cell_write(const struct spec *s, const struct cell *c, struct buf *out);

#endif
