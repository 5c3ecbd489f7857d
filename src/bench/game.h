/*
 * game: how fast the table of costs and the game on it are, on one thread and on all.
 */
#ifndef NS_BENCH_GAME_H
#define NS_BENCH_GAME_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Groups of 64 weights of w_rc[rows][cols] with 1 to 8 bits, 16-bit min-max grids, 4.16 stored bits
 * a weight. Times are the best of some runs; memory is the peak of the process, the matrix
 * included.
 */
int bench_game(struct buf *out, const float *w_rc, size_t rows, size_t cols, struct err *e);

#endif
