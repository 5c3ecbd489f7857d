/* Whole models: bills tensor by tensor, moments where rounding asks for them, checked parameters.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quantize/quantize.h"
#include "tiny_model.h"

static struct schema schema;

/* "name=value" settings over the defaults of quantize_params. */
static struct params params_of(const char *const *settings)
{
    struct params p;
    struct err e;
    schema = (struct schema){0};
    schema_add(&schema, quantize_params, quantize_n_params);
    params_init(&p, &schema);
    for (; *settings; settings++) {
        char name[32] = {0};
        const char *equals = strchr(*settings, '=');
        memcpy(name, *settings, (size_t)(equals - *settings));
        int row = schema_find(&schema, name);
        cr_assert(row >= 0 && value_parse(&p.values[row], schema.rows[row], equals + 1, &e) == 0);
    }
    cr_assert(params_complete(&p, &e) == 0, "%s", e.text);
    return p;
}

struct calls {
    double *moment_kk;
    int allocated, moments;
};

static int allocate(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e)
{
    struct calls *calls = context;
    (void)index;
    (void)e;
    calls->allocated++;
    *out = (struct allocation){.n = t->n, .n_tiers = 1, .bits = {3}, .form = ALLOCATION_ONE};
    return 0;
}

/* Unit moments of as many channels as the tensor has. */
static int moments(void *context, const struct gpt2_tensor *t, int index, const double **moment_kk,
                   struct err *e)
{
    struct calls *calls = context;
    size_t k = t->scope == SCOPE_BLOCKS ? t->rows : t->cols;
    (void)index;
    calls->moments++;
    free(calls->moment_kk);
    if (!(calls->moment_kk = mem_new(k * k, sizeof *calls->moment_kk, e))) {
        return -1;
    }
    for (size_t i = 0; i < k * k; i++) {
        calls->moment_kk[i] = i % (k + 1) == 0 ? 1 : 0.5;
    }
    *moment_kk = calls->moment_kk;
    return 0;
}

Test(quantize_model, bills_of_tensors_add_up)
{
    const char *const settings[] = {"scope=blocks", "rounding=feedback", "group=4", NULL};
    struct params p = params_of(settings);
    struct calls calls = {0};
    struct quantize_allocator q = {.allocate = allocate, .moments = moments, .context = &calls};
    struct gpt2 base, variant;
    struct bill bill, sum = {0};
    struct err e;
    tiny_model(&base);
    struct bill *bills = malloc((size_t)base.n_tensors * sizeof *bills);
    cr_assert(quantize_model(&variant, &bill, bills, &base, &p, &q, &e) == 0, "%s", e.text);
    int touched = 0;
    for (int i = 0; i < base.n_tensors; i++) {
        bool in_scope = gpt2_in_scope(&base.tensors[i], SCOPE_BLOCKS);
        touched += in_scope;
        cr_assert(bills[i].scope_weights == (in_scope ? (int64_t)base.tensors[i].n : 0));
        bill_add(&sum, &bills[i]);
    }
    cr_assert(calls.allocated == touched && calls.moments == touched && touched > 0);
    sum.untouched = bill.untouched;
    cr_assert(memcmp(&sum, &bill, sizeof sum) == 0);
    gpt2_close(&variant);
    gpt2_close(&base);
    free(bills);
    free(calls.moment_kk);
}

Test(quantize_model, feedback_without_moments_is_refused)
{
    const char *const settings[] = {"rounding=feedback", NULL};
    struct params p = params_of(settings);
    struct calls calls = {0};
    struct quantize_allocator q = {.allocate = allocate, .context = &calls};
    struct gpt2 base, variant;
    struct bill bill;
    struct err e;
    tiny_model(&base);
    cr_assert(quantize_model(&variant, &bill, NULL, &base, &p, &q, &e) == -1);
    cr_assert(strstr(e.text, "rounding: feedback needs calibration texts"), "%s", e.text);
    cr_assert(calls.allocated == 0);
    gpt2_close(&base);
}

Test(quantize_model, parameters_are_checked_against_each_other)
{
    const char *const plain[] = {"grid=step", NULL};
    const char *const good[] = {"grid=step", "coding=entropy", NULL};
    const char *which = NULL;
    struct err e;
    struct params p = params_of(plain);
    cr_assert(quantize_check(&p, &which, &e) == -1 && strcmp(which, "coding") == 0);
    p = params_of(good);
    cr_assert(quantize_check(&p, &which, &e) == 0);
}
