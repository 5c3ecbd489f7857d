/*
 * clock: seconds that only ever grow, for measuring how long something took; and dates.
 */
#ifndef NS_BASE_CLOCK_H
#define NS_BASE_CLOCK_H

#include <pthread.h>
#include <time.h>

/* Seconds since some fixed moment; only differences mean anything. */
static inline double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/*
 * A condition that is waited for until a moment of clock_after(): whoever sets the system's clock
 * back meanwhile, as its daemon may, does not make the wait longer.
 */
static inline void clock_condition_init(pthread_cond_t *c)
{
    pthread_condattr_t same;
    pthread_condattr_init(&same);
    pthread_condattr_setclock(&same, CLOCK_MONOTONIC);
    pthread_cond_init(c, &same);
    pthread_condattr_destroy(&same);
}

/* In so many whole seconds. */
static inline struct timespec clock_after(time_t seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += seconds;
    return t;
}

enum { CLOCK_UTC = 32 };

/* "2026-01-31T12:00:00Z", ISO 8601 in UTC; "" for a year that cannot be written. */
static inline void clock_utc(char text[CLOCK_UTC], time_t t)
{
    struct tm utc;
    if (!gmtime_r(&t, &utc) || !strftime(text, CLOCK_UTC, "%Y-%m-%dT%H:%M:%SZ", &utc)) {
        text[0] = '\0';
    }
}

#endif
