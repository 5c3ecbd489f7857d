/* Packed model files: the weights that they decode to, and the bill of their bytes. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"
#include "model/gpt2_file.h"
#include "quantized.h"
#include "scratch.h"
#include "support.h"

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
    cr_assert(quantized_variant(&variant, &of_variant, base, kind, &p, 5, &e) == 0, "%s", e.text);
    cr_assert(quantized_file(path, &of_save, base, kind, &p, 5, &e) == 0, "%s", e.text);
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
    cr_assert(quantized_file(path, &plain, &base, kind, &p, 0, &e) == 0);
    p = params_of(&settings[0], "head", "entropy");
    cr_assert(quantized_file(path, &entropy, &base, kind, &p, 0, &e) == 0);
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
    cr_assert(quantized_file(path, &bill, &base, kind, &p, 0, &e) == 0);
    open_loaded(&packed, path);
    cr_assert(quantized_variant(&variant, &bill, &packed, kind, &p, 0, &e) == -1);
    cr_assert(strstr(e.text, "is packed") && strstr(e.text, path), "%s", e.text);
    cr_assert(quantized_file(scratch_path(&dir, "q.h5"), &bill, &packed, kind, &p, 0, &e) == -1);
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
