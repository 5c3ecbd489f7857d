#include <criterion/criterion.h>
#include <errno.h>

#include "base/clock.h"

/* The condition and the moment are of one clock, whichever way the system's own is set. */
Test(base_clock, a_condition_is_waited_for_until_the_moment, .timeout = 60)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never;
    clock_condition_init(&never);
    double begin = clock_s();
    struct timespec until = clock_after(1);
    int status = 0;
    pthread_mutex_lock(&lock);
    while (!status) {
        status = pthread_cond_timedwait(&never, &lock, &until);
    }
    pthread_mutex_unlock(&lock);
    cr_assert(status == ETIMEDOUT);
    cr_assert(clock_s() - begin >= 0.999, "after %g s", clock_s() - begin);
    cr_assert((double)until.tv_sec - begin <= 3600, "a moment of another clock");
    pthread_cond_destroy(&never);
}
