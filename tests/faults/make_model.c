/*
 * make_model FOLDER: a Hugging Face folder with a GPT-2 that is as small as one can be: bytes for a
 * vocabulary, 32 positions, 16 channels, one layer. The weights are random, by the streams of
 * base/rng.h, so the bytes are always the same.
 */
#include <stdio.h>
#include <string.h>

#include "../made_vocabulary.h"
#include "base/file.h"
#include "base/rng.h"
#include "model/gpt2.h"

static const struct gpt2_config config = {.V = 257,
                                          .P = 32,
                                          .C = 16,
                                          .L = 1,
                                          .H = 2,
                                          .F = 64,
                                          .ln_epsilon = 1e-5f,
                                          .eos_token_id = 256,
                                          .bos_token_id = 256};

static int write_config(const char *folder, struct err *e)
{
    struct buf text = BUF_INIT;
    buf_addf(&text,
             "{\"model_type\": \"gpt2\", \"vocab_size\": %d, \"n_positions\": %d, \"n_embd\": %d,\n"
             " \"n_layer\": %d, \"n_head\": %d, \"n_inner\": null, \"layer_norm_epsilon\": 1e-05,\n"
             " \"activation_function\": \"gelu_new\", \"bos_token_id\": 256, \"eos_token_id\": "
             "256}\n",
             config.V, config.P, config.C, config.L, config.H);
    int status = file_write_text(folder, "config.json", &text, e);
    buf_release(&text);
    return status;
}

static int write_tokenizer(const char *folder, struct err *e)
{
    static struct made_vocabulary v;
    struct buf merges = BUF_INIT;
    made_vocabulary_bytes(&v);
    buf_adds(&v.vocab, ",\"<|endoftext|>\":256}");
    buf_adds(&merges, "#version: 0.2\n");
    int status = file_write_text(folder, "vocab.json", &v.vocab, e) ||
                         file_write_text(folder, "merges.txt", &merges, e)
                     ? -1
                     : 0;
    buf_release(&merges);
    made_vocabulary_release(&v);
    return status;
}

/* Gains of 1, shifts of 0, and matrices drawn from −0.2 to 0.2. */
static void add_tensor(struct buf *data, const struct gpt2_tensor *t, int index)
{
    struct rng r = rng_stream(0, (uint32_t)index, RNG_TEST);
    bool is_gain = !t->rows && strstr(t->name, ".weight");
    for (size_t k = 0; k < t->n; k++) {
        float x = t->rows ? (float)(0.4 * rng_uniform(&r) - 0.2) : (float)is_gain;
        buf_add(data, &x, sizeof x);
    }
}

static int write_weights(const char *folder, struct err *e)
{
    struct gpt2 m;
    struct buf header = BUF_INIT, data = BUF_INIT, file = BUF_INIT;
    if (gpt2_layout(&m, &config, e)) {
        return -1;
    }
    for (int i = 0; i < m.n_tensors; i++) {
        const struct gpt2_tensor *t = &m.tensors[i];
        size_t begin = data.len;
        add_tensor(&data, t, i);
        buf_addf(&header, "%c\"%s\":{\"dtype\":\"F32\",\"shape\":[", i ? ',' : '{', t->name);
        if (t->rows) {
            buf_addf(&header, "%zu,", t->rows);
        }
        buf_addf(&header, "%zu],\"data_offsets\":[%zu,%zu]}", t->cols, begin, data.len);
    }
    buf_addc(&header, '}');
    uint64_t n = header.len;
    buf_add(&file, &n, sizeof n);
    buf_add(&file, header.s, header.len);
    buf_add(&file, data.s, data.len);
    int status = file_write_text(folder, "model.safetensors", &file, e);
    buf_release(&header);
    buf_release(&data);
    buf_release(&file);
    gpt2_close(&m);
    return status;
}

int main(int argc, char **argv)
{
    struct err e;
    if (argc != 2) {
        fprintf(stderr, "make_model FOLDER\n");
        return 2;
    }
    if (file_make_dirs(argv[1], &e) || write_config(argv[1], &e) || write_tokenizer(argv[1], &e) ||
        write_weights(argv[1], &e)) {
        fprintf(stderr, "make_model: %s\n", e.text);
        return 1;
    }
    return 0;
}
