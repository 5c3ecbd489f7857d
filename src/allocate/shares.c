#include "allocate/shares.h"

#include <math.h>

int shares_check(const struct params *p, const char **which, struct err *e)
{
    const struct value *shares = params_list(p, "shares"), *bits = params_list(p, "bits");
    double sum = 0;
    for (size_t i = 0; i < shares->n; i++) {
        sum += shares->numbers[i];
    }
    *which = "shares";
    if (!(fabs(sum - 100) <= 1e-6)) {
        return err_set(e, "shares add up to %.10g %%, not to 100 %%", sum);
    }
    *which = "bits";
    if (bits->n != shares->n) {
        return err_set(e, "%zu shares need %zu bit widths, but there are %zu", shares->n, shares->n,
                       bits->n);
    }
    for (size_t i = 1; i < bits->n; i++) {
        if (bits->numbers[i] > bits->numbers[i - 1]) {
            return err_set(e,
                           "bits must not rise from %g to %g: the first tier is the most important",
                           bits->numbers[i - 1], bits->numbers[i]);
        }
    }
    return 0;
}
