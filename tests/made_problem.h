/*
 * made_problem: problems of a budget for tests, made around random games, and methods run on them
 * by name with parameters as text.
 */
#ifndef NS_TESTS_MADE_PROBLEM_H
#define NS_TESTS_MADE_PROBLEM_H

#include "allocate/method.h"
#include "made_game.h"

enum { MADE_PARTS_MAX = 8 };

struct made_problem {
    struct made_game made;
    struct allocate_part part[MADE_PARTS_MAX];
    double *variance; /* owned */
    double weight[MADE_PARTS_MAX];
    int asked; /* losses */
    struct allocate_problem problem;
};

/*
 * A plain game of n players in `parts` tensors, each of as many rows as divide its players, and a
 * budget, all drawn from the seed. Its loss is 3 plus the distortions of what is quantized, each
 * tensor's times a weight of its own.
 */
void made_problem(struct made_problem *m, size_t n, int options, size_t parts, uint64_t seed);
void made_problem_release(struct made_problem *m);

/* Runs the row of allocate_methods of this name; `text` is "name=value …", "" the defaults.
 */
int solve_by_name(struct allocate_solution *out, const struct allocate_problem *q, const char *name,
                  const char *text, struct err *e);

/* The parameters of a method, from text. */
struct params params_of(const struct allocate_method *method, const char *text);
const struct allocate_method *budget_method(const char *name);

#endif
