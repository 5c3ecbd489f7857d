#include "allocate/swarm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

static const double chi = 0.7298, chi_c = 1.49618;

/* All particles; arrays [particles][dim] are rows of one allocation each. */
struct swarm {
    const struct swarm_problem *problem;
    size_t n;
    double *x, *v, *best_x;
    double *cost, *best_cost; /* [n] */
    struct rng *rng;          /* [n] */
    size_t leader;            /* whose best is the swarm's */
};

static void release(struct swarm *s)
{
    free(s->x);
    free(s->v);
    free(s->best_x);
    free(s->cost);
    free(s->best_cost);
    free(s->rng);
}

static int check(const struct swarm_problem *p, const struct swarm_settings *settings,
                 struct err *e)
{
    if (p->dim < 1 || p->dim > SWARM_DIM_MAX || settings->particles < 1 ||
        settings->particles > SWARM_PARTICLES_MAX) {
        return err_set(e, "a swarm has 1 to %d particles in 1 to %d dimensions, not %zu in %zu",
                       SWARM_PARTICLES_MAX, SWARM_DIM_MAX, settings->particles, p->dim);
    }
    for (size_t d = 0; d < p->dim; d++) {
        double start = p->start ? p->start[d] : p->low[d];
        if (!isfinite(p->low[d]) || !isfinite(p->high[d]) || !isfinite(p->high[d] - p->low[d]) ||
            !(p->low[d] <= start && start <= p->high[d])) {
            return err_set(e,
                           "coordinate %zu: %g must lie in the finite box from %g to %g; widen the "
                           "box or move the start",
                           d, start, p->low[d], p->high[d]);
        }
    }
    return 0;
}

static double uniform_in(struct rng *rng, const struct swarm_problem *p, size_t d)
{
    return p->low[d] + rng_uniform(rng) * (p->high[d] - p->low[d]);
}

static void place(struct swarm *s, size_t i)
{
    const struct swarm_problem *p = s->problem;
    double *x = s->x + i * p->dim, *v = s->v + i * p->dim;
    for (size_t d = 0; d < p->dim; d++) {
        x[d] = uniform_in(&s->rng[i], p, d);
        if (i == 0 && p->start) {
            x[d] = p->start[d];
        }
        v[d] = (uniform_in(&s->rng[i], p, d) - x[d]) / 2;
    }
}

static void move(struct swarm *s, size_t i)
{
    const struct swarm_problem *p = s->problem;
    double *x = s->x + i * p->dim, *v = s->v + i * p->dim;
    const double *own = s->best_x + i * p->dim, *lead = s->best_x + s->leader * p->dim;
    for (size_t d = 0; d < p->dim; d++) {
        double r1 = rng_uniform(&s->rng[i]), r2 = rng_uniform(&s->rng[i]);
        v[d] = chi * v[d] + chi_c * r1 * (own[d] - x[d]) + chi_c * r2 * (lead[d] - x[d]);
        x[d] += v[d];
        if (x[d] < p->low[d] || x[d] > p->high[d]) {
            double wall = x[d] < p->low[d] ? p->low[d] : p->high[d];
            x[d] = 2 * wall - x[d];
            v[d] = -v[d];
            /* A leap over the whole box ends at the wall opposite. */
            x[d] = fmin(fmax(x[d], p->low[d]), p->high[d]);
        }
    }
}

/* Moves (but for the first time, when it places) and measures everyone. */
static int fly(struct swarm *s, bool first, struct err *e)
{
    size_t failed = s->n;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < s->n; i++) {
        struct err mine;
        if (first) {
            place(s, i);
        } else {
            move(s, i);
        }
        if (s->problem->cost(s->problem->context, &s->cost[i], s->x + i * s->problem->dim, &mine)) {
#pragma omp critical(swarm_error)
            if (i < failed) {
                failed = i;
                *e = mine;
            }
        } else if (isnan(s->cost[i])) {
            s->cost[i] = INFINITY;
        }
    }
    return failed < s->n ? -1 : 0;
}

/* Updates the bests; true when the swarm's own got better. */
static bool remember(struct swarm *s, bool first)
{
    size_t dim = s->problem->dim;
    double before = s->best_cost[s->leader];
    for (size_t i = 0; i < s->n; i++) {
        if (first || s->cost[i] < s->best_cost[i]) {
            s->best_cost[i] = s->cost[i];
            memcpy(s->best_x + i * dim, s->x + i * dim, dim * sizeof *s->x);
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        if (s->best_cost[i] < s->best_cost[s->leader]) {
            s->leader = i;
        }
    }
    return first || s->best_cost[s->leader] < before;
}

static int make(struct swarm *s, const struct swarm_problem *p,
                const struct swarm_settings *settings, struct err *e)
{
    size_t n = settings->particles;
    s->problem = p;
    s->n = n;
    if (!(s->x = mem_new(n * p->dim, sizeof *s->x, e)) ||
        !(s->v = mem_new(n * p->dim, sizeof *s->v, e)) ||
        !(s->best_x = mem_new(n * p->dim, sizeof *s->best_x, e)) ||
        !(s->cost = mem_new(n, sizeof *s->cost, e)) ||
        !(s->best_cost = mem_new(n, sizeof *s->best_cost, e)) ||
        !(s->rng = mem_new(n, sizeof *s->rng, e))) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        s->rng[i] = rng_stream(settings->seed, (uint32_t)i, RNG_SWARM);
    }
    return 0;
}

void swarm_release(struct swarm_result *r)
{
    free(r->x);
    free(r->trace);
    *r = (struct swarm_result){0};
}

int swarm_minimise(struct swarm_result *out, const struct swarm_problem *p,
                   const struct swarm_settings *settings, struct err *e)
{
    int status = -1;
    size_t capacity = 0, idle = 0;
    struct swarm s = {0};
    *out = (struct swarm_result){0};
    if (check(p, settings, e) || make(&s, p, settings, e)) {
        goto out;
    }
    for (size_t t = 0; t <= settings->iterations; t++) {
        if (mem_grow(&out->trace, &capacity, t + 1, sizeof *out->trace, e) || fly(&s, t == 0, e) ||
            progress_tell(settings->progress, t, settings->iterations, e)) {
            goto out;
        }
        idle = remember(&s, t == 0) ? 0 : idle + 1;
        out->trace[t] = s.best_cost[s.leader];
        out->iterations = t;
        out->evaluations += s.n;
        if (settings->patience && idle >= settings->patience) {
            break;
        }
    }
    out->cost = s.best_cost[s.leader];
    if (!(out->x = mem_new(p->dim, sizeof *out->x, e))) {
        goto out;
    }
    memcpy(out->x, s.best_x + s.leader * p->dim, p->dim * sizeof *out->x);
    status = 0;
out:
    if (status) {
        swarm_release(out);
    }
    release(&s);
    return status;
}
