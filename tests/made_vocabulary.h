/*
 * made_vocabulary: small vocabularies for tests: the 256 bytes (id = byte), then tokens that rules
 * make, in the two forms that a tokenizer reads.
 */
#ifndef NS_TESTS_MADE_VOCABULARY_H
#define NS_TESTS_MADE_VOCABULARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { MADE_MAX = 512 };

struct made_vocabulary {
    struct buf vocab;  /* vocab.json without its last brace, which the test adds */
    struct buf merges; /* merges.txt */
    int n;             /* ids so far */
    struct buf token[MADE_MAX];
    int left[MADE_MAX], right[MADE_MAX]; /* of the rule that makes a token, from id 256 on */
};

/* Enters the 256 bytes into a vocabulary that is {0}. */
void made_vocabulary_bytes(struct made_vocabulary *m);

/* Adds the rule and the token that it makes; false, and nothing added, when there is such a token.
 */
bool made_vocabulary_rule(struct made_vocabulary *m, int left, int right);

void made_vocabulary_release(struct made_vocabulary *m);

void add_utf8(struct buf *out, uint32_t code_point);

#endif
