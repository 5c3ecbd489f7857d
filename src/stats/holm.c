#include "stats/holm.h"

#include <math.h>

/* The smallest p above `last`, and how many have it; 0 when none is left. */
static size_t next_smallest(const double *p, size_t n, double last, double *smallest)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] > last && (count == 0 || p[i] < *smallest)) {
            *smallest = p[i];
            count = 0;
        }
        count += p[i] > last && p[i] == *smallest;
    }
    return count;
}

void holm(double *adjusted, const double *p, size_t n)
{
    size_t left = 0, count;
    for (size_t i = 0; i < n; i++) {
        adjusted[i] = (double)NAN;
        left += isnan(p[i]) ? 0 : 1;
    }
    double least = 0;
    for (double last = -1, value = 0; (count = next_smallest(p, n, last, &value)) > 0;
         last = value) {
        double raised = (double)left * value;
        least = raised > least ? raised : least;
        least = least < 1 ? least : 1;
        for (size_t i = 0; i < n; i++) {
            if (p[i] == value) {
                adjusted[i] = least;
            }
        }
        left -= count;
    }
}
