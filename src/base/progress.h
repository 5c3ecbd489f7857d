/*
 * progress: how long work tells how far it is, without knowing who listens.
 *
 * The callback is called from one thread, now and then. It returns true to ask for a stop: the work
 * then ends early with an error ("interrupted"). A NULL progress, or a NULL report, is fine.
 */
#ifndef NS_BASE_PROGRESS_H
#define NS_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct progress {
    bool (*report)(void *context, size_t done, size_t total);
    void *context;
};

/* 0, or −1 with `e` saying "interrupted" when the listener asks for a stop. */
static inline int progress_tell(const struct progress *p, size_t done, size_t total, struct err *e)
{
    if (p && p->report && p->report(p->context, done, total)) {
        return err_set(e, "interrupted");
    }
    return 0;
}

#endif
