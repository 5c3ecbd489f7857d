#include "bench/game.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "allocate/nash.h"
#include "base/clock.h"
#include "base/mem.h"
#include "quantize/costs.h"
#include "tensor/matmul.h"

enum { GROUP = 64, OPTIONS = 8, RUNS = 5 };
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

static void print_line(struct buf *out, const char *what, double one, double all)
{
    buf_addf(out, "  %-26s %8.4f s  %6.2f times one thread's speed\n", what, all, one / all);
}

int bench_game(struct buf *out, const float *w_rc, size_t rows, size_t cols, struct err *e)
{
    struct contest c;
    struct seconds one, all;
    struct rusage usage = {0};
    int status = contest_init(&c, w_rc, rows, cols, e) || measure(&one, &all, &c, e) ? -1 : 0;
    if (!status) {
        getrusage(RUSAGE_SELF, &usage);
        buf_addf(out,
                 "share out %.2f bits a weight over groups of %d of a %zu × %zu matrix, 1 to %d "
                 "bits, %d threads\n",
                 budget_bits, GROUP, rows, cols, OPTIONS, compute_threads());
        print_line(out, "table of costs", one.table, all.table);
        print_line(out, "nash", one.game, all.game);
        print_line(out, "both", one.table + one.game, all.table + all.game);
        buf_addf(out, "  peak memory, in matrices    %8.2f\n",
                 1024.0 * (double)usage.ru_maxrss / (4.0 * (double)rows * (double)cols));
    }
    free(c.distortion_io);
    free(c.choice);
    return status;
}
