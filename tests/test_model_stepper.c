/* stepper: one text a few positions at a time, from floats and from codes. */
#include "model/stepper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/forward.h"
#include "quantized.h"
#include "scratch.h"
#include "support.h"
#include "tensor/matmul.h"

enum { T = 24 };

static void ids_of(int ids[T], int V)
{
    for (int i = 0; i < T; i++) {
        ids[i] = (i * 7919 + 13) % V;
    }
}

static void open_base(struct gpt2 *m)
{
    struct err e;
    cr_assert(compute_init(2, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(m, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(m, &e) == 0, "%s", e.text);
}

/* Takes the first T ids `n` at a time and returns the logits after the last; free() them. */
static float *logits_by(const struct gpt2 *m, size_t n)
{
    struct stepper d;
    struct err e;
    int ids[T];
    size_t V = (size_t)m->config.V;
    ids_of(ids, m->config.V);
    cr_assert(stepper_init(&d, m, T, n, &e) == 0, "%s", e.text);
    for (int again = 0; again < 2; again++) {
        stepper_restart(&d);
        for (size_t t = 0; t < T; t += n) {
            stepper_take(&d, ids + t, T - t < n ? T - t : n);
        }
    }
    float *logits = mem_floats(V, &e);
    memcpy(logits, d.logits_v, V * sizeof *logits);
    stepper_release(&d);
    return logits;
}

/* The same by the forward pass of a model in floats. */
static float *logits_of_forward(const struct gpt2 *m)
{
    struct err e;
    int ids[T];
    size_t C = (size_t)m->config.C, V = (size_t)m->config.V;
    struct batch_text text = {.ids = ids, .n_text = T, .n_total = T};
    struct batch b = {.texts = &text, .n_texts = 1};
    ids_of(ids, m->config.V);
    cr_assert(batch_layout(&b, &e) == 0, "%s", e.text);
    float *hidden = mem_floats(T * C, &e), *logits = mem_floats(V, &e);
    cr_assert(forward(hidden, m, &b, &e) == 0, "%s", e.text);
    matmul_transposed(logits, V, hidden + (T - 1) * C, C, m->tensors[m->wte].f32, C, 1, C, V, 1);
    free(hidden);
    batch_release(&b);
    return logits;
}

static void assert_close(const float *a, const float *b, int V, const char *what, size_t n)
{
    for (int v = 0; v < V; v++) {
        cr_assert(fabsf(a[v] - b[v]) < 2e-3f, "%s, %zu at a time, id %d: %g, not %g", what, n, v,
                  (double)a[v], (double)b[v]);
    }
}

Test(model_stepper, gives_the_logits_of_the_forward_pass)
{
    struct gpt2 m;
    open_base(&m);
    float *expected = logits_of_forward(&m);
    for (size_t n = 1; n <= T; n = 3 * n + 1) {
        float *got = logits_by(&m, n);
        assert_close(got, expected, m.config.V, "floats", n);
        free(got);
    }
    free(expected);
    gpt2_close(&m);
}

/* A packed file of the base under "uniform" with these settings, opened and not loaded. */
static void open_packed(struct gpt2 *packed, const struct scratch *dir, const struct gpt2 *base,
                        const char *const (*settings)[2])
{
    const struct method_kind *kind = run_method_named("uniform");
    const char *path = scratch_path(dir, "packed.h5");
    struct params p;
    struct bill bill;
    struct err e;
    params_init(&p, &kind->schema);
    for (; (*settings)[0]; settings++) {
        int row = schema_find(&kind->schema, (*settings)[0]);
        cr_assert(value_parse(&p.values[row], kind->schema.rows[row], (*settings)[1], &e) == 0);
    }
    cr_assert(params_complete(&p, &e) == 0, "%s", e.text);
    cr_assert(quantized_file(path, &bill, base, kind, &p, 0, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(packed, path, &e) == 0, "%s", e.text);
}

static const char *const ways[][5][2] = {
    {{"bits", "4"}, {"group", "32"}, {"grid_dtype", "f16"}, {"scope", "all"}, {0}},
    {{"bits", "8"}, {"group", "64"}, {"scope", "all"}, {0}},
    {{"bits", "4"}, {"group", "20"}, {"scope", "blocks"}, {0}},
    {{"bits", "4"}, {"scope", "head"}, {0}},
    {{"bits", "3"}, {"group", "32"}, {"scope", "all"}, {0}}, /* decoded: no kernel has 3 bits */
};
enum { WAYS = sizeof ways / sizeof *ways, DECODED = WAYS - 1 };

Test(model_stepper, codes_give_what_their_weights_give)
{
    struct gpt2 base;
    struct scratch dir = scratch_new();
    struct err e;
    open_base(&base);
    for (int w = 0; w < WAYS; w++) {
        struct gpt2 codes, floats;
        open_packed(&codes, &dir, &base, ways[w]);
        cr_assert(gpt2_open(&floats, codes.path, &e) == 0 && gpt2_load(&floats, &e) == 0);
        cr_assert(gpt2_load_codes(&codes, &e) == 0, "%s", e.text);
        int kept = 0;
        for (int t = 0; t < codes.n_tensors; t++) {
            kept += codes.tensors[t].packed && !codes.tensors[t].f32;
            cr_assert(w == DECODED || !codes.tensors[t].packed || !codes.tensors[t].owns_f32,
                      "%s was decoded", codes.tensors[t].name);
        }
        cr_assert((kept > 0) == (w != DECODED), "way %d: %d kept", w, kept);
        float *expected = logits_of_forward(&floats);
        for (size_t n = 1; n <= T; n = 3 * n - 1 + (n == 1)) {
            float *got = logits_by(&codes, n);
            assert_close(got, expected, codes.config.V, "codes", n);
            free(got);
        }
        free(expected);
        gpt2_close(&codes);
        gpt2_close(&floats);
    }
    scratch_remove(&dir);
    gpt2_close(&base);
}

Test(model_stepper, a_team_of_any_size_gives_the_same_bytes)
{
    struct gpt2 base, codes;
    struct scratch dir = scratch_new();
    struct err e;
    open_base(&base);
    open_packed(&codes, &dir, &base, ways[0]);
    cr_assert(gpt2_load_codes(&codes, &e) == 0, "%s", e.text);
    for (size_t n = 1; n <= 5; n += 4) {
        compute_set_threads(1);
        float *from_codes = logits_by(&codes, n), *from_floats = logits_by(&base, n);
        for (int threads = 2; threads <= 7; threads += 5) {
            compute_set_threads(threads);
            float *a = logits_by(&codes, n), *b = logits_by(&base, n);
            size_t bytes = (size_t)codes.config.V * sizeof *a;
            cr_assert(memcmp(a, from_codes, bytes) == 0, "codes, %d threads", threads);
            cr_assert(memcmp(b, from_floats, bytes) == 0, "floats, %d threads", threads);
            free(a);
            free(b);
        }
        free(from_codes);
        free(from_floats);
    }
    gpt2_close(&codes);
    scratch_remove(&dir);
    gpt2_close(&base);
}

/* 4-bit groups of 32 with 16-bit grids are 5 bits a weight; every matrix is read once. */
Test(model_stepper, the_bytes_of_a_step_are_those_of_what_it_reads)
{
    struct gpt2 base, codes;
    struct scratch dir = scratch_new();
    struct stepper a, b;
    struct err e;
    open_base(&base);
    open_packed(&codes, &dir, &base, ways[0]);
    cr_assert(gpt2_load_codes(&codes, &e) == 0, "%s", e.text);
    cr_assert(stepper_init(&a, &base, 4, 1, &e) == 0 && stepper_init(&b, &codes, 4, 1, &e) == 0);
    size_t matrices = 0, vectors = 0, C = (size_t)base.config.C;
    for (int t = 0; t < base.n_tensors; t++) {
        size_t n = base.tensors[t].n;
        matrices += base.tensors[t].rows > 0 && t != base.wpe ? n : 0;
        vectors += base.tensors[t].rows == 0 ? n : 0;
    }
    cr_assert(stepper_bytes(&a) == 4 * (matrices + vectors + 2 * C), "%zu", stepper_bytes(&a));
    cr_assert(stepper_bytes(&b) == matrices * 5 / 8 + 4 * (vectors + C) + C * 5 / 8, "%zu",
              stepper_bytes(&b));
    stepper_release(&a);
    stepper_release(&b);
    gpt2_close(&codes);
    scratch_remove(&dir);
    gpt2_close(&base);
}
