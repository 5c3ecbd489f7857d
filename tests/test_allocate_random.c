/* random: tiers whose members chance draws. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "made_problem.h"

static struct allocation run(const char *text, size_t n, uint32_t index, uint64_t seed)
{
    struct params p = params_of(&allocate_random, text);
    struct allocate_tensor t = {.rows = 1, .cols = n, .index = index};
    struct allocation a;
    struct err e;
    cr_assert(allocate_random.run(&a, &t, &p, seed, &e) == 0, "%s", e.text);
    return a;
}

Test(allocate_random, every_tier_has_its_share_to_the_weight)
{
    const size_t sizes[] = {1, 2, 7, 1000, 65536, 200001};
    const struct {
        const char *text;
        double below[3]; /* share in the tiers before */
    } cases[] = {{"", {0.1, 0.3, 1}},
                 {"shares=0,30,70", {0, 0.3, 1}},
                 {"shares=100,0,0", {1, 1, 1}},
                 {"shares=0,0,100", {0, 0, 1}}};
    for (size_t s = 0; s < 6; s++) {
        for (size_t c = 0; c < 4; c++) {
            size_t n = sizes[s], count[3] = {0}, before = 0;
            struct allocation a = run(cases[c].text, n, 3, 1);
            cr_assert(a.form == ALLOCATION_MAP && a.n_tiers == 3 && a.bits[0] == 8);
            for (size_t i = 0; i < n; i++) {
                cr_assert(a.map[i] < 3);
                count[a.map[i]]++;
            }
            for (int k = 0; k < 3; k++) {
                before += count[k];
                cr_assert(fabs((double)before - cases[c].below[k] * (double)n) <=
                              0.5 + 1e-9 * (double)n,
                          "%s, %zu weights, tier %d", cases[c].text, n, k);
            }
            allocation_release(&a);
        }
    }
}

Test(allocate_random, members_are_spread_evenly)
{
    enum { N = 100000, PIECES = 20 };
    struct allocation a = run("shares=25,75 bits=4,2", N, 0, 11);
    size_t repeats = 0;
    for (size_t piece = 0; piece < PIECES; piece++) {
        size_t first = 0;
        for (size_t i = piece * (N / PIECES); i < (piece + 1) * (N / PIECES); i++) {
            first += a.map[i] == 0;
            repeats += i > 0 && a.map[i] == 0 && a.map[i - 1] == 0;
        }
        /* 1250 with a standard deviation of 30. */
        cr_assert(first > 1100 && first < 1400, "%zu in piece %zu", first, piece);
    }
    cr_assert(repeats > 5900 && repeats < 6600, "%zu neighbours, not about 6250", repeats);
    allocation_release(&a);
}

Test(allocate_random, the_seed_and_the_tensor_change_the_members)
{
    enum { N = 1000 };
    struct allocation a = run("", N, 0, 1), same = run("", N, 0, 1), seed = run("", N, 0, 2),
                      tensor = run("", N, 1, 1);
    struct params p = params_of(&allocate_random, "");
    cr_assert(memcmp(a.map, same.map, N) == 0);
    cr_assert(memcmp(a.map, seed.map, N) != 0 && memcmp(a.map, tensor.map, N) != 0);
    cr_assert(allocate_random.uses_seed(&p));
    allocation_release(&a);
    allocation_release(&same);
    allocation_release(&seed);
    allocation_release(&tensor);
}

Test(allocate_random, no_thread_count_changes_the_map)
{
    enum { N = 200001 };
    struct allocation first = {0};
    const int threads[] = {1, 2, 3, 16};
    for (int t = 0; t < 4; t++) {
        omp_set_num_threads(threads[t]);
        struct allocation a = run("shares=10,20,30,40 bits=8,4,3,2", N, 5, 42);
        if (t == 0) {
            first = a;
            continue;
        }
        cr_assert(memcmp(a.map, first.map, N) == 0, "%d threads", threads[t]);
        allocation_release(&a);
    }
    allocation_release(&first);
}

Test(allocate_random, shares_and_bits_are_checked)
{
    struct params p = params_of(&allocate_random, "shares=50,60 bits=4,2");
    const char *which;
    struct err e;
    cr_assert(allocate_random.check(&p, &which, &e) == -1 && strcmp(which, "shares") == 0);
}
