#include "cluster/tasks.h"

#include <stdlib.h>

#include "base/mem.h"

int tasks_make(struct tasks *b, const struct plan *p, const bool *wanted, const size_t *model_class,
               size_t cluster_class, size_t cells_per_task, struct err *e)
{
    size_t n = 0;
    *b = (struct tasks){.cells = mem_new(p->n, sizeof *b->cells, e)};
    if (!b->cells || !(b->starts = mem_new(p->n + 1, sizeof *b->starts, e))) {
        tasks_release(b);
        return -1;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (!wanted[i] || model_class[p->cells[i].model] != cluster_class) {
            continue;
        }
        bool full = b->n_tasks && n - b->starts[b->n_tasks - 1] >= cells_per_task;
        bool split = n && !cell_same_variant(&p->cells[b->cells[n - 1]], &p->cells[i]);
        if (b->n_tasks == 0 || (full && split)) {
            b->starts[b->n_tasks++] = n;
        }
        b->cells[n++] = i;
    }
    b->starts[b->n_tasks] = n;
    return 0;
}

void tasks_release(struct tasks *b)
{
    free(b->cells);
    free(b->starts);
    *b = (struct tasks){0};
}
