/* The program on model files that are whole HDF5 files and no whole models. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/h5.h"
#include "model/gpt2_keys.h"
#include "scratch.h"
#include "support.h"
#include "tiny_model.h"

/* What is done to one tensor of a model that is good otherwise. */
enum change { NOTHING, LEFT_OUT, CUT_SHORT, OF_BYTES, WITH_NAN, WITH_INFINITY };

static int put_attributes(struct h5 *h, struct gpt2_config c, struct err *e)
{
    if (h5_put_text(h, "/", "format", "nashswarm-model", e) ||
        h5_put_int(h, "/", "format_version", 1, e) ||
        h5_put_text(h, "/", "architecture", "gpt2", e) ||
        h5_put_text(h, "/", "activation_function", "gelu_new", e) ||
        h5_put_float(h, "/", "layer_norm_epsilon", c.ln_epsilon, e)) {
        return -1;
    }
    for (int i = 0; i < GPT2_KEYS; i++) {
        if (h5_put_int(h, "/", gpt2_keys[i].name, *gpt2_key_value(&c, &gpt2_keys[i]), e)) {
            return -1;
        }
    }
    return 0;
}

static int put_tensor(struct h5 *h, const struct gpt2_tensor *t, enum change change, struct err *e)
{
    float *weights = malloc(t->n * sizeof *weights);
    uint64_t dims[2] = {t->rows ? t->rows : t->cols, t->cols};
    cr_assert(weights != NULL, "no memory");
    memcpy(weights, t->f32, t->n * sizeof *weights);
    if (change == WITH_NAN || change == WITH_INFINITY) {
        weights[t->n - 1] = change == WITH_NAN ? NAN : -INFINITY;
    }
    dims[0] -= change == CUT_SHORT;
    int status = change == LEFT_OUT ? 0
                                    : h5_put_array(h, t->name, change == OF_BYTES ? H5_U8 : H5_F32,
                                                   t->rows ? 2 : 1, dims, weights, e);
    free(weights);
    return status;
}

static void write_model(const char *path, const char *tensor, enum change change)
{
    struct gpt2 m;
    struct h5 h;
    struct err e;
    tiny_model(&m);
    cr_assert(h5_create(&h, path, &e) == 0, "%s", e.text);
    cr_assert(put_attributes(&h, m.config, &e) == 0, "%s", e.text);
    for (int i = 0; i < m.n_tensors; i++) {
        bool it = strcmp(m.tensors[i].name, tensor) == 0;
        cr_assert(put_tensor(&h, &m.tensors[i], it ? change : NOTHING, &e) == 0, "%s", e.text);
    }
    cr_assert(h5_publish(&h, &e) == 0, "%s", e.text);
    gpt2_close(&m);
}

/* Runs the line, in which m.h5 is the model and ids a file of ids, and compares what comes. */
static void says(const char *tensor, enum change change, const char *line, int status,
                 const char *sentence)
{
    struct scratch s = scratch_new();
    struct buf out = BUF_INIT, error = BUF_INIT;
    write_model(scratch_path(&s, "m.h5"), tensor, change);
    scratch_file(&s, "ids", "1 2 3\n", 6);
    scratch_file(&s, "texts", "a line that is long enough to be a text\n", 40);
    int before = scratch_files(&s);
    int got = run_program(s.folder, line, &out, &error);
    cr_expect(got == status, "%s: exit status %d: %s", line, got, buf_text(&error));
    cr_expect(strcmp(buf_text(&error), sentence) == 0, "%s\n--- expected\n%s--- said\n%s", line,
              sentence, buf_text(&error));
    cr_expect(status == 0 || (out.len == 0 && scratch_files(&s) == before),
              "%s printed or left something", line);
    buf_release(&out);
    buf_release(&error);
    scratch_remove(&s);
}

static const char eval[] = "nashswarm eval m.h5 --ids ids --max-tokens 16";

Test(program_models, a_good_one_is_scored)
{
    says("", NOTHING, eval, 0, "");
}

Test(program_models, a_missing_data_set_is_named)
{
    says("wpe.weight", LEFT_OUT, eval, 1, "nashswarm eval: m.h5 has no wpe.weight\n");
    says("h.1.mlp.c_fc.bias", LEFT_OUT, "nashswarm inspect m.h5", 1,
         "nashswarm inspect: m.h5 has no h.1.mlp.c_fc.bias\n");
}

Test(program_models, a_wrong_shape_is_told_with_the_right_one)
{
    says("wte.weight", CUT_SHORT, eval, 1,
         "nashswarm eval: wte.weight in m.h5 is 19 × 8, but vocab_size and n_embd say 20 × 8\n");
    says("ln_f.bias", CUT_SHORT, eval, 1,
         "nashswarm eval: ln_f.bias in m.h5 is 7 numbers, but the sizes in its attributes say 8 "
         "numbers\n");
}

Test(program_models, a_wrong_type_is_told_with_the_right_ones)
{
    says("wte.weight", OF_BYTES, eval, 1,
         "nashswarm eval: wte.weight in m.h5 has elements of type 8-bit unsigned integer; write it "
         "as little-endian IEEE floats of 16 or 32 bits\n");
}

Test(program_models, numbers_that_are_not_finite_are_refused_before_anything_is_written)
{
    says(
        "wte.weight", WITH_NAN, eval, 1,
        "nashswarm eval: wte.weight in m.h5 is NaN at row 19, column 7; a model must be all finite "
        "numbers\n");
    says("ln_f.weight", WITH_INFINITY,
         "nashswarm quantize m.h5 --method uniform --dequantize -o q.h5", 1,
         "nashswarm quantize: ln_f.weight in m.h5 is infinite at element 7; a model must be all "
         "finite numbers\n");
}

Test(program_models, a_model_without_a_tokenizer_scores_ids_alone)
{
    static const char why[] =
        "m.h5 holds no tokenizer (neither vocab.json nor merges.txt); import the model again from "
        "a folder that has both files, or give token ids instead of text\n";
    char sentence[512];
    snprintf(sentence, sizeof sentence, "nashswarm eval: %s", why);
    says("", NOTHING, "nashswarm eval m.h5 --texts texts --max-tokens 16", 1, sentence);
    snprintf(sentence, sizeof sentence, "nashswarm tokenize: %s", why);
    says("", NOTHING, "nashswarm tokenize m.h5 texts", 1, sentence);
    says("", NOTHING,
         "printf 'name: x\\nmodels: [m.h5]\\ntexts: {name: t, path: texts}\\nmax_tokens: 16\\n"
         "methods: {u: {method: uniform}}\\n' >x.yaml; nashswarm run x.yaml -q 2>said; s=$?; "
         "sed 's/paper[.][0-9a-f]*/paper.ID/' said >&2; [ -f results/x/table.csv ] && echo table; "
         "rm -r said x.yaml results plots; exit $s",
         1,
         "nashswarm run: cell m.baseline.paper.ID: m.h5 holds no tokenizer (neither vocab.json "
         "nor merges.txt); import the model again from a folder that has both files, or give "
         "token ids instead of text\n"
         "  to run it alone: nashswarm run x.yaml --only m.baseline.paper.ID\n");
}
