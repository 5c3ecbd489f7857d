/* model: texts that are calibrated on must not be scored. */
#include "model/overlap.h"

#include <criterion/criterion.h>
#include <string.h>

#include "scratch.h"
#include "support.h"

static int apart(const char *calibration, const char *evaluation, struct err *e)
{
    struct scratch s = scratch_new();
    struct texts a, b;
    struct err reading;
    const char *path_a = scratch_file(&s, "a", calibration, strlen(calibration));
    const char *path_b = scratch_file(&s, "b", evaluation, strlen(evaluation));
    cr_assert(texts_read(&a, path_a, false, 0, &reading) == 0, "%s", reading.text);
    cr_assert(texts_read(&b, path_b, true, 0, &reading) == 0, "%s", reading.text);
    int status = texts_apart(&a, "cal.txt", &b, "eval.txt", e);
    texts_release(&a);
    texts_release(&b);
    scratch_remove(&s);
    return status;
}

Test(model_overlap, a_shared_text_is_refused_whatever_stands_around_it)
{
    struct err e;
    const char *one = "the first text of the two files\nthe second text of the two files\n";
    cr_assert(apart(one, "quite another text, nothing shared\n", &e) == 0);
    cr_assert(apart(one, "the second text of the two files, longer\nthe second text of the two\n",
                    &e) == 0,
              "%s", e.text);
    cr_assert(apart(one, "zzz: something that stands before\n  the second text of the two files \n",
                    &e) == -1);
    cr_assert(strstr(e.text, "cal.txt and eval.txt share the text \"the second text of the two "
                             "files\"") != NULL,
              "%s", e.text);
}

Test(model_overlap, repeats_within_one_file_are_nothing)
{
    struct err e;
    const char *twice = "the same text stands here twice\nthe same text stands here twice\n";
    cr_assert(apart(twice, "quite another text, nothing shared\n", &e) == 0, "%s", e.text);
    cr_assert(apart(twice, twice, &e) == -1);
}

Test(model_overlap, the_calibration_texts_are_not_among_the_held_out_ones)
{
    struct texts calibration, heldout;
    struct err e;
    cr_assert(texts_read(&calibration, source_path("data/calibration/books.txt"), false, 0, &e) ==
                  0,
              "%s", e.text);
    cr_assert(texts_read(&heldout, source_path("data/texts/heldout.txt"), false, 0, &e) == 0, "%s",
              e.text);
    cr_assert(calibration.n == 128, "%zu texts", calibration.n);
    cr_assert(texts_apart(&calibration, "books.txt", &heldout, "heldout.txt", &e) == 0, "%s",
              e.text);
    texts_release(&calibration);
    texts_release(&heldout);
}
