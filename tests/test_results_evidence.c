/* evidence: what is read is what was written, and nothing else is taken for it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "results/evidence.h"
#include "scratch.h"

/* Three texts of 2, 0 and 3 tokens. */
static struct evidence made(bool mean_of_texts)
{
    static const size_t start[] = {0, 2, 2, 5};
    struct evidence v;
    struct err e;
    cr_assert(evidence_new(&v, 3, 5, &e) == 0, "%s", e.text);
    memcpy(v.start, start, sizeof start);
    v.mean_of_texts = mean_of_texts;
    for (size_t i = 0; i < 5; i++) {
        v.nll[i] = (float)(i + 1);
        v.baseline_nll[i] = (float)i / 3;
        v.kl[i] = (float)i * 1e-7f;
        v.probability_change[i] = -0.25f * (float)i;
        v.top1_agrees[i] = i % 2;
    }
    return v;
}

Test(results_evidence, reads_back_what_was_written)
{
    struct scratch s = scratch_new();
    struct err e;
    for (int mean_of_texts = 0; mean_of_texts < 2; mean_of_texts++) {
        struct evidence v = made(mean_of_texts), back;
        const char *path = scratch_path(&s, "tokens.h5");
        cr_assert(evidence_write(&v, path, &e) == 0, "%s", e.text);
        cr_assert(evidence_read(&back, path, &e) == 0, "%s", e.text);
        cr_assert(back.n_texts == 3 && back.n_tokens == 5 && back.mean_of_texts == mean_of_texts);
        cr_assert(memcmp(back.start, v.start, 4 * sizeof *v.start) == 0);
        cr_assert(memcmp(back.nll, v.nll, sizeof(float[5])) == 0);
        cr_assert(memcmp(back.baseline_nll, v.baseline_nll, sizeof(float[5])) == 0);
        cr_assert(memcmp(back.kl, v.kl, sizeof(float[5])) == 0);
        cr_assert(memcmp(back.probability_change, v.probability_change, sizeof(float[5])) == 0);
        cr_assert(memcmp(back.top1_agrees, v.top1_agrees, 5) == 0);
        cr_assert(evidence_same_tokens(&v, &back));
        back.baseline_nll[4] += 1;
        cr_assert(!evidence_same_tokens(&v, &back));
        evidence_release(&v);
        evidence_release(&back);
    }
    scratch_remove(&s);
}

Test(results_evidence, texts_without_tokens_do_not_count)
{
    struct evidence v = made(false);
    double sum[3], weight[3];
    cr_assert(evidence_by_text(&v, v.nll, sum, weight) == 2);
    cr_assert(sum[0] == 3 && weight[0] == 2 && sum[1] == 12 && weight[1] == 3);
    v.mean_of_texts = true;
    cr_assert(evidence_by_text(&v, v.nll, sum, weight) == 2);
    cr_assert(sum[0] == 1.5 && weight[0] == 1 && sum[1] == 4 && weight[1] == 1);
    evidence_release(&v);
}

Test(results_evidence, other_files_are_refused)
{
    struct scratch s = scratch_new();
    struct evidence v = made(false), back;
    struct h5 h = H5_INIT;
    struct err e;
    uint64_t n = 3;
    const float wrong[3] = {0};
    const char *path = scratch_path(&s, "tokens.h5");
    cr_assert(evidence_read(&back, path, &e) == -1 && strstr(e.text, "tokens.h5"), "%s", e.text);
    cr_assert(h5_create(&h, path, &e) == 0 && h5_put_int(&h, "/", "evidence_format", 1, &e) == 0 &&
              h5_put_int(&h, "/", "mean_of_texts", 0, &e) == 0 &&
              h5_put_array(&h, "tokens_of_text", H5_F32, 1, &n, wrong, &e) == 0 &&
              h5_publish(&h, &e) == 0);
    h5_close(&h);
    cr_assert(evidence_read(&back, path, &e) == -1 && strstr(e.text, "run the cell again"), "%s",
              e.text);
    evidence_release(&v);
    scratch_remove(&s);
}

/* A file of one text of three tokens, of this format and with so many values in its last column. */
static void write_odd(const char *path, int format, uint64_t agrees)
{
    static const char *const columns[] = {"nll", "baseline_nll", "kl", "probability_change"};
    struct h5 h = H5_INIT;
    struct err e;
    uint64_t n = 3, texts = 1;
    const float values[3] = {0};
    const uint32_t tokens = 3;
    cr_assert(h5_create(&h, path, &e) == 0 &&
              h5_put_int(&h, "/", "evidence_format", format, &e) == 0 &&
              h5_put_int(&h, "/", "mean_of_texts", 0, &e) == 0 &&
              h5_put_array(&h, "tokens_of_text", H5_U32, 1, &texts, &tokens, &e) == 0);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        cr_assert(h5_put_array(&h, columns[i], H5_F32, 1, &n, values, &e) == 0, "%s", e.text);
    }
    cr_assert(h5_put_array(&h, "top1_agrees", H5_U8, 1, &agrees, "\1\1\1", &e) == 0 &&
              h5_publish(&h, &e) == 0);
    h5_close(&h);
}

Test(results_evidence, columns_of_another_length_or_format_are_not_paired)
{
    struct scratch s = scratch_new();
    struct evidence back;
    struct err e;
    const char *path = scratch_path(&s, "tokens.h5");
    write_odd(path, 1, 3);
    cr_assert(evidence_read(&back, path, &e) == 0 && back.n_tokens == 3, "%s", e.text);
    evidence_release(&back);
    write_odd(path, 1, 2);
    cr_assert(evidence_read(&back, path, &e) == -1 && strstr(e.text, "top1_agrees has not one"),
              "%s", e.text);
    write_odd(path, 2, 3);
    cr_assert(evidence_read(&back, path, &e) == -1 && strstr(e.text, "is of format 2, not of 1"),
              "%s", e.text);
    scratch_remove(&s);
}
