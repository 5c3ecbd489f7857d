#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "model/gpt2_file.h"
#include "scratch.h"
#include "tiny_model.h"

static const char good_config[] =
    "{\"model_type\": \"gpt2\", \"vocab_size\": 20, \"n_positions\": 16, \"n_embd\": 8,\n"
    " \"n_layer\": 2, \"n_head\": 2, \"n_inner\": null, \"layer_norm_epsilon\": 1e-05,\n"
    " \"activation_function\": \"gelu_new\", \"bos_token_id\": 19, \"eos_token_id\": 19%s}";

struct weights {
    const char *prefix;   /* of every name */
    const char *dtype;    /* of wte.weight: F32, F16 or BF16; the others are F32 */
    const char *left_out; /* a tensor without prefix, or NULL */
    const char *extra;    /* an entry of 4 bytes more, or NULL */
    uint32_t wte_bits;    /* each element of wte.weight */
    const char *head;     /* a tensor of its shape and type, or NULL */
    uint32_t head_bits;   /* each element of that */
    int blanks;           /* after the header */
};

static void entry(struct buf *header, const char *name, const char *dtype,
                  const struct gpt2_tensor *t, size_t begin, size_t end)
{
    buf_addf(header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", header->len > 1 ? "," : "", name,
             dtype);
    if (t && t->rows) {
        buf_addf(header, "%zu,", t->rows);
    }
    buf_addf(header, "%zu],\"data_offsets\":[%zu,%zu]}", t ? t->cols : (size_t)1, begin, end);
}

static void fill(struct buf *data, uint32_t bits, size_t size, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        buf_add(data, &bits, size);
    }
}

static void write_weights(const struct scratch *s, struct weights w)
{
    struct gpt2 m;
    tiny_model(&m);
    struct buf header = BUF_INIT, data = BUF_INIT, file = BUF_INIT;
    buf_addc(&header, '{');
    size_t size = strcmp(w.dtype, "F32") == 0 ? 4 : 2;
    for (int i = m.n_tensors - 1; i >= 0; i--) {
        const struct gpt2_tensor *t = &m.tensors[i];
        size_t begin = data.len;
        char name[128];
        if (w.left_out && strcmp(t->name, w.left_out) == 0) {
            continue;
        }
        if (i == m.wte) {
            fill(&data, w.wte_bits, size, t->n);
        } else {
            buf_add(&data, t->f32, t->n * sizeof(float));
        }
        snprintf(name, sizeof name, "%s%s", w.prefix, t->name);
        entry(&header, name, i == m.wte ? w.dtype : "F32", t, begin, data.len);
    }
    if (w.extra) {
        entry(&header, w.extra, "F32", NULL, data.len, data.len + 4);
        buf_add(&data, "\0\0\0\0", 4);
    }
    if (w.head) {
        size_t begin = data.len;
        fill(&data, w.head_bits, size, m.tensors[m.wte].n);
        entry(&header, w.head, w.dtype, &m.tensors[m.wte], begin, data.len);
    }
    buf_addf(&header, "}%*s", w.blanks, "");
    uint64_t n = header.len;
    buf_add(&file, &n, sizeof n);
    buf_add(&file, header.s, header.len);
    buf_add(&file, data.s, data.len);
    scratch_file(s, "model.safetensors", file.s, file.len);
    buf_release(&header);
    buf_release(&data);
    buf_release(&file);
    gpt2_close(&m);
}

static const struct weights plain = {.prefix = "",
                                     .dtype = "F32",
                                     .left_out = NULL,
                                     .extra = NULL,
                                     .wte_bits = 0x3F800000,
                                     .head = NULL,
                                     .head_bits = 0x3F800000,
                                     .blanks = 0};

/* A folder with good files; `more` is added to config.json. */
static struct scratch make_folder(const char *more, struct weights w)
{
    struct scratch s = scratch_new();
    struct buf config = BUF_INIT;
    buf_addf(&config, good_config, more);
    scratch_file(&s, "config.json", config.s, config.len);
    scratch_file(&s, "vocab.json", "{}\n", 3);
    scratch_file(&s, "merges.txt", "#version: 0.2\n", 14);
    write_weights(&s, w);
    buf_release(&config);
    return s;
}

static void import_or_fail(const struct scratch *s, struct gpt2 *m)
{
    struct err e = {0};
    const char *path = scratch_path(s, "m.h5");
    cr_assert(gpt2_import(s->folder, path, NULL, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(m, path, &e) == 0 && gpt2_load(m, &e) == 0, "%s", e.text);
}

static void refuses(struct scratch *s, const char *words)
{
    struct err e = {0};
    int before = scratch_files(s);
    cr_assert(gpt2_import(s->folder, scratch_path(s, "m.h5"), NULL, &e) == -1, "taken, but: %s",
              words);
    cr_assert(strstr(e.text, words), "wrong message: %s", e.text);
    cr_assert(scratch_files(s) == before, "a file was left");
    scratch_remove(s);
}

Test(model_import, weights_and_tokenizer_arrive_unchanged)
{
    struct scratch s = make_folder("", plain);
    struct gpt2 m;
    struct gpt2_config wanted = tiny_config();
    import_or_fail(&s, &m);
    cr_assert(memcmp(&m.config, &wanted, sizeof wanted) == 0, "configuration");
    for (int t = 0; t < m.n_tensors; t++) {
        for (size_t i = 0; i < m.tensors[t].n; i++) {
            float x = t == m.wte ? 1 : tiny_weight(t, i);
            cr_assert(m.tensors[t].f32[i] == x, "%s differs at %zu", m.tensors[t].name, i);
        }
    }
    cr_assert(m.vocab_json.n == 3 && memcmp(m.merges_txt.bytes, "#version", 8) == 0, "tokenizer");
    cr_assert(m.n_special == 1 && m.special_token_ids[0] == 19, "special tokens");
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_import, the_prefix_and_known_buffers_are_fine)
{
    struct weights w = plain;
    struct gpt2 m;
    w.prefix = "transformer.";
    w.extra = "transformer.h.1.attn.masked_bias";
    struct scratch s = make_folder("", w);
    import_or_fail(&s, &m);
    gpt2_close(&m);
    w.head = "lm_head.weight";
    write_weights(&s, w);
    import_or_fail(&s, &m);
    gpt2_close(&m);
    scratch_remove(&s);
}

/* Its losses would be those of another model. */
Test(model_import, a_head_of_its_own_is_refused)
{
    struct weights w = plain;
    w.head = "lm_head.weight";
    w.head_bits = 0x3F800001;
    struct scratch s = make_folder("", w);
    refuses(&s, "lm_head.weight in");
    w.head = NULL;
    w.extra = "lm_head.weight";
    s = make_folder("", w);
    refuses(&s, "not a copy of wte.weight");
}

Test(model_import, sixteen_bit_floats_stay_and_bfloats_are_widened)
{
    struct weights w = plain;
    struct gpt2 m;
    w.dtype = "F16";
    w.wte_bits = 0x3555; /* 0.33325195 */
    struct scratch s = make_folder("", w);
    import_or_fail(&s, &m);
    cr_assert(m.tensors[m.wte].dtype == DTYPE_F16 && m.tensors[m.wpe].dtype == DTYPE_F32, "dtypes");
    cr_assert(m.tensors[m.wte].f32[5] == 0.333251953125f, "%g", (double)m.tensors[m.wte].f32[5]);
    gpt2_close(&m);
    w.dtype = "BF16";
    w.wte_bits = 0xBF40; /* −0.75 */
    write_weights(&s, w);
    import_or_fail(&s, &m);
    cr_assert(m.tensors[m.wte].dtype == DTYPE_F32 && m.tensors[m.wte].f32[159] == -0.75f, "bf16");
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_import, importing_again_gives_the_same_bytes)
{
    struct scratch s = make_folder("", plain);
    struct err e;
    const char *one = scratch_path(&s, "1.h5"), *two = scratch_path(&s, "2.h5");
    cr_assert(gpt2_import(s.folder, one, NULL, &e) == 0 &&
                  gpt2_import(s.folder, two, NULL, &e) == 0,
              "import");
    cr_assert(scratch_same(one, two), "two imports differ");
    scratch_remove(&s);
}

/* What an import told of how far it is. */
struct told {
    size_t last, total;
    int times, stop_at; /* the call that asks for a stop; 0: none */
};

static bool listen(void *context, size_t done, size_t total)
{
    struct told *told = context;
    cr_assert(done >= told->last && done <= total, "%zu of %zu after %zu", done, total, told->last);
    *told = (struct told){done, total, told->times + 1, told->stop_at};
    return told->times == told->stop_at;
}

Test(model_import, progress_ends_at_its_total_and_a_stop_leaves_nothing)
{
    struct scratch s = make_folder("", plain);
    struct told told = {0};
    struct progress progress = {.report = listen, .context = &told};
    struct err e;
    const char *path = scratch_path(&s, "m.h5");
    cr_assert(gpt2_import(s.folder, path, &progress, &e) == 0, "%s", e.text);
    cr_assert(told.last == told.total && told.times > 1, "%zu of %zu", told.last, told.total);
    unlink(path);
    int before = scratch_files(&s), all = told.times;
    for (int i = 1; i <= all; i++) {
        told = (struct told){.stop_at = i};
        cr_assert(gpt2_import(s.folder, path, &progress, &e) == -1, "stop %d was not heard", i);
        cr_assert(strstr(e.text, "interrupted"), "%s", e.text);
        cr_assert(scratch_files(&s) == before, "a file was left by stop %d", i);
    }
    scratch_remove(&s);
}

/* A file whose last byte changes at the first report, or at the last one. */
struct rewrite {
    const char *path;
    bool late;
};

static bool rewrite_once(void *context, size_t done, size_t total)
{
    struct rewrite *r = context;
    FILE *f = r->path && (!r->late || done == total) ? fopen(r->path, "r+b") : NULL;
    if (f) {
        cr_assert(fseek(f, -1, SEEK_END) == 0 && fputc('!', f) == '!' && fclose(f) == 0);
        r->path = NULL;
    }
    return false;
}

Test(model_import, nothing_is_made_of_a_file_that_changes_after_it_was_digested)
{
    static const char *const names[] = {"model.safetensors", "vocab.json", "config.json"};
    for (size_t i = 0; i < 2 * (sizeof names / sizeof *names); i++) {
        const char *name = names[i / 2];
        struct scratch s = make_folder("", plain);
        const char *path = scratch_path(&s, name);
        struct rewrite rewrite = {path, i % 2};
        struct progress progress = {.report = rewrite_once, .context = &rewrite};
        struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
        struct err e;
        cr_assert(utimensat(AT_FDCWD, path, old, 0) == 0);
        int before = scratch_files(&s);
        cr_assert(gpt2_import(s.folder, scratch_path(&s, "m.h5"), &progress, &e) == -1, "%s", name);
        cr_assert(strstr(e.text, name) && strstr(e.text, "changed while it was read"), "%s",
                  e.text);
        cr_assert(scratch_files(&s) == before, "a file was left");
        scratch_remove(&s);
    }
}

/* The official files have a header of odd length, and masks of several types among the weights. */
Test(model_import, weights_may_begin_at_any_byte)
{
    for (int odd = 1; odd < 4; odd++) {
        struct weights w = plain;
        char extra[64];
        struct gpt2 m;
        snprintf(extra, sizeof extra, "%.*sh.1.attn.bias", 12 * (odd > 2), "transformer.");
        w.extra = extra;
        w.blanks = odd;
        struct scratch s = make_folder("", w);
        import_or_fail(&s, &m);
        for (int t = 0; t < m.n_tensors; t++) {
            for (size_t i = 0; i < m.tensors[t].n; i++) {
                float x = t == m.wte ? 1 : tiny_weight(t, i);
                cr_assert(m.tensors[t].f32[i] == x, "%s differs at %zu", m.tensors[t].name, i);
            }
        }
        gpt2_close(&m);
        scratch_remove(&s);
    }
}

Test(model_import, the_sources_are_recorded_with_their_digests)
{
    struct scratch s = make_folder("", plain);
    struct gpt2 m;
    struct gpt2_source sources[GPT2_SOURCES_MAX];
    struct err e;
    size_t n;
    char hex[DIGEST_HEX];
    scratch_file(&s, "added_tokens.json", "{\"<x>\": 3, \"<y>\": 19}", 21);
    import_or_fail(&s, &m);
    cr_assert(m.n_special == 2 && m.special_token_ids[1] == 3, "special tokens");
    cr_assert(gpt2_sources(&m, sources, &n, &e) == 0 && n == 5, "sources");
    for (size_t i = 0; i < n; i++) {
        cr_assert(digest_file(hex, scratch_path(&s, sources[i].name), &e) == 0, "digest");
        cr_assert_str_eq(hex, sources[i].sha256);
    }
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_import, other_arithmetic_than_that_of_gpt2_is_refused)
{
    static const char odd_epsilon[] =
        "{\"vocab_size\": 20, \"n_positions\": 16, \"n_embd\": 8, \"n_layer\": 2, \"n_head\": 2, "
        "\"layer_norm_epsilon\": \"1e-05\"}";
    static const struct {
        const char *more, *words;
    } cases[] = {{", \"scale_attn_weights\": false", "scale_attn_weights"},
                 {", \"scale_attn_by_inverse_layer_idx\": true", "scale_attn_by_inverse_layer_idx"},
                 {", \"tie_word_embeddings\": false", "tie_word_embeddings"},
                 {", \"add_cross_attention\": true", "add_cross_attention"},
                 {", \"pad_token_id\": 20", "below vocab_size"},
                 {", \"pad_token_id\": 1.5", "whole number"},
                 {", \"n_embd\": 8", "duplicate"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scratch s = make_folder(cases[i].more, plain);
        refuses(&s, cases[i].words);
    }
    struct scratch s = make_folder("", plain);
    scratch_file(&s, "config.json", "{\"activation_function\": \"relu\"}", 31);
    refuses(&s, "\"relu\"");
    s = make_folder("", plain);
    scratch_file(&s, "config.json", "{\"vocab_size\": 20}", 18);
    refuses(&s, "n_positions is missing");
    s = make_folder("", plain);
    scratch_file(&s, "config.json", "[]", 2);
    refuses(&s, "not a JSON object");
    s = make_folder("", plain);
    scratch_file(&s, "config.json", odd_epsilon, sizeof odd_epsilon - 1);
    refuses(&s, "layer_norm_epsilon in");
}

Test(model_import, weights_that_do_not_fit_are_refused)
{
    struct weights w = plain;
    w.left_out = "h.1.ln_2.bias";
    struct scratch s = make_folder("", w);
    refuses(&s, "no tensor h.1.ln_2.bias");
    w = plain;
    w.extra = "h.2.attn.bias";
    s = make_folder("", w);
    refuses(&s, "h.2.attn.bias, which no GPT-2 of 2 layers has");
    w.extra = "transformer.ln_f.bias";
    s = make_folder("", w);
    refuses(&s, "twice");
    w.left_out = "ln_f.bias";
    s = make_folder("", w);
    refuses(&s, "transformer.ln_f.bias");
    w = plain;
    w.wte_bits = 0x7FC00000;
    s = make_folder("", w);
    refuses(&s, "wte.weight");
    w.dtype = "BF16";
    w.wte_bits = 0x7F80;
    s = make_folder("", w);
    refuses(&s, "infinite");
}

Test(model_import, a_folder_without_a_tokenizer_is_refused)
{
    struct scratch s = make_folder("", plain);
    unlink(scratch_path(&s, "merges.txt"));
    refuses(&s, "cannot score texts");
    s = make_folder("", plain);
    scratch_file(&s, "vocab.json", "", 0);
    refuses(&s, "vocab.json has 0 bytes");
}
