/*
 * gpt2_keys: the whole numbers of a configuration, once: their names in model files and in Hugging
 * Face's config.json (the same ones), and where they stand in struct gpt2_config. Reader, writer,
 * importer and inspection go through this table.
 */
#ifndef NS_MODEL_GPT2_KEYS_H
#define NS_MODEL_GPT2_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/gpt2.h"

struct gpt2_key {
    const char *name;
    size_t offset; /* of the int in struct gpt2_config */
    bool required;
    int absent; /* its value when the file has none; GPT2_4C means 4 times the width */
};

enum { GPT2_KEYS = 8, GPT2_4C = -4 };

extern const struct gpt2_key gpt2_keys[GPT2_KEYS];

static inline int *gpt2_key_value(struct gpt2_config *c, const struct gpt2_key *key)
{
    return (int *)(void *)((char *)c + key->offset);
}

/* Gives every absent number its value; call after the required ones are there. */
void gpt2_keys_complete(struct gpt2_config *c, const bool present[GPT2_KEYS]);

#endif
