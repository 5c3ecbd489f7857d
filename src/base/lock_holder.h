/*
 * lock_holder: which process of this machine has a lock of a file (flock) that we wait for.
 *
 * The kernel's table of locks names the process that took it. That one may be gone, with the lock
 * in the hands of a child; and of locks taken on another machine, or in another name space of
 * processes, it knows nothing. Then nothing is claimed.
 */
#ifndef NS_BASE_LOCK_HOLDER_H
#define NS_BASE_LOCK_HOLDER_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends "process 4711 (nashswarm)" for who has the open file locked; false: that is not known. */
bool lock_holder(struct buf *out, int file);

#endif
