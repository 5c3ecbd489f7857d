#include "allocate/problem.h"

#include <math.h>
#include <stdlib.h>

#include "allocate/lagrangian.h"
#include "base/mem.h"

struct allocate_solution allocate_solution_none(void)
{
    const double unknown = (double)NAN;
    return (struct allocate_solution){.total = {unknown, unknown},
                                      .lambda = unknown,
                                      .bound = unknown,
                                      .largest_gain = unknown,
                                      .optimum = unknown};
}

static int check_parts(const struct allocate_problem *q, struct err *e)
{
    size_t next = 0;
    for (size_t k = 0; k < q->n_parts; k++) {
        const struct allocate_part *part = &q->parts[k];
        size_t players;
        if (part->first != next || __builtin_mul_overflow(part->rows, part->cols, &players) ||
            players > q->game->n - next) {
            return err_set(e,
                           "part %zu has %zu × %zu players from player %zu on, but must begin at "
                           "player %zu and end within the %zu there are",
                           k, part->rows, part->cols, part->first, next, q->game->n);
        }
        next += players;
    }
    if (next != q->game->n) {
        return err_set(e, "the parts hold %zu players but the game has %zu", next, q->game->n);
    }
    return 0;
}

int allocate_solution_start(struct allocate_solution *s, const struct allocate_problem *q,
                            struct err *e)
{
    if (check_parts(q, e) || game_check_budget(q->game, q->budget, e)) {
        return -1;
    }
    s->choice = mem_new(q->game->n, 1, e);
    return s->choice ? 0 : -1;
}

void allocate_solution_take(struct allocate_solution *s, const struct game_result *r)
{
    s->total = r->total;
    s->lambda = r->lambda;
    s->bound = r->bound;
    s->exact = r->exact;
}

int allocate_solution_judge(struct allocate_solution *s, const struct allocate_problem *q,
                            struct err *e)
{
    struct game_result plain;
    uint8_t *choice = mem_new(q->game->n, 1, e);
    if (!choice) {
        return -1;
    }
    int status = lagrangian_budget(choice, &plain, q->game, q->budget, e);
    if (!status) {
        s->total = game_total(q->game, s->choice);
        s->bound = plain.bound;
    }
    free(choice);
    return status;
}

void allocate_solution_release(struct allocate_solution *s)
{
    free(s->choice);
    free(s->trace);
    free(s->value);
    free(s->value_error);
    *s = allocate_solution_none();
}
