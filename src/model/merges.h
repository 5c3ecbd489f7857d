/*
 * merges: the merge rules of a byte-pair encoding, looked up by pair.
 *
 * merges.txt has one rule a line, "A B": tokens A and B side by side become the token AB. The rank
 * of a rule is its place in the file; the lowest rank goes first. A first line that begins with
 * "#version" is no rule, and empty lines are none either.
 */
#ifndef NS_MODEL_MERGES_H
#define NS_MODEL_MERGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/vocab.h"

struct merge {
    int left, right; /* ids */
    int merged;      /* id of the two in one; −1 in an empty slot of the table */
    uint32_t rank;
};

/* A hash table with open addressing and linear probing, at most half full. */
struct merges {
    struct merge *slots; /* 2^bits of them */
    unsigned bits;
};

/*
 * Reads the n bytes of merges.txt against a vocabulary that has A, B and AB of every line. Messages
 * start with `name`. On failure nothing has to be released.
 */
int merges_read(struct merges *m, const char *name, const char *text, size_t n,
                const struct vocab *vocab, struct err *e);
void merges_release(struct merges *m);

/* The rule for this pair, or NULL. */
const struct merge *merges_find(const struct merges *m, int left, int right);

#endif
