#include "model/gpt2.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/gpt2_keys.h"

/* Far above any GPT-2, and small enough that no product of two overflows. */
enum {
    VOCABULARY_MAX = 1 << 24,
    POSITIONS_MAX = 1 << 20,
    WIDTH_MAX = 1 << 16,
    INNER_MAX = 1 << 20,
    LAYERS_MAX = 1 << 10
};
static const size_t parameters_max = (size_t)1 << 40;

const struct gpt2_key gpt2_keys[GPT2_KEYS] = {
    {"vocab_size", offsetof(struct gpt2_config, V), true, 0},
    {"n_positions", offsetof(struct gpt2_config, P), true, 0},
    {"n_embd", offsetof(struct gpt2_config, C), true, 0},
    {"n_layer", offsetof(struct gpt2_config, L), true, 0},
    {"n_head", offsetof(struct gpt2_config, H), true, 0},
    {"n_inner", offsetof(struct gpt2_config, F), false, GPT2_4C},
    {"eos_token_id", offsetof(struct gpt2_config, eos_token_id), false, -1},
    {"bos_token_id", offsetof(struct gpt2_config, bos_token_id), false, -1},
};

void gpt2_keys_complete(struct gpt2_config *c, const bool present[GPT2_KEYS])
{
    for (int i = 0; i < GPT2_KEYS; i++) {
        if (!present[i]) {
            bool from_width = gpt2_keys[i].absent == GPT2_4C && c->C <= WIDTH_MAX && c->C > 0;
            *gpt2_key_value(c, &gpt2_keys[i]) = from_width ? 4 * c->C : gpt2_keys[i].absent;
        }
    }
}

/* A row of gpt2_tensors.def with its shape worked out. */
struct row {
    const char *name;
    size_t rows, cols;
    enum gpt2_scope scope;
    bool per_layer;
    size_t offset; /* of its index: in struct gpt2, or in struct gpt2_layer_tensors */
};

enum {
#define TENSOR_ONCE(field, ...) ROW_##field,
#define TENSOR_LAYER(field, ...) ROW_##field,
#include "model/gpt2_tensors.def"
    ROWS
};

static void rows_of(const struct gpt2_config *config, struct row out[ROWS])
{
    const size_t V = (size_t)config->V, P = (size_t)config->P;
    const size_t C = (size_t)config->C, F = (size_t)config->F;
    const struct row table[ROWS] = {
#define TENSOR_ONCE(field, name, rows, cols, scope)                                                \
    {name, rows, cols, scope, false, offsetof(struct gpt2, field)},
#define TENSOR_LAYER(field, name, rows, cols, scope)                                               \
    {name, rows, cols, scope, true, offsetof(struct gpt2_layer_tensors, field)},
#include "model/gpt2_tensors.def"
    };
    memcpy(out, table, sizeof table);
}

static size_t row_elements(const struct row *row)
{
    return (row->rows ? row->rows : 1) * row->cols;
}

static int check_size(const char *name, int value, int max, const char *path, struct err *e)
{
    if (value < 1 || value > max) {
        return err_set(e, "%s in %s is %d; it must be from 1 to %d", name, path, value, max);
    }
    return 0;
}

static int check_token_id(const char *name, int id, int V, const char *path, struct err *e)
{
    if (id < -1 || id >= V) {
        return err_set(e, "%s in %s is %d; it must be below vocab_size, which is %d", name, path,
                       id, V);
    }
    return 0;
}

int gpt2_config_check(const struct gpt2_config *c, const char *path, struct err *e)
{
    if (check_size("vocab_size", c->V, VOCABULARY_MAX, path, e) ||
        check_size("n_positions", c->P, POSITIONS_MAX, path, e) ||
        check_size("n_embd", c->C, WIDTH_MAX, path, e) ||
        check_size("n_layer", c->L, LAYERS_MAX, path, e) ||
        check_size("n_head", c->H, WIDTH_MAX, path, e) ||
        check_size("n_inner", c->F, INNER_MAX, path, e) ||
        check_token_id("eos_token_id", c->eos_token_id, c->V, path, e) ||
        check_token_id("bos_token_id", c->bos_token_id, c->V, path, e)) {
        return -1;
    }
    if (c->C % c->H) {
        return err_set(e, "n_head in %s is %d, which does not divide n_embd, %d", path, c->H, c->C);
    }
    if (!isfinite(c->ln_epsilon) || c->ln_epsilon <= 0) {
        return err_set(e, "layer_norm_epsilon in %s is %g; it must be positive", path,
                       (double)c->ln_epsilon);
    }
    struct row rows[ROWS];
    rows_of(c, rows);
    size_t parameters = 0; /* at most 2^40 + 10 · 2^46: no overflow */
    for (int i = 0; i < ROWS; i++) {
        parameters += row_elements(&rows[i]) * (rows[i].per_layer ? (size_t)c->L : 1);
    }
    if (parameters > parameters_max) {
        return err_set(e, "the sizes in %s make a model of %zu parameters, which is over 2^40",
                       path, parameters);
    }
    return 0;
}

static void lay_out(struct gpt2 *m, const struct row *row, int layer)
{
    char *owner = row->per_layer ? (char *)&m->layers[layer] : (char *)m;
    *(int *)(void *)(owner + row->offset) = m->n_tensors;
    struct gpt2_tensor *t = &m->tensors[m->n_tensors++];
    snprintf(t->name, sizeof t->name, row->name, layer);
    t->rows = row->rows;
    t->cols = row->cols;
    t->n = row_elements(row);
    t->scope = row->scope;
}

int gpt2_layout(struct gpt2 *m, const struct gpt2_config *config, struct err *e)
{
    *m = (struct gpt2){.config = *config};
    struct row rows[ROWS];
    rows_of(config, rows);
    size_t L = (size_t)config->L;
    m->layers = mem_new(L, sizeof *m->layers, e);
    m->tensors = m->layers ? mem_new(ROWS * L, sizeof *m->tensors, e) : NULL;
    if (!m->tensors) {
        gpt2_close(m);
        return -1;
    }
    for (int i = 0; i < ROWS; i++) {
        if (!rows[i].per_layer) {
            lay_out(m, &rows[i], 0);
            continue;
        }
        int end = i;
        while (end < ROWS && rows[end].per_layer) {
            end++;
        }
        for (int layer = 0; layer < config->L; layer++) {
            for (int r = i; r < end; r++) {
                lay_out(m, &rows[r], layer);
            }
        }
        i = end - 1;
    }
    return 0;
}

int gpt2_share(struct gpt2 *variant, const struct gpt2 *base, struct err *e)
{
    if (gpt2_layout(variant, &base->config, e)) {
        return -1;
    }
    variant->path = mem_string(base->path ? base->path : "", e);
    if (!variant->path) {
        gpt2_close(variant);
        return -1;
    }
    for (int i = 0; i < base->n_tensors; i++) {
        variant->tensors[i] = base->tensors[i];
        variant->tensors[i].owns_f32 = false;
    }
    variant->vocab_json = base->vocab_json;
    variant->merges_txt = base->merges_txt;
    memcpy(variant->special_token_ids, base->special_token_ids, sizeof base->special_token_ids);
    variant->n_special = base->n_special;
    variant->synthetic = base->synthetic;
    memcpy(variant->quantized, base->quantized, sizeof base->quantized);
    variant->progress = base->progress;
    variant->stamp = base->stamp;
    return 0;
}

static void release_f32(struct gpt2_tensor *t)
{
    if (t->owns_f32) {
        free((void *)(size_t)t->f32);
    }
    t->f32 = NULL;
    t->owns_f32 = false;
}

void gpt2_replace(struct gpt2 *variant, int t, float *f32)
{
    if (t < 0 || t >= variant->n_tensors) {
        BUG("tensor %d of %d replaced", t, variant->n_tensors);
    }
    struct gpt2_tensor *tensor = &variant->tensors[t];
    release_f32(tensor);
    tensor->f32 = f32;
    tensor->owns_f32 = true;
    tensor->stored = NULL;
    tensor->packed = NULL;
    tensor->dtype = DTYPE_F32;
}

void gpt2_close(struct gpt2 *m)
{
    for (int i = 0; m->tensors && i < m->n_tensors; i++) {
        release_f32(&m->tensors[i]);
    }
    free(m->tensors);
    free(m->packed); /* their bytes are the file's */
    free(m->layers);
    free(m->path);
    file_map_close(&m->file);
    *m = (struct gpt2){0};
}

int gpt2_check_unchanged(const struct gpt2 *m, struct err *e)
{
    struct file_stamp now;
    if (m->stamp.inode == 0) {
        return 0;
    }
    return file_stamp_read(&now, m->path, e) == 0 && file_stamp_alike(&m->stamp, &now)
               ? 0
               : err_set(e, "%s changed while it was read; start again", m->path);
}

bool gpt2_is_packed(const struct gpt2 *m)
{
    bool packed = false;
    for (int i = 0; i < m->n_tensors; i++) {
        packed |= m->tensors[i].packed != NULL;
    }
    return packed;
}

size_t gpt2_parameters(const struct gpt2 *m)
{
    size_t n = 0;
    for (int i = 0; i < m->n_tensors; i++) {
        n += m->tensors[i].n;
    }
    return n;
}

static const char *const scope_names[] = {
    [SCOPE_NONE] = "none", [SCOPE_HEAD] = "head", [SCOPE_BLOCKS] = "blocks", [SCOPE_ALL] = "all"};

int gpt2_scope_named(const char *name)
{
    for (int s = SCOPE_HEAD; s <= SCOPE_ALL; s++) {
        if (strcmp(scope_names[s], name) == 0) {
            return s;
        }
    }
    return -1;
}

const char *gpt2_scope_name(enum gpt2_scope scope)
{
    return scope_names[scope];
}
