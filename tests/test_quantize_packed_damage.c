/* Packed model files that lie or are damaged: a model or one clear sentence, nothing else. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/rng.h"
#include "model/gpt2_file.h"
#include "quantize/quantize.h"
#include "scratch.h"
#include "tiny_model.h"

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
    struct quantize_source src = {
        .w_rc = tensor->f32, .rows = tensor->rows, .cols = tensor->cols, .what = tensor->name};
    int status = quantize_tensor_packed(out, &bill, packed, &src, &a, &o, e);
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
LIE(a_group, p->unit = 4)
LIE(a_long_unit, p->unit = 9)
LIE(other_grids, p->own_grids = true)
LIE(books, p->kind = GRID_CODEBOOK; p->own_grids = true)
LIE(steps, p->kind = GRID_STEP)
LIE(wide_codes, p->bits[0] = 9)
LIE(negative_bits, p->bits[2] = -2)
LIE(a_tier_less, p->n_options = 2)
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

Test(quantize_packed_damage, files_that_lie_get_one_clear_sentence)
{
    static const struct {
        void (*change)(struct packed_tensor *);
        const char *plain, *entropy; /* words of the message; NULL: not of this coding */
    } lies[] = {
        {fewer_rows, "19 × 8, but the sizes", "19 × 8, but the sizes"},
        {absurd_rows, "rows", "rows"},
        {no_columns, "20 × 0", "20 × 0"},
        {a_group, "bytes of map, where the sizes ask for", "is no code of"},
        {a_long_unit, "units have 9 weights", "units have 9 weights"},
        {other_grids, "bytes of grids, where", "bytes of grids, where"},
        {books, "bytes of books, where", "bytes of books, where"},
        {steps, "codes of 8 bits; with grid", "codes of 8 bits; with grid"},
        {wide_codes, "codes of 9 bits", "codes of 9 bits"},
        {negative_bits, "no count", "no count"},
        {a_tier_less, "the options add up to", "the options add up to"},
        {a_member_more, "add up to 161", "add up to 161"},
        {absurd_members, "add up to", "add up to"},
        {members_moved, "in the map and", "in the map and"},
        {short_codes, "bytes of codes, where the sizes ask for", "codes are damaged"},
        {short_map, "bytes of map, where the sizes ask for", "map is damaged"},
        {no_map, "0 bytes of map", "map is damaged"},
        {short_grids, "16 bytes of grids, where the sizes ask for 24", "16 bytes of grids"},
        {half_grids, "wte.weight", "wte.weight"},
        {bad_map, "have none of the 3 options", "map is damaged"},
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

Test(quantize_packed_damage, words_that_are_not_known_are_refused)
{
    static const struct {
        const char *from, *to, *words;
    } patches[] = {{"scale-minimum", "scale-maximum", "grid of packed/wte.weight"},
                   {"entropy", "entropa", "coding of packed/wte.weight"},
                   {"weights", "weihgts", "no attribute weights on packed/wte.weight"},
                   {"nashswarm-packed", "nashswarm-pocked", "only \"nashswarm-model\" and"},
                   {"nashswarm-packed", "nashswarm-model\0", "is 2; this program reads version 1"}};
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

Test(quantize_packed_damage, files_of_version_1_are_refused)
{
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    struct h5 h;
    struct err e = {0};
    cr_assert(h5_create(&h, path, &e) == 0 &&
                  h5_put_text(&h, "/", "format", "nashswarm-packed", &e) == 0 &&
                  h5_put_int(&h, "/", "format_version", 1, &e) == 0 && h5_publish(&h, &e) == 0,
              "%s", e.text);
    cr_assert(read_whole(path, &e) == -1);
    cr_assert(strstr(e.text, "is 1; this program reads version 2: quantize its source again"), "%s",
              e.text);
    scratch_remove(&dir);
}

/* Without syncing to disk, which hundreds of files would wait for. */
static void overwrite(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL && fwrite(bytes, 1, n, file) == n && fclose(file) == 0, "%s", path);
}

/* Packs the token embedding by hand: steps, or codebooks of units some of which have no bits. */
static int pack_by_hand(void *context, int t, struct packed_tensor *packed, bool *is_packed,
                        struct err *e)
{
    const struct liar *liar = context;
    const struct gpt2_tensor *tensor = &liar->m->tensors[t];
    bool steps = liar->change == NULL;
    struct coded_tensor c = {.rows = tensor->rows,
                             .cols = tensor->cols,
                             .unit = 4,
                             .kind = steps ? GRID_STEP : GRID_CODEBOOK,
                             .own_grids = !steps,
                             .n_options = 3,
                             .bits = {steps ? 0 : 3, 0, steps ? 0 : 2},
                             .dtype = GRID_F16};
    struct rng r = rng_stream(18, 0, RNG_TEST);
    *is_packed = t == liar->m->wte;
    if (!*is_packed) {
        return 0;
    }
    int status = coded_allocate(&c, e);
    cr_assert(status == 0, "%s", e->text);
    for (size_t u = 0; u < coded_units(&c); u++) {
        c.option[u] = (uint8_t)rng_below(&r, 3);
    }
    for (size_t i = 0; i < tensor->n; i++) {
        if (steps) {
            c.level[i] = (int16_t)((int)rng_below(&r, 40) - 20);
        } else {
            c.code[i] = (uint8_t)rng_below(&r, 1u << c.bits[c.option[i / 4]]);
        }
    }
    for (size_t i = 0; i < coded_grids(&c); i++) {
        c.grid[i].scale = 0.25f * (float)(1 + rng_below(&r, 9));
    }
    for (int i = 0; i < 3 * BOOK_CODES && !steps; i++) {
        c.book[i] = 0.125f * (float)rng_below(&r, 20);
    }
    status = packed_encode(packed, &c, liar->coding, e);
    coded_release(&c);
    return status;
}

static void write_by_hand(const char *path, enum coding coding, bool steps)
{
    struct gpt2 m;
    struct err e;
    tiny_model(&m);
    struct liar liar = {.m = &m, .coding = coding, .change = steps ? NULL : nothing};
    struct gpt2_packer packer = {.pack = pack_by_hand, .context = &liar};
    cr_assert(gpt2_save_packed(&m, path, NULL, 0, "test", &packer, &e) == 0, "%s", e.text);
    gpt2_close(&m);
}

/* Where a file may be damaged. */
struct place {
    uint64_t from, n;
};

/* The bytes of the parts of the token embedding; returns how many parts there are. */
static int places_of_parts(struct place place[PACKED_PARTS], const char *path)
{
    struct h5 h;
    struct h5_array a;
    struct err e;
    int n = 0;
    cr_assert(h5_open(&h, path, &e) == 0, "%s", e.text);
    for (int i = 0; i < PACKED_PARTS; i++) {
        char name[64];
        snprintf(name, sizeof name, "packed/wte.weight/%s", packed_part_names[i]);
        if (h5_exists(&h, name)) {
            cr_assert(h5_find(&h, name, &a, &e) == 0, "%s", e.text);
            place[n++] = (struct place){a.offset, a.n * h5_type_size(a.type)};
        }
    }
    h5_close(&h);
    return n;
}

/* Overwrites a few bytes in these places, `times` times, or cuts the file; how often refused? */
static int damage(const char *path, int times, uint32_t stream, const struct place *place,
                  int n_places)
{
    struct rng r = rng_stream(17, stream, RNG_TEST);
    struct buf whole = BUF_INIT;
    struct err e;
    int refused = 0;
    cr_assert(read_whole(path, &e) == 0, "%s", e.text);
    cr_assert(file_read(&whole, path, &e) == 0, "%s", e.text);
    for (int i = 0; i < times; i++) {
        char *copy = malloc(whole.len);
        memcpy(copy, whole.s, whole.len);
        size_t n = i % 6 ? whole.len : rng_below(&r, whole.len);
        for (int k = 0; k <= i % 3; k++) {
            struct place at =
                n_places ? place[rng_below(&r, (uint64_t)n_places)] : (struct place){0, whole.len};
            copy[at.from + rng_below(&r, at.n)] = (char)rng_below(&r, 256);
        }
        overwrite(path, copy, n);
        e.text[0] = '\0';
        if (read_whole(path, &e)) {
            refused++;
            cr_assert(strlen(e.text) > 10, "an error without a sentence");
        }
        free(copy);
    }
    buf_release(&whole);
    return refused;
}

/* Wherever bytes of a part are wrong or missing, there is a model or one sentence. */
Test(quantize_packed_damage, damaged_parts_do_not_bring_the_reader_down)
{
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    struct place place[PACKED_PARTS];
    omp_set_num_threads(1); /* teams cost more than such small tensors */
    for (uint32_t form = 0; form < 4; form++) {
        if (form < 2) {
            write_lie(path, form ? CODING_ENTROPY : CODING_PLAIN, nothing);
        } else {
            write_by_hand(path, CODING_ENTROPY, form == 2);
        }
        int n = places_of_parts(place, path), refused = damage(path, 400, 1 + form, place, n);
        cr_assert(n == (form == 3 ? 4 : 3), "%d parts", n);
        cr_assert(refused > 66, "%d of 400 damaged files of form %u were refused", refused, form);
    }
    scratch_remove(&dir);
}

/*
 * The same anywhere in the file: damaged object headers make HDF5 1.10.8 read memory that it has
 * freed and crash, which may end the copy of the process that looks at the file, and no more.
 */
Test(quantize_packed_damage, no_damage_brings_the_reader_down)
{
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    omp_set_num_threads(1);
    write_lie(path, CODING_ENTROPY, nothing);
    int refused = damage(path, 600, 0, NULL, 0);
    cr_assert(refused > 100, "%d of 600 damaged files were refused", refused);
    scratch_remove(&dir);
}

/* The bill of both counts every byte of the parts, books among the grids. */
Test(quantize_packed_damage, bills_of_steps_and_books_are_their_bytes)
{
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    for (int steps = 0; steps <= 1; steps++) {
        struct gpt2 m;
        struct bill bill;
        struct err e;
        write_by_hand(path, CODING_ENTROPY, steps);
        cr_assert(gpt2_open(&m, path, &e) == 0 && bill_of_packed(&bill, &m, &e) == 0, "%s", e.text);
        const struct packed_tensor *p = m.tensors[m.wte].packed;
        cr_assert(bill.payload.packed_bits == 8 * (int64_t)p->part[PACKED_CODES].n &&
                  bill.map.packed_bits == 8 * (int64_t)p->part[PACKED_MAP].n);
        cr_assert(bill.grid.packed_bits ==
                  8 * (int64_t)(p->part[PACKED_GRIDS].n + p->part[PACKED_BOOKS].n));
        cr_assert(p->part[PACKED_BOOKS].n == (steps ? 0 : 2 * (8 + 4)));
        cr_assert(bill.payload.ideal_bits > 0 && bill.map.ideal_bits > 0);
        cr_assert(bill.code_bits == (steps ? bill.payload.packed_bits
                                           : (int64_t)(3 * p->members[0] + 2 * p->members[2])));
        gpt2_close(&m);
    }
    scratch_remove(&dir);
}
