/* uniform: every weight has the same number of bits. */
#include "allocate/method.h"

static const struct param params[] = {
    {"bits", PARAM_INT, "bits", "4", 1, TIER_BITS_MAX, NULL, "bits of every weight"},
};

static int run(struct allocation *out, const struct allocate_tensor *t, const struct params *p,
               uint64_t seed, struct err *e)
{
    (void)seed;
    (void)e;
    *out = (struct allocation){.n = t->rows * t->cols,
                               .n_tiers = 1,
                               .bits = {(int)params_int(p, "bits")},
                               .form = ALLOCATION_ONE};
    return 0;
}

const struct allocate_method allocate_uniform = {
    .name = "uniform",
    .help = "the same number of bits for every weight",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .groups = true,
    .run = run,
};
