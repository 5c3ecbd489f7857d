/*
 * inputs: the digests of a run's files, and the content keys made from them.
 */
#ifndef NS_RUN_INPUTS_H
#define NS_RUN_INPUTS_H

#include "base/digest.h"
#include "plan/plan.h"
#include "results/store.h"

struct input_digests {
    char (*texts)[DIGEST_HEX];    /* one for each of the spec's texts */
    char calibration[DIGEST_HEX]; /* "" when no method uses it */
    char (*models)[DIGEST_HEX];   /* one for each model of the spec */
};

/*
 * Reads every model (or what is cached of it) and the texts once. A file that is missing is refused
 * here, before any work, and so are texts that are not as many as they are said to be.
 */
int input_digests_read(struct input_digests *d, const struct spec *s, struct err *e);
void input_digests_release(struct input_digests *d);

/*
 * The cell's key: the digest of everything that determines its result: the cell in canonical text,
 * the contents of the model and the texts, the version of the arithmetic. Not paths, order,
 * threads.
 */
int cell_key(char key[DIGEST_HEX], const struct spec *s, const struct cell *c,
             const struct input_digests *d, struct err *e);

/* The key, and the digests that went into it; what it points to stays the caller's. */
struct result_inputs cell_inputs(const struct spec *s, const struct cell *c,
                                 const struct input_digests *d, const char *key);

#endif
