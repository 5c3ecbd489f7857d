/* base: texts, files, digests, streams, numbers. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/half.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/reduce.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "scratch.h"

Test(base_err, a_long_sentence_is_cut_where_it_shows)
{
    struct err e;
    char word[2 * ERR_MAX];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    cr_assert(err_set(&e, "%s", word) == -1);
    cr_assert(strlen(e.text) == ERR_MAX - 1);
    cr_assert(strcmp(e.text + ERR_MAX - sizeof "…", "…") == 0);
}

/* Names come from files, and sentences go to terminals. */
Test(base_err, what_a_terminal_would_obey_is_not_in_a_sentence)
{
    struct err e;
    err_set(&e, "no %s", "\x1B[2J\n\xC2\x9B\xFFx\xC3");
    cr_assert_str_eq(e.text, "no ?[2J???"
                             "?x?");
    err_set(&e, "no %s", "a\u202Eh5.x\u2066");
    cr_assert_str_eq(e.text, "no a???h5.x???");
    err_errno(&e, ENOENT, "größer\r");
    cr_assert(strstr(e.text, "größer?: ") == e.text, "%s", e.text);
}

Test(base_err, a_prefix_stands_in_front)
{
    struct err e;
    err_set(&e, "no such key");
    cr_assert(err_prefix(&e, "line %d", 3) == -1);
    cr_assert(strcmp(e.text, "line 3: no such key") == 0);
}

Test(base_err, lack_of_memory_is_told_from_a_bad_input)
{
    struct err e;
    err_set(&e, "no such key");
    cr_assert(!e.memory);
    cr_assert(mem_new(SIZE_MAX / 2, 4, &e) == NULL && e.memory);
    err_prefix(&e, "line %d", 3);
    cr_assert(e.memory, "the prefix hides it");
    err_set(&e, "no such key either");
    cr_assert(!e.memory, "the next sentence keeps it");
}

Test(base_buf, a_text_fails_with_a_part_that_did)
{
    struct buf part = BUF_INIT, whole = BUF_INIT;
    struct err e;
    buf_adds(&part, "cut sh");
    buf_adds(&whole, buf_text(&part));
    part.failed = true;
    buf_release_part(&part, &whole);
    cr_assert(part.s == NULL && buf_check(&whole, &e) == -1 && e.memory);
    buf_release(&whole);
}

Test(base_buf, reals_are_the_shortest_text_that_reads_back)
{
    const double x[] = {0.1, 1.0 / 3, 70, 1e300, 5e-324, -0.5, 6.7826};
    const char *text[] = {"0.1", "0.3333333333333333", "70", "1e+300", NULL, "-0.5", "6.7826"};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        struct buf b = BUF_INIT;
        buf_add_real(&b, x[i]);
        cr_assert(strtod(b.s, NULL) == x[i], "%s", b.s);
        cr_assert(!text[i] || strcmp(b.s, text[i]) == 0, "%s", b.s);
        buf_release(&b);
    }
}

Test(base_mem, a_product_that_overflows_is_refused)
{
    struct err e;
    cr_assert(mem_new(SIZE_MAX / 2, 4, &e) == NULL);
    cr_assert(strstr(e.text, "out of memory") != NULL);
    cr_assert(mem_floats(SIZE_MAX / 4, &e) == NULL);
}

Test(base_file, writing_replaces_whole_files_and_leaves_no_other)
{
    struct scratch s = scratch_new();
    struct buf b = BUF_INIT;
    struct err e;
    scratch_file(&s, "a", "one", 3);
    scratch_file(&s, "a", "two", 3);
    cr_assert(file_read(&b, scratch_path(&s, "a"), &e) == 0 && strcmp(b.s, "two") == 0);
    cr_assert(scratch_files(&s) == 1);
    buf_release(&b);
    scratch_remove(&s);
}

Test(base_file, a_failed_write_keeps_the_old_file)
{
    struct err e;
    cr_assert(file_write("/nowhere/at/all", "x", 1, &e) == -1);
    cr_assert(strcmp(e.text, "cannot write /nowhere/at/all: No such file or directory") == 0, "%s",
              e.text);
}

Test(base_file, a_file_half_written_is_discarded_and_a_whole_one_is_not)
{
    struct scratch s = scratch_new();
    struct err e;
    struct buf temporary = BUF_INIT;
    scratch_file(&s, "whole", "x", 1);
    file_discard();
    cr_assert(scratch_files(&s) == 1, "a whole file was discarded");
    cr_assert(file_temporary(&temporary, scratch_path(&s, "half"), &e) == 0, "%s", e.text);
    cr_assert(scratch_files(&s) == 2, "no temporary file");
    file_discard();
    cr_assert(scratch_files(&s) == 1, "the temporary file was left");
    buf_release(&temporary);
    scratch_remove(&s);
}

Test(base_file, only_regular_files_are_replaced)
{
    struct scratch s = scratch_new();
    struct err e;
    struct stat st;
    const char *pipe = scratch_path(&s, "pipe");
    cr_assert(mkfifo(pipe, 0600) == 0, "no pipe");
    cr_assert(file_write(pipe, "x", 1, &e) == -1, "a pipe was replaced");
    cr_assert(strstr(e.text, "it is a device or pipe, not a file") != NULL, "%s", e.text);
    cr_assert(stat(pipe, &st) == 0 && S_ISFIFO(st.st_mode), "the pipe is gone");
    cr_assert(scratch_files(&s) == 1, "a temporary file was left");
    scratch_remove(&s);
}

Test(base_file, folders_and_missing_files_are_not_mapped)
{
    struct file_map m;
    struct err e;
    cr_assert(file_map_open(&m, "/tmp", &e) == -1 && strstr(e.text, "is a folder"));
    cr_assert(file_map_open(&m, "/nowhere", &e) == -1 && strstr(e.text, "cannot open /nowhere"));
    cr_assert(file_map_open(&m, "/dev/zero", &e) == -1 && strstr(e.text, "device"));
}

Test(base_file, folders_are_made_with_their_parents)
{
    struct scratch s = scratch_new();
    struct err e;
    const char *deep = scratch_path(&s, "a/b//c/");
    cr_assert(file_make_dirs(deep, &e) == 0 && file_make_dirs(deep, &e) == 0);
    cr_assert(file_exists(scratch_path(&s, "a/b/c")));
    scratch_file(&s, "file", "", 0);
    cr_assert(file_make_dirs(scratch_path(&s, "file/below"), &e) == -1);
    scratch_remove(&s);
}

Test(base_file, the_folder_of_a_path)
{
    static const char *const of[][2] = {
        {"a", "."}, {"a/b", "a"}, {"/a", "/"}, {"/a/b.c", "/a"}, {"../a", ".."}};
    struct buf folder = BUF_INIT;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        file_folder(of[i][0], &folder);
        cr_assert(strcmp(folder.s, of[i][1]) == 0, "%s is in %s", of[i][0], folder.s);
    }
    buf_release(&folder);
}

Test(base_reduce, agrees_with_plain_sums_and_extremes)
{
    float x[37], lo = INFINITY, hi = -INFINITY;
    double sum = 0, squares = 0, deviations = 0;
    for (int i = 0; i < 37; i++) {
        x[i] = (float)((i * 7) % 11) - 4.5f; /* sums of these are exact */
        lo = fminf(lo, x[i]);
        hi = fmaxf(hi, x[i]);
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
        deviations += ((double)x[i] - 2) * ((double)x[i] - 2);
    }
    struct range r = RANGE_EMPTY;
    range_widen(&r, x, 37);
    cr_assert(r.lo == lo && r.hi == hi, "[%g, %g]", (double)r.lo, (double)r.hi);
    cr_assert(sum_of(x, 37) == sum && sum_of_squares(x, 37) == squares);
    cr_assert(sum_of_squared_deviations(x, 2, 37) == deviations);
}

Test(base_digest, sha256_of_known_texts)
{
    char hex[DIGEST_HEX];
    struct err e;
    cr_assert(digest_bytes(hex, "abc", 3, &e) == 0);
    cr_assert(strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0);
    cr_assert(digest_bytes(hex, NULL, 0, &e) == 0);
    cr_assert(strncmp(hex, "e3b0c44298fc1c149afbf4c8996fb924", 32) == 0);
}

/* The published test vector of Philox 4x32-10 (Random123, kat_vectors): all words zero. */
Test(base_rng, philox_gives_its_published_vector)
{
    struct rng r = {0};
    const uint32_t expected[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    for (int i = 0; i < 4; i++) {
        cr_assert(rng_u32(&r) == expected[i]);
    }
}

Test(base_rng, streams_with_other_keys_differ)
{
    struct rng a = rng_stream(1, 0, RNG_TEST), b = rng_stream(1, 1, RNG_TEST);
    struct rng c = rng_stream(2, 0, RNG_TEST), d = rng_stream(1, 0, RNG_CUT_SAMPLE);
    uint64_t x = rng_u64(&a);
    cr_assert(x != rng_u64(&b) && x != rng_u64(&c) && x != rng_u64(&d));
}

Test(base_rng, samples_are_distinct_ascending_and_fair)
{
    enum { N = 20, K = 5, ROUNDS = 20000 };
    int count[N] = {0};
    struct err e;
    struct rng r = rng_stream(7, 0, RNG_TEST);
    for (int round = 0; round < ROUNDS; round++) {
        size_t index[K];
        cr_assert(rng_sample(&r, index, K, N, &e) == 0);
        for (size_t i = 0; i < K; i++) {
            cr_assert(index[i] < N && (i == 0 || index[i] > index[i - 1]));
            count[index[i]]++;
        }
    }
    for (int i = 0; i < N; i++) { /* expectation 5,000, standard deviation 61 */
        cr_assert(abs(count[i] - ROUNDS * K / N) < 350, "index %d: %d times", i, count[i]);
    }
}

Test(base_half, every_16_bit_float_survives_the_way_there_and_back)
{
    for (uint32_t h = 0; h < 65536; h++) {
        float x = half_to_float((uint16_t)h);
        if (isnan(x)) {
            cr_assert((h & 0x7C00) == 0x7C00 && (h & 0x3FF), "%04x", h);
        } else {
            cr_assert(half_from_float(x) == h, "%04x -> %g -> %04x", h, (double)x,
                      half_from_float(x));
        }
    }
}

Test(base_half, known_values_and_ties_to_even)
{
    cr_assert(half_to_float(0x3C00) == 1.0f && half_to_float(0x0001) == 0x1p-24f);
    cr_assert(half_to_float(0xFBFF) == -65504.0f && isinf(half_to_float(0x7C00)));
    cr_assert(half_from_float(1.0f + 0x1p-11f) == 0x3C00, "a tie goes to the even neighbour");
    cr_assert(half_from_float(1.0f + 3 * 0x1p-11f) == 0x3C02);
    cr_assert(half_from_float(65519.0f) == 0x7BFF && half_from_float(65520.0f) == 0x7C00);
    cr_assert(half_from_float(0x1p-25f) == 0 && half_from_float(0x1.8p-25f) == 1);
}

Test(base_utf8, well_formed_characters_only)
{
    cr_assert(utf8_valid_length("a", 1) == 1 && utf8_valid_length("é", 2) == 2);
    cr_assert(utf8_valid_length("€", 3) == 3 && utf8_valid_length("🙂", 4) == 4);
    cr_assert(utf8_valid_length("€", 2) == 0, "cut short");
    cr_assert(utf8_valid_length("\xC0\x80", 2) == 0, "overlong");
    cr_assert(utf8_valid_length("\xED\xA0\x80", 3) == 0, "surrogate");
    cr_assert(utf8_valid_length("\xF4\x90\x80\x80", 4) == 0, "above U+10FFFF");
}

Test(base_utf8, stripped_length_counts_code_points)
{
    cr_assert(utf8_stripped_length("  a b \t\n", 8) == 3);
    cr_assert(utf8_stripped_length("\u00A0é\u3000", 7) == 1);
    cr_assert(utf8_stripped_length("\xFF \xFE", 3) == 3, "bad bytes count as one each");
    cr_assert(utf8_stripped_length(" \n ", 3) == 0 && utf8_stripped_length("", 0) == 0);
}

Test(base_json_out, escapes_and_nests)
{
    struct buf b = BUF_INIT;
    struct json_out j = json_begin(&b);
    json_open(&j, '{');
    json_key_text(&j, "a\"", "x\n\xFF");
    json_key_real(&j, "b", NAN);
    json_key(&j, "c");
    json_open_flat(&j, '[');
    json_int(&j, -3);
    json_bool_out(&j, true);
    json_close(&j, ']');
    json_close(&j, '}');
    const char *expected =
        "{\n  \"a\\\"\": \"x\\u000a\xEF\xBF\xBD\",\n  \"b\": null,\n  \"c\": [-3, true]\n}\n";
    cr_assert(strcmp(b.s, expected) == 0, "%s", b.s);
    buf_release(&b);
}

Test(base, whole_numbers_are_written_as_any_other_printer_would)
{
    static const double numbers[] = {0,
                                     -0.0,
                                     1,
                                     -7,
                                     10,
                                     4096,
                                     999999999999999,
                                     -1e14,
                                     1e15,
                                     1e22,
                                     -1e15,
                                     1e15 - 1,
                                     9007199254740992,
                                     0.5};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct buf b = BUF_INIT;
        char wanted[40];
        int digits = 15;
        do {
            snprintf(wanted, sizeof wanted, "%.*g", digits, numbers[i]);
        } while (strtod(wanted, NULL) != numbers[i] && digits++ < 17);
        buf_add_real(&b, numbers[i]);
        cr_expect_str_eq(buf_text(&b), wanted);
        buf_release(&b);
    }
}
