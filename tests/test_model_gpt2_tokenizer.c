#include <criterion/criterion.h>
#include <string.h>

#include "made_vocabulary.h"
#include "model/gpt2_tokenizer.h"

static struct file_map mapped(const struct buf *b)
{
    return (struct file_map){(const unsigned char *)buf_text(b), b->len};
}

Test(model_gpt2_tokenizer, comes_from_the_files_in_the_model)
{
    struct made_vocabulary files = {0};
    made_vocabulary_bytes(&files);
    made_vocabulary_rule(&files, 'a', 'b');
    buf_adds(&files.vocab, ",\"<end>\":257}");
    struct gpt2 m = {.config.V = 258,
                     .vocab_json = mapped(&files.vocab),
                     .merges_txt = mapped(&files.merges),
                     .special_token_ids = {257},
                     .n_special = 1,
                     .path = (char[]){"m.h5"}};
    struct tokenizer *t;
    struct ids ids = {0};
    struct err e;
    cr_assert(gpt2_tokenizer(&t, &m, &e) == 0, "%s", e.text);
    made_vocabulary_release(&files); /* the tokenizer lives on without it */
    cr_assert(tokenizer_encode(t, "ab<end>", 7, &ids, &e) == 0, "%s", e.text);
    cr_assert(ids.n == 2 && ids.id[0] == 256 && ids.id[1] == 257);
    ids_release(&ids);
    tokenizer_free(t);
}

Test(model_gpt2_tokenizer, a_model_without_one_is_named)
{
    struct buf one = BUF_INIT;
    buf_adds(&one, "{}");
    struct gpt2 none = {.config.V = 258, .path = (char[]){"m.h5"}}, half = none;
    half.vocab_json = mapped(&one);
    struct tokenizer *t;
    struct err e;
    cr_assert(gpt2_tokenizer(&t, &none, &e) == -1);
    cr_assert(strncmp(e.text, "m.h5 holds no tokenizer", 23) == 0, "%s", e.text);
    cr_assert(gpt2_tokenizer(&t, &half, &e) == -1);
    cr_assert(strstr(e.text, "no merges.txt") != NULL, "%s", e.text);
    buf_release(&one);
}
