/*
 * budget: methods that share out stored bits, from the table of costs to a model within its budget.
 *
 * A solver works with frozen prices. What a file really takes can differ a little: a range coder
 * does better or worse than the price, bytes are whole. So the bits that the solver is asked for
 * are corrected until what is stored keeps the budget from below, within BUDGET_TOLERANCE or what
 * the players' steps allow.
 */
#ifndef NS_RUN_BUDGET_H
#define NS_RUN_BUDGET_H

#include "allocate/method.h"
#include "run/calibration.h"
#include "run/coalition.h"
#include "run/players.h"

enum { BUDGET_TRIES = 8 };
#define BUDGET_TOLERANCE 1e-3

/* Tables of costs that are kept: this many, and no more than the present one past these bytes. */
enum { WORKSHOP_TABLES = 4 };
#define WORKSHOP_BYTES ((size_t)1 << 30)

/* An open model, and what methods learned about it so far. */
struct workshop {
    const struct gpt2 *base; /* borrowed, loaded */
    struct calibration calibration;
    struct players tables[WORKSHOP_TABLES];
    size_t used[WORKSHOP_TABLES], uses; /* when each was last asked for */
    struct players *players;            /* the one of the present method */
    struct coalitions coalitions;
};

/*
 * Releases what was learned. The base stays: variants that learn nothing may be looking at it while
 * another is at work here.
 */
void workshop_release(struct workshop *w);

/* Makes w->players the table that the parameters ask for: a kept one, or a new one. */
int workshop_players(struct workshop *w, const struct params *p, struct err *e);

/* A quantized model, and how it came about. */
struct quantized {
    struct gpt2 variant;
    struct bill bill;
    struct bill *bills_t; /* one for each tensor of the model, owned */
    bool solved;          /* by a method of a budget: what follows is known */
    struct allocate_solution solution;
    double budget; /* bits a weight that were asked for */
    double predicted_nats;
    double solve_s; /* table of costs and solver, without the evaluation */
};

void quantized_release(struct quantized *q);

/* Solves, quantizes, corrects. Release *out either way, before the workshop's base. */
int budget_quantize(struct quantized *out, struct workshop *w, const struct allocate_method *method,
                    const struct params *p, uint64_t seed, struct err *e);

/* The model quantized as the present players chose; bills_t may be NULL. */
int budget_apply(struct gpt2 *variant, struct bill *bill, struct bill *bills_t, struct workshop *w,
                 const struct params *p, const uint8_t *choice, struct err *e);

/* The second moments that error feedback needs, for quantize_model(); context: struct workshop. */
int workshop_moments(void *context, const struct gpt2_tensor *t, int index,
                     const double **moment_kk, struct err *e);

/*
 * Hands out the allocations of a solution, tensor by tensor, to quantize_model() and
 * quantize_save().
 */
struct budget_allocator {
    struct workshop *workshop;
    const uint8_t *choice;
};
int budget_allocate(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e);
int budget_moments(void *context, const struct gpt2_tensor *t, int index, const double **moment_kk,
                   struct err *e);

#endif
