/*
 * mem: allocation that cannot overflow and says what it wanted.
 *
 * Everything here is released with free(). Sizes are products checked for overflow; a refusal is an
 * error in one sentence, never a NULL that somebody forgets to look at.
 */
#ifndef NS_BASE_MEM_H
#define NS_BASE_MEM_H

#include <stddef.h>

#include "base/err.h"

/* `count` × `size` zeroed bytes, or NULL with `e` set. A count of 0 gives a pointer all the same.
 */
void *mem_new(size_t count, size_t size, struct err *e);

/* `count` floats, 64-byte aligned, not initialised: for the big buffers. NULL with `e` set. */
float *mem_floats(size_t count, struct err *e);

/*
 * Makes room for at least `need` elements of `size` bytes in *array, whose capacity is *capacity
 * (both changed; growth is geometric, so appending one at a time is linear in all).
 */
int mem_grow(void *array, size_t *capacity, size_t need, size_t size, struct err *e);

/* A copy of the string, or NULL with `e` set. */
char *mem_string(const char *text, struct err *e);

#endif
