/* Tariffs: charges that the loads which follow from them call for. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "allocate/tariff.h"
#include "made_game.h"

Test(allocate_tariff, two_tiers_of_equal_players_share_the_load)
{
    /* Distortions i / n and 0: at charges a + c·L the last player in tier 0 is indifferent:
     * x + c·x = c·(1 − x) for the share x in it, so x = c / (1 + 2c) with c in units of n. */
    enum { N = 6000 };
    float *d = calloc(2 * N, sizeof *d);
    for (int i = 0; i < N; i++) {
        d[2 * i] = (float)i / N;
    }
    struct game g = {.n = N, .m = 2, .distortion_io = d, .size = 1, .congestion = 2.0 * N};
    struct err e;
    static uint8_t choice[N];
    cr_assert(game_check(&g, &e) == 0);
    struct tariff t = {.charge_o = {1, 1}};
    tariff_climb(&t, &g, -1);
    tariff_choose(choice, &g, &t);
    size_t in[2] = {0};
    for (int i = 0; i < N; i++) {
        in[choice[i]]++;
    }
    cr_assert(fabs((double)in[0] - 0.4 * N) <= 3, "%zu", in[0]);
    cr_assert(fabs(t.charge_o[0] - 0.8) < 1e-3 && fabs(t.charge_o[1] - 1.2) < 1e-3, "%g, %g",
              t.charge_o[0], t.charge_o[1]);
    free(d);
}

Test(allocate_tariff, charges_and_bits_are_met)
{
    enum { N = 20000 };
    omp_set_num_threads(1);
    for (uint64_t seed = 12; seed < 20; seed++) {
        struct made_game made;
        made_game(&made, N, 6, seed, MADE_PLAIN);
        struct game *g = &made.game;
        struct err e;
        static uint8_t choice[N];
        struct tariff t = {.lambda = 0.05};
        g->base = 5;
        g->congestion = 3000;
        g->load = seed % 2 ? GAME_LOAD_BITS : GAME_LOAD_WEIGHTS;
        cr_assert(game_check(g, &e) == 0);
        tariff_climb(&t, g, -1);
        tariff_choose(choice, g, &t);
        double bits = game_total(g, choice).bits, price = t.lambda;
        struct game_state s;
        game_state_init(&s, g, choice, t.lambda);
        for (int o = 0; o < g->m; o++) {
            double load = s.load[o] / g->weights, charge = (5 + 3000 * load) / g->weights;
            cr_assert(fabs(t.charge_o[o] - charge) <= 0.01 * charge, "seed %d, tier %d: %g, not %g",
                      (int)seed, o, t.charge_o[o], charge);
        }
        /* The price is found again from these bits. */
        t.lambda *= 1.3;
        tariff_climb(&t, g, bits);
        tariff_choose(choice, g, &t);
        double found = game_total(g, choice).bits;
        cr_assert(fabs(found - bits) <= 2e-3 * bits, "seed %d: %g, not %g; price %g, not %g",
                  (int)seed, found, bits, t.lambda, price);
        made_game_release(&made);
    }
}
