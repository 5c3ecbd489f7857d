#include "results/cell_of_row.h"

#include <string.h>

static bool is_of(const struct record *r, const struct spec *s, const struct cell *c)
{
    return strcmp(r->model, s->models[c->model].name) == 0 &&
           strcmp(r->method, s->methods[c->method].name) == 0 &&
           strcmp(r->variant, c->variant) == 0 &&
           strcmp(r->protocol, s->known->protocols[c->protocol]) == 0 &&
           r->seed == (c->has_seed ? c->seed : RECORD_NONE);
}

const struct cell *cell_of_row(const struct plan *plan, const struct spec *s,
                               const struct record *row, size_t near)
{
    for (size_t k = 0; k < plan->n; k++) {
        const struct cell *c = &plan->cells[(near + k) % plan->n];
        if (is_of(row, s, c)) {
            return c;
        }
    }
    return NULL;
}
