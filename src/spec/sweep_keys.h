/*
 * sweep_keys: the keys of a sweep, as axes, zips and rules have them: whose they are, and of which
 * parameters.
 */
#ifndef NS_SPEC_SWEEP_KEYS_H
#define NS_SPEC_SWEEP_KEYS_H

#include "spec/sweep.h"

/*
 * Some keys that belong together: of one method, or of every method that has them all. A key of the
 * top level (texts, samples, max_tokens) goes with any of them, and alone is one of every method.
 */
struct sweep_keys {
    const struct node *nodes[SWEPT_MAX];
    const char *parameters[SWEPT_MAX]; /* what stands after the last dot */
    size_t n;
    const struct node *owner; /* the first that begins with "methods."; NULL: there is none */
    bool every;
};

/*
 * Appends a key, methods.NAME.PARAMETER (names may have dots in them, parameters have none) or one
 * of the top level; false with the problem recorded.
 */
bool sweep_add_key(struct reading *r, const struct node *node, struct sweep_keys *keys);

/* The keys of a zip or rule; false with the problem recorded. */
bool sweep_find_keys(struct reading *r, const struct node *map, const char *wanted,
                     struct sweep_keys *keys);

/* Whether a key methods.*.PARAMETER can vary the method's parameter: it does not set it itself. */
bool sweep_is_free(const struct reading *r, size_t method, size_t parameter);

/* The rows of the keys' parameters in the method's schema; false when it lacks one. */
bool sweep_find_rows(const struct reading *r, const struct sweep_keys *keys, size_t method,
                     size_t rows[SWEPT_MAX]);

/* The method that the keys name, and its rows; false with the problem recorded. */
bool sweep_find_named(struct reading *r, const struct sweep_keys *keys, size_t *method,
                      size_t rows[SWEPT_MAX]);

/* Records that no method has these parameters free. */
void sweep_refuse_every(struct reading *r, const struct sweep_keys *keys);

/*
 * Reads values to the end of an axis of this parameter: one (`single`), or a list or generator.
 * `repeats`: one may come twice. -1: no memory.
 */
int sweep_read_into(struct reading *r, struct sweep *w, const struct node *node, size_t method,
                    size_t parameter, bool single, bool repeats, struct sweep_axis *axis,
                    struct err *e);

#endif
