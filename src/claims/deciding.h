/*
 * deciding: what rules share: numbers as they are shown, intervals against published numbers, and
 * the rows that a question is about. Inside of claims/ alone.
 */
#ifndef NS_CLAIMS_DECIDING_H
#define NS_CLAIMS_DECIDING_H

#include "claims/rules.h"
#include "report/number.h"

/* A value with its 95 % interval; low and high are NaN when there is none. */
struct estimate {
    double value, low, high;
};

/* The rows of one model and method under one protocol, one a seed. */
struct cells {
    const struct record *rows[256];
    size_t n;
};

struct estimate_text {
    char text[3 * sizeof(struct number) + 8];
};

/* "1.25", "+1.25 [+1.00, +1.50]": with the true minus sign. */
struct number deciding_number(double x, int decimals, bool plus);
struct estimate_text deciding_estimate(struct estimate x, int decimals, bool plus);

/* The published number of the question's model under this key, or NULL. */
const struct published_value *deciding_published(const struct question *q, enum claim_key key);

/* Whether the value or its interval reaches what was printed, give or take the rounding. */
bool deciding_agrees(struct estimate x, const struct published_value *p, const struct claim *c);

/*
 * The verdict of a claim that turned out to be right: reproduced when it is about this very model
 * (a published one, or one whose number `p` was published; NULL: none was) or a finding of our own,
 * else in direction.
 */
enum verdict deciding_held(const struct question *q, const struct published_value *p);

/*
 * The cells of a method under the claim's key for protocols. False when none are stored; the answer
 * then says why.
 */
bool deciding_cells(struct cells *out, struct answer *a, const struct question *q,
                    const char *method, enum claim_key protocol);

/* A column over the cells: its mean, and from the least end of their intervals to the largest. */
struct estimate deciding_column(const struct cells *c, const struct column *column);

/* The same of delta_pct. */
struct estimate deciding_delta(const struct cells *c);

/* a − b: the ends as if the two were independent (MOVER), which is too wide for paired ones. */
struct estimate deciding_difference(struct estimate a, struct estimate b);

/* 1 above 0, −1 below, 0 when the interval has both; by the value alone without an interval. */
int deciding_sign(struct estimate x);

/* Fills value, low and high. */
void deciding_answer(struct answer *a, struct estimate x, int decimals);

void deciding_why(struct answer *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
