/*
 * contest_fixture: made-up results of methods of a budget, for the tests of their report. Rows are
 * put on top of results_fixture.h's spec; losses are those of the protocol text over a loss of 5.
 */
#ifndef NS_TESTS_CONTEST_FIXTURE_H
#define NS_TESTS_CONTEST_FIXTURE_H

#include <math.h>

#include "results_fixture.h"

/* A choice of `method` on model 0 and scope head that stores exactly its budget. */
static inline struct record *fixture_point(struct fixture *f, const char *method, double budget,
                                           double delta_nats)
{
    struct record *r = fixture_row(f, 0, 1, "text", 20 * delta_nats);
    snprintf(r->method, sizeof r->method, "%s", method);
    snprintf(r->allocator, sizeof r->allocator, "%s", method);
    snprintf(r->variant, sizeof r->variant, "bits_per_weight=%g", budget);
    snprintf(r->scope, sizeof r->scope, "head");
    r->delta_nats = delta_nats;
    r->budget_bits = r->bits_per_weight = budget;
    r->map_packed_bits = 1000;
    r->relative_mse = pow(4, -budget);
    return r;
}

/* The study's tiers on the same scope: 5, 4.157 and 3.557 bits. */
static inline struct record *fixture_tiers(struct fixture *f, double delta_nats)
{
    struct record *r = fixture_row(f, 0, 2, "text", 20 * delta_nats);
    snprintf(r->scope, sizeof r->scope, "head");
    r->delta_nats = delta_nats;
    return r;
}

static inline void fixture_contest(struct fixture *f)
{
    fixture_spec(f);
    f->spec.report = (struct spec_report){.kind = REPORT_ALLOCATORS};
    fixture_row(f, 0, 0, "text", 0);
}

#endif
