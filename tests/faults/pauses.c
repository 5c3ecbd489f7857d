/*
 * pauses: a library for LD_PRELOAD that lets processes and threads meet in other orders than on a
 * quiet machine: now and then a process waits a while as it starts, at a copy of itself and before
 * another program takes its place, and a little around calls by which several agree on files.
 *
 *   PAUSE_PROCESS_MS   the most that it waits for a process (300)
 *   PAUSE_CALL_MS      the most around a call (20)
 *
 * How long is drawn from clock and process number, so no two runs are the same.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* One in so many waits. */
enum { SELDOM = 3 };

static long process_us = 300000, call_us = 20000;

static void take(const char *name, long *us)
{
    const char *ms = getenv(name);
    if (ms) {
        *us = 1000 * atol(ms);
    }
}

/* Of what no two calls have alike; the multipliers are those of MurmurHash3's last step. */
static uint32_t drawn(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint32_t x = (uint32_t)t.tv_nsec ^ (uint32_t)t.tv_sec << 20 ^ (uint32_t)getpid() << 8;
    x = (x ^ x >> 16) * 0x85ebca6b;
    x = (x ^ x >> 13) * 0xc2b2ae35;
    return x ^ x >> 16;
}

static void pause_for(long most_us)
{
    uint32_t x = drawn();
    if (most_us <= 0 || x % SELDOM) {
        return;
    }
    int kept = errno;
    long us = (long)(x / SELDOM) % most_us;
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
    errno = kept;
}

__attribute__((constructor)) static void begin(void)
{
    take("PAUSE_PROCESS_MS", &process_us);
    take("PAUSE_CALL_MS", &call_us);
    pause_for(process_us);
}

pid_t fork(void)
{
    pid_t process = REAL(fork)();
    pause_for(process_us);
    return process;
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
    pause_for(process_us);
    return REAL(execve)(path, arguments, environment);
}

#define AROUND(result, name, parameters, ...)                                                      \
    result name parameters                                                                         \
    {                                                                                              \
        pause_for(call_us);                                                                        \
        result got = REAL(name)(__VA_ARGS__);                                                      \
        pause_for(call_us);                                                                        \
        return got;                                                                                \
    }

AROUND(int, rename, (const char *from, const char *to), from, to)
AROUND(int, flock, (int fd, int operation), fd, operation)
AROUND(int, unlink, (const char *path), path)
AROUND(int, mkdir, (const char *path, mode_t mode), path, mode)
AROUND(int, fsync, (int fd), fd)
AROUND(int, kill, (pid_t process, int number), process, number)
AROUND(int, pthread_create,
       (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *),
        void *context),
       thread, attributes, start, context)
