#include "base/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Every signal as it is in a fresh program: handlers of this one would act on its files. */
static void default_signals(const sigset_t *mask)
{
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
}

/* Whether it is this limit that counts from now on, and no lower one from outside. */
static bool limit(__rlimit_resource_t resource, size_t value)
{
    struct rlimit now;
    return getrlimit(resource, &now) == 0 &&
           (now.rlim_max == RLIM_INFINITY || now.rlim_max > value) &&
           setrlimit(resource, &(struct rlimit){.rlim_cur = value, .rlim_max = value}) == 0;
}

/* Time that runs out is SIGXCPU, never SIGKILL, which is the system's own: it lacks memory, say. */
static void limit_time(void)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_CPU, &now) == 0 && now.rlim_cur > ISOLATE_CPU_S) {
        now.rlim_cur = ISOLATE_CPU_S;
        setrlimit(RLIMIT_CPU, &now);
    }
}

/* Bytes that this process has mapped; 0 when the system does not say. */
static size_t mapped_bytes(void)
{
    char text[32] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    return n > 0 ? strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Exit statuses of a copy that ended for want of memory. */
enum { EXIT_STARVED = 77, EXIT_GREEDY = 78 };

static bool own_limit; /* in the copy: ISOLATE_MEMORY is what bounds it, nothing from outside */

/* Whether there is as much as malloc() asks for at least before it gives up. */
static bool can_map(int access)
{
    enum { LITTLE = 1 << 20 };
    void *room = mmap(NULL, LITTLE, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return room != MAP_FAILED && munmap(room, LITTLE) == 0;
}

/* PROT_NONE takes address space alone, of which a system without memory has enough. */
void isolate_without_memory(void)
{
    _exit(own_limit && !can_map(PROT_NONE) ? EXIT_GREEDY : EXIT_STARVED);
}

/* A library that gets no memory may crash or call exit(), whatever the file is like. */
static void tell_memory(void)
{
    if (!can_map(PROT_READ | PROT_WRITE)) {
        isolate_without_memory();
    }
}

/* Crashes again, and by default, unless memory was what lacked. */
static void on_crash(int number)
{
    tell_memory();
    signal(number, SIG_DFL);
    raise(number);
}

/* On a stack of its own: the usual one may be what grew without end. */
static void watch_crashes(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    static char stack[1 << 16];
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
    }
    atexit(tell_memory);
}

/* The count of the processor's seconds starts at 0 in the copy. */
static void be_modest(void)
{
    size_t mapped = mapped_bytes();
    own_limit = mapped && limit(RLIMIT_AS, mapped + ISOLATE_MEMORY);
    limit_time();
    limit(RLIMIT_CORE, 0);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= STDERR_FILENO && nowhere >= 0; fd++) {
        dup2(nowhere, fd);
    }
}

/* What the copy does; it is a function so that a build which counts lines sees who goes on. */
static void work_in_copy(void (*work)(const void *context, int to), const void *context, int to,
                         const sigset_t *mask)
{
    default_signals(mask);
    be_modest();
    watch_crashes();
    isolate_send(to, "", 1); /* it has begun */
    work(context, to);
    _exit(0);
}

int isolate_start(struct isolated *i, void (*work)(const void *context, int to),
                  const void *context, struct err *e)
{
    int ends[2];
    sigset_t all, before;
    if (pipe2(ends, O_CLOEXEC)) {
        return err_errno(e, errno, "cannot make a pipe");
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    i->child = fork();
    int code = errno;
    if (i->child == 0) {
        close(ends[0]);
        work_in_copy(work, context, ends[1], &before);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    i->from = ends[0];
    if (i->child < 0) {
        close(i->from);
        return err_errno(e, code, "cannot start another process");
    }
    return 0;
}

/* Nanoseconds of a processor that the copy has used so far; −1 when the system does not say. */
static long long used_ns(pid_t child)
{
    clockid_t clock;
    struct timespec t;
    bool known = clock_getcpuclockid(child, &clock) == 0 && clock_gettime(clock, &t) == 0;
    return known ? (long long)t.tv_sec * 1000000000 + t.tv_nsec : -1;
}

/*
 * Waits for bytes; false when none came and the copy did nothing either: it used under a hundredth
 * of a processor, for a sanitizer may have a thread that wakes now and then.
 */
static bool wait_for_bytes(const struct isolated *i, int idle_s)
{
    const long long little = idle_s * 10000000LL;
    struct pollfd from = {.fd = i->from, .events = POLLIN};
    for (long long before = used_ns(i->child), now; poll(&from, 1, idle_s * 1000) == 0;
         before = now) {
        now = used_ns(i->child);
        if (now >= 0 && now - before < little) {
            return false;
        }
    }
    return true; /* or interrupted, or an error that reading will tell */
}

/*
 * What became of a copy that was not idle. Before the work begins there is what libraries do in a
 * copy: they know nothing of the context, and end it only for want of memory.
 */
static enum isolate_end end_of(int code, bool begun)
{
    return WIFEXITED(code) && WEXITSTATUS(code) == 0              ? ISOLATE_DONE
           : WIFEXITED(code) && WEXITSTATUS(code) == EXIT_STARVED ? ISOLATE_STARVED
           : WIFEXITED(code) && WEXITSTATUS(code) == EXIT_GREEDY  ? ISOLATE_GREEDY
           : WIFSIGNALED(code) && WTERMSIG(code) == SIGXCPU       ? ISOLATE_ENDLESS
           : WIFSIGNALED(code) && WTERMSIG(code) == SIGKILL       ? ISOLATE_KILLED
           : begun                                                ? ISOLATE_CRASHED
                                                                  : ISOLATE_STARVED;
}

int isolate_wait(struct isolated *i, int idle_s, struct buf *bytes, enum isolate_end *end,
                 struct err *e)
{
    char block[65536];
    ssize_t n = 1;
    int code;
    bool idle = false, begun = false;
    while (n != 0) {
        if (!idle && !wait_for_bytes(i, idle_s)) {
            idle = true;
            kill(i->child, SIGKILL);
        }
        n = read(i->from, block, sizeof block);
        if (n > 0) {
            buf_add(bytes, block + !begun, (size_t)n - !begun);
            begun = true;
        } else if (n < 0 && errno != EINTR) {
            break;
        }
    }
    close(i->from);
    while (waitpid(i->child, &code, 0) < 0) {
        if (errno != EINTR) { /* somebody ignores the ends of children: how is not known */
            code = 0;
            break;
        }
    }
    *end = idle ? ISOLATE_IDLE : end_of(code, begun);
    return buf_check(bytes, e);
}

void isolate_send(int to, const void *bytes, size_t n)
{
    for (const char *at = bytes; n;) {
        ssize_t sent = write(to, at, n);
        if (sent > 0) {
            at += sent;
            n -= (size_t)sent;
        } else if (errno != EINTR) {
            _exit(1);
        }
    }
}

void isolate_close_files(void)
{
    limit(RLIMIT_NOFILE, 0);
}
