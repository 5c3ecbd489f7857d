#include "tiny_model.h"

#include <criterion/criterion.h>

#include "base/mem.h"

struct gpt2_config tiny_config(void)
{
    return (struct gpt2_config){.V = 20,
                                .P = 16,
                                .C = 8,
                                .L = 2,
                                .H = 2,
                                .F = 32,
                                .ln_epsilon = 1e-5f,
                                .eos_token_id = 19,
                                .bos_token_id = 19};
}

float tiny_weight(int t, size_t i)
{
    return (float)t - 0.25f + (float)i / 1024;
}

void tiny_model(struct gpt2 *m)
{
    struct err e;
    struct gpt2_config config = tiny_config();
    cr_assert(gpt2_layout(m, &config, &e) == 0, "no layout");
    for (int t = 0; t < m->n_tensors; t++) {
        float *x = mem_floats(m->tensors[t].n, &e);
        cr_assert(x != NULL, "no memory");
        for (size_t i = 0; i < m->tensors[t].n; i++) {
            x[i] = tiny_weight(t, i);
        }
        gpt2_replace(m, t, x);
    }
    m->path = mem_string("tiny", &e);
    cr_assert(m->path != NULL, "no memory");
}
