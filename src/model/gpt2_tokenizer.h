/*
 * gpt2_tokenizer: the tokenizer that a model file carries.
 */
#ifndef NS_MODEL_GPT2_TOKENIZER_H
#define NS_MODEL_GPT2_TOKENIZER_H

#include "base/err.h"
#include "model/gpt2.h"
#include "model/tokenizer.h"

/* Makes it from the open model, which it does not need afterwards. */
int gpt2_tokenizer(struct tokenizer **out, const struct gpt2 *m, struct err *e);

#endif
