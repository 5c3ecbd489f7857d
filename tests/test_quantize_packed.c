/* Packed model files: the weights that they decode to, the bill of their bytes, damage. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/rng.h"
#include "model/gpt2_file.h"
#include "run/methods.h"
#include "scratch.h"
#include "support.h"
#include "tiny_model.h"

/* A method and "name=value" settings, "" behind the last. */
struct setting {
    const char *method, *values[6];
};

static const struct setting settings[] = {
    {"tiers", {"cut=exact"}},
    {"tiers", {"cut=sampled", "grid_dtype=f16"}},
    {"tiers", {"bits=8,6,4,2,1", "shares=1,9,20,30,40", "cut=exact"}},
    {"uniform", {"bits=1"}},
    {"uniform", {"bits=3"}},
    {"uniform", {"bits=8", "grid_dtype=f16"}},
    {"uniform", {"bits=4", "group=32"}},
    {"uniform", {"bits=5", "group=50", "grid_dtype=f16"}},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static struct params params_of(const struct setting *s, const char *scope, const char *coding)
{
    const struct method_kind *kind = run_method_named(s->method);
    struct params p;
    struct err e;
    params_init(&p, &kind->schema);
    cr_assert(value_parse(&p.values[schema_find(&kind->schema, "scope")],
                          kind->schema.rows[schema_find(&kind->schema, "scope")], scope, &e) == 0);
    cr_assert(value_parse(&p.values[schema_find(&kind->schema, "coding")],
                          kind->schema.rows[schema_find(&kind->schema, "coding")], coding,
                          &e) == 0);
    for (int i = 0; s->values[i]; i++) {
        char name[32] = {0};
        const char *equals = strchr(s->values[i], '=');
        memcpy(name, s->values[i], (size_t)(equals - s->values[i]));
        int row = schema_find(&kind->schema, name);
        cr_assert(row >= 0 &&
                      value_parse(&p.values[row], kind->schema.rows[row], equals + 1, &e) == 0,
                  "%s", s->values[i]);
    }
    cr_assert(params_complete(&p, &e) == 0, "%s", e.text);
    return p;
}

static void open_loaded(struct gpt2 *m, const char *path)
{
    struct err e;
    cr_assert(gpt2_open(m, path, &e) == 0 && gpt2_load(m, &e) == 0, "%s", e.text);
}

/* Bytes of a part of all packed tensors, or of the plain tensors when `part` is NULL. */
static int64_t bits_in_file(const char *path, const struct gpt2 *m, const char *part)
{
    struct h5 h;
    struct h5_array a;
    struct err e;
    int64_t bits = 0;
    cr_assert(h5_open(&h, path, &e) == 0, "%s", e.text);
    for (int i = 0; i < m->n_tensors; i++) {
        char name[128];
        snprintf(name, sizeof name, part ? "packed/%s/%s" : "%s", m->tensors[i].name, part);
        if (h5_exists(&h, name)) {
            cr_assert(h5_find(&h, name, &a, &e) == 0, "%s", e.text);
            bits += 8 * (int64_t)(a.n * h5_type_size(a.type));
        }
    }
    h5_close(&h);
    return bits;
}

static void same_lines(const struct bill *a, const struct bill *b)
{
    cr_assert(a->payload.packed_bits == b->payload.packed_bits &&
              a->map.packed_bits == b->map.packed_bits &&
              a->grid.packed_bits == b->grid.packed_bits &&
              a->untouched.packed_bits == b->untouched.packed_bits);
    cr_assert(a->code_bits == b->code_bits && a->scope_weights == b->scope_weights);
    cr_assert(fabs(a->payload.ideal_bits - b->payload.ideal_bits) <= 1e-9 * a->payload.ideal_bits &&
              fabs(a->map.ideal_bits - b->map.ideal_bits) <= 1e-9 * a->map.ideal_bits);
}

/* One packed file against what quantizing in memory gives: weights, stored tensors, bill. */
static void one_file(const struct gpt2 *base, const char *path, const struct setting *s,
                     const char *scope, const char *coding)
{
    const struct method_kind *kind = run_method_named(s->method);
    struct params p = params_of(s, scope, coding);
    struct gpt2 variant, back;
    struct bill of_variant, of_save, of_file;
    struct err e;
    cr_assert(run_quantize(&variant, &of_variant, base, kind, &p, 5, &e) == 0, "%s", e.text);
    cr_assert(run_quantize_packed(path, &of_save, base, kind, &p, 5, NULL, 0, "test", &e) == 0,
              "%s", e.text);
    open_loaded(&back, path);
    for (int i = 0; i < base->n_tensors; i++) {
        const struct gpt2_tensor *t = &back.tensors[i];
        cr_assert(memcmp(t->f32, variant.tensors[i].f32, t->n * sizeof(float)) == 0,
                  "%s by %s, scope %s, %s", t->name, s->method, scope, coding);
        bool touched = gpt2_in_scope(t, (enum gpt2_scope)gpt2_scope_named(scope));
        cr_assert(touched == (t->packed != NULL) && touched == (t->stored == NULL));
        cr_assert(touched || (t->dtype == base->tensors[i].dtype &&
                              memcmp(t->stored, base->tensors[i].stored,
                                     t->n * (t->dtype == DTYPE_F16 ? 2 : 4)) == 0),
                  "%s is not as it was stored", t->name);
    }
    cr_assert(bill_of_packed(&of_file, &back, &e) == 0, "%s", e.text);
    same_lines(&of_save, &of_variant);
    same_lines(&of_save, &of_file);
    cr_assert(of_save.squared_error == of_variant.squared_error);
    cr_assert(bits_in_file(path, base, "codes") == of_save.payload.packed_bits);
    cr_assert(bits_in_file(path, base, "map") == of_save.map.packed_bits);
    cr_assert(bits_in_file(path, base, "grids") == of_save.grid.packed_bits);
    cr_assert(bits_in_file(path, base, NULL) == of_save.untouched.packed_bits);
    gpt2_close(&back);
    gpt2_close(&variant);
}

static void every_setting(const char *scope)
{
    struct scratch dir = scratch_new();
    struct gpt2 base;
    omp_set_num_threads(1); /* other tests say that the number changes nothing */
    open_loaded(&base, source_path("data/models/books-1m.h5"));
    for (int i = 0; i < SETTINGS; i++) {
        one_file(&base, scratch_path(&dir, "plain.h5"), &settings[i], scope, "plain");
        one_file(&base, scratch_path(&dir, "entropy.h5"), &settings[i], scope, "entropy");
    }
    gpt2_close(&base);
    scratch_remove(&dir);
}

Test(quantize_packed, the_head_decodes_to_the_same_bits)
{
    every_setting("head");
}

Test(quantize_packed, the_blocks_decode_to_the_same_bits)
{
    every_setting("blocks");
}

Test(quantize_packed, head_and_blocks_decode_to_the_same_bits)
{
    every_setting("all");
}

/* The study's three prices, and what the coder really reaches. */
Test(quantize_packed, entropy_coded_files_come_near_the_ideal_price)
{
    struct gpt2 base;
    struct bill plain, entropy;
    struct err e;
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    const struct method_kind *kind = run_method_named("tiers");
    struct params p = params_of(&settings[0], "head", "plain");
    open_loaded(&base, source_path("data/models/books-12m.h5"));
    cr_assert(run_quantize_packed(path, &plain, &base, kind, &p, 0, NULL, 0, "", &e) == 0);
    p = params_of(&settings[0], "head", "entropy");
    cr_assert(run_quantize_packed(path, &entropy, &base, kind, &p, 0, NULL, 0, "", &e) == 0);
    cr_assert(fabs(bill_packed(&plain) - 5.00) < 0.01, "%.4f", bill_packed(&plain));
    cr_assert(fabs(bill_ideal_map(&plain) - 4.16) < 0.01, "%.4f", bill_ideal_map(&plain));
    cr_assert(fabs(bill_entropy(&plain) - 3.58) < 0.01, "%.4f", bill_entropy(&plain));
    cr_assert(bill_packed(&entropy) < 1.005 * bill_entropy(&plain), "%.4f", bill_packed(&entropy));
    cr_assert(bill_payload(&entropy) == bill_payload(&plain),
              "the study's count is of plain codes");
    cr_assert(bill_ideal_map(&entropy) == bill_ideal_map(&plain));
    gpt2_close(&base);
    scratch_remove(&dir);
}

Test(quantize_packed, a_packed_model_is_not_quantized_again)
{
    struct scratch dir = scratch_new();
    struct gpt2 base, packed, variant;
    struct bill bill;
    struct err e;
    const struct method_kind *kind = run_method_named("tiers");
    struct params p = params_of(&settings[0], "head", "plain");
    const char *path = scratch_path(&dir, "p.h5");
    open_loaded(&base, source_path("data/models/books-1m.h5"));
    cr_assert(run_quantize_packed(path, &bill, &base, kind, &p, 0, NULL, 0, "", &e) == 0);
    open_loaded(&packed, path);
    cr_assert(run_quantize(&variant, &bill, &packed, kind, &p, 0, &e) == -1);
    cr_assert(strstr(e.text, "is packed") && strstr(e.text, path), "%s", e.text);
    cr_assert(run_quantize_packed(scratch_path(&dir, "q.h5"), &bill, &packed, kind, &p, 0, NULL, 0,
                                  "", &e) == -1);
    cr_assert(scratch_files(&dir) == 1, "something was written");
    struct bill whole = bill_of_baseline(&packed), lines;
    cr_assert(bill_of_packed(&lines, &packed, &e) == 0);
    cr_assert(whole.untouched.packed_bits == lines.payload.packed_bits + lines.map.packed_bits +
                                                 lines.grid.packed_bits +
                                                 lines.untouched.packed_bits);
    gpt2_close(&packed);
    gpt2_close(&base);
    scratch_remove(&dir);
}

/* Packs the token embedding in three tiers, then lets somebody change what is written. */
struct liar {
    const struct gpt2 *m;
    enum coding coding;
    void (*change)(struct packed_tensor *p);
};

static int lie(void *context, int t, struct packed_tensor *packed, bool *is_packed, struct err *e)
{
    const struct liar *liar = context;
    const struct gpt2_tensor *tensor = &liar->m->tensors[t];
    struct allocation a = {.n = tensor->n,
                           .n_tiers = 3,
                           .bits = {8, 4, 2},
                           .form = ALLOCATION_CUT,
                           .cut = {0.2f, 0.1f}};
    struct grid_options o = {.coding = liar->coding};
    struct bill bill;
    *is_packed = t == liar->m->wte;
    if (!*is_packed) {
        return 0;
    }
    float *out = mem_floats(tensor->n, e);
    int status = quantize_tensor_packed(out, &bill, packed, tensor->f32, tensor->rows, tensor->cols,
                                        &a, &o, tensor->name, e);
    free(out);
    liar->change(packed);
    return status;
}

static void write_lie(const char *path, enum coding coding, void (*change)(struct packed_tensor *))
{
    struct gpt2 m;
    struct err e;
    tiny_model(&m);
    struct liar liar = {.m = &m, .coding = coding, .change = change};
    struct gpt2_packer packer = {.pack = lie, .context = &liar};
    cr_assert(gpt2_save_packed(&m, path, NULL, 0, "test", &packer, &e) == 0, "%s", e.text);
    gpt2_close(&m);
}

static int read_whole(const char *path, struct err *e)
{
    struct gpt2 m;
    if (gpt2_open(&m, path, e)) {
        return -1;
    }
    int status = gpt2_load(&m, e);
    gpt2_close(&m);
    return status;
}

static void nothing(struct packed_tensor *p)
{
    (void)p;
}

#define LIE(name, statement)                                                                       \
    static void name(struct packed_tensor *p)                                                      \
    {                                                                                              \
        statement;                                                                                 \
    }
LIE(fewer_rows, p->rows = 19)
LIE(absurd_rows, p->rows = UINT64_MAX >> 12)
LIE(no_columns, p->cols = 0)
LIE(a_group, p->group = 4)
LIE(wide_codes, p->bits[0] = 9)
LIE(negative_bits, p->bits[2] = -2)
LIE(a_tier_less, p->n_tiers = 2)
LIE(a_member_more, p->members[1]++)
LIE(absurd_members, p->members[2] = (uint64_t)1 << 53)
LIE(members_moved, p->members[0]--; p->members[1]++)
LIE(short_codes, p->part[PACKED_CODES].n--)
LIE(short_map, p->part[PACKED_MAP].n--)
LIE(no_map, p->part[PACKED_MAP].n = 0)
LIE(short_grids, p->part[PACKED_GRIDS].n -= 8)
LIE(half_grids, p->dtype = GRID_F16)
LIE(bad_map, memset(p->part[PACKED_MAP].own.s, 0xFF, 4))
LIE(infinite_scale, memset(p->part[PACKED_GRIDS].own.s, 0x7F, 8))
LIE(bad_header, memset(p->part[PACKED_CODES].own.s, 0xFF, 4))
#undef LIE

Test(quantize_packed, files_that_lie_get_one_clear_sentence)
{
    static const struct {
        void (*change)(struct packed_tensor *);
        const char *plain, *entropy; /* words of the message; NULL: not of this coding */
    } lies[] = {
        {fewer_rows, "19 × 8, but the sizes", "19 × 8, but the sizes"},
        {absurd_rows, "rows", "rows"},
        {no_columns, "20 × 0", "20 × 0"},
        {a_group, "with groups", "with groups"},
        {wide_codes, "codes of 9 bits", "codes of 9 bits"},
        {negative_bits, "no count", "no count"},
        {a_tier_less, "the tiers add up to", "the tiers add up to"},
        {a_member_more, "add up to 161", "add up to 161"},
        {absurd_members, "add up to", "add up to"},
        {members_moved, "in the map and", "in the map and"},
        {short_codes, "bytes of codes, where the sizes ask for", "codes are damaged"},
        {short_map, "bytes of map, where the sizes ask for", "map is damaged"},
        {no_map, "0 bytes of map", "map is damaged"},
        {short_grids, "16 bytes of grids, where the sizes ask for 24", "16 bytes of grids"},
        {half_grids, "wte.weight", "wte.weight"},
        {bad_map, "in none of the 3 tiers", "map is damaged"},
        {infinite_scale, "finite", "finite"},
        {bad_header, NULL, "chunk 1 of 1 reaches beyond the end"},
    };
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    for (size_t i = 0; i < 2 * sizeof lies / sizeof *lies; i++) {
        const char *words = i % 2 ? lies[i / 2].entropy : lies[i / 2].plain;
        struct err e = {0};
        if (!words) {
            continue;
        }
        write_lie(path, i % 2 ? CODING_ENTROPY : CODING_PLAIN, lies[i / 2].change);
        cr_assert(read_whole(path, &e) == -1, "taken, though it should say: %s", words);
        cr_assert(strstr(e.text, words) && strstr(e.text, path) && strstr(e.text, "wte.weight"),
                  "wrong message: %s", e.text);
        cr_assert(strchr(e.text, '\n') == NULL && strlen(e.text) < 300, "%s", e.text);
    }
    scratch_remove(&dir);
}

/* Replaces the first occurrence of a text by one of the same length. */
static void patch(struct buf *file, const char *from, const char *to)
{
    char *at = memmem(file->s, file->len, from, strlen(from));
    cr_assert(at != NULL, "the file has no %s", from);
    memcpy(at, to, strlen(from));
}

Test(quantize_packed, words_that_are_not_known_are_refused)
{
    static const struct {
        const char *from, *to, *words;
    } patches[] = {{"scale-minimum", "scale-maximum", "grid of packed/wte.weight"},
                   {"entropy", "entropa", "coding of packed/wte.weight"},
                   {"weights", "weihgts", "no attribute weights on packed/wte.weight"},
                   {"nashswarm-packed", "nashswarm-pocked", "only \"nashswarm-model\" and"},
                   {"nashswarm-packed", "nashswarm-model\0", "has no wte.weight"}};
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        struct buf file = BUF_INIT;
        struct err e = {0};
        write_lie(path, CODING_ENTROPY, nothing);
        cr_assert(read_whole(path, &e) == 0, "%s", e.text);
        cr_assert(file_read(&file, path, &e) == 0);
        patch(&file, patches[i].from, patches[i].to);
        cr_assert(file_write(path, file.s, file.len, &e) == 0);
        cr_assert(read_whole(path, &e) == -1 && strstr(e.text, patches[i].words), "%s", e.text);
        cr_assert(strstr(e.text, path), "%s", e.text);
        buf_release(&file);
    }
    scratch_remove(&dir);
}

/* Without syncing to disk, which hundreds of files would wait for. */
static void overwrite(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL && fwrite(bytes, 1, n, file) == n && fclose(file) == 0, "%s", path);
}

/* Wherever bytes are wrong or missing, there is a model or one sentence. */
Test(quantize_packed, no_damage_brings_the_reader_down)
{
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    struct rng r = rng_stream(17, 0, RNG_TEST);
    struct buf whole = BUF_INIT;
    struct err e;
    int refused = 0;
    omp_set_num_threads(1); /* teams cost more than such small tensors */
    write_lie(path, CODING_ENTROPY, nothing);
    cr_assert(file_read(&whole, path, &e) == 0, "%s", e.text);
    for (int i = 0; i < 600; i++) {
        char *copy = malloc(whole.len);
        memcpy(copy, whole.s, whole.len);
        size_t n = i % 6 ? whole.len : rng_below(&r, whole.len);
        for (int k = 0; k <= i % 3; k++) {
            copy[rng_below(&r, whole.len)] = (char)rng_below(&r, 256);
        }
        overwrite(path, copy, n);
        e.text[0] = '\0';
        if (read_whole(path, &e)) {
            refused++;
            cr_assert(strlen(e.text) > 10, "an error without a sentence");
        }
        free(copy);
    }
    cr_assert(refused > 100, "%d of 600 damaged files were refused", refused);
    buf_release(&whole);
    scratch_remove(&dir);
}
