/*
 * unit_order: the weights of a tensor in order of options, and the options of its weights. Internal
 * to packed.h.
 *
 * Codes of a fixed width are stored option after option, in index order within one. Units are runs
 * along a row, so they are moved run by run. Work is cut into fixed chunks of units: the same
 * bytes for any number of threads. The tensor has several options, so c->option is there and no
 * unit is larger than a row.
 */
#ifndef NS_CODING_UNIT_ORDER_H
#define NS_CODING_UNIT_ORDER_H

#include "coding/coded.h"

/*
 * place[chunk][option] = where the codes of each chunk's options begin in that order; the caller
 * frees it. members[k] = weights of option k. NULL with `e` set when there is no memory.
 */
size_t *unit_places(uint64_t *members, const struct coded_tensor *c, struct err *e);

/* sorted[n] = the codes by option, or, `back`, the codes from sorted[n]; `place` is used up. */
void unit_sort(uint8_t *sorted, struct coded_tensor *c, size_t *place, bool back);

/* option_rc[rows][cols] = the option of each weight. */
void unit_spread(uint8_t *option_rc, const struct coded_tensor *c);

#endif
