/*
 * progress: how long work tells how far it is, without knowing who listens.
 *
 * The callback is called from one thread, now and then. It returns true to ask for a stop: the work
 * then ends early with an error ("interrupted"). A NULL progress, or a NULL report, is fine. Work
 * of several steps names each as it begins. A total of 0 tells nothing and only asks whether to
 * stop.
 */
#ifndef NS_BASE_PROGRESS_H
#define NS_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct progress {
    bool (*report)(void *context, size_t done, size_t total);
    void *context;
    /*
     * A step begins: what is counted from here on, static. `last`: it is nearly all that is left,
     * so that its end tells the end of the work. May be NULL.
     */
    void (*step)(void *context, const char *what, bool last);
};

static inline void progress_step(const struct progress *p, const char *what, bool last)
{
    if (p && p->step) {
        p->step(p->context, what, last);
    }
}

/* 0, or −1 with `e` saying "interrupted" when the listener asks for a stop. */
static inline int progress_tell(const struct progress *p, size_t done, size_t total, struct err *e)
{
    if (p && p->report && p->report(p->context, done, total)) {
        return err_set(e, "interrupted");
    }
    return 0;
}

#endif
