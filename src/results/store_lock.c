/* The lock of an experiment's tables: one process at a time writes them, the others wait. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/lock_holder.h"
#include "results/store.h"

/* In tenths of a second: when a wait is told, and when it has been long enough. */
enum { TELL_TICKS = 10, LOCK_TICKS = 6000 };

static void tell(const struct store *s, int lock, const char *path)
{
    struct buf holder = BUF_INIT;
    struct err sentence; /* without control characters: the other process chose its name */
    if (!s->waits) {
        return;
    }
    bool known = lock_holder(&holder, lock);
    err_set(&sentence,
            "waiting for another run, which is writing tables and figures (%s has a lock on %s); "
            "end it if it hangs: after %d minutes this one gives up",
            known ? buf_text(&holder) : "it", path, LOCK_TICKS / 600);
    s->waits(s->context, sentence.text);
    buf_release(&holder);
}

static int wait_for_lock(const struct store *s, int lock, const char *path, struct err *e)
{
    const struct timespec tick = {.tv_nsec = 100000000};
    for (int ticks = 0; flock(lock, LOCK_EX | LOCK_NB); ticks++) {
        if (errno != EWOULDBLOCK) {
            return 0; /* a file system without locks */
        }
        if (ticks == TELL_TICKS) {
            tell(s, lock, path);
        }
        if (ticks == LOCK_TICKS) {
            close(lock);
            return err_set(
                e,
                "another run has been writing the tables for %d s (it has a lock on %s); "
                "is it stopped? Try again when it is done",
                LOCK_TICKS / 10, path);
        }
        if (nanosleep(&tick, NULL) && errno == EINTR) {
            close(lock);
            return err_set(e, "interrupted");
        }
    }
    return 0;
}

int store_lock(const struct store *s, int *lock, struct err *e)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/.tables.lock", s->results.s);
    int status = buf_check(&path, e);
    if (!status) {
        *lock = open(path.s, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        status = *lock >= 0 ? wait_for_lock(s, *lock, path.s, e)
                            : err_set(e, "%s cannot be opened: %s", path.s, strerror(errno));
    }
    buf_release(&path);
    return status;
}
