/*
 * start: what a program takes for granted, whatever its parent left it.
 *
 * Before main(), and before libraries start: there is address space for each thread of OpenBLAS and
 * some stack, for OpenBLAS waits for ever for memory that it does not get. A program with too
 * little ends with a sentence and status 1.
 */
#ifndef NS_BASE_START_H
#define NS_BASE_START_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Descriptors 0 to 2 are open, so that no file of ours is taken for them. One that was closed is
 * /dev/null the wrong way round: reading or writing fails, as it would have. And the end of a child
 * can be waited for. Once, first of all.
 */
void start_clean(void);

/*
 * Of address space (ulimit -v): whether there is a limit; the bytes of so many of OpenBLAS' blocks,
 * one a thread that it has or a product at a time; and whether so many bytes are free. System calls
 * alone: they may be asked before there is a C library.
 */
bool start_space_is_limited(void);
size_t start_blas_bytes(size_t blocks);
bool start_has_room(size_t bytes);

#endif
