/*
 * The table of costs and the game on it: groups of 64 weights of a matrix of the size of GPT-2's
 * embedding, 1 to 8 bits each, 16-bit min-max grids, 4.16 stored bits a weight. The table needs one
 * read of the matrix and is written; the game cannot do with less than one read of the table.
 */
#include <math.h>
#include <stdlib.h>

#include "allocate/nash.h"
#include "base/clock.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "bench/memory.h"
#include "bench/random.h"
#include "model/synth.h"
#include "quantize/costs.h"
#include "tensor/matmul.h"

/* OPERATIONS: on floats, of a weight under an option: w − lo, ÷, two clamps, two for rounding, ·,
 * +, − w, square and sum. */
enum { GROUP = 64, OPTIONS = 8, RUNS = 5, OPERATIONS = 11 };
static const double budget_bits = 4.16; /* a weight */

struct seconds {
    double table, game;
};

/* The players of one matrix, with arrays that all runs share. */
struct contest {
    struct quantize_source source;
    struct grid_options grids;
    struct game game;
    float *distortion_io;
    uint8_t *choice;
};

static int contest_init(struct contest *c, const float *w_rc, size_t rows, size_t cols,
                        struct err *e)
{
    static const int bits[OPTIONS] = {1, 2, 3, 4, 5, 6, 7, 8};
    *c = (struct contest){
        .source = {.w_rc = w_rc, .rows = rows, .cols = cols, .what = "the matrix"},
        .grids = {.dtype = GRID_F16},
        .game = {.n = allocation_units(rows, cols, GROUP), .m = OPTIONS, .size = GROUP}};
    cost_plain_bits(c->game.rate_o, c->game.side_o, &c->grids, GROUP, OPTIONS, bits);
    c->distortion_io = mem_new(c->game.n * OPTIONS, sizeof *c->distortion_io, e);
    c->choice = mem_new(c->game.n, 1, e);
    c->game.distortion_io = c->distortion_io;
    return c->distortion_io && c->choice ? 0 : -1;
}

static int one_run(struct seconds *s, struct contest *c, struct err *e)
{
    static const int bits[OPTIONS] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct cost_request q = {
        .src = &c->source, .unit = GROUP, .o = &c->grids, .m = OPTIONS, .bits = bits};
    struct nash_result r = {0};
    double start = clock_s();
    if (cost_table(c->distortion_io, NULL, NULL, &q, e) || game_check(&c->game, e)) {
        return -1;
    }
    double middle = clock_s();
    int status = nash_budget(c->choice, &r, &c->game, budget_bits * c->game.weights, 0, e);
    s->table = fmin(s->table, middle - start);
    s->game = fmin(s->game, clock_s() - middle);
    nash_release(&r);
    return status;
}

/* Runs alternate between one thread and all, so that a noisy stretch hits both. */
static int measure(struct seconds *one, struct seconds *all, struct contest *c, struct err *e)
{
    int threads = compute_threads();
    *one = *all = (struct seconds){INFINITY, INFINITY};
    for (int i = 0; i < RUNS; i++) {
        if (compute_init(1, e) || one_run(one, c, e) || compute_init(threads, e) ||
            one_run(all, c, e)) {
            return -1;
        }
    }
    return 0;
}

static void add_numbers(struct bench *b, const struct contest *c, const struct seconds *one,
                        const struct seconds *all)
{
    double table = (double)c->game.n * OPTIONS * sizeof *c->distortion_io;
    double weights = 4.0 * c->game.weights;
    const struct {
        const char *subject;
        double one, all, bound;
    } rows[] = {
        {"table of costs", one->table, all->table, bench_memory_s(&b->limits, weights, table)},
        {"nash", one->game, all->game, bench_memory_s(&b->limits, table, 0)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        measures_add(&b->measures, "game", rows[i].subject, "time", "ms", 1e3 * rows[i].all);
        measures_add(&b->measures, "game", rows[i].subject, "bound of memory", "ms",
                     1e3 * rows[i].bound);
        measures_add(&b->measures, "game", rows[i].subject, "over the bound", "",
                     rows[i].all / rows[i].bound);
        measures_add(&b->measures, "game", rows[i].subject, "times one thread's speed", "",
                     rows[i].one / rows[i].all);
    }
    double work = c->game.weights * OPTIONS * OPERATIONS;
    measures_add(&b->measures, "roofline", "table of costs", "intensity", "Flop/byte",
                 work / (weights + table));
    measures_add(&b->measures, "roofline", "table of costs", "speed", "GFlop/s",
                 work / all->table / 1e9);
}

int bench_game_matrix(struct bench *b, size_t rows, size_t cols, struct err *e)
{
    struct contest c = {0};
    struct seconds one, all;
    float *w_rc = mem_floats(rows * cols, e);
    int status = -1;
    b->tell("game", "4.16 bits a weight");
    if (w_rc) {
        random_weights(w_rc, rows * cols, 1);
        memory_peak_begin();
        status = contest_init(&c, w_rc, rows, cols, e) || measure(&one, &all, &c, e) ? -1 : 0;
    }
    if (!status) {
        double peak = memory_peak_mib();
        add_numbers(b, &c, &one, &all);
        measures_add(&b->measures, "game", "table and nash", "peak memory", "MiB", peak);
    }
    free(c.distortion_io);
    free(c.choice);
    free(w_rc);
    return status;
}

int bench_game(struct bench *b, struct err *e)
{
    return bench_game_matrix(b, SYNTH_VOCABULARY, (size_t)synth_shapes[0].C, e);
}
