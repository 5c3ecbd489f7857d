/*
 * budget: the parameters that all methods of a budget share: what a player is, what it may choose
 * and what its error is weighed by.
 */
#ifndef NS_ALLOCATE_BUDGET_H
#define NS_ALLOCATE_BUDGET_H

#include "base/schema.h"

/* Which weights share an option. */
enum granularity { GRANULARITY_WEIGHT, GRANULARITY_GROUP, GRANULARITY_ROW, GRANULARITY_TENSOR };

/*
 * What a player's squared error is multiplied by: nothing; the mean square of what its weights are
 * multiplied by, over the calibration texts; the empirical Fisher information of its weights there.
 */
enum sensitivity { SENSITIVITY_NONE, SENSITIVITY_ACTIVATION, SENSITIVITY_FISHER };

extern const struct param budget_params[];
extern const size_t budget_n_params;

enum granularity budget_granularity(const struct params *p);
enum sensitivity budget_sensitivity(const struct params *p);

/*
 * Checks the shared parameters against each other; on −1, *which names the one to point at.
 * `steps`: the options are steps, not widths.
 */
int budget_check(const struct params *p, bool steps, const char **which, struct err *e);

#endif
