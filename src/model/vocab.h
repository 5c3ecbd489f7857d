/*
 * vocab: the entries of vocab.json, by id and by key.
 *
 * The file is one JSON object, key → id. The key of an ordinary token spells its bytes in the byte
 * alphabet; the key of a special token is its text as it stands. Ids are distinct and below n_ids,
 * but need not fill the range. All 256 bytes have an entry, so every text can be encoded.
 */
#ifndef NS_MODEL_VOCAB_H
#define NS_MODEL_VOCAB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct token {
    const char *bytes; /* what it decodes to; NULL: the id has no entry */
    size_t n;
    const char *key;
    bool special;
};

struct vocab {
    int n_ids;
    struct token *tokens; /* n_ids of them */
    int byte_id[256];     /* id of the token of each byte */
    json_t *id_by_key;    /* owns the keys */
    char *arena;          /* the bytes of ordinary tokens */
};

/*
 * Reads the n bytes of vocab.json. `special`: ids whose keys are plain text (repeats are fine).
 * Messages start with `name`. On failure nothing has to be released.
 */
int vocab_read(struct vocab *v, const char *name, const void *json, size_t n, const int *special,
               size_t n_special, int n_ids, struct err *e);
void vocab_release(struct vocab *v);

/* Id of the entry with this key, or −1. */
int vocab_find(const struct vocab *v, const char *key);

/*
 * Whether encoding bytes may yield this id: not when it is a special token whose text is not what
 * its key spells, since it would decode to other bytes than it was made from.
 */
bool vocab_spells_bytes(const struct vocab *v, int id);

#endif
