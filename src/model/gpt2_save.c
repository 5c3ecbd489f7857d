#include "model/gpt2_file.h"

#include <stdio.h>
#include <string.h>

#include "base/h5.h"
#include "coding/packed.h"
#include "model/gpt2_keys.h"
#include "model/gpt2_packed.h"

static int put_config(struct h5 *h, const struct gpt2 *m, const char *format, const char *note,
                      struct err *e)
{
    struct gpt2_config c = m->config;
    bool packed = strcmp(format, GPT2_FORMAT_PACKED) == 0;
    int version = packed ? GPT2_PACKED_VERSION : GPT2_FORMAT_VERSION;
    if (h5_put_text(h, "/", "format", format, e) ||
        h5_put_int(h, "/", "format_version", version, e) ||
        h5_put_text(h, "/", "architecture", "gpt2", e) ||
        h5_put_text(h, "/", "activation_function", "gelu_new", e) ||
        h5_put_int(h, "/", "tie_word_embeddings", 1, e) ||
        h5_put_float(h, "/", "layer_norm_epsilon", c.ln_epsilon, e) ||
        h5_put_text(h, "/", "description", note, e) ||
        (m->synthetic && h5_put_int(h, "/", "synthetic", 1, e)) ||
        (*m->quantized && h5_put_text(h, "/", "quantized", m->quantized, e))) {
        return -1;
    }
    for (int i = 0; i < GPT2_KEYS; i++) {
        int value = *gpt2_key_value(&c, &gpt2_keys[i]);
        if (value >= 0 && h5_put_int(h, "/", gpt2_keys[i].name, value, e)) {
            return -1;
        }
    }
    return 0;
}

static int put_tensor(struct h5 *h, const struct gpt2_tensor *t, struct err *e)
{
    uint64_t dims[2] = {t->rows ? t->rows : t->cols, t->cols};
    enum h5_type type = t->stored && t->dtype == DTYPE_F16 ? H5_F16 : H5_F32;
    const void *bytes = t->stored ? t->stored : (const void *)t->f32;
    if (!bytes) {
        BUG("%s is to be saved and has no weights", t->name);
    }
    return h5_put_array(h, t->name, type, t->rows ? 2 : 1, dims, bytes, e);
}

/* Tensor i in the form that the packer gives it. */
static int put_packed(struct h5 *h, const struct gpt2 *m, int i, const struct gpt2_packer *packer,
                      struct err *e)
{
    struct packed_tensor packed = {0};
    bool is_packed = false;
    int status = packer->pack(packer->context, i, &packed, &is_packed, e);
    if (!status) {
        status = is_packed ? gpt2_packed_put(h, m->tensors[i].name, &packed, e)
                           : put_tensor(h, &m->tensors[i], e);
    }
    packed_release(&packed);
    return status;
}

static int put_tokenizer(struct h5 *h, const struct gpt2 *m, struct err *e)
{
    if (m->vocab_json.n == 0 || m->merges_txt.n == 0) {
        return 0;
    }
    uint64_t n_vocab = m->vocab_json.n, n_merges = m->merges_txt.n;
    if (h5_put_group(h, "tokenizer", e) ||
        h5_put_array(h, "tokenizer/vocab.json", H5_U8, 1, &n_vocab, m->vocab_json.bytes, e) ||
        h5_put_array(h, "tokenizer/merges.txt", H5_U8, 1, &n_merges, m->merges_txt.bytes, e)) {
        return -1;
    }
    return m->n_special ? h5_put_ints(h, "tokenizer", "special_token_ids", m->special_token_ids,
                                      (size_t)m->n_special, e)
                        : 0;
}

static int put_sources(struct h5 *h, const struct gpt2_source *sources, size_t n, struct err *e)
{
    int status = n ? h5_put_group(h, "source", e) : 0;
    for (size_t i = 0; i < n && !status; i++) {
        status = h5_put_text(h, "source", sources[i].name, sources[i].sha256, e);
    }
    return status;
}

int gpt2_save(const struct gpt2 *m, const char *path, const struct gpt2_source *sources,
              size_t n_sources, const char *note, struct err *e)
{
    return gpt2_save_packed(m, path, sources, n_sources, note, NULL, e);
}

int gpt2_save_packed(const struct gpt2 *m, const char *path, const struct gpt2_source *sources,
                     size_t n_sources, const char *note, const struct gpt2_packer *packer,
                     struct err *e)
{
    struct h5 h;
    if (h5_create(&h, path, e)) {
        return -1;
    }
    int status = put_config(&h, m, packer ? GPT2_FORMAT_PACKED : GPT2_FORMAT_MODEL, note, e);
    if (!status && packer) {
        status = h5_put_group(&h, "packed", e);
    }
    size_t done = 0, all = gpt2_parameters(m);
    for (int i = 0; i < m->n_tensors && !status; i++) {
        status = packer ? put_packed(&h, m, i, packer, e) : put_tensor(&h, &m->tensors[i], e);
        done += m->tensors[i].n;
        status = status ? status : progress_tell(m->progress, done, all, e);
    }
    if (status || put_tokenizer(&h, m, e) || put_sources(&h, sources, n_sources, e) ||
        gpt2_check_unchanged(m, e)) {
        h5_close(&h);
        return -1;
    }
    return h5_publish(&h, e);
}

/* The maker of a model's weights, told which tensor it is at. */
struct making {
    const struct gpt2_maker *maker;
    int tensor;
};

static int make_elements(void *context, uint64_t begin, uint64_t end, void *bytes, struct err *e)
{
    const struct making *at = context;
    return at->maker->make(at->maker->context, at->tensor, (size_t)begin, (size_t)end, bytes, e);
}

int gpt2_save_made(const struct gpt2 *m, const char *path, const struct gpt2_source *sources,
                   size_t n_sources, const char *note, const struct gpt2_maker *maker,
                   struct err *e)
{
    struct h5 h;
    if (h5_create(&h, path, e)) {
        return -1;
    }
    int status = put_config(&h, m, GPT2_FORMAT_MODEL, note, e);
    for (int i = 0; i < m->n_tensors && !status; i++) {
        const struct gpt2_tensor *t = &m->tensors[i];
        struct making at = {maker, i};
        uint64_t dims[2] = {t->rows ? t->rows : t->cols, t->cols};
        enum h5_type type = t->dtype == DTYPE_F16 ? H5_F16 : H5_F32;
        status = h5_make_array(&h, t->name, type, t->rows ? 2 : 1, dims,
                               &(struct h5_maker){make_elements, &at}, e);
    }
    if (status || put_tokenizer(&h, m, e) || put_sources(&h, sources, n_sources, e) ||
        (maker->made && maker->made(maker->context, e))) {
        h5_close(&h);
        return -1;
    }
    return h5_publish(&h, e);
}

struct source_list {
    const struct h5 *h;
    struct gpt2_source *out;
    size_t n;
};

static int add_source(void *context, const char *name, struct err *e)
{
    struct source_list *list = context;
    if (list->n == GPT2_SOURCES_MAX) {
        return err_set(e, "the group source in %s names over %d files", list->h->path,
                       GPT2_SOURCES_MAX);
    }
    struct gpt2_source *source = &list->out[list->n];
    struct buf digest = BUF_INIT;
    int status = h5_get_text(list->h, "source", name, &digest, e);
    if (!status && (strlen(name) >= sizeof source->name || digest.len != 64 ||
                    strspn(digest.s, "0123456789abcdef") != 64)) {
        status = err_set(e,
                         "the attribute %.100s of the group source in %s must be a file name of "
                         "under %zu bytes with a SHA-256 of 64 lower-case hexadecimal digits",
                         name, list->h->path, sizeof source->name);
    }
    if (!status) {
        snprintf(source->name, sizeof source->name, "%s", name);
        snprintf(source->sha256, sizeof source->sha256, "%s", digest.s);
        list->n++;
    }
    buf_release(&digest);
    return status;
}

int gpt2_sources(const struct gpt2 *m, struct gpt2_source *out, size_t *n, struct err *e)
{
    struct h5 h;
    *n = 0;
    if (h5_open(&h, m->path, e)) {
        return -1;
    }
    struct source_list list = {.h = &h, .out = out};
    int status =
        h5_exists(&h, "source") ? h5_each_attribute(&h, "source", add_source, &list, e) : 0;
    *n = status ? 0 : list.n;
    h5_close(&h);
    return status;
}
