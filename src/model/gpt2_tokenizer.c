#include "model/gpt2_tokenizer.h"

int gpt2_tokenizer(struct tokenizer **out, const struct gpt2 *m, struct err *e)
{
    if (m->vocab_json.n == 0 || m->merges_txt.n == 0) {
        const char *missing = m->vocab_json.n > 0   ? "no merges.txt"
                              : m->merges_txt.n > 0 ? "no vocab.json"
                                                    : "neither vocab.json nor merges.txt";
        return err_set(e,
                       "%s holds no tokenizer (%s); import the model again from a folder that has "
                       "both files, or give token ids instead of text",
                       m->path, missing);
    }
    return tokenizer_new(out, m->path, m->vocab_json.bytes, m->vocab_json.n, m->merges_txt.bytes,
                         m->merges_txt.n, m->special_token_ids, (size_t)m->n_special, m->config.V,
                         e);
}
