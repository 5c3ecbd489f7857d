#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "evaluate/evaluate.h"
#include "model/gpt2_file.h"
#include "model/synth.h"
#include "scratch.h"
#include "support.h"
#include "tensor/matmul.h"
#include "tiny_model.h"

static struct gpt2 laid_out(struct gpt2_config config)
{
    struct gpt2 m;
    struct err e;
    cr_assert(gpt2_layout(&m, &config, &e) == 0, "%s", e.text);
    return m;
}

static struct gpt2 written(struct scratch *s, const struct gpt2 *vocabulary)
{
    struct gpt2 m;
    struct err e;
    struct gpt2_config config = tiny_config();
    const char *path = scratch_path(s, "m.h5");
    cr_assert(synth_write(path, "tiny", &config, vocabulary, NULL, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(&m, path, &e) == 0 && gpt2_load(&m, &e) == 0, "%s", e.text);
    return m;
}

Test(model_synth, the_first_weights_are_those_that_were_published)
{
    static const float wanted[4] = {0.18022005F, 0.00094366906F, 0.0024265382F, -0.18482727F};
    float got[4];
    struct gpt2 m = laid_out(synth_config(synth_shape_named("gpt2")));
    synth_weights(got, &m, m.wte, 0, 4);
    for (int i = 0; i < 4; i++) {
        cr_expect(got[i] == wanted[i], "wte[0][%d] is %.9g", i, (double)got[i]);
    }
    gpt2_close(&m);
}

/* What the header says of weight i of tensor t, in the plainest way. */
static float hashed(int t, size_t i, const char *name)
{
    uint64_t x = ((uint64_t)t + 1) * 0x9E3779B97F4A7C15u + i;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    x ^= x >> 31;
    float u = 2 * ((float)(x >> 40) / 16777216) - 1;
    if (strcmp(name, "wte.weight") == 0) {
        return u * u * u * 0.4F;
    }
    if (strcmp(name, "wpe.weight") == 0) {
        return 0.05F * u;
    }
    if (strstr(name, "bias")) {
        return 0.02F * u;
    }
    return strstr(name, "ln_") ? 1 + 0.1F * u : 0.06F * u;
}

Test(model_synth, every_weight_of_a_file_is_the_hash_of_its_place)
{
    struct scratch s = scratch_new();
    struct gpt2 m = written(&s, NULL);
    for (int t = 0; t < m.n_tensors; t++) {
        const struct gpt2_tensor *tensor = &m.tensors[t];
        for (size_t i = 0; i < tensor->n; i++) {
            cr_assert(tensor->f32[i] == hashed(t, i, tensor->name), "%s at %zu is %.9g",
                      tensor->name, i, (double)tensor->f32[i]);
        }
    }
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_synth, a_part_of_a_tensor_is_the_part_of_the_whole)
{
    enum { BEGIN = 70001, N = 150000 };
    struct gpt2 m = laid_out(synth_config(synth_shape_named("gpt2-xl")));
    float *part = malloc(N * sizeof *part);
    cr_assert(part != NULL, "no memory");
    synth_weights(part, &m, m.n_tensors - 10, BEGIN, N);
    for (size_t i = 0; i < N; i++) {
        float x = hashed(m.n_tensors - 10, BEGIN + i, m.tensors[m.n_tensors - 10].name);
        cr_assert(part[i] == x, "%zu: %.9g", i, (double)part[i]);
    }
    free(part);
    gpt2_close(&m);
}

Test(model_synth, arrays_longer_than_a_part_arrive_whole)
{
    struct scratch s = scratch_new();
    struct gpt2_config config = tiny_config();
    struct gpt2 m;
    struct err e;
    const char *path = scratch_path(&s, "m.h5");
    config.V = H5_PART_BYTES / (8 * 4) * 2 + 3; /* two parts of wte and a bit */
    cr_assert(synth_write(path, "long", &config, NULL, NULL, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(&m, path, &e) == 0 && gpt2_load(&m, &e) == 0, "%s", e.text);
    const struct gpt2_tensor *wte = &m.tensors[m.wte];
    for (size_t i = 0; i < wte->n; i++) {
        cr_assert(wte->f32[i] == hashed(m.wte, i, wte->name), "differs at %zu", i);
    }
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_synth, the_shapes_have_the_parameters_of_the_official_models)
{
    static const size_t wanted[] = {124439808, 354823168, 774030080, 1557611200};
    for (size_t i = 0; i < 4; i++) {
        struct gpt2 m = laid_out(synth_config(&synth_shapes[i]));
        cr_expect(gpt2_parameters(&m) == wanted[i], "%s", synth_shapes[i].name);
        gpt2_close(&m);
    }
    cr_expect(synth_shapes[4].name == NULL && synth_shape_named("gpt3") == NULL, "too many");
}

Test(model_synth, the_file_says_that_it_is_synthetic_and_so_does_what_is_made_of_it)
{
    struct scratch s = scratch_new();
    struct gpt2 m = written(&s, NULL), variant, back, books;
    struct err e;
    cr_expect(m.synthetic, "no mark");
    cr_assert(gpt2_share(&variant, &m, &e) == 0, "%s", e.text);
    const char *path = scratch_path(&s, "v.h5");
    cr_assert(gpt2_save(&variant, path, NULL, 0, "test", &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(&back, path, &e) == 0, "%s", e.text);
    cr_expect(back.synthetic, "a variant lost the mark");
    cr_assert(gpt2_open(&books, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_expect(!books.synthetic, "a trained model has the mark");
    gpt2_close(&books);
    gpt2_close(&back);
    gpt2_close(&variant);
    gpt2_close(&m);
    scratch_remove(&s);
}

Test(model_synth, a_tokenizer_brings_its_end_of_text_token)
{
    struct scratch s = scratch_new();
    struct gpt2 donor, m;
    struct err e;
    tiny_model(&donor);
    donor.vocab_json = (struct file_map){(const unsigned char *)"{}", 2};
    donor.merges_txt = (struct file_map){(const unsigned char *)"#x\n", 3};
    donor.special_token_ids[donor.n_special++] = 7;
    donor.config.eos_token_id = 7;
    m = written(&s, &donor);
    cr_expect(m.config.eos_token_id == 7 && m.special_token_ids[0] == 7, "end of text");
    cr_expect(m.vocab_json.n == 2 && m.merges_txt.n == 3, "files");
    gpt2_close(&m);

    struct gpt2_config config = tiny_config();
    const char *path = scratch_path(&s, "x.h5");
    config.V = 19;
    config.eos_token_id = config.bos_token_id = 18;
    cr_expect(synth_write(path, "tiny", &config, &donor, NULL, &e) == -1, "too small: taken");
    cr_expect_str_eq(e.text, "tiny has a vocabulary of 20 entries, and tiny has room for 19");
    donor.vocab_json.n = 0;
    config = tiny_config();
    cr_expect(synth_write(path, "tiny", &config, &donor, NULL, &e) == -1, "no tokenizer: taken");
    cr_expect(strstr(e.text, "holds no tokenizer"), "%s", e.text);
    cr_expect(!file_exists(path), "a file was left");
    gpt2_close(&donor);
    scratch_remove(&s);
}

static bool stop_after_half(void *context, size_t done, size_t total)
{
    (void)context;
    return done > total / 2;
}

Test(model_synth, a_listener_can_stop_it_and_nothing_is_left)
{
    struct scratch s = scratch_new();
    struct gpt2_config config = tiny_config();
    struct progress progress = {.report = stop_after_half};
    struct err e;
    const char *path = scratch_path(&s, "m.h5");
    cr_expect(synth_write(path, "tiny", &config, NULL, &progress, &e) == -1, "not stopped");
    cr_expect_str_eq(e.text, "interrupted");
    cr_expect(scratch_files(&s) == 0, "a file was left");
    scratch_remove(&s);
}

Test(model_synth, a_small_one_is_scored)
{
    struct scratch s = scratch_new();
    struct gpt2 m = written(&s, NULL);
    struct err e;
    struct losses losses;
    int ids[] = {1, 2, 3, 4};
    size_t start[] = {0, 4};
    struct sequences texts = {.ids = ids, .start = start, .n = 1};
    cr_assert(compute_init(1, &e) == 0, "%s", e.text);
    cr_assert(losses_of_texts(&losses, &m, &texts, 16, true, NULL, &e) == 0, "%s", e.text);
    double loss = protocol_score(protocol_named("paper"), &losses).mean_nats;
    cr_expect(loss > 0.1 && loss < 20, "%g", loss);
    losses_release(&losses);
    gpt2_close(&m);
    scratch_remove(&s);
}
