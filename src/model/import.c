/* gpt2_import(): from a Hugging Face folder to a model file. The folder is only read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/file_stamp.h"
#include "base/half.h"
#include "base/mem.h"
#include "base/pages.h"
#include "model/gpt2_file.h"
#include "model/gpt2_load.h"
#include "model/hf_config.h"
#include "model/safetensors.h"

/* Far above any vocabulary; a bound against being handed the wrong file. */
static const size_t tokenizer_file_max = (size_t)64 << 20;

enum source { CONFIG, WEIGHTS, VOCABULARY, MERGES, ADDED, N_SOURCES };

const char *const gpt2_import_names[] = {"config.json", "model.safetensors", "vocab.json",
                                         "merges.txt",  "added_tokens.json", NULL};

struct import {
    struct buf paths[N_SOURCES];
    struct file_stamp
        stamps[N_SOURCES]; /* before any byte was read; zeros where there is no file */
    struct gpt2 model;
    struct safetensors weights;
    struct file_map vocabulary, merges;
    const struct safetensor **from; /* of each tensor of the model; NULL: not found */
    const struct progress *progress;
    size_t read_bytes, written_bytes, all_bytes; /* digested, written, and both when all is done */
};

static int name_files(struct import *in, const char *folder, struct err *e)
{
    for (int i = 0; i < N_SOURCES; i++) {
        buf_addf(&in->paths[i], "%s/%s", folder, gpt2_import_names[i]);
        if (buf_check(&in->paths[i], e)) {
            return -1;
        }
        struct err ignored; /* whoever needs the file says that it is missing */
        in->stamps[i] = (struct file_stamp){0};
        file_stamp_read(&in->stamps[i], in->paths[i].s, &ignored);
    }
    return 0;
}

/* Digests and weights are read one after the other: they are of the same bytes only then. */
static int check_unchanged(void *context, struct err *e)
{
    const struct import *in = context;
    for (int i = 0; i < N_SOURCES; i++) {
        struct file_stamp now = {0};
        struct err ignored;
        file_stamp_read(&now, buf_text(&in->paths[i]), &ignored);
        if (!file_stamp_same(&in->stamps[i], &now)) {
            return err_set(e, "%s changed while it was read; import again",
                           buf_text(&in->paths[i]));
        }
    }
    return 0;
}

/* Buffers that checkpoints carry along and the model does not need. */
static bool is_ignored(const char *name, int n_layer)
{
    int layer, end = 0;
    if (sscanf(name, "h.%4d.attn.%n", &layer, &end) != 1 || end == 0 || layer < 0 ||
        layer >= n_layer) {
        return false;
    }
    return strcmp(name + end, "bias") == 0 || strcmp(name + end, "masked_bias") == 0;
}

static int find_tensor(const struct gpt2 *m, const char *name)
{
    for (int i = 0; i < m->n_tensors; i++) {
        if (strcmp(m->tensors[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int check_shape(const struct import *in, const struct gpt2_tensor *t,
                       const struct safetensor *from, struct err *e)
{
    bool same = t->rows ? from->rank == 2 && from->dims[0] == t->rows && from->dims[1] == t->cols
                        : from->rank == 1 && from->dims[0] == t->cols;
    if (same) {
        return 0;
    }
    char got[256] = "", wanted[64];
    for (int i = 0, n = 0; i < from->rank; i++) {
        n += snprintf(got + n, sizeof got - (size_t)n, "%s%zu", i ? " × " : "", from->dims[i]);
    }
    if (t->rows) {
        snprintf(wanted, sizeof wanted, "%zu × %zu", t->rows, t->cols);
    } else {
        snprintf(wanted, sizeof wanted, "%zu", t->cols);
    }
    return err_set(e, "%s in %s is %s, but %s makes it %s", from->name,
                   buf_text(&in->paths[WEIGHTS]), *got ? got : "a single number",
                   gpt2_import_names[CONFIG], wanted);
}

static int take_tensor(struct import *in, const struct safetensor *from, int index, struct err *e)
{
    struct gpt2_tensor *t = &in->model.tensors[index];
    const char *path = buf_text(&in->paths[WEIGHTS]);
    if (in->from[index]) {
        return err_set(e, "%s has %s twice, with and without \"transformer.\"", path, t->name);
    }
    in->from[index] = from;
    t->dtype = from->dtype == SAFE_F16 ? DTYPE_F16 : DTYPE_F32;
    if (check_shape(in, t, from, e)) {
        return -1;
    }
    return from->dtype != SAFE_OTHER
               ? 0
               : err_set(e, "%s in %s is of type %s; only F16, BF16 and F32 can be imported",
                         from->name, path, from->dtype_name);
}

/* A head that checkpoints carry along must be the copy of the embedding that a tied one is. */
static int check_head(const struct import *in, const struct safetensor *head, struct err *e)
{
    const struct safetensor *wte = in->from[in->model.wte];
    size_t n = wte->end - wte->begin;
    if (!head || (head->dtype == wte->dtype && head->end - head->begin == n &&
                  memcmp(head->data, wte->data, n) == 0)) {
        return 0;
    }
    return err_set(e,
                   "%s in %s is not a copy of wte.weight: only models whose head is tied to the "
                   "embedding can be imported",
                   head->name, buf_text(&in->paths[WEIGHTS]));
}

static int take_weights(struct import *in, struct err *e)
{
    const struct safetensor *head = NULL;
    const char *path = buf_text(&in->paths[WEIGHTS]), *prefix = "transformer.";
    struct gpt2 *m = &in->model;
    in->from = mem_new((size_t)m->n_tensors, sizeof(const struct safetensor *), e);
    if (!in->from) {
        return -1;
    }
    for (size_t i = 0; i < in->weights.n; i++) {
        const struct safetensor *from = &in->weights.tensors[i];
        bool prefixed = strncmp(from->name, prefix, strlen(prefix)) == 0;
        const char *name = from->name + (prefixed ? strlen(prefix) : 0);
        int index = find_tensor(m, name);
        if (strcmp(name, "lm_head.weight") == 0) {
            head = from;
            continue;
        }
        if (index >= 0 && take_tensor(in, from, index, e)) {
            return -1;
        }
        if (index < 0 && !is_ignored(name, m->config.L)) {
            return err_set(e, "%s has the tensor %.100s, which no GPT-2 of %d layers has", path,
                           from->name, m->config.L);
        }
    }
    for (int i = 0; i < m->n_tensors; i++) {
        if (!in->from[i]) {
            return err_set(e, "%s has no tensor %s", path, m->tensors[i].name);
        }
    }
    return check_head(in, head, e);
}

static int take_tokenizer_file(struct file_map *out, const char *path, struct err *e)
{
    if (file_map_open(out, path, e)) {
        return err_prefix(e, "a model without tokenizer files cannot score texts");
    }
    if (out->n == 0 || out->n > tokenizer_file_max) {
        return err_set(e, "%s has %zu bytes; it must have from 1 to %zu", path, out->n,
                       tokenizer_file_max);
    }
    return 0;
}

static int read_folder(struct import *in, struct err *e)
{
    struct gpt2_config config;
    struct gpt2 *m = &in->model;
    if (hf_config_read(&config, buf_text(&in->paths[CONFIG]), e) || gpt2_layout(m, &config, e)) {
        return -1;
    }
    m->path = mem_string(buf_text(&in->paths[WEIGHTS]), e);
    if (!m->path || safetensors_open(&in->weights, m->path, e) || take_weights(in, e) ||
        take_tokenizer_file(&in->vocabulary, buf_text(&in->paths[VOCABULARY]), e) ||
        take_tokenizer_file(&in->merges, buf_text(&in->paths[MERGES]), e) ||
        hf_special_tokens(m, buf_text(&in->paths[CONFIG]), buf_text(&in->paths[ADDED]), e)) {
        return -1;
    }
    m->vocab_json = in->vocabulary;
    m->merges_txt = in->merges;
    in->all_bytes = in->weights.file.n;
    for (int i = 0; i < m->n_tensors; i++) {
        in->all_bytes += in->from[i]->end - in->from[i]->begin;
    }
    return 0;
}

/* Every byte is looked at twice, which is 8 bytes a weight. */
static int tell(const struct import *in, struct err *e)
{
    return progress_tell(in->progress, (in->read_bytes + in->written_bytes) / 8, in->all_bytes / 8,
                         e);
}

static bool digested(void *context, size_t done, size_t total)
{
    struct import *in = context;
    struct err stop;
    (void)total;
    in->read_bytes = done;
    return tell(in, &stop);
}

static int digest_sources(struct import *in, struct gpt2_source *out, size_t *n, struct err *e)
{
    struct progress progress = {.report = digested, .context = in};
    *n = 0;
    for (int i = 0; i < N_SOURCES; i++) {
        const char *path = buf_text(&in->paths[i]);
        if (i == ADDED && !file_exists(path)) {
            continue;
        }
        struct gpt2_source *source = &out[(*n)++];
        snprintf(source->name, sizeof source->name, "%s", gpt2_import_names[i]);
        if (digest_long_file(source->sha256, path, i == WEIGHTS ? &progress : NULL, e)) {
            return -1;
        }
    }
    return 0;
}

/* A weight as it will be read back, of those that were copied out. */
static float copied(const void *out, enum gpt2_dtype dtype, size_t i)
{
    uint16_t half;
    if (dtype == DTYPE_F32) {
        return ((const float *)out)[i];
    }
    memcpy(&half, (const unsigned char *)out + i * sizeof half, sizeof half);
    return half_to_float(half);
}

/* Copies weights out of the mapped file, where they may be misaligned; refuses NaN, infinities. */
static int copy_weights(void *context, int index, size_t begin, size_t end, void *out,
                        struct err *e)
{
    struct import *in = context;
    const struct gpt2_tensor *t = &in->model.tensors[index];
    const struct safetensor *from = in->from[index];
    size_t n = end - begin, size = from->dtype == SAFE_F32 ? sizeof(float) : sizeof(uint16_t);
    const unsigned char *bytes = from->data + begin * size;
    if (from->dtype == SAFE_BF16) {
        bfloats_to_floats(out, bytes, n);
    } else {
        memcpy(out, bytes, n * size);
    }
    bool finite = t->dtype == DTYPE_F16 ? halves_finite(out, n) : floats_finite(out, n);
    for (size_t i = 0; i < n && !finite; i++) {
        float x = copied(out, t->dtype, i);
        if (!isfinite(x)) {
            return gpt2_refuse_weight(&in->model, t, begin + i, x, e);
        }
    }
    pages_forget(bytes, n * size);
    in->written_bytes += n * size;
    return tell(in, e);
}

int gpt2_import(const char *folder, const char *path, const struct progress *progress,
                struct err *e)
{
    struct import in = {.progress = progress};
    struct gpt2_maker maker = {.make = copy_weights, .made = check_unchanged, .context = &in};
    struct gpt2_source sources[N_SOURCES];
    size_t n_sources;
    int status = name_files(&in, folder, e);
    if (!status) {
        status = read_folder(&in, e);
    }
    if (!status) {
        status = digest_sources(&in, sources, &n_sources, e);
    }
    if (!status) {
        status = gpt2_save_made(&in.model, path, sources, n_sources,
                                "Imported from a Hugging Face folder; the group source has the "
                                "digests of its files.",
                                &maker, e);
    }
    gpt2_close(&in.model);
    safetensors_close(&in.weights);
    file_map_close(&in.vocabulary);
    file_map_close(&in.merges);
    free(in.from);
    for (int i = 0; i < N_SOURCES; i++) {
        buf_release(&in.paths[i]);
    }
    return status;
}
