/*
 * tokenizer: GPT-2's byte-level BPE.
 *
 * A text is cut into pieces by GPT-2's pre-tokenizer pattern, each piece's bytes are merged by
 * rank, and what is left is looked up (Radford et al. 2019; Sennrich et al. 2016). Equal to Hugging
 * Face's ByteLevelBPETokenizer without prefix space. A special token standing in the text as it is
 * written becomes its one id. Bytes that are not well-formed UTF-8 count as neither letter, digit
 * nor white space, and are tokenized as bytes. Merging is O(n log n) in the length of a piece.
 *
 * A tokenizer is read-only after tokenizer_new() and may be used by several threads at once.
 */
#ifndef NS_MODEL_TOKENIZER_H
#define NS_MODEL_TOKENIZER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct tokenizer;

/*
 * From the bytes of vocab.json and merges.txt. `special` lists ids whose text is matched before
 * anything else; vocabulary ids must be below n_vocab. `name` is for messages.
 */
int tokenizer_new(struct tokenizer **out, const char *name, const void *vocab_json, size_t n_json,
                  const void *merges_txt, size_t n_merges, const int *special, size_t n_special,
                  int n_vocab, struct err *e);
void tokenizer_free(struct tokenizer *t);

struct ids {
    int *id;
    size_t n, capacity;
};
void ids_release(struct ids *ids);

/* Appends the ids of text[0..n). */
int tokenizer_encode(const struct tokenizer *t, const char *text, size_t n, struct ids *out,
                     struct err *e);

/* Appends the bytes of the ids. An id with no entry is an error. */
int tokenizer_decode(const struct tokenizer *t, const int *ids, size_t n, struct buf *out,
                     struct err *e);

#endif
