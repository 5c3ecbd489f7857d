#include "allocate/shapley.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

/* Coalitions asked so far: sets of `words` words each, in a table by open addressing. */
struct cache {
    const struct shapley_game *game;
    size_t words, n, set_capacity, value_capacity;
    uint64_t *set; /* [n][words] */
    double *value; /* [n] */
    size_t *slot;  /* [n_slots] index + 1, 0: free */
    size_t n_slots;
    double largest; /* of all |values| */
};

struct sampler {
    struct cache cache;
    const struct progress *progress;
    size_t most;      /* coalitions that may be asked */
    bool *in;         /* [players] */
    uint64_t *key;    /* [words] */
    size_t *order;    /* [players] */
    double *marginal; /* [players] of the pair at hand */
    double *squares;  /* [players] Σ (marginal − mean)², as Welford (1962) keeps it */
};

static size_t slot_of(const struct cache *c, const uint64_t *set)
{
    uint64_t hash = 0;
    for (size_t w = 0; w < c->words; w++) {
        hash = (hash ^ set[w]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    size_t at = (size_t)hash & (c->n_slots - 1);
    while (c->slot[at] &&
           memcmp(c->set + (c->slot[at] - 1) * c->words, set, c->words * sizeof *set) != 0) {
        at = (at + 1) & (c->n_slots - 1);
    }
    return at;
}

static int make_room(struct cache *c, struct err *e)
{
    if (mem_grow(&c->set, &c->set_capacity, (c->n + 1) * c->words, sizeof *c->set, e) ||
        mem_grow(&c->value, &c->value_capacity, c->n + 1, sizeof *c->value, e)) {
        return -1;
    }
    if (2 * (c->n + 1) <= c->n_slots) {
        return 0;
    }
    size_t n_slots = c->n_slots ? 2 * c->n_slots : 64;
    size_t *slot = mem_new(n_slots, sizeof *slot, e);
    if (!slot) {
        return -1;
    }
    free(c->slot);
    c->slot = slot;
    c->n_slots = n_slots;
    for (size_t k = 0; k < c->n; k++) {
        c->slot[slot_of(c, c->set + k * c->words)] = k + 1;
    }
    return 0;
}

/* The value of the coalition s->in. */
static int ask(struct sampler *s, double *value, struct err *e)
{
    struct cache *c = &s->cache;
    memset(s->key, 0, c->words * sizeof *s->key);
    for (size_t k = 0; k < c->game->n; k++) {
        s->key[k / 64] |= (uint64_t)s->in[k] << k % 64;
    }
    if (make_room(c, e)) {
        return -1;
    }
    size_t at = slot_of(c, s->key);
    if (!c->slot[at]) {
        double new;
        if (c->game->value(c->game->context, &new, s->in, e)) {
            return -1;
        }
        if (!isfinite(new)) {
            return err_set(e, "a coalition has the value %g, but values must be finite", new);
        }
        memcpy(c->set + c->n * c->words, s->key, c->words * sizeof *s->key);
        c->value[c->n] = new;
        c->largest = fmax(c->largest, fabs(new));
        c->slot[at] = ++c->n;
        if (progress_tell(s->progress, c->n, s->most, e)) {
            return -1;
        }
    }
    *value = c->value[c->slot[at] - 1];
    return 0;
}

/* Adds half of everyone's marginal along s->order, read backwards or not. */
static int walk(struct sampler *s, bool backwards, struct err *e)
{
    size_t n = s->cache.game->n;
    double before, after;
    memset(s->in, 0, n * sizeof *s->in);
    if (ask(s, &before, e)) {
        return -1;
    }
    for (size_t k = 0; k < n; k++) {
        size_t player = s->order[backwards ? n - 1 - k : k];
        s->in[player] = true;
        if (ask(s, &after, e)) {
            return -1;
        }
        s->marginal[player] += (after - before) / 2;
        before = after;
    }
    return 0;
}

static void shuffle(size_t *order, size_t n, uint64_t seed, size_t pair)
{
    struct rng r = rng_stream(seed, (uint32_t)pair, RNG_PERMUTATION);
    for (size_t k = 0; k < n; k++) {
        order[k] = k;
    }
    for (size_t k = n; k > 1; k--) {
        size_t other = (size_t)rng_below(&r, k), kept = order[k - 1];
        order[k - 1] = order[other];
        order[other] = kept;
    }
}

/* Takes the pair at hand into means and standard errors; the largest error is the result. */
static double note_pair(struct shapley_result *out, struct sampler *s, size_t pairs)
{
    double largest = 0;
    for (size_t k = 0; k < s->cache.game->n; k++) {
        double away = s->marginal[k] - out->value[k];
        out->value[k] += away / (double)pairs;
        s->squares[k] += away * (s->marginal[k] - out->value[k]);
        out->error[k] =
            pairs > 1 ? sqrt(s->squares[k] / (double)(pairs - 1) / (double)pairs) : (double)NAN;
        largest = fmax(largest, out->error[k]);
    }
    return largest;
}

static int sample(struct shapley_result *out, struct sampler *s,
                  const struct shapley_settings *settings, struct err *e)
{
    size_t n = s->cache.game->n;
    for (size_t pairs = 1; 2 * pairs <= settings->permutations; pairs++) {
        memset(s->marginal, 0, n * sizeof *s->marginal);
        shuffle(s->order, n, settings->seed, pairs - 1);
        if (walk(s, false, e) || walk(s, true, e)) {
            return -1;
        }
        out->permutations = 2 * pairs;
        double error = note_pair(out, s, pairs);
        if (pairs >= SHAPLEY_PAIRS_LEAST && error <= settings->tolerance * fabs(out->all)) {
            break;
        }
    }
    return 0;
}

/* Σ over coalitions without k of |S|!·(n − 1 − |S|)! / n! · (v(S and k) − v(S)). */
static int enumerate(struct shapley_result *out, struct sampler *s, struct err *e)
{
    size_t n = s->cache.game->n, sets = (size_t)1 << n;
    double *value = mem_new(sets, sizeof *value, e), share[64];
    if (!value) {
        return -1;
    }
    int status = 0;
    for (size_t set = 0; set < sets && !status; set++) {
        for (size_t k = 0; k < n; k++) {
            s->in[k] = set >> k & 1;
        }
        status = ask(s, &value[set], e);
    }
    share[0] = 1 / (double)n;
    for (size_t size = 1; size < n; size++) {
        share[size] = share[size - 1] * (double)size / (double)(n - size);
    }
    for (size_t set = 0; set < sets && !status; set++) {
        for (size_t k = 0; k < n; k++) {
            if (!(set >> k & 1)) {
                out->value[k] +=
                    share[__builtin_popcountll(set)] * (value[set | (size_t)1 << k] - value[set]);
            }
        }
    }
    out->exact = true;
    free(value);
    return status;
}

static bool few_enough(size_t n, size_t permutations)
{
    return n < 24 && (size_t)1 << n <= permutations * (n - 1) + 2;
}

static int ends(struct shapley_result *out, struct sampler *s, struct err *e)
{
    double none, all;
    size_t n = s->cache.game->n;
    memset(s->in, 0, n * sizeof *s->in);
    if (ask(s, &none, e)) {
        return -1;
    }
    for (size_t k = 0; k < n; k++) {
        s->in[k] = true;
    }
    if (ask(s, &all, e)) {
        return -1;
    }
    out->all = all - none;
    return 0;
}

/* The axiom of efficiency, to rounding. */
static void check_sum(const struct shapley_result *out, const struct cache *c)
{
    double sum = 0;
    for (size_t k = 0; k < c->game->n; k++) {
        sum += out->value[k];
    }
    if (!(fabs(sum - out->all) <= 1e-12 * (double)(c->game->n + 64) * c->largest)) {
        BUG("Shapley values add up to %.17g, not to %.17g", sum, out->all);
    }
}

static int make(struct shapley_result *out, struct sampler *s, const struct shapley_game *g,
                struct err *e)
{
    s->cache = (struct cache){.game = g, .words = (g->n + 63) / 64};
    return (s->in = mem_new(g->n, sizeof *s->in, e)) &&
                   (s->key = mem_new(s->cache.words, sizeof *s->key, e)) &&
                   (s->order = mem_new(g->n, sizeof *s->order, e)) &&
                   (s->marginal = mem_new(g->n, sizeof *s->marginal, e)) &&
                   (s->squares = mem_new(g->n, sizeof *s->squares, e)) &&
                   (out->value = mem_new(g->n, sizeof *out->value, e)) &&
                   (out->error = mem_new(g->n, sizeof *out->error, e))
               ? 0
               : -1;
}

static void release(struct sampler *s)
{
    free(s->cache.set);
    free(s->cache.value);
    free(s->cache.slot);
    free(s->in);
    free(s->key);
    free(s->order);
    free(s->marginal);
    free(s->squares);
}

void shapley_release(struct shapley_result *r)
{
    free(r->value);
    free(r->error);
    *r = (struct shapley_result){0};
}

int shapley_values(struct shapley_result *out, const struct shapley_game *g,
                   const struct shapley_settings *settings, struct err *e)
{
    struct sampler s = {.progress = settings->progress};
    *out = (struct shapley_result){0};
    if (g->n < 1 || settings->permutations < 2 || settings->permutations % 2 != 0 ||
        settings->permutations > SHAPLEY_PERMUTATIONS_MAX || !(settings->tolerance >= 0)) {
        return err_set(e,
                       "Shapley values need a player, an even number of permutations from 2 to %d "
                       "and a tolerance of 0 or more, not %zu, %zu and %g",
                       SHAPLEY_PERMUTATIONS_MAX, g->n, settings->permutations, settings->tolerance);
    }
    bool few = few_enough(g->n, settings->permutations);
    s.most = few ? (size_t)1 << g->n : settings->permutations * (g->n - 1) + 2;
    int status = make(out, &s, g, e) || ends(out, &s, e) ? -1 : 0;
    if (!status) {
        status = few ? enumerate(out, &s, e) : sample(out, &s, settings, e);
    }
    if (status) {
        shapley_release(out);
    } else {
        out->evaluations = s.cache.n;
        check_sum(out, &s.cache);
    }
    release(&s);
    return status;
}
