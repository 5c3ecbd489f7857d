#include "quantized.h"

int quantized_variant(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                      const struct method_kind *kind, const struct params *p, uint64_t seed,
                      struct err *e)
{
    struct workshop w = {.base = base};
    struct quantized q = {0};
    int status = run_quantize(&q, &w, kind, p, seed, e);
    if (!status) {
        *bill = q.bill;
        *variant = q.variant;
        q.variant = (struct gpt2){0};
    }
    quantized_release(&q);
    workshop_release(&w);
    return status;
}

int quantized_file(const char *path, struct bill *bill, const struct gpt2 *base,
                   const struct method_kind *kind, const struct params *p, uint64_t seed,
                   struct err *e)
{
    struct workshop w = {.base = base};
    int status = run_quantize_packed(path, bill, &w, kind, p, seed, NULL, 0, "test", e);
    workshop_release(&w);
    return status;
}
