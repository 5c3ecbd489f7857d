#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/h5.h"
#include "base/mem.h"
#include "model/gpt2_file.h"
#include "model/gpt2_load.h"
#include "model/gpt2_stats.h"
#include "scratch.h"
#include "support.h"
#include "tiny_model.h"

static void refuses_config(struct gpt2_config c, const char *words)
{
    struct err e = {0};
    cr_assert(gpt2_config_check(&c, "m.h5", &e) == -1, "taken, though it should say: %s", words);
    cr_assert(strstr(e.text, words) && strstr(e.text, "m.h5"), "wrong message: %s", e.text);
}

Test(model_gpt2, impossible_configurations_are_refused)
{
    struct err e;
    struct gpt2_config good = tiny_config(), c;
    cr_assert(gpt2_config_check(&good, "m.h5", &e) == 0, "the tiny configuration is fine");
#define REFUSES(field, value, words) c = good, c.field = (value), refuses_config(c, words)
    REFUSES(V, 0, "vocab_size");
    REFUSES(V, INT_MAX, "vocab_size");
    REFUSES(P, -1, "n_positions");
    REFUSES(C, 0, "n_embd");
    REFUSES(L, 0, "n_layer");
    REFUSES(L, INT_MAX, "n_layer");
    REFUSES(H, 3, "does not divide");
    REFUSES(H, 0, "n_head");
    REFUSES(F, 0, "n_inner");
    REFUSES(ln_epsilon, 0, "layer_norm_epsilon");
    REFUSES(ln_epsilon, NAN, "layer_norm_epsilon");
    REFUSES(eos_token_id, 20, "eos_token_id");
    REFUSES(bos_token_id, -2, "bos_token_id");
#undef REFUSES
    c = (struct gpt2_config){1 << 24, 1 << 20, 1 << 16, 1 << 10, 1, 1 << 20, 1e-5f, -1, -1};
    refuses_config(c, "2^40");
}

/* The counts that the study prints. */
Test(model_gpt2, published_sizes_have_the_published_number_of_parameters)
{
    static const struct {
        int C, L, H;
        size_t parameters;
    } family[] = {{768, 12, 12, 124439808},
                  {1024, 24, 16, 354823168},
                  {1280, 36, 20, 774030080},
                  {1600, 48, 25, 1557611200}};
    for (size_t i = 0; i < 4; i++) {
        struct gpt2_config c = {50257,           1024,  family[i].C, family[i].L, family[i].H,
                                4 * family[i].C, 1e-5f, 50256,       50256};
        struct err e;
        struct gpt2 m;
        cr_assert(gpt2_config_check(&c, "m", &e) == 0 && gpt2_layout(&m, &c, &e) == 0, "layout");
        cr_assert(gpt2_parameters(&m) == family[i].parameters, "%zu parameters at width %d",
                  gpt2_parameters(&m), c.C);
        cr_assert(m.n_tensors == 4 + 12 * c.L, "%d tensors", m.n_tensors);
        gpt2_close(&m);
    }
}

Test(model_gpt2, the_layout_knows_names_shapes_and_scopes)
{
    struct gpt2 m;
    tiny_model(&m);
    cr_assert_str_eq(m.tensors[m.wte].name, "wte.weight");
    cr_assert(m.tensors[m.wte].rows == 20 && m.tensors[m.wte].cols == 8, "shape of wte");
    cr_assert(gpt2_in_scope(&m.tensors[m.wte], SCOPE_HEAD), "wte is the head");
    cr_assert(!gpt2_in_scope(&m.tensors[m.wte], SCOPE_BLOCKS), "wte is in no block");
    const struct gpt2_tensor *t = &m.tensors[m.layers[1].mlp_c_proj_weight];
    cr_assert_str_eq(t->name, "h.1.mlp.c_proj.weight");
    cr_assert(t->rows == 32 && t->cols == 8 && t->n == 256, "shape of c_proj");
    cr_assert(gpt2_in_scope(t, SCOPE_BLOCKS) && gpt2_in_scope(t, SCOPE_ALL), "scope of c_proj");
    cr_assert_str_eq(m.tensors[m.ln_f_bias].name, "ln_f.bias");
    cr_assert(m.tensors[m.ln_f_bias].rows == 0 && m.ln_f_bias == m.n_tensors - 1, "ln_f.bias");
    cr_assert(!gpt2_in_scope(&m.tensors[m.ln_f_bias], SCOPE_ALL), "a vector is never touched");
    gpt2_close(&m);
}

Test(model_gpt2, scopes_have_names)
{
    cr_assert(gpt2_scope_named("head") == SCOPE_HEAD && gpt2_scope_named("all") == SCOPE_ALL, "x");
    cr_assert(gpt2_scope_named("none") == -1 && gpt2_scope_named("") == -1, "not scopes to choose");
    cr_assert_str_eq(gpt2_scope_name(SCOPE_BLOCKS), "blocks");
}

Test(model_gpt2, every_16_bit_float_is_widened_exactly)
{
    for (unsigned h = 0; h < 65536; h++) {
        unsigned char bytes[2] = {(unsigned char)h, (unsigned char)(h >> 8)};
        int exponent = (int)(h >> 10 & 31), mantissa = (int)(h & 1023);
        float sign = h >> 15 ? -1.0f : 1.0f, x;
        bool finite = halves_to_floats(&x, bytes, 1);
        if (exponent == 31) {
            cr_assert(!finite && (mantissa ? isnan(x) : isinf(x)), "%04x is %g", h, (double)x);
            continue;
        }
        float wanted = exponent ? ldexpf((float)(1024 + mantissa), exponent - 25)
                                : ldexpf((float)mantissa, -24);
        cr_assert(finite && x == sign * wanted && !signbit(x) == !(h >> 15), "%04x is %g", h,
                  (double)x);
    }
}

static void save_or_fail(const struct gpt2 *m, const char *path)
{
    struct err e;
    struct gpt2_source sources[2] = {{.name = "b.json"}, {.name = "a.bin"}};
    memset(sources[0].sha256, 'b', 64);
    memset(sources[1].sha256, '0', 64);
    cr_assert(gpt2_save(m, path, sources, 2, "for a test", &e) == 0, "cannot save");
}

static bool count_and_stop(void *context, size_t done, size_t total)
{
    size_t *left = context;
    return done == total && --*left == 0;
}

Test(model_gpt2, loading_and_saving_tell_how_far_they_are_and_can_be_stopped)
{
    struct scratch s = scratch_new();
    struct gpt2 m, back;
    struct err e;
    size_t left = 0; /* never stops */
    struct progress progress = {.report = count_and_stop, .context = &left};
    const char *path = scratch_path(&s, "m.h5"), *other = scratch_path(&s, "n.h5");
    tiny_model(&m);
    m.progress = &progress;
    save_or_fail(&m, path);
    cr_expect(left == SIZE_MAX, "the end was told %zu times", SIZE_MAX - left + 1);
    left = 1;
    cr_expect(gpt2_save(&m, other, NULL, 0, "for a test", &e) == -1, "saved");
    cr_expect_str_eq(e.text, "interrupted");
    cr_expect(scratch_files(&s) == 1, "a file was left");
    cr_assert(gpt2_open(&back, path, &e) == 0, "%s", e.text);
    back.progress = &progress;
    left = 1;
    cr_expect(gpt2_load(&back, &e) == -1 && strcmp(e.text, "interrupted") == 0, "loaded");
    gpt2_close(&back);
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_gpt2, a_quantized_file_says_how_and_what_is_made_of_it_too)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "m.h5");
    struct gpt2 m, back, variant;
    struct err e;
    tiny_model(&m);
    save_or_fail(&m, path);
    cr_assert(gpt2_open(&back, path, &e) == 0, "%s", e.text);
    cr_expect_str_eq(back.quantized, "", "an original has a mark");
    gpt2_close(&back);
    snprintf(m.quantized, sizeof m.quantized, "uniform, bits: 4");
    save_or_fail(&m, path);
    cr_assert(gpt2_open(&back, path, &e) == 0, "%s", e.text);
    cr_expect_str_eq(back.quantized, "uniform, bits: 4", "the mark was lost");
    cr_assert(gpt2_share(&variant, &back, &e) == 0, "%s", e.text);
    cr_expect_str_eq(variant.quantized, "uniform, bits: 4", "a variant lost the mark");
    gpt2_close(&variant);
    gpt2_close(&back);
    snprintf(m.quantized, sizeof m.quantized, "\033[2J");
    save_or_fail(&m, path);
    cr_assert(gpt2_open(&back, path, &e) == -1, "a mark that moves the cursor was taken");
    cr_expect(strstr(e.text, "the attribute quantized in"), "%s", e.text);
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_gpt2, special_tokens_are_ids_and_sources_have_digests)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "m.h5");
    struct gpt2_source source = {.name = "a.bin"}, sources[GPT2_SOURCES_MAX];
    struct gpt2 m, back;
    struct err e;
    size_t n;
    tiny_model(&m);
    memset(source.sha256, 'A', 64); /* no lower-case digit */
    cr_assert(gpt2_save(&m, path, &source, 1, "for a test", &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(&back, path, &e) == 0, "%s", e.text);
    cr_assert(gpt2_sources(&back, sources, &n, &e) == -1 && strstr(e.text, "a.bin"), "%s", e.text);
    gpt2_close(&back);
    m.vocab_json = (struct file_map){(const unsigned char *)"{}", 2};
    m.merges_txt = (struct file_map){(const unsigned char *)"#x\n", 3};
    m.special_token_ids[m.n_special++] = 20;
    save_or_fail(&m, path);
    cr_assert(gpt2_open(&back, path, &e) == -1 && strstr(e.text, "no whole number below"), "%s",
              e.text);
    m.vocab_json = m.merges_txt = (struct file_map){0};
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_gpt2, a_saved_model_opens_with_the_same_weights)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "m.h5");
    struct gpt2 m, back;
    struct err e;
    tiny_model(&m);
    m.vocab_json = (struct file_map){(const unsigned char *)"{}", 2};
    m.merges_txt = (struct file_map){(const unsigned char *)"#x\n", 3};
    m.special_token_ids[m.n_special++] = 19;
    save_or_fail(&m, path);
    cr_assert(gpt2_open(&back, path, &e) == 0, "open");
    cr_assert(memcmp(&back.config, &m.config, sizeof m.config) == 0, "configuration");
    cr_assert(back.tensors[0].f32 == NULL, "no weight is there before gpt2_load");
    cr_assert(gpt2_load(&back, &e) == 0, "load");
    for (int t = 0; t < m.n_tensors; t++) {
        const struct gpt2_tensor *a = &m.tensors[t], *b = &back.tensors[t];
        cr_assert(memcmp(a->f32, b->f32, a->n * sizeof(float)) == 0, "%s differs", a->name);
        cr_assert(b->f32 == b->stored && !b->owns_f32, "%s was copied", a->name);
    }
    cr_assert(back.vocab_json.n == 2 && memcmp(back.vocab_json.bytes, "{}", 2) == 0, "vocabulary");
    cr_assert(back.merges_txt.n == 3 && back.n_special == 1, "merges and special tokens");
    struct gpt2_source sources[GPT2_SOURCES_MAX];
    size_t n;
    cr_assert(gpt2_sources(&back, sources, &n, &e) == 0 && n == 2, "sources");
    cr_assert_str_eq(sources[0].name, "a.bin");
    cr_assert(sources[1].sha256[63] == 'b', "digest");
    gpt2_close(&back);
    m.vocab_json = m.merges_txt = (struct file_map){0};
    gpt2_close(&m);
    scratch_remove(&s);
}

/* Mapped weights of a file that is written anew meanwhile are of nobody knows which of the two. */
Test(model_gpt2, what_is_made_of_a_rewritten_file_is_not_saved)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "m.h5"), *other = scratch_path(&s, "v.h5");
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};
    struct gpt2 m, base, variant;
    struct err e;
    tiny_model(&m);
    save_or_fail(&m, path);
    gpt2_close(&m);
    cr_assert(gpt2_open(&base, path, &e) == 0 && gpt2_load(&base, &e) == 0, "base");
    cr_assert(gpt2_share(&variant, &base, &e) == 0 && gpt2_check_unchanged(&variant, &e) == 0);
    cr_assert(utimensat(AT_FDCWD, path, times, 0) == 0, "the time of modification");
    cr_expect(gpt2_save(&variant, other, NULL, 0, "for a test", &e) == -1, "saved");
    cr_expect(strstr(e.text, "m.h5 changed while it was read"), "%s", e.text);
    cr_expect(scratch_files(&s) == 1, "a file was left");
    gpt2_close(&variant);
    gpt2_close(&base);
    scratch_remove(&s);
}

Test(model_gpt2, a_variant_shares_what_it_does_not_replace)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "m.h5"), *other = scratch_path(&s, "v.h5");
    struct gpt2 m, base, variant, back;
    struct err e;
    tiny_model(&m);
    save_or_fail(&m, path);
    gpt2_close(&m);
    cr_assert(gpt2_open(&base, path, &e) == 0 && gpt2_load(&base, &e) == 0, "base");
    cr_assert(gpt2_share(&variant, &base, &e) == 0, "share");
    size_t n = base.tensors[base.wte].n;
    float *fresh = mem_floats(n, &e);
    for (size_t i = 0; i < n; i++) {
        fresh[i] = -1;
    }
    gpt2_replace(&variant, variant.wte, fresh);
    cr_assert(variant.tensors[variant.wte].f32 == fresh, "replaced");
    cr_assert(base.tensors[base.wte].f32[0] == tiny_weight(base.wte, 0), "the base changed");
    cr_assert(variant.tensors[variant.wpe].f32 == base.tensors[base.wpe].f32, "wpe was copied");
    save_or_fail(&variant, other);
    gpt2_close(&variant);
    gpt2_close(&base);
    cr_assert(gpt2_open(&back, other, &e) == 0 && gpt2_load(&back, &e) == 0, "saved variant");
    cr_assert(back.tensors[back.wte].f32[n - 1] == -1, "the replaced tensor");
    cr_assert(back.tensors[back.wpe].f32[3] == tiny_weight(back.wpe, 3), "the shared tensor");
    gpt2_close(&back);
    scratch_remove(&s);
}

/* Writes a model with a wide embedding, `bad` in two places, and reads it with n threads. */
static void refuses_number(int n_threads, float bad, const char *words)
{
    struct scratch s = scratch_new();
    struct gpt2_config config = tiny_config();
    config.V = 40000; /* five chunks */
    config.eos_token_id = 39999;
    struct gpt2 m;
    struct err e = {0};
    cr_assert(gpt2_layout(&m, &config, &e) == 0, "layout");
    for (int t = 0; t < m.n_tensors; t++) {
        float *x = mem_floats(m.tensors[t].n, &e);
        memset(x, 0, m.tensors[t].n * sizeof *x);
        if (t == m.wte) {
            x[100001] = x[300000] = bad;
        }
        gpt2_replace(&m, t, x);
    }
    save_or_fail(&m, scratch_path(&s, "m.h5"));
    gpt2_close(&m);
    omp_set_num_threads(n_threads);
    cr_assert(gpt2_open(&m, scratch_path(&s, "m.h5"), &e) == 0, "open");
    cr_assert(gpt2_load(&m, &e) == -1, "%g was taken", (double)bad);
    cr_assert(strstr(e.text, words) && strstr(e.text, "row 12500, column 1;"), "message: %s",
              e.text);
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_gpt2, the_first_number_that_is_not_finite_is_named)
{
    refuses_number(1, NAN, "wte.weight");
    refuses_number(4, NAN, "NaN");
    refuses_number(3, -INFINITY, "infinite");
}

Test(model_gpt2, a_file_that_contradicts_itself_is_refused)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "m.h5");
    struct gpt2 m;
    struct err e = {0};
    tiny_model(&m);
    m.config.V = 10; /* the attribute now says less than the embedding has */
    m.config.eos_token_id = m.config.bos_token_id = -1;
    save_or_fail(&m, path);
    gpt2_close(&m);
    cr_assert(gpt2_open(&m, path, &e) == -1, "opened");
    cr_assert(strstr(e.text, "wte.weight") && strstr(e.text, "20 × 8") &&
                  strstr(e.text, "10 × 8") && strstr(e.text, "vocab_size"),
              "wrong message: %s", e.text);
    struct h5 h;
    cr_assert(h5_create(&h, path, &e) == 0 && h5_put_int(&h, "/", "vocab_size", 3, &e) == 0 &&
                  h5_publish(&h, &e) == 0,
              "a file of another kind");
    cr_assert(gpt2_open(&m, path, &e) == -1 && strstr(e.text, "no model"), "message: %s", e.text);
    scratch_remove(&s);
}

Test(model_gpt2, the_books_models_open)
{
    static const struct {
        const char *name;
        size_t parameters;
    } books[] = {{"1m", 1146720}, {"3m", 3207680}, {"7m", 6732992}, {"12m", 12424320}};
    for (size_t i = 0; i < 4; i++) {
        char path[4200];
        struct gpt2 m;
        struct err e = {0};
        snprintf(path, sizeof path, "%s/books-%s.h5", source_path("data/models"), books[i].name);
        cr_assert(gpt2_open(&m, path, &e) == 0 && gpt2_load(&m, &e) == 0, "%s", e.text);
        cr_assert(gpt2_parameters(&m) == books[i].parameters, "%s has %zu parameters", path,
                  gpt2_parameters(&m));
        cr_assert(m.vocab_json.n && m.merges_txt.n && m.n_special == 1 &&
                      m.special_token_ids[0] == 8191,
                  "tokenizer of %s", path);
        gpt2_close(&m);
    }
}

Test(model_gpt2, statistics_are_right_and_the_same_for_any_number_of_threads)
{
    enum { N = 200000 };
    float *x = malloc(N * sizeof *x);
    for (size_t i = 0; i < N; i++) {
        x[i] = (float)((i * 7919) % 1000) - 499.5f; /* each of 1000 values 200 times */
    }
    struct gpt2_tensor t = {.n = N, .f32 = x};
    struct gpt2_stats one, four;
    struct err e;
    omp_set_num_threads(1);
    cr_assert(gpt2_stats(&one, &t, &e) == 0, "one thread");
    omp_set_num_threads(4);
    cr_assert(gpt2_stats(&four, &t, &e) == 0, "four threads");
    cr_assert(memcmp(&one, &four, sizeof one) == 0, "threads change the result");
    cr_assert(one.mean == 0 && one.min == -499.5 && one.max == 499.5, "mean %g", one.mean);
    cr_assert(fabs(one.std - sqrt((1000.0 * 1000 - 1) / 12)) < 1e-9, "std %.17g", one.std);
    free(x);
}
