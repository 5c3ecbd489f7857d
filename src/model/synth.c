#include "model/synth.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "model/gpt2_file.h"

const struct synth_shape synth_shapes[] = {
    {"gpt2", 1024, 768, 12, 12},
    {"gpt2-medium", 1024, 1024, 24, 16},
    {"gpt2-large", 1024, 1280, 36, 20},
    {"gpt2-xl", 1024, 1600, 48, 25},
    {0},
};

const struct synth_shape *synth_shape_named(const char *name)
{
    const struct synth_shape *s = synth_shapes;
    while (s->name && strcmp(s->name, name) != 0) {
        s++;
    }
    return s->name ? s : NULL;
}

struct gpt2_config synth_config(const struct synth_shape *s)
{
    return (struct gpt2_config){.V = SYNTH_VOCABULARY,
                                .P = s->P,
                                .C = s->C,
                                .L = s->L,
                                .H = s->H,
                                .F = 4 * s->C,
                                .ln_epsilon = 1e-5F,
                                .eos_token_id = SYNTH_VOCABULARY - 1,
                                .bos_token_id = SYNTH_VOCABULARY - 1};
}

/* In (−1, 1): uniform, a multiple of 2⁻²³; no step rounds. */
static inline float uniform(uint64_t z)
{
    z ^= z >> 30;
    z *= 0xBF58476D1CE4E5B9u;
    z ^= z >> 27;
    z *= 0x94D049BB133111EBu;
    z ^= z >> 31;
    return 2 * ((float)(int32_t)(z >> 40) * 0x1p-24F) - 1;
}

/* out[k] of u = uniform(z + k): shift + scale · u, or scale · u³. */
SIMD_CLONES static void make(float *out, size_t n, uint64_t z, float shift, float scale, bool cubed)
{
    for (size_t k = 0; k < n; k++) {
        float u = uniform(z + k);
        out[k] = cubed ? u * u * u * scale : shift + scale * u;
    }
}

void synth_weights(float *out, const struct gpt2 *m, int t, size_t begin, size_t n)
{
    const struct gpt2_tensor *tensor = &m->tensors[t];
    bool is_bias = strstr(tensor->name, "bias") != NULL;
    float shift = tensor->rows || is_bias ? 0 : 1;
    float scale = t == m->wte    ? 0.4F
                  : t == m->wpe  ? 0.05F
                  : tensor->rows ? 0.06F
                  : is_bias      ? 0.02F
                                 : 0.1F;
    uint64_t z = ((uint64_t)t + 1) * 0x9E3779B97F4A7C15u + begin;
#pragma omp parallel for schedule(dynamic)
    for (size_t c = 0; c < chunk_count(n); c++) {
        size_t from = chunk_begin(c);
        make(out + from, chunk_end(c, n) - from, z + from, shift, scale, t == m->wte);
    }
}

struct writing {
    const struct gpt2 *model;
    const struct progress *progress;
    size_t done, total; /* weights */
};

static int make_part(void *context, int t, size_t begin, size_t end, void *out, struct err *e)
{
    struct writing *w = context;
    synth_weights(out, w->model, t, begin, end - begin);
    w->done += end - begin;
    return progress_tell(w->progress, w->done, w->total, e);
}

static int check_vocabulary(const struct gpt2 *from, const struct gpt2_config *c, const char *name,
                            struct err *e)
{
    if (from->vocab_json.n == 0 || from->merges_txt.n == 0) {
        return err_set(e, "%s holds no tokenizer to take", from->path);
    }
    return from->config.V <= c->V
               ? 0
               : err_set(e, "%s has a vocabulary of %d entries, and %s has room for %d", from->path,
                         from->config.V, name, c->V);
}

/* The tokenizer of another model, whose bytes they stay. */
static void take_vocabulary(struct gpt2 *m, const struct gpt2 *from)
{
    m->vocab_json = from->vocab_json;
    m->merges_txt = from->merges_txt;
    memcpy(m->special_token_ids, from->special_token_ids, sizeof from->special_token_ids);
    m->n_special = from->n_special;
}

/* A model without weights, for gpt2_save_made(). */
static int lay_out(struct gpt2 *m, const char *name, const struct gpt2_config *config,
                   const struct gpt2 *vocabulary, struct err *e)
{
    struct gpt2_config c = *config;
    if (vocabulary && check_vocabulary(vocabulary, &c, name, e)) {
        return -1;
    }
    if (vocabulary && vocabulary->config.eos_token_id >= 0) {
        c.eos_token_id = vocabulary->config.eos_token_id;
        c.bos_token_id = vocabulary->config.bos_token_id;
    }
    if (gpt2_config_check(&c, name, e) || gpt2_layout(m, &c, e)) {
        return -1;
    }
    if (vocabulary) {
        take_vocabulary(m, vocabulary);
    }
    m->synthetic = true;
    return 0;
}

int synth_write(const char *path, const char *name, const struct gpt2_config *config,
                const struct gpt2 *vocabulary, const struct progress *progress, struct err *e)
{
    struct gpt2 m = {0};
    struct buf note = BUF_INIT;
    buf_addf(&note, "Synthetic weights at the shape of %s: hashes of their places, not trained.",
             name);
    int status = buf_check(&note, e) || lay_out(&m, name, config, vocabulary, e) ? -1 : 0;
    if (!status) {
        struct writing w = {&m, progress, 0, gpt2_parameters(&m)};
        struct gpt2_maker maker = {.make = make_part, .context = &w};
        status = gpt2_save_made(&m, path, NULL, 0, buf_text(&note), &maker, e);
    }
    gpt2_close(&m);
    buf_release(&note);
    return status;
}
