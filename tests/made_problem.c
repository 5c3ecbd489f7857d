#include "made_problem.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static int loss(void *context, double *nats, const uint8_t *choice, const bool *in_part,
                struct err *e)
{
    struct made_problem *m = context;
    (void)e;
    m->asked++;
    *nats = 3;
    for (size_t k = 0; k < m->problem.n_parts; k++) {
        const struct allocate_part *part = &m->part[k];
        for (size_t i = part->first; in_part[k] && i < part->first + part->rows * part->cols; i++) {
            *nats += m->weight[k] * (double)game_distortion(&m->made.game, i, choice[i]);
        }
    }
    return 0;
}

/* A drawn budget that pays for the cheapest options, fractions of a bit included. */
static double budget_of(const struct game *g, uint64_t seed)
{
    uint8_t *choice = malloc(g->n);
    game_cheapest(choice, g);
    double least = game_total(g, choice).bits;
    free(choice);
    return fmax(made_budget(g, seed), least);
}

void made_problem(struct made_problem *m, size_t n, int options, size_t parts, uint64_t seed)
{
    struct rng r = rng_stream(seed, 2, RNG_TEST);
    *m = (struct made_problem){0};
    made_game(&m->made, n, options, seed, MADE_PLAIN);
    m->variance = malloc(n * sizeof *m->variance);
    for (size_t i = 0; i < n; i++) {
        m->variance[i] = rng_below(&r, 9) ? exp(6 * rng_uniform(&r) - 3) : 0;
    }
    size_t first = 0;
    for (size_t k = 0; k < parts; k++) {
        size_t players = k + 1 < parts ? n / parts : n - first, rows = 1 + rng_below(&r, 4);
        while (players % rows != 0) {
            rows--;
        }
        m->part[k] = (struct allocate_part){(uint32_t)k, first, rows, players / rows};
        m->weight[k] = 0.5 + rng_uniform(&r);
        first += players;
    }
    m->problem = (struct allocate_problem){.game = &m->made.game,
                                           .parts = m->part,
                                           .n_parts = parts,
                                           .budget = budget_of(&m->made.game, seed),
                                           .variance_i = m->variance,
                                           .seed = seed,
                                           .loss = loss,
                                           .context = m};
}

void made_problem_release(struct made_problem *m)
{
    made_game_release(&m->made);
    free(m->variance);
}

const struct allocate_method *budget_method(const char *name)
{
    for (size_t k = 0; allocate_methods[k]; k++) {
        if (strcmp(allocate_methods[k]->name, name) == 0) {
            return allocate_methods[k];
        }
    }
    cr_assert_fail("no method %s", name);
    return NULL;
}

struct params params_of(const struct allocate_method *method, const char *text)
{
    static struct schema s;
    struct params p;
    struct err e;
    char copy[256], *rest;
    s = (struct schema){0};
    schema_add(&s, method->params, method->n_params);
    params_init(&p, &s);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        *equals = '\0';
        int row = schema_find(&s, word);
        cr_assert(row >= 0 && value_parse(&p.values[row], s.rows[row], equals + 1, &e) == 0,
                  "%s=%s", word, equals + 1);
    }
    cr_assert(params_complete(&p, &e) == 0, "%s", e.text);
    return p;
}

int solve_by_name(struct allocate_solution *out, const struct allocate_problem *q, const char *name,
                  const char *text, struct err *e)
{
    const struct allocate_method *method = budget_method(name);
    struct params p = params_of(method, text);
    *out = allocate_solution_none();
    return method->solve(out, q, &p, e);
}
