#include "allocate/greedy.h"

#include <math.h>
#include <stdlib.h>

#include "allocate/lagrangian.h"
#include "allocate/method.h"
#include "base/mem.h"

struct step {
    int to;       /* option, −1: none */
    double slope; /* distortion saved a bit; infinite if it costs none */
};

/* The best step of player i that takes at most `room` more bits. */
static struct step best_step(const struct game *g, const uint8_t *choice, size_t i, double room)
{
    struct step best = {.to = -1};
    double best_more = 0;
    float present = game_distortion(g, i, choice[i]);
    for (int o = 0; o < g->m; o++) {
        double more = game_bits(g, i, o) - game_bits(g, i, choice[i]);
        double saved = (double)present - game_distortion(g, i, o);
        if (saved > 0 && more <= room) {
            double slope = more > 0 ? saved / more : INFINITY;
            if (best.to < 0 || slope > best.slope || (slope == best.slope && more < best_more)) {
                best = (struct step){.to = o, .slope = slope};
                best_more = more;
            }
        }
    }
    return best;
}

/* A heap of players: the steepest step on top, then the lowest index. */
struct heap {
    uint32_t *player;
    double *slope_i; /* by player */
    size_t n;
};

static bool above(const struct heap *h, uint32_t i, uint32_t j)
{
    if (h->slope_i[i] != h->slope_i[j]) {
        return h->slope_i[i] > h->slope_i[j];
    }
    return i < j;
}

static void sink(struct heap *h, size_t k)
{
    uint32_t moving = h->player[k];
    for (size_t child; (child = 2 * k + 1) < h->n; k = child) {
        if (child + 1 < h->n && above(h, h->player[child + 1], h->player[child])) {
            child++;
        }
        if (!above(h, h->player[child], moving)) {
            break;
        }
        h->player[k] = h->player[child];
    }
    h->player[k] = moving;
}

static void pop(struct heap *h)
{
    h->player[0] = h->player[--h->n];
    if (h->n > 0) {
        sink(h, 0);
    }
}

/* Everyone who has a step within the room, in heap order. */
static void build(struct heap *h, const struct game *g, const uint8_t *choice, double room)
{
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t i = 0; i < g->n; i++) {
        struct step step = best_step(g, choice, i, room);
        h->slope_i[i] = step.to < 0 ? -1 : step.slope;
    }
    h->n = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (h->slope_i[i] >= 0) {
            h->player[h->n++] = (uint32_t)i;
        }
    }
    for (size_t k = h->n / 2; k-- > 0;) {
        sink(h, k);
    }
}

/* Takes steps from the top until none is left. */
static void climb(struct heap *h, uint8_t *choice, const struct game *g, double room)
{
    while (h->n > 0) {
        uint32_t i = h->player[0];
        struct step step = best_step(g, choice, i, room);
        if (step.to >= 0 && step.slope == h->slope_i[i]) {
            room -= game_bits(g, i, step.to) - game_bits(g, i, choice[i]);
            choice[i] = (uint8_t)step.to;
            step = best_step(g, choice, i, room);
        }
        if (step.to < 0) {
            pop(h);
        } else {
            h->slope_i[i] = step.slope;
            sink(h, 0);
        }
    }
}

int greedy_fill(uint8_t *choice, const struct game *g, double budget, struct err *e)
{
    int status = -1;
    struct heap h = {0};
    if (!(h.player = mem_new(g->n, sizeof *h.player, e)) ||
        !(h.slope_i = mem_new(g->n, sizeof *h.slope_i, e))) {
        goto out;
    }
    double room = budget - game_total(g, choice).bits;
    build(&h, g, choice, room);
    climb(&h, choice, g, room);
    status = 0;
out:
    free(h.player);
    free(h.slope_i);
    return status;
}

int greedy_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                  struct err *e)
{
    if (lagrangian_budget(choice, out, g, budget, e) || greedy_fill(choice, g, budget, e)) {
        return -1;
    }
    out->total = game_total(g, choice);
    return 0;
}

static int solve(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e)
{
    struct game_result r;
    (void)p;
    if (allocate_solution_start(out, q, e) ||
        greedy_budget(out->choice, &r, q->game, q->budget, e)) {
        return -1;
    }
    allocate_solution_take(out, &r);
    return 0;
}

const struct allocate_method allocate_greedy = {
    .name = "greedy",
    .help = "the step that saves the most distortion a stored bit first, within a budget",
    .solve = solve,
};
