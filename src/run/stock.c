#include "run/stock.h"

#include <stdlib.h>

#include "base/mem.h"

int stock_again(struct stock *v, const struct store *store, struct err *e)
{
    struct record ignored;
    for (size_t i = 0; i < v->plan.n; i++) {
        if (!v->stored[i] && store_read_cell(store, v->plan.cells[i].id, v->keys[i], &ignored, NULL,
                                             &v->stored[i], NULL, e)) {
            return -1;
        }
    }
    v->n_stored = 0;
    for (size_t i = 0; i < v->plan.n; i++) {
        v->n_stored += v->stored[i];
    }
    return 0;
}

static int make_keys(struct stock *v, const struct spec *s, struct err *e)
{
    struct input_digests digests = {0};
    int status = input_digests_read(&digests, s, e);
    for (size_t i = 0; i < v->plan.n && !status; i++) {
        status = cell_key(v->keys[i], s, &v->plan.cells[i], &digests, e);
    }
    input_digests_release(&digests);
    return status;
}

int stock_read(struct stock *v, const struct spec *s, const struct store *store, struct err *e)
{
    *v = (struct stock){0};
    if (plan_make(&v->plan, s, e) || !(v->keys = mem_new(v->plan.n, sizeof *v->keys, e)) ||
        !(v->stored = mem_new(v->plan.n, sizeof *v->stored, e)) || make_keys(v, s, e) ||
        stock_again(v, store, e)) {
        stock_release(v);
        return -1;
    }
    return 0;
}

void stock_release(struct stock *v)
{
    plan_release(&v->plan);
    free(v->keys);
    free(v->stored);
    *v = (struct stock){0};
}
