/*
 * isolate: work on what cannot be trusted in a copy of this process (fork), so that it cannot take
 * this one down.
 *
 * A library that reads a damaged file may write where it should not, never end, or ask for all
 * memory. In the copy it may: nothing of it comes back but the bytes that the work hands over, and
 * how it ended. The copy has one thread; it prints nothing and may not use more than
 * ISOLATE_CPU_S seconds of a processor nor ISOLATE_MEMORY bytes above what this process had mapped.
 * The work may not touch locks that another thread of this process may hold.
 */
#ifndef NS_BASE_ISOLATE_H
#define NS_BASE_ISOLATE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum { ISOLATE_CPU_S = 20 };
#define ISOLATE_MEMORY ((size_t)1 << 30)

struct isolated {
    pid_t child;
    int from; /* its bytes arrive here */
};

/* How the work ended. */
enum isolate_end {
    ISOLATE_DONE,    /* the work returned */
    ISOLATE_CRASHED, /* a signal or a sanitizer ended it */
    ISOLATE_STARVED, /* it ended for want of memory: the system or a limit from outside has none */
    ISOLATE_GREEDY,  /* the same, after it had taken all of its ISOLATE_MEMORY */
    ISOLATE_ENDLESS, /* it used up its seconds */
    ISOLATE_KILLED,  /* by somebody else: a system without memory, an impatient user */
    ISOLATE_IDLE,    /* it did nothing for too long: another try may do */
};

/*
 * Starts work(context, to) in a copy; it hands bytes over with isolate_send(). Between start and
 * wait this process goes on.
 */
int isolate_start(struct isolated *i, void (*work)(const void *context, int to),
                  const void *context, struct err *e);

/*
 * Waits for the end and appends the bytes. To be called after isolate_start(), once. A copy that
 * neither uses a processor nor hands anything over for idle_s seconds is ended: it waits for a file
 * system, or for a lock that another thread held when the copy was made. Those of the C library are
 * free in a copy, those of a sanitizer's allocator are not.
 */
int isolate_wait(struct isolated *i, int idle_s, struct buf *bytes, enum isolate_end *end,
                 struct err *e);

/* For the work: hands n bytes over; the copy ends if nobody takes them. */
void isolate_send(int to, const void *bytes, size_t n);

/* For the work: ends the copy because it got no memory, as ISOLATE_STARVED or ISOLATE_GREEDY. */
_Noreturn void isolate_without_memory(void);

/* For the work: no file can be opened any more, by whatever name. */
void isolate_close_files(void);

#endif
