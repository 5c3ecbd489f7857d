/*
 * inputs: the digests of a run's files, the content keys made from them, and whether the files are
 * still those.
 *
 * Models stay mapped while they are used, and texts are read when their first cell is scored, so a
 * file may have been written to since it was digested. Before a result is stored under its key, its
 * files are looked at again.
 */
#ifndef NS_RUN_INPUTS_H
#define NS_RUN_INPUTS_H

#include "base/digest.h"
#include "base/file_stamp.h"
#include "plan/plan.h"
#include "results/store.h"

/* A file as it was digested. */
struct input {
    const char *path; /* borrowed; NULL: there is none */
    char sha256[DIGEST_HEX];
    struct file_stamp stamp;
};

struct input_digests {
    struct input *texts;      /* one for each of the spec's texts */
    struct input calibration; /* "" when no method uses it */
    struct input *models;     /* one for each model of the spec */
};

/*
 * Reads every model (or what is cached of it) and the texts once. A file that is missing is refused
 * here, before any work, and so are texts that are not as many as they are said to be.
 */
int input_digests_read(struct input_digests *d, const struct spec *s, struct err *e);
void input_digests_release(struct input_digests *d);

/*
 * Appends a line for each file that has fewer texts than the cells of the plan ask for: all of them
 * are scored. What is wrong with a file is left to the cell that meets it.
 */
int inputs_few_texts(struct buf *lines, const struct spec *s, const struct plan *p, struct err *e);

/*
 * The cell's key: the digest of everything that determines its result: the cell in canonical text,
 * the contents of the model and the texts, the version of the arithmetic. Not paths, order,
 * threads.
 */
int cell_key(char key[DIGEST_HEX], const struct spec *s, const struct cell *c,
             const struct input_digests *d, struct err *e);

/*
 * −1, naming the file, when one that the cell depends on is not what it was when it was digested.
 * A file whose time of change alone has moved is digested again. Not from two threads at once.
 */
int cell_inputs_check(struct input_digests *d, const struct spec *s, const struct cell *c,
                      struct err *e);

/* The key, and the digests that went into it; what it points to stays the caller's. */
struct result_inputs cell_inputs(const struct spec *s, const struct cell *c,
                                 const struct input_digests *d, const char *key);

#endif
