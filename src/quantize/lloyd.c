#include "quantize/lloyd.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "coding/coded.h"

enum { ITERATIONS_MAX = 1000 };

void lloyd_count(uint64_t *count, struct range range, const float *x, float divisor, size_t n)
{
    float width = range.hi - range.lo;
    float per_unit = width > 0 ? (float)(LLOYD_POINTS - 1) / width : 0;
    for (size_t i = 0; i < n; i++) {
        float at = (x[i] / divisor - range.lo) * per_unit + 0.5f;
        at = at < (float)(LLOYD_POINTS - 1) ? at : (float)(LLOYD_POINTS - 1);
        count[(size_t)(at > 0 ? at : 0)]++;
    }
}

/* Running sums up to a point: of the counts, and of counts times point. Exact. */
struct sums {
    uint64_t n[LLOYD_POINTS + 1], moment[LLOYD_POINTS + 1];
};

/* The first point that belongs above the middle of two levels. */
static size_t boundary(double below, double above)
{
    double middle = (below + above) / 2;
    size_t point = middle > 0 ? (size_t)middle + 1 : 0;
    return point < LLOYD_POINTS ? point : LLOYD_POINTS;
}

/*
 * Every level to the mean of its cell; a cell without weights keeps its level. Returns Σ moment² /
 * n over the cells: it rises as the squared error falls, the two adding up to the sum of squares.
 */
static double step(double *level, const struct sums *s, int n_levels)
{
    double explained = 0;
    size_t begin = 0;
    for (int q = 0; q < n_levels; q++) {
        size_t end = q + 1 < n_levels ? boundary(level[q], level[q + 1]) : LLOYD_POINTS;
        end = end > begin ? end : begin;
        double n = (double)(s->n[end] - s->n[begin]);
        double moment = (double)(s->moment[end] - s->moment[begin]);
        if (n > 0) {
            level[q] = moment / n;
            explained += moment * level[q];
        }
        begin = end;
    }
    return explained;
}

static double iterate(double *level, const struct sums *s, double squares, int n_levels)
{
    double explained = step(level, s, n_levels);
    for (int i = 0; i < ITERATIONS_MAX; i++) {
        double next = step(level, s, n_levels);
        bool settled = next - explained <= 1e-7 * (squares - next);
        explained = next;
        if (settled) {
            break;
        }
    }
    return explained;
}

/* Level q of L where a share (q + 1/2) / L of Σ count^(1/3) lies below. */
static void start_by_density(double *level, const uint64_t *count, int n_levels)
{
    double total = 0, below = 0;
    for (int i = 0; i < LLOYD_POINTS; i++) {
        total += cbrt((double)count[i]);
    }
    int q = 0;
    for (int i = 0; i < LLOYD_POINTS && q < n_levels; i++) {
        double here = cbrt((double)count[i]);
        while (q < n_levels && (q + 0.5) / n_levels * total <= below + here && here > 0) {
            level[q] = i + ((q + 0.5) / n_levels * total - below) / here - 0.5;
            q++;
        }
        below += here;
    }
    for (; q < n_levels; q++) {
        level[q] = LLOYD_POINTS - 1;
    }
}

static double prepare(struct sums *s, const uint64_t *count)
{
    double squares = 0;
    for (size_t i = 0; i < LLOYD_POINTS; i++) {
        s->n[i + 1] = s->n[i] + count[i];
        s->moment[i + 1] = s->moment[i] + count[i] * i;
        squares += (double)count[i] * (double)(i * i);
    }
    return squares;
}

int lloyd_max(float *book, const uint64_t *count, struct range range, int bits, struct err *e)
{
    double even[BOOK_CODES], dense[BOOK_CODES];
    int n_levels = 1 << bits;
    struct sums *s = mem_new(1, sizeof *s, e);
    if (!s) {
        return -1;
    }
    double squares = prepare(s, count);
    for (int q = 0; q < n_levels; q++) {
        even[q] = (double)q * (LLOYD_POINTS - 1) / (n_levels - 1);
    }
    start_by_density(dense, count, n_levels);
    bool better = iterate(dense, s, squares, n_levels) >= iterate(even, s, squares, n_levels);
    const double *level = better ? dense : even;
    double lo = range.lo, unit = ((double)range.hi - lo) / (LLOYD_POINTS - 1);
    for (int q = 0; q < n_levels; q++) {
        book[q] = (float)(lo + level[q] * unit);
    }
    free(s);
    return 0;
}
