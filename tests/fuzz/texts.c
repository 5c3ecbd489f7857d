/* Texts: cut into lines, filtered, tokenized by the tokenizer of the model that FUZZ_MODEL names;
 * and the same bytes as token ids. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "model/gpt2.h"
#include "model/gpt2_tokenizer.h"
#include "model/texts.h"

static struct tokenizer *tokenizer;
static int n_ids;

static void open_tokenizer(void)
{
    struct gpt2 m;
    struct err e;
    const char *path = getenv("FUZZ_MODEL");
    fuzz_require(path && gpt2_open(&m, path, &e) == 0, "FUZZ_MODEL names no model");
    fuzz_require(gpt2_tokenizer(&tokenizer, &m, &e) == 0, "the model has no tokenizer");
    n_ids = m.config.V;
    gpt2_close(&m);
}

static void round_trip(struct fuzz_input text)
{
    struct ids ids = {0};
    struct buf back = BUF_INIT;
    struct err e;
    fuzz_require(tokenizer_encode(tokenizer, (const char *)text.bytes, text.n, &ids, &e) == 0 &&
                     tokenizer_decode(tokenizer, ids.id, ids.n, &back, &e) == 0,
                 "a text cannot be encoded and decoded");
    fuzz_require(back.len == text.n && memcmp(buf_text(&back), text.bytes, text.n) == 0,
                 "a text comes back as another one");
    ids_release(&ids);
    buf_release(&back);
}

static void read_texts(const char *path, bool keep_line_ends)
{
    struct texts t;
    struct sequences s;
    struct token_stream stream;
    struct err e;
    int status = texts_read(&t, path, keep_line_ends, 0, &e);
    fuzz_check_error(status, &e);
    if (status) {
        return;
    }
    fuzz_require(texts_encode(&t, tokenizer, 8, &s, &e) == 0 && s.n == t.n, "texts are lost");
    sequences_release(&s);
    fuzz_require(texts_stream(&t, tokenizer, &stream, &e) == 0, "texts make no stream");
    for (size_t i = 0; i < stream.n; i++) {
        fuzz_require(stream.ids[i] < n_ids && stream.text[i] < stream.n_texts &&
                         (i == 0 || stream.text[i - 1] <= stream.text[i]),
                     "a stream is out of order");
    }
    token_stream_release(&stream);
    texts_release(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_input in = {bytes, n};
    struct sequences s;
    struct err e;
    if (!tokenizer) {
        open_tokenizer();
    }
    round_trip(in);
    const char *path = fuzz_file("texts.txt", in);
    read_texts(path, false);
    read_texts(path, true);
    int status = sequences_read(&s, path, n_ids, 0, 16, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        sequences_release(&s);
    }
    return 0;
}
