/* vocab.json, NUL, merges.txt, NUL, a text. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "model/tokenizer.h"

enum { IDS = 600 };

/* What a text is turned into is turned back into the same bytes. */
static void round_trip(const struct tokenizer *t, struct fuzz_input text)
{
    struct ids ids = {0};
    struct buf back = BUF_INIT;
    struct err e;
    int status = tokenizer_encode(t, (const char *)text.bytes, text.n, &ids, &e);
    fuzz_require(status == 0, "a text cannot be encoded");
    for (size_t i = 0; i < ids.n; i++) {
        fuzz_require(ids.id[i] >= 0 && ids.id[i] < IDS, "an id is outside the vocabulary");
    }
    status = tokenizer_decode(t, ids.id, ids.n, &back, &e);
    fuzz_require(status == 0, "what was encoded cannot be decoded");
    fuzz_require(back.len == text.n && memcmp(buf_text(&back), text.bytes, text.n) == 0,
                 "a text comes back as another one");
    ids_release(&ids);
    buf_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const int special[] = {256, 3, 256};
    struct fuzz_input in = {bytes, n};
    struct tokenizer *t;
    struct err e;
    struct fuzz_input vocab = fuzz_part(&in), merges = fuzz_part(&in);
    size_t n_special = n % 4;
    int status = tokenizer_new(&t, "made.h5", vocab.bytes, vocab.n, merges.bytes, merges.n, special,
                               n_special, IDS, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        round_trip(t, in);
        tokenizer_free(t);
    }
    return 0;
}
