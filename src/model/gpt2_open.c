#include "model/gpt2.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/h5.h"
#include "base/mem.h"
#include "coding/packed.h"
#include "model/gpt2_file.h"
#include "model/gpt2_keys.h"
#include "model/gpt2_packed.h"

/* The attribute must have this text. */
static int expect_text(const struct h5 *h, const char *name, const char *wanted, struct err *e)
{
    struct buf text = BUF_INIT;
    int status = h5_get_text(h, "/", name, &text, e);
    if (!status && strcmp(buf_text(&text), wanted) != 0) {
        status = err_set(e, "%s in %s is \"%.80s\"; only \"%s\" can be read", name, h->path,
                         buf_text(&text), wanted);
    }
    buf_release(&text);
    return status;
}

/* Which of the two formats is it? */
static int read_format(const struct h5 *h, bool *packed, struct err *e)
{
    struct buf text = BUF_INIT;
    int status = h5_get_text(h, "/", "format", &text, e);
    *packed = strcmp(buf_text(&text), GPT2_FORMAT_PACKED) == 0;
    if (!status && !*packed && strcmp(buf_text(&text), GPT2_FORMAT_MODEL) != 0) {
        status = err_set(e, "format in %s is \"%.80s\"; only \"%s\" and \"%s\" can be read",
                         h->path, buf_text(&text), GPT2_FORMAT_MODEL, GPT2_FORMAT_PACKED);
    }
    buf_release(&text);
    return status;
}

static int check_header(const struct h5 *h, bool *packed, struct err *e)
{
    if (!h5_has_attribute(h, "/", "format")) {
        return err_set(e,
                       "%s is an HDF5 file but no model: it has no attribute format = "
                       "\"nashswarm-model\" (data/README.md describes the format)",
                       h->path);
    }
    int version, tied = 1;
    if (read_format(h, packed, e) || h5_get_int(h, "/", "format_version", &version, e)) {
        return -1;
    }
    int known = *packed ? GPT2_PACKED_VERSION : GPT2_FORMAT_VERSION;
    if (version != known) {
        return err_set(e, "format_version in %s is %d; this program reads version %d%s", h->path,
                       version, known,
                       *packed && version < known ? ": quantize its source again" : "");
    }
    if (expect_text(h, "architecture", "gpt2", e) ||
        expect_text(h, "activation_function", "gelu_new", e)) {
        return -1;
    }
    if (h5_has_attribute(h, "/", "tie_word_embeddings") &&
        h5_get_int(h, "/", "tie_word_embeddings", &tied, e)) {
        return -1;
    }
    return tied ? 0
                : err_set(e,
                          "tie_word_embeddings in %s is false; only models whose output head is "
                          "wte.weight can be read",
                          h->path);
}

static int read_config(const struct h5 *h, struct gpt2_config *c, struct err *e)
{
    bool present[GPT2_KEYS];
    for (int i = 0; i < GPT2_KEYS; i++) {
        const struct gpt2_key *key = &gpt2_keys[i];
        present[i] = key->required || h5_has_attribute(h, "/", key->name);
        if (present[i] && h5_get_int(h, "/", key->name, gpt2_key_value(c, key), e)) {
            return -1;
        }
    }
    double epsilon;
    if (h5_get_real(h, "/", "layer_norm_epsilon", &epsilon, e)) {
        return -1;
    }
    c->ln_epsilon = (float)epsilon;
    gpt2_keys_complete(c, present);
    return gpt2_config_check(c, h->path, e);
}

static void add_shape(struct buf *out, int rank, const uint64_t *dims)
{
    if (rank == 0) {
        buf_adds(out, "a single number");
    }
    for (int i = 0; i < rank; i++) {
        buf_addf(out, "%s%llu", i ? " × " : "", (unsigned long long)dims[i]);
    }
    if (rank == 1) {
        buf_adds(out, " numbers");
    }
}

static int refuse_shape(const struct h5 *h, const struct gpt2_tensor *t, const struct h5_array *a,
                        struct err *e)
{
    struct buf got = BUF_INIT, wanted = BUF_INIT;
    uint64_t dims[2] = {t->rows ? t->rows : t->cols, t->cols};
    add_shape(&got, a->rank, a->dims);
    add_shape(&wanted, t->rows ? 2 : 1, dims);
    const char *keys = strcmp(t->name, "wte.weight") == 0   ? "vocab_size and n_embd"
                       : strcmp(t->name, "wpe.weight") == 0 ? "n_positions and n_embd"
                                                            : "the sizes in its attributes";
    err_set(e, "%s in %s is %s, but %s say %s", t->name, h->path, buf_text(&got), keys,
            buf_text(&wanted));
    buf_release(&got);
    buf_release(&wanted);
    return -1;
}

static int open_tensor(const struct h5 *h, const struct gpt2 *m, struct gpt2_tensor *t,
                       struct err *e)
{
    struct h5_array a;
    if (h5_find(h, t->name, &a, e)) {
        return -1;
    }
    bool same = t->rows ? a.rank == 2 && a.dims[0] == t->rows && a.dims[1] == t->cols
                        : a.rank == 1 && a.dims[0] == t->cols;
    if (!same) {
        return refuse_shape(h, t, &a, e);
    }
    if (a.type != H5_F16 && a.type != H5_F32) {
        return err_set(e,
                       "%s in %s has elements of type %s; write it as little-endian IEEE floats of "
                       "16 or 32 bits",
                       t->name, h->path, a.type_text);
    }
    t->dtype = a.type == H5_F16 ? DTYPE_F16 : DTYPE_F32;
    t->stored = m->file.bytes + a.offset;
    return 0;
}

static int open_bytes(const struct h5 *h, const struct gpt2 *m, const char *path,
                      struct file_map *out, struct err *e)
{
    struct h5_array a;
    if (h5_find(h, path, &a, e)) {
        return -1;
    }
    if (a.type != H5_U8 || a.rank != 1) {
        return err_set(e,
                       "%s in %s has elements of type %s in %d dimensions; write the file's bytes "
                       "as one row of 8-bit unsigned integers",
                       path, h->path, a.type_text, a.rank);
    }
    *out = (struct file_map){m->file.bytes + a.offset, (size_t)a.n};
    return 0;
}

static int open_special(const struct h5 *h, struct gpt2 *m, struct err *e)
{
    enum { MAX = sizeof m->special_token_ids / sizeof m->special_token_ids[0] };
    double ids[MAX];
    size_t n;
    if (!h5_has_attribute(h, "tokenizer", "special_token_ids")) {
        return 0;
    }
    if (h5_get_reals(h, "tokenizer", "special_token_ids", ids, MAX, &n, e)) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (!(ids[i] >= 0 && ids[i] < m->config.V) || ids[i] != floor(ids[i])) {
            return err_set(e,
                           "special_token_ids in %s has %.17g, which is no whole number below "
                           "vocab_size, %d",
                           h->path, ids[i], m->config.V);
        }
        m->special_token_ids[m->n_special++] = (int)ids[i];
    }
    return 0;
}

static int open_tokenizer(const struct h5 *h, struct gpt2 *m, struct err *e)
{
    if (!h5_exists(h, "tokenizer")) {
        return 0;
    }
    if (open_bytes(h, m, "tokenizer/vocab.json", &m->vocab_json, e) ||
        open_bytes(h, m, "tokenizer/merges.txt", &m->merges_txt, e)) {
        return -1;
    }
    return open_special(h, m, e);
}

/* How the weights were quantized; older packed files do not say. It is shown, so it is plain. */
static int open_quantized(const struct h5 *h, struct gpt2 *m, bool packed, struct err *e)
{
    struct buf mark = BUF_INIT;
    if (!h5_has_attribute(h, "/", "quantized")) {
        snprintf(m->quantized, sizeof m->quantized, "%s", packed ? "not recorded how" : "");
        return 0;
    }
    int status = h5_get_text(h, "/", "quantized", &mark, e);
    bool plain = mark.len > 0 && mark.len < sizeof m->quantized;
    for (size_t i = 0; i < mark.len && plain; i++) {
        plain = mark.s[i] >= ' ' && mark.s[i] <= '~';
    }
    if (!status && !plain) {
        status = err_set(e,
                         "the attribute quantized in %s must name method and bits in 1 to %zu "
                         "printable ASCII characters",
                         h->path, sizeof m->quantized - 1);
    }
    snprintf(m->quantized, sizeof m->quantized, "%s", status ? "" : buf_text(&mark));
    buf_release(&mark);
    return status;
}

/* What the file says of the making of its weights; nothing in many. */
static int open_marks(const struct h5 *h, struct gpt2 *m, bool packed, struct err *e)
{
    int mark = 0;
    if (h5_has_attribute(h, "/", "synthetic") && h5_get_int(h, "/", "synthetic", &mark, e)) {
        return -1;
    }
    m->synthetic = mark != 0;
    return open_quantized(h, m, packed, e);
}

int gpt2_open(struct gpt2 *m, const char *path, struct err *e)
{
    *m = (struct gpt2){0};
    struct gpt2_config config = {0};
    struct file_stamp stamp;
    struct h5 h;
    if (file_stamp_read(&stamp, path, e) || h5_open(&h, path, e)) {
        return -1;
    }
    int status = -1;
    bool packed = false;
    if (check_header(&h, &packed, e) || read_config(&h, &config, e) || gpt2_layout(m, &config, e) ||
        !(m->path = mem_string(path, e))) {
        goto out;
    }
    m->stamp = stamp;
    h5_take_map(&h, &m->file);
    if (packed && !(m->packed = mem_new((size_t)m->n_tensors, sizeof *m->packed, e))) {
        goto out;
    }
    for (int i = 0; i < m->n_tensors; i++) {
        bool in_codes = packed && gpt2_packed_has(&h, m->tensors[i].name);
        if (in_codes ? gpt2_packed_open(m, i, &h, e) : open_tensor(&h, m, &m->tensors[i], e)) {
            goto out;
        }
    }
    status = open_marks(&h, m, packed, e) || open_tokenizer(&h, m, e) ? -1 : 0;
out:
    h5_close(&h);
    if (status) {
        gpt2_close(m);
    }
    return status;
}
