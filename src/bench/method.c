#include "bench/method.h"

int bench_method_init(struct bench_method *m, const char *method, const char *const *given,
                      struct err *e)
{
    const struct method_kind *kind = run_method_named(method);
    *m = (struct bench_method){.allocator = allocate_method_named(method)};
    params_init(&m->params, &kind->schema);
    for (; given[0]; given += 2) {
        int row = schema_find(&kind->schema, given[0]);
        if (value_parse(&m->params.values[row], kind->schema.rows[row], given[1], e)) {
            return -1;
        }
    }
    return params_complete(&m->params, e);
}

int bench_method_matrix(float *decoded_rc, struct bill *bill, const struct bench_method *m,
                        const float *w_rc, size_t rows, size_t cols, struct err *e)
{
    struct allocate_tensor t = {.w_rc = w_rc, .rows = rows, .cols = cols};
    struct quantize_source src = {.w_rc = w_rc, .rows = rows, .cols = cols, .what = "the matrix"};
    struct grid_options o = grid_options_of(&m->params);
    struct allocation a = {0};
    int status = m->allocator->run(&a, &t, &m->params, 0, e) ||
                         quantize_tensor(decoded_rc, bill, &src, &a, &o, e)
                     ? -1
                     : 0;
    allocation_release(&a);
    return status;
}

static int allocate(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e)
{
    const struct bench_method *m = context;
    struct allocate_tensor of = {
        .w_rc = t->f32, .rows = t->rows, .cols = t->cols, .index = (uint32_t)index};
    return m->allocator->run(out, &of, &m->params, 0, e);
}

int bench_method_model(struct gpt2 *variant, struct bill *bill, struct bench_method *m,
                       const struct gpt2 *base, struct err *e)
{
    struct quantize_allocator allocator = {.allocate = allocate, .context = m};
    return quantize_model(variant, bill, NULL, base, &m->params, &allocator, e);
}
