/* model/gpt2_load: what a model may ask for before its weights are there. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "coding/packed.h"
#include "model/gpt2_file.h"
#include "scratch.h"

/* Codes of 0 bits take no byte, however many weights they stand for. */
static int pack_nothing(void *context, int t, struct packed_tensor *packed, bool *is_packed,
                        struct err *e)
{
    const struct gpt2_tensor *tensor = &((const struct gpt2 *)context)->tensors[t];
    *is_packed = tensor->rows > 0;
    *packed = (struct packed_tensor){.rows = tensor->rows,
                                     .cols = tensor->cols,
                                     .unit = UNIT_TENSOR,
                                     .n_options = 1,
                                     .members = {tensor->n}};
    (void)e;
    return 0;
}

Test(model_gpt2_load, more_weights_than_there_is_memory_for_are_refused)
{
    struct gpt2_config config = {
        .V = 1 << 23, .P = 16, .C = 1 << 16, .L = 1, .H = 1, .F = 16, .ln_epsilon = 1e-5f};
    struct scratch dir = scratch_new();
    const char *path = scratch_path(&dir, "p.h5");
    struct gpt2 m = {0};
    struct gpt2_packer packer = {.pack = pack_nothing, .context = &m};
    struct err e = {0};
    cr_assert(gpt2_layout(&m, &config, &e) == 0, "%s", e.text);
    for (int t = 0; t < m.n_tensors; t++) {
        if (m.tensors[t].rows == 0) {
            float *zeros = mem_floats(m.tensors[t].n, &e);
            cr_assert(zeros != NULL, "%s", e.text);
            memset(zeros, 0, m.tensors[t].n * sizeof *zeros);
            gpt2_replace(&m, t, zeros);
        }
    }
    cr_assert(gpt2_save_packed(&m, path, NULL, 0, "test", &packer, &e) == 0, "%s", e.text);
    gpt2_close(&m);
    cr_assert(gpt2_open(&m, path, &e) == 0, "%s", e.text);
    cr_expect_str_eq(m.quantized, "not recorded how", "a packed file without a mark");
    cr_assert(gpt2_load(&m, &e) == -1, "2 TB of weights were loaded");
    cr_assert(strstr(e.text, "take 2267.8 GB of memory, and this machine has"), "%s", e.text);
    gpt2_close(&m);
    scratch_remove(&dir);
}
