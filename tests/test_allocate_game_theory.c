/* Water-filling, and the swarm. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "allocate/swarm.h"
#include "allocate/waterfill.h"
#include "base/rng.h"

Test(allocate_game_waterfill, two_sources_by_hand)
{
    /* Variances 16 and 1 at 1 bit: θ = 1 gives 2 and 0 bits; at 2 bits θ = 1/4 gives 3 and 1. */
    const double variance[] = {1, 16};
    struct waterfill w;
    double rate[2];
    struct err e;
    cr_assert(waterfill(&w, rate, variance, NULL, 2, 1, &e) == 0);
    cr_assert(fabs(w.level - 1) < 1e-14 && fabs(rate[1] - 2) < 1e-14 && fabs(rate[0]) < 1e-14);
    cr_assert(fabs(w.mse - 1) < 1e-14);
    cr_assert(waterfill(&w, rate, variance, NULL, 2, 2, &e) == 0);
    cr_assert(fabs(rate[1] - 3) < 1e-14 && fabs(rate[0] - 1) < 1e-14);
    /* At half a bit the weaker one lies under water: θ = 4. */
    cr_assert(waterfill(&w, rate, variance, NULL, 2, 0.5, &e) == 0);
    cr_assert(fabs(w.level - 4) < 1e-14 && rate[0] == 0 && fabs(w.mse - 2.5) < 1e-14);
}

Test(allocate_game_waterfill, rates_average_to_the_rate_and_distortions_are_level)
{
    enum { N = 50 };
    for (uint32_t k = 0; k < 200; k++) {
        struct rng r = rng_stream(1, k, RNG_TEST);
        double variance[N], size[N], rate[N], bits = 0, samples = 0, wanted = 8 * rng_uniform(&r);
        struct waterfill w;
        struct err e;
        for (int i = 0; i < N; i++) {
            variance[i] = rng_below(&r, 10) ? exp(20 * rng_uniform(&r) - 15) : 0;
            size[i] = (double)rng_below(&r, 100);
        }
        cr_assert(waterfill(&w, rate, variance, size, N, wanted, &e) == 0, "%s", e.text);
        for (int i = 0; i < N; i++) {
            double left = variance[i] * exp2(-2 * rate[i]);
            cr_assert(left <= w.level * (1 + 1e-12));
            cr_assert(rate[i] == 0 || left >= w.level * (1 - 1e-12));
            bits += size[i] * rate[i];
            samples += size[i];
        }
        cr_assert(fabs(bits / samples - wanted) < 1e-12 * (1 + wanted), "%g instead of %g",
                  bits / samples, wanted);
    }
}

Test(allocate_game_waterfill, nothing_varies_and_bad_numbers)
{
    const double zero[] = {0, 0}, bad[] = {1, -1};
    struct waterfill w;
    double rate[2];
    struct err e;
    cr_assert(waterfill(&w, rate, zero, NULL, 2, 3, &e) == 0);
    cr_assert(w.mse == 0 && w.level == 0 && rate[0] == 0 && rate[1] == 0);
    cr_assert(waterfill(&w, rate, bad, NULL, 2, 3, &e) == -1 && strstr(e.text, "source 1"));
    cr_assert(waterfill(&w, rate, zero, NULL, 0, 3, &e) == -1);
    cr_assert(waterfill(&w, rate, zero, NULL, 2, NAN, &e) == -1);
}

enum { DIM = 6 };

static int sphere(void *context, double *out, const double *x, struct err *e)
{
    const double *centre = context;
    (void)e;
    *out = 0;
    for (int d = 0; d < DIM; d++) {
        *out += (x[d] - centre[d]) * (x[d] - centre[d]);
    }
    return 0;
}

static int rosenbrock(void *context, double *out, const double *x, struct err *e)
{
    (void)context;
    (void)e;
    double a = x[1] - x[0] * x[0], b = 1 - x[0];
    *out = 100 * a * a + b * b;
    return 0;
}

static int nowhere(void *context, double *out, const double *x, struct err *e)
{
    (void)context;
    *out = x[0] < 0 ? NAN : x[0];
    return x[0] > 0.5 ? err_set(e, "too far") : 0;
}

static const double low[DIM] = {-5, -5, -5, -5, -5, -5}, high[DIM] = {5, 5, 5, 5, 5, 5};

Test(allocate_game_swarm, finds_the_centre_of_a_sphere)
{
    double centre[DIM] = {1, -2, 3, 0, 0.5, -4};
    struct swarm_problem p = {sphere, centre, DIM, low, high, NULL};
    struct swarm_settings settings = {.particles = 24, .iterations = 400, .seed = 3};
    struct swarm_result r;
    struct err e;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0, "%s", e.text);
    cr_assert(r.cost < 1e-12 && r.trace[r.iterations] == r.cost, "%g", r.cost);
    cr_assert(r.iterations == 400 && r.evaluations == 24 * 401);
    for (size_t t = 1; t <= r.iterations; t++) {
        cr_assert(r.trace[t] <= r.trace[t - 1]);
    }
    swarm_release(&r);
}

Test(allocate_game_swarm, stays_in_the_box_when_the_centre_is_outside)
{
    double centre[DIM] = {9, -9, 0, 0, 0, 2};
    double from[DIM] = {-5, -5, -5, -5, -5, 1}, to[DIM] = {5, 5, 5, 5, 5, 1};
    struct swarm_problem p = {sphere, centre, DIM, from, to, NULL};
    struct swarm_settings settings = {.particles = 24, .iterations = 400, .seed = 4};
    struct swarm_result r;
    struct err e;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0, "%s", e.text);
    cr_assert(r.x[0] <= 5 && r.x[1] >= -5 && r.x[5] == 1);
    cr_assert(r.cost >= 33 && r.cost < 33 + 1e-6, "%.17g", r.cost);
    swarm_release(&r);
}

Test(allocate_game_swarm, follows_the_valley_of_rosenbrock)
{
    struct swarm_problem p = {rosenbrock, NULL, 2, low, high, NULL};
    struct swarm_settings settings = {.particles = 20, .iterations = 500, .seed = 1};
    struct swarm_result r;
    struct err e;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0, "%s", e.text);
    cr_assert(fabs(r.x[0] - 1) < 1e-4 && fabs(r.x[1] - 1) < 1e-4, "%g, %g", r.x[0], r.x[1]);
    swarm_release(&r);
}

Test(allocate_game_swarm, no_thread_count_changes_the_flight_but_the_seed_does)
{
    double centre[DIM] = {1, -2, 3, 0, 0.5, -4};
    struct swarm_problem p = {sphere, centre, DIM, low, high, NULL};
    struct swarm_settings settings = {.particles = 17, .iterations = 50, .seed = 7};
    struct swarm_result r, first;
    struct err e;
    omp_set_num_threads(1);
    cr_assert(swarm_minimise(&first, &p, &settings, &e) == 0);
    const int threads[] = {2, 3, 16};
    for (int k = 0; k < 3; k++) {
        omp_set_num_threads(threads[k]);
        cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0);
        cr_assert(memcmp(r.x, first.x, DIM * sizeof *r.x) == 0, "%d threads", threads[k]);
        cr_assert(memcmp(r.trace, first.trace, 51 * sizeof *r.trace) == 0);
        swarm_release(&r);
    }
    settings.seed = 8;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0);
    cr_assert(memcmp(r.x, first.x, DIM * sizeof *r.x) != 0);
    swarm_release(&r);
    swarm_release(&first);
}

Test(allocate_game_swarm, starts_where_it_is_told_and_stops_when_idle)
{
    double centre[DIM] = {1, -2, 3, 0, 0.5, -4};
    struct swarm_problem p = {sphere, centre, DIM, low, high, centre};
    struct swarm_settings settings = {.particles = 5, .iterations = 100, .patience = 4};
    struct swarm_result r;
    struct err e;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0);
    cr_assert(r.cost == 0 && r.trace[0] == 0 && r.iterations == 4);
    swarm_release(&r);
}

Test(allocate_game_swarm, errors_and_costs_that_are_no_numbers)
{
    const double from = -1, to = 1, within = 0.25;
    struct swarm_problem p = {nowhere, NULL, 1, &from, &to, NULL};
    struct swarm_settings settings = {.particles = 30, .iterations = 10};
    struct swarm_result r;
    struct err e;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == -1 && strcmp(e.text, "too far") == 0);
    p.high = &within;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == 0);
    cr_assert(r.cost >= 0 && r.cost <= 0.25 && r.x[0] == r.cost);
    swarm_release(&r);
    p.start = &to;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == -1 && strstr(e.text, "coordinate 0"));
    settings.particles = 0;
    cr_assert(swarm_minimise(&r, &p, &settings, &e) == -1);
}
