#include "allocate/tariff.h"

#include <math.h>
#include <stdbool.h>

#include "base/parallel.h"

/* Unknowns: the charges, then the price. */
enum { UNKNOWNS = OPTIONS_MAX + 1, STEPS = 10, HALVINGS = 6, SAMPLE = 16384 /* players */ };
#define NEGLIGIBLE 1e-6 /* gain of a step, in margins a player */

/* Margins, in spreads of a player's costs; the first ones over a sample. */
static const struct {
    double margin;
    bool sampled;
} stage[] = {{0.03, true},  {0.01, true},  {3e-3, true}, {1e-3, false},
             {1e-4, false}, {1e-5, false}, {1e-6, false}};
enum { STAGES = sizeof stage / sizeof *stage };

/* The dual at a tariff: its value, gradient and second derivatives (negative). */
struct dual {
    double value, gradient[UNKNOWNS], hessian[UNKNOWNS][UNKNOWNS];
};

static double load_of(const struct game *g, size_t i, double bits)
{
    return g->load == GAME_LOAD_BITS ? bits : g->size_i ? g->size_i[i] : g->size;
}

/* Costs of a player's options, and what it brings to the load of each. */
static void price(double *cost_o, double *bits_o, double *load_o, const struct game *g,
                  const struct tariff *t, size_t i)
{
    game_plain_costs(cost_o, bits_o, g, i, t->lambda);
    for (int o = 0; o < g->m; o++) {
        load_o[o] = load_of(g, i, bits_o[o]);
        cost_o[o] += load_o[o] * t->charge_o[o];
    }
}

/* A player's part. Within the margin the second best option has a share of it, half at a tie. */
static void add_player(struct dual *d, const struct game *g, const struct tariff *t, size_t i,
                       double margin)
{
    double cost[OPTIONS_MAX], bits[OPTIONS_MAX], load[OPTIONS_MAX];
    int best = 0, second = -1, price_at = g->m;
    price(cost, bits, load, g, t, i);
    for (int o = 1; o < g->m; o++) {
        if (cost[o] < cost[best]) {
            second = best;
            best = o;
        } else if (second < 0 || cost[o] < cost[second]) {
            second = o;
        }
    }
    double away = second < 0 ? INFINITY : cost[second] - cost[best];
    double share = away < margin ? (1 - away / margin) / 2 : 0;
    d->value += cost[best] - share * share * margin;
    d->gradient[best] += load[best] * (1 - share);
    d->gradient[price_at] += bits[best] * (1 - share);
    if (share > 0) {
        double slope = 1 / (2 * margin), more = bits[second] - bits[best];
        d->gradient[second] += load[second] * share;
        d->gradient[price_at] += bits[second] * share;
        d->hessian[best][best] -= slope * load[best] * load[best];
        d->hessian[second][second] -= slope * load[second] * load[second];
        d->hessian[best][second] += slope * load[best] * load[second];
        d->hessian[second][best] += slope * load[best] * load[second];
        d->hessian[best][price_at] += slope * load[best] * more;
        d->hessian[second][price_at] -= slope * load[second] * more;
        d->hessian[price_at][price_at] -= slope * more * more;
    }
}

static void add_dual(struct dual *all, const struct dual *part, int unknowns, double times)
{
    all->value += times * part->value;
    for (int j = 0; j < unknowns; j++) {
        all->gradient[j] += times * part->gradient[j];
        for (int k = 0; k < unknowns; k++) {
            all->hessian[j][k] += times * part->hessian[j][k];
        }
    }
}

/* Over every stride-th player, each standing for so many. */
static void measure(struct dual *all, const struct game *g, const struct tariff *t, double margin,
                    size_t stride, double bits)
{
    struct dual part[GAME_PARTS];
    double base = g->base / g->weights, congestion = g->congestion / g->weights / g->weights;
    size_t n = (g->n + stride - 1) / stride;
    int price_at = g->m;
#pragma omp parallel for schedule(dynamic) if (n >= GAME_PARALLEL_FROM)
    for (size_t k = 0; k < GAME_PARTS; k++) {
        struct dual mine = {0};
        for (size_t i = game_part_begin(k, n), end = game_part_begin(k + 1, n); i < end; i++) {
            add_player(&mine, g, t, i * stride, margin);
        }
        part[k] = mine;
    }
    *all = (struct dual){0};
    for (size_t k = 0; k < GAME_PARTS; k++) {
        add_dual(all, &part[k], g->m + 1, (double)g->n / (double)n);
    }
    for (int o = 0; o < g->m; o++) {
        double over = t->charge_o[o] - base;
        all->value -= over * over / (2 * congestion);
        all->gradient[o] -= over / congestion;
        all->hessian[o][o] -= 1 / congestion;
        all->hessian[price_at][o] = all->hessian[o][price_at];
    }
    all->value -= t->lambda * fmax(bits, 0);
    all->gradient[price_at] -= fmax(bits, 0);
}

/* Gaussian elimination of −H·x = gradient; the matrix is positive definite, but for a price that
 * nobody wavers at, which then stays. */
static void solve(double *x, const struct dual *d, int n)
{
    double a[UNKNOWNS][UNKNOWNS] = {{0}};
    for (int j = 0; j < n; j++) {
        x[j] = d->gradient[j];
        for (int k = 0; k < n; k++) {
            a[j][k] = -d->hessian[j][k];
        }
    }
    for (int j = 0; j < n; j++) {
        if (!(a[j][j] > 1e-12 * -d->hessian[j][j])) {
            x[j] = 0;
            for (int k = 0; k < n; k++) {
                a[j][k] = a[k][j] = 0;
            }
            a[j][j] = 1;
        }
        for (int r = j + 1; r < n; r++) {
            double factor = a[r][j] / a[j][j];
            for (int k = j; k < n; k++) {
                a[r][k] -= factor * a[j][k];
            }
            x[r] -= factor * x[j];
        }
    }
    for (int j = n - 1; j >= 0; j--) {
        for (int k = j + 1; k < n; k++) {
            x[j] -= a[j][k] * x[k];
        }
        x[j] /= a[j][j];
    }
}

static struct tariff moved(const struct tariff *t, const double *step, double length, int m, int n)
{
    struct tariff to = *t;
    for (int o = 0; o < m; o++) {
        to.charge_o[o] += length * step[o];
    }
    if (n > m) {
        to.lambda = fmax(to.lambda + length * step[m], 0);
    }
    return to;
}

/* The mean spread of what the options cost: margins begin there. */
static double mean_spread(const struct game *g, const struct tariff *t)
{
    double sum = 0, cost[OPTIONS_MAX], bits[OPTIONS_MAX], load[OPTIONS_MAX];
    size_t stride = g->n / 256 + 1, n = 0;
    for (size_t i = 0; i < g->n; i += stride, n++) {
        double least = INFINITY, most = -INFINITY;
        price(cost, bits, load, g, t, i);
        for (int o = 0; o < g->m; o++) {
            least = fmin(least, cost[o]);
            most = fmax(most, cost[o]);
        }
        sum += most - least;
    }
    return sum / (double)n;
}

/* Takes the longest step, halved and halved again, that gains what it should; false if none does.
 */
static bool advance(struct tariff *t, struct dual *here, const struct game *g, const double *step,
                    double gain, double margin, size_t stride, double bits)
{
    int n = bits >= 0 ? g->m + 1 : g->m;
    double length = 1;
    for (int k = 0; k <= HALVINGS; k++, length /= 2) {
        struct tariff to = moved(t, step, length, g->m, n);
        struct dual there;
        measure(&there, g, &to, margin, stride, bits);
        if (there.value >= here->value + 1e-4 * length * gain) {
            *t = to;
            *here = there;
            return true;
        }
    }
    return false;
}

/* Climbs until a step promises next to nothing at this margin, or none helps. */
static void climb(struct tariff *t, const struct game *g, double margin, size_t stride, double bits)
{
    struct dual here;
    int n = bits >= 0 ? g->m + 1 : g->m;
    measure(&here, g, t, margin, stride, bits);
    for (int k = 0; k < STEPS; k++) {
        double step[UNKNOWNS], gain = 0;
        solve(step, &here, n);
        for (int j = 0; j < n; j++) {
            gain += step[j] * here.gradient[j];
        }
        if (!(gain > NEGLIGIBLE * margin * (double)g->n) ||
            !advance(t, &here, g, step, gain, margin, stride, bits)) {
            return;
        }
    }
}

void tariff_climb(struct tariff *t, const struct game *g, double bits)
{
    double spread = mean_spread(g, t);
    size_t stride = g->n / SAMPLE + 1;
    if (!(spread > 0) || !isfinite(spread)) {
        return;
    }
    for (int k = 0; k < STAGES; k++) {
        climb(t, g, spread * stage[k].margin, stage[k].sampled ? stride : 1, bits);
    }
}

void tariff_choose(uint8_t *choice, const struct game *g, const struct tariff *t)
{
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t i = 0; i < g->n; i++) {
        double cost[OPTIONS_MAX], bits[OPTIONS_MAX], load[OPTIONS_MAX];
        int best = 0;
        price(cost, bits, load, g, t, i);
        for (int o = 1; o < g->m; o++) {
            if (cost[o] < cost[best] || (cost[o] == cost[best] && bits[o] < bits[best])) {
                best = o;
            }
        }
        choice[i] = (uint8_t)best;
    }
}
