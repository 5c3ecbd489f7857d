/* Packed files through the program: written, inspected, scored, refused. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "support.h"

/* Runs a line in the scratch folder, in which $MODEL is a model and $TEXTS a file of texts. */
static int run_line(const struct scratch *dir, const char *line, struct buf *out, struct buf *error)
{
    char *model = realpath(source_path("data/models/books-1m.h5"), NULL);
    char *texts = realpath(source_path("data/texts/heldout.txt"), NULL);
    cr_assert(model && texts, "no model or no texts");
    setenv("MODEL", model, 1);
    setenv("TEXTS", texts, 1);
    free(model);
    free(texts);
    return run_program(dir->folder, line, out, error);
}

static void runs(const struct scratch *dir, const char *line, struct buf *out)
{
    struct buf error = BUF_INIT;
    int status = run_line(dir, line, out, &error);
    cr_assert(status == 0, "%s: %s", line, buf_text(&error));
    buf_release(&error);
}

/* Without the seconds, which differ. */
static void cut_seconds(struct buf *b)
{
    char *begin = b->s ? strstr(b->s, " tokens, ") : NULL;
    char *end = begin ? strstr(begin, " s)") : NULL;
    cr_assert(end != NULL, "%s", buf_text(b));
    memmove(begin, end, strlen(end) + 1);
}

Test(commands_packed, a_packed_model_scores_as_the_dequantized_one)
{
    struct scratch dir = scratch_new();
    struct buf ignored = BUF_INIT, dequantized = BUF_INIT, packed = BUF_INIT;
    runs(&dir, "nashswarm quantize \"$MODEL\" --method tiers --dequantize -o d.h5", &ignored);
    runs(&dir, "nashswarm eval d.h5 --texts \"$TEXTS\" --samples 3", &dequantized);
    cut_seconds(&dequantized);
    for (int entropy = 0; entropy <= 1; entropy++) {
        runs(&dir,
             entropy
                 ? "nashswarm quantize \"$MODEL\" --method tiers --packed --coding entropy -o p.h5"
                 : "nashswarm quantize \"$MODEL\" --method tiers --packed -o p.h5",
             &ignored);
        buf_clear(&packed);
        runs(&dir, "nashswarm eval p.h5 --texts \"$TEXTS\" --samples 3", &packed);
        cut_seconds(&packed);
        cr_assert(strcmp(packed.s, dequantized.s) == 0, "%s\n%s", packed.s, dequantized.s);
    }
    runs(&dir, "nashswarm tokenize p.h5 \"$TEXTS\"", &ignored);
    buf_release(&ignored);
    buf_release(&dequantized);
    buf_release(&packed);
    scratch_remove(&dir);
}

static json_int_t bits_of(const json_t *bill, const char *line)
{
    const json_t *bits = json_object_get(json_object_get(bill, line), "packed_bits");
    cr_assert(json_is_integer(bits), "no packed bits of %s", line);
    return json_integer_value(bits);
}

/* What inspect says of the file is what quantize said when it wrote it. */
Test(commands_packed, inspect_prints_the_bill)
{
    struct scratch dir = scratch_new();
    struct buf written = BUF_INIT, seen = BUF_INIT, json = BUF_INIT;
    runs(&dir,
         "nashswarm quantize \"$MODEL\" --method tiers --packed --scope all --coding entropy -o "
         "p.h5",
         &written);
    runs(&dir, "nashswarm inspect p.h5", &seen);
    runs(&dir, "nashswarm inspect --json p.h5", &json);
    const char *bill = strstr(buf_text(&written), "bits a weight, everything stored");
    cr_assert(bill != NULL && strstr(buf_text(&seen), bill) != NULL, "%s\n%s", buf_text(&written),
              buf_text(&seen));
    json_error_t problem;
    json_t *root = json_loads(buf_text(&json), 0, &problem);
    cr_assert(root != NULL, "%s", problem.text);
    const json_t *in_json = json_object_get(root, "bill");
    const json_t *first = json_array_get(json_object_get(root, "tensors"), 0);
    const json_t *form = json_object_get(first, "packed");
    cr_assert(strcmp(json_string_value(json_object_get(form, "grid")), "scale-minimum") == 0 &&
              json_integer_value(json_object_get(form, "unit")) == 1 &&
              json_array_size(json_object_get(form, "bits")) == 3);
    cr_assert(json_integer_value(json_object_get(root, "format_version")) == 2);
    cr_assert(strstr(buf_text(&seen), "scale-minimum  entropy 1      option   8 (") != NULL, "%s",
              buf_text(&seen));
    cr_assert(strcmp(json_string_value(json_object_get(root, "format")), "nashswarm-packed") == 0);
    double weights = json_number_value(json_object_get(in_json, "scope_weights"));
    double bits =
        (double)(bits_of(in_json, "payload") + bits_of(in_json, "map") + bits_of(in_json, "grids"));
    cr_assert(json_number_value(json_object_get(in_json, "bits_per_weight")) == bits / weights);
    cr_assert(bits_of(in_json, "untouched") > 0);
    json_decref(root);
    buf_release(&written);
    buf_release(&seen);
    buf_release(&json);
    scratch_remove(&dir);
}

Test(commands_packed, a_packed_model_is_not_quantized_or_imported)
{
    struct scratch dir = scratch_new();
    struct buf out = BUF_INIT, error = BUF_INIT;
    runs(&dir, "nashswarm quantize \"$MODEL\" --method uniform --packed -o p.h5", &out);
    cr_assert(run_line(&dir, "nashswarm quantize p.h5 --method tiers --packed -o q.h5", NULL,
                       &error) == 1);
    cr_assert(strstr(buf_text(&error), "p.h5 is packed: its weights are codes already"), "%s",
              buf_text(&error));
    cr_assert(run_line(&dir, "nashswarm import p.h5 -o q.h5", NULL, NULL) == 1);
    cr_assert(scratch_files(&dir) == 1, "something was written");
    buf_release(&out);
    buf_release(&error);
    scratch_remove(&dir);
}

/* Shares without the step that they are of would say nothing. */
Test(commands_packed, inspect_names_the_steps)
{
    struct scratch dir = scratch_new();
    struct buf out = BUF_INIT;
    runs(&dir,
         "nashswarm quantize \"$MODEL\" --method optimal --grid step --coding entropy "
         "--sensitivity none --steps 0.5,1 --bits-per-weight 3 -o p.h5",
         &out);
    buf_clear(&out);
    runs(&dir, "nashswarm inspect p.h5 | grep ^wte | grep -cE 'option +0\\.0[0-9]+ \\([0-9.]+%\\)'",
         &out);
    cr_assert_str_eq(buf_text(&out), "1\n");
    buf_release(&out);
    scratch_remove(&dir);
}

/* The same bytes for the same command, on any number of threads. */
Test(commands_packed, files_do_not_depend_on_threads)
{
    struct scratch dir = scratch_new();
    runs(
        &dir,
        "for t in 1 2 3; do nashswarm quantize \"$MODEL\" --method tiers --packed --coding entropy "
        "--scope all --threads $t -o $t.h5; done",
        NULL);
    cr_assert(scratch_same(scratch_path(&dir, "1.h5"), scratch_path(&dir, "2.h5")) &&
                  scratch_same(scratch_path(&dir, "1.h5"), scratch_path(&dir, "3.h5")),
              "the files differ");
    scratch_remove(&dir);
}
