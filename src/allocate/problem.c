#include "allocate/problem.h"

#include <math.h>
#include <stdlib.h>

struct allocate_solution allocate_solution_none(void)
{
    const double unknown = (double)NAN;
    return (struct allocate_solution){.total = {unknown, unknown},
                                      .lambda = unknown,
                                      .bound = unknown,
                                      .largest_gain = unknown,
                                      .optimum = unknown};
}

void allocate_solution_release(struct allocate_solution *s)
{
    free(s->choice);
    free(s->trace);
    free(s->value);
    free(s->value_error);
    *s = allocate_solution_none();
}
