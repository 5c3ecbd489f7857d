/*
 * hf_config: Hugging Face's config.json (and added_tokens.json) of a GPT-2 folder.
 *
 * Whatever would make the arithmetic another one than GPT-2's is refused by name: other
 * activations, attention scaling, an untied output head, cross-attention. Absent keys mean what
 * they mean there.
 */
#ifndef NS_MODEL_HF_CONFIG_H
#define NS_MODEL_HF_CONFIG_H

#include "base/err.h"
#include "model/gpt2.h"

/* The checked configuration in `path`. */
int hf_config_read(struct gpt2_config *c, const char *path, struct err *e);

/*
 * Sets m's special tokens: bos_token_id, eos_token_id and pad_token_id of config.json, each once,
 * then the ids in added_tokens.json, if that file exists.
 */
int hf_special_tokens(struct gpt2 *m, const char *config_path, const char *added_path,
                      struct err *e);

#endif
