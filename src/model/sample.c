#include "model/sample.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "model/decode.h"
#include "model/draw.h"

/* What a thread needs to make DECODE_ROWS texts at a time. */
struct maker {
    struct decoder decoder;
    struct draw draw;
    bool *first_v; /* the ids that may come first */
};

struct work {
    const struct gpt2 *m;
    const struct sampling *s;
    const bool *drawable_v;
    int *ids;      /* texts × tokens */
    size_t *n;     /* ids of each text */
    bool *failed;  /* texts whose logits were not finite */
    size_t groups; /* of DECODE_ROWS texts */
    struct maker *makers;
    size_t n_makers;
};

static int check(const struct gpt2 *m, const struct sampling *s, struct err *e)
{
    if (m->config.eos_token_id < 0) {
        return err_set(e,
                       "%s has no eos_token_id, and texts are started by the end-of-text token: "
                       "sample from another model",
                       m->path);
    }
    if (s->texts < 1 || s->texts > SAMPLED_TEXTS_MAX) {
        return err_set(e, "%zu texts were asked for; 1 to %d can be had", s->texts,
                       SAMPLED_TEXTS_MAX);
    }
    if (s->tokens < 1 || s->tokens > (size_t)m->config.P) {
        return err_set(e, "%zu tokens a text were asked for; the context of %s allows 1 to %d",
                       s->tokens, m->path, m->config.P);
    }
    if (!(s->temperature > 0) || !isfinite(s->temperature)) {
        return err_set(e, "the temperature is %g; it must be above 0", s->temperature);
    }
    if (s->top_k > (size_t)m->config.V) {
        return err_set(e, "the likeliest %zu tokens were asked for; the vocabulary of %s has %d",
                       s->top_k, m->path, m->config.V);
    }
    return 0;
}

static int maker_init(struct maker *k, const struct work *w, struct err *e)
{
    size_t V = (size_t)w->m->config.V;
    k->draw = (struct draw){.V = V,
                            .allowed_v = w->drawable_v,
                            .temperature = w->s->temperature,
                            .top_k = w->s->top_k > 0 ? w->s->top_k : V};
    if (!(k->draw.p_v = mem_floats(V, e)) || !(k->draw.heap = mem_floats(k->draw.top_k, e)) ||
        !(k->first_v = mem_new(V, sizeof *k->first_v, e))) {
        return -1;
    }
    memcpy(k->first_v, w->drawable_v, V * sizeof *k->first_v);
    k->first_v[w->m->config.eos_token_id] = false;
    return decoder_init(&k->decoder, w->m, w->s->tokens, e);
}

static int work_init(struct work *w, struct err *e)
{
    size_t threads = (size_t)omp_get_max_threads();
    w->groups = (w->s->texts + DECODE_ROWS - 1) / DECODE_ROWS;
    w->n_makers = threads < w->groups ? threads : w->groups;
    if (!(w->ids = mem_new(w->s->texts * w->s->tokens, sizeof *w->ids, e)) ||
        !(w->n = mem_new(w->s->texts, sizeof *w->n, e)) ||
        !(w->failed = mem_new(w->s->texts, sizeof *w->failed, e)) ||
        !(w->makers = mem_new(w->n_makers, sizeof *w->makers, e))) {
        return -1;
    }
    for (size_t i = 0; i < w->n_makers; i++) {
        if (maker_init(&w->makers[i], w, e)) {
            return -1;
        }
    }
    return 0;
}

static void work_release(struct work *w)
{
    for (size_t i = 0; w->makers && i < w->n_makers; i++) {
        decoder_release(&w->makers[i].decoder);
        free(w->makers[i].draw.p_v);
        free(w->makers[i].draw.heap);
        free(w->makers[i].first_v);
    }
    free(w->makers);
    free(w->ids);
    free(w->n);
    free(w->failed);
}

/* Draws the next id of a text from a row's logits; false when the text ends. */
static bool go_on(const struct work *w, struct maker *k, struct rng *r, size_t text, size_t row,
                  bool first)
{
    struct draw draw = k->draw;
    draw.allowed_v = first ? k->first_v : w->drawable_v;
    int id = draw_id(&draw, k->decoder.logits_sv + row * draw.V, rng_uniform(r));
    if (id < 0 || id == w->m->config.eos_token_id) {
        w->failed[text] = id < 0;
        return false;
    }
    w->ids[text * w->s->tokens + w->n[text]++] = id;
    return true;
}

/* All the texts of one group. A row whose text has ended, or never was, goes on with the end. */
static void make_group(const struct work *w, struct maker *k, size_t group)
{
    struct rng streams[DECODE_ROWS];
    int next_s[DECODE_ROWS];
    bool open_s[DECODE_ROWS];
    size_t first = group * DECODE_ROWS, n_open = 0;
    for (size_t row = 0; row < DECODE_ROWS; row++) {
        streams[row] = rng_stream(w->s->seed, (uint32_t)(first + row), RNG_SAMPLED_TEXT);
        next_s[row] = w->m->config.eos_token_id;
        open_s[row] = first + row < w->s->texts;
        n_open += open_s[row];
    }
    decoder_restart(&k->decoder);
    for (size_t t = 0; t < w->s->tokens && n_open > 0; t++) {
        decoder_step(&k->decoder, next_s);
        for (size_t row = 0; row < DECODE_ROWS; row++) {
            size_t text = first + row;
            if (!open_s[row]) {
                continue;
            }
            open_s[row] = go_on(w, k, &streams[row], text, row, t == 0);
            n_open -= !open_s[row];
            next_s[row] = open_s[row] ? w->ids[text * w->s->tokens + w->n[text] - 1]
                                      : w->m->config.eos_token_id;
        }
    }
}

/* As many groups at a time as there are makers, so that somebody can be told in between. */
static int make_all(const struct work *w, const struct progress *progress, struct err *e)
{
    for (size_t done = 0; done < w->groups;) {
        size_t end = done + w->n_makers < w->groups ? done + w->n_makers : w->groups;
#pragma omp parallel for schedule(static, 1)
        for (size_t group = done; group < end; group++) {
            make_group(w, &w->makers[group - done], group);
        }
        done = end;
        if (progress_tell(progress, done, w->groups, e)) {
            return -1;
        }
    }
    for (size_t i = 0; i < w->s->texts; i++) {
        if (w->failed[i]) {
            return err_set(e, "%s gives logits that are not finite: its weights are too large",
                           w->m->path);
        }
    }
    return 0;
}

/* The texts one after the other, without what they did not use. */
static int hand_over(struct sequences *out, struct work *w, struct err *e)
{
    *out = (struct sequences){.n = w->s->texts};
    if (!(out->start = mem_new(out->n + 1, sizeof *out->start, e))) {
        return -1;
    }
    for (size_t i = 0; i < out->n; i++) {
        memmove(w->ids + out->start[i], w->ids + i * w->s->tokens, w->n[i] * sizeof *w->ids);
        out->start[i + 1] = out->start[i] + w->n[i];
    }
    out->ids = w->ids;
    w->ids = NULL;
    return 0;
}

int sample_texts(struct sequences *out, const struct gpt2 *m, const struct sampling *s,
                 const bool *drawable_v, const struct progress *progress, struct err *e)
{
    struct work w = {.m = m, .s = s, .drawable_v = drawable_v};
    *out = (struct sequences){0};
    int status = check(m, s, e);
    if (!status) {
        status = work_init(&w, e);
    }
    if (!status) {
        status = make_all(&w, progress, e);
    }
    if (!status) {
        status = hand_over(out, &w, e);
    }
    work_release(&w);
    return status;
}

void sample_line(struct buf *out, const char *text, size_t n)
{
    bool blank = false, begun = false;
    for (size_t i = 0, length; i < n; i += length ? length : 1) {
        length = utf8_valid_length(text + i, n - i);
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f) {
            blank = begun;
        } else if (length > 0) {
            if (blank) {
                buf_addc(out, ' ');
            }
            buf_add(out, text + i, length);
            blank = false;
            begun = true;
        }
    }
}
