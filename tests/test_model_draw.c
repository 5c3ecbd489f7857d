/* model: one id from logits: its distribution, ties, and what may not be drawn. */
#include "model/draw.h"

#include <criterion/criterion.h>
#include <math.h>

enum { V = 7, POINTS = 100000 };

static float p[V], heap[V];
static const bool all[V] = {true, true, true, true, true, true, true};

/* How often each id comes at evenly spaced points. */
static void frequencies(double *share, const struct draw *d, const float *logits)
{
    for (int v = 0; v < V; v++) {
        share[v] = 0;
    }
    for (int i = 0; i < POINTS; i++) {
        int id = draw_id(d, logits, (i + 0.5) / POINTS);
        cr_assert(id >= 0 && id < V, "id %d", id);
        share[id] += 1.0 / POINTS;
    }
}

static struct draw drawing(const bool *allowed, double temperature, size_t top_k)
{
    return (struct draw){V, allowed, temperature, top_k, p, heap};
}

Test(model_draw, ids_come_as_often_as_softmax_says)
{
    const float logits[V] = {0, 1, -2, 100, 3, 99.5f, 99};
    const bool allowed[V] = {true, true, true, false, true, false, false};
    const double temperatures[] = {0.5, 1, 4};
    for (int i = 0; i < 3; i++) {
        struct draw d = drawing(allowed, temperatures[i], V);
        double share[V], sum = 0;
        frequencies(share, &d, logits);
        for (int v = 0; v < V; v++) {
            sum += allowed[v] ? exp((double)logits[v] / temperatures[i]) : 0;
        }
        for (int v = 0; v < V; v++) {
            double expected = allowed[v] ? exp((double)logits[v] / temperatures[i]) / sum : 0;
            cr_assert(fabs(share[v] - expected) < 2.0 / POINTS, "%d: %g, not %g", v, share[v],
                      expected);
        }
    }
}

Test(model_draw, the_likeliest_alone_and_of_equals_the_first)
{
    const float logits[V] = {1, 2, 2, 0, 2, 3, -1};
    const int kept[V + 1] = {0,    1 << 5, 1 << 5 | 1 << 1, 1 << 5 | 1 << 1 | 1 << 2, 0x36,
                             0x37, 0x3f};
    for (size_t k = 1; k < V; k++) {
        struct draw d = drawing(all, 1, k);
        double share[V];
        frequencies(share, &d, logits);
        for (int v = 0; v < V; v++) {
            cr_assert((share[v] > 0) == (kept[k] >> v & 1), "top %zu: id %d", k, v);
        }
    }
}

Test(model_draw, more_of_the_likeliest_than_may_be_drawn)
{
    const float logits[V] = {0};
    const bool two[V] = {false, true, false, false, true};
    struct draw d = drawing(two, 1, 4);
    double share[V];
    frequencies(share, &d, logits);
    cr_assert(fabs(share[1] - 0.5) < 1e-4 && fabs(share[4] - 0.5) < 1e-4);
}

Test(model_draw, the_ends_of_the_range)
{
    const float logits[V] = {-200, 0, 0, 0, 0, 0, -200};
    struct draw d = drawing(all, 1, V);
    cr_assert(draw_id(&d, logits, 0) == 1, "an id without probability came first");
    cr_assert(draw_id(&d, logits, 1 - 0x1p-53) == 5, "an id without probability came last");
}

Test(model_draw, nothing_to_draw)
{
    const bool none[V] = {false};
    float logits[V] = {0};
    struct draw d = drawing(none, 1, V);
    cr_assert(draw_id(&d, logits, 0.5) == -1);
    d.allowed_v = all;
    logits[3] = NAN;
    cr_assert(draw_id(&d, logits, 0.5) == -1);
    logits[3] = INFINITY;
    cr_assert(draw_id(&d, logits, 0.5) == -1);
}
