#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/isolate.h"

/* Runs the work; returns how it ended, and appends what it handed over. */
static enum isolate_end end_of(void (*work)(const void *context, int to), const void *context,
                               struct buf *bytes)
{
    struct isolated copy;
    struct err e;
    enum isolate_end end = ISOLATE_DONE;
    cr_assert(isolate_start(&copy, work, context, &e) == 0, "%s", e.text);
    cr_assert(isolate_wait(&copy, 1, bytes, &end, &e) == 0, "%s", e.text);
    return end;
}

/* Bytes that this process has mapped. */
static size_t mapped_bytes(void)
{
    size_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert(f && fscanf(f, "%zu", &pages) == 1, "no statm");
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void echo(const void *context, int to)
{
    for (int i = 0; i < 1000; i++) {
        isolate_send(to, context, strlen(context));
    }
}

static void crash(const void *context, int to)
{
    isolate_send(to, context, strlen(context));
    raise(SIGSEGV);
}

static void open_something(const void *context, int to)
{
    isolate_close_files();
    int fd = open(context, O_RDONLY);
    isolate_send(to, fd < 0 && errno == EMFILE ? "refused" : "opened", 7);
}

static void never_end(const void *context, int to)
{
    (void)context;
    for (volatile int i = to;; i = !i) {
    }
}

static void take_memory(const void *context, int to)
{
    void *volatile p = malloc(2 * ISOLATE_MEMORY); /* or a compiler leaves it out */
    (void)context;
    isolate_send(to, p ? "taken" : "none!", 5);
}

static void print(const void *context, int to)
{
    const char *words = context;
    isolate_send(to, "", 0);
    if (write(STDERR_FILENO, words, strlen(words)) < 0) {
        _exit(1);
    }
}

Test(base_isolate, bytes_come_back)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(echo, "a word of some length", &bytes) == ISOLATE_DONE);
    cr_assert(bytes.len == 21000 && strncmp(bytes.s, "a word of some lengtha word", 27) == 0);
    buf_release(&bytes);
}

Test(base_isolate, a_crash_ends_the_copy_alone)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(crash, "so far", &bytes) == ISOLATE_CRASHED);
    cr_assert_str_eq(buf_text(&bytes), "so far");
    buf_release(&bytes);
}

/* Takes what there is, then does what the context says: what a library without memory may do. */
static void starve(const void *context, int to)
{
    void (*const *then)(void) = context;
    isolate_send(to, "so far", 6);
    while (mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) !=
           MAP_FAILED) {
    }
    (*then)();
}

static void leave(void)
{
    exit(EXIT_FAILURE);
}

/* Calls itself until there is no stack left; by a pointer, so that no compiler sees it. */
static void sink(void);
static void (*volatile deeper)(void) = sink;

static void sink(void)
{
    volatile char much[4096];
    much[0] = 0;
    deeper();
    much[1] = much[0];
}

static void give_up(const void *context, int to)
{
    (void)context;
    (void)to;
    isolate_without_memory();
}

Test(base_isolate, memory_that_lacks_below_the_limit_is_the_systems)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(give_up, NULL, &bytes) == ISOLATE_STARVED);
    buf_release(&bytes);
}

Test(base_isolate, a_crash_without_memory_says_whose_limit_it_was)
{
    static void (*const ways[])(void) = {leave, sink, abort};
    struct buf bytes = BUF_INIT;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cr_expect(end_of(starve, &ways[i], &bytes) == ISOLATE_GREEDY, "way %zu", i);
    }
    struct rlimit all;
    cr_assert(getrlimit(RLIMIT_AS, &all) == 0);
    all.rlim_cur = all.rlim_max = mapped_bytes() + ISOLATE_MEMORY / 4;
    cr_assert(setrlimit(RLIMIT_AS, &all) == 0);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cr_expect(end_of(starve, &ways[i], &bytes) == ISOLATE_STARVED, "way %zu", i);
    }
    cr_expect(end_of(crash, "so far", &bytes) == ISOLATE_CRASHED, "a crash with memory left");
    buf_release(&bytes);
}

Test(base_isolate, no_file_is_opened_once_they_are_closed)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(open_something, "/dev/null", &bytes) == ISOLATE_DONE);
    cr_assert_str_eq(buf_text(&bytes), "refused");
    buf_release(&bytes);
}

Test(base_isolate, work_that_never_ends_is_ended)
{
    struct buf bytes = BUF_INIT;
    struct rlimit second = {.rlim_cur = 1, .rlim_max = 9}; /* not to wait for the usual 20 */
    cr_assert(setrlimit(RLIMIT_CPU, &second) == 0);
    cr_assert(end_of(never_end, NULL, &bytes) == ISOLATE_ENDLESS);
    cr_assert(bytes.len == 0);
    buf_release(&bytes);
}

static void be_killed(const void *context, int to)
{
    isolate_send(to, context, strlen(context));
    raise(SIGKILL);
}

/* As a system without memory does: no reason to call a file damaged. */
Test(base_isolate, being_killed_is_told_from_crashing)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(be_killed, "so far", &bytes) == ISOLATE_KILLED);
    buf_release(&bytes);
}

/* An OpenMP that keeps a file of each process would be found in it by a later one of its number. */
Test(base_isolate, being_killed_leaves_no_shared_memory)
{
    struct buf bytes = BUF_INIT;
    struct isolated copy;
    struct err e;
    enum isolate_end end;
    char path[80];
    struct stat left;
    time_t before = time(NULL);
    cr_assert(isolate_start(&copy, be_killed, "", &e) == 0, "%s", e.text);
    snprintf(path, sizeof path, "/dev/shm/__KMP_REGISTERED_LIB_%d_%d", copy.child, getuid());
    cr_assert(isolate_wait(&copy, 1, &bytes, &end, &e) == 0, "%s", e.text);
    cr_assert(end == ISOLATE_KILLED);
    cr_assert(stat(path, &left) != 0 || left.st_mtime < before, "%s was left", path);
    buf_release(&bytes);
}

static void wait_for_nothing(const void *context, int to)
{
    isolate_send(to, context, strlen(context));
    for (;;) {
        pause();
    }
}

/* As a copy does that waits for a lock which a thread held that it has not. */
Test(base_isolate, a_copy_that_does_nothing_is_ended)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(wait_for_nothing, "so far", &bytes) == ISOLATE_IDLE);
    cr_assert_str_eq(buf_text(&bytes), "so far");
    buf_release(&bytes);
}

Test(base_isolate, memory_is_bounded)
{
    struct buf bytes = BUF_INIT;
    cr_assert(end_of(take_memory, NULL, &bytes) == ISOLATE_DONE);
    cr_assert_str_eq(buf_text(&bytes), "none!");
    buf_release(&bytes);
}

/* glibc's complaint about a broken heap would stand between the lines of a terminal. */
Test(base_isolate, nothing_is_printed)
{
    struct buf bytes = BUF_INIT;
    int ends[2], before = dup(STDERR_FILENO);
    char byte;
    cr_assert(pipe2(ends, O_NONBLOCK) == 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    enum isolate_end end = end_of(print, "words", &bytes);
    dup2(before, STDERR_FILENO);
    cr_assert(end == ISOLATE_DONE && read(ends[0], &byte, 1) == -1 && errno == EAGAIN);
    buf_release(&bytes);
}
