/*
 * plain: runs the Criterion tests without Criterion's runner.
 *
 * Criterion puts memory at addresses of its own choice and redirects the start of the program,
 * which the thread sanitizer and valgrind do not bear; and its list of timeouts now and then lacks
 * one that was not freed, which the leak sanitizer finds. Here every test is a copy of this process
 * (fork), and what the macros of the tests call is in macros.c in place of the library.
 *
 *   plain [--filter PATTERN]... [--except FILE]... [--jobs N] [--fresh yes]
 *   plain --here ID
 *
 * Without a pattern all tests run; patterns are those of bash with extglob. FILE has a pattern and
 * the reason of it on each line: those tests are left out. --fresh starts the program again for
 * each test: of a process that was copied, the watcher of OpenMP that the thread sanitizer needs
 * (libarcher) loses sight. --here runs one test in this very process. The last line is Criterion's,
 * so that tools/run-tests can read it.
 */
#include "plain.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A checker makes a test so much slower than its author had in mind; what takes long is told. */
enum {
    SLOWER = 20,
    LONG_S = 10,
    JOBS_MAX = 64,
    PATTERNS_MAX = 256,
    PATTERN_BYTES = 128,
    ID_BYTES = 256
};

struct patterns {
    char text[PATTERNS_MAX][PATTERN_BYTES];
    size_t n;
    bool used[PATTERNS_MAX];
};

/* A test at work. */
struct job {
    pid_t process; /* 0: none */
    char id[ID_BYTES];
};

static struct {
    struct patterns only, except;
    struct job jobs[JOBS_MAX];
    size_t n_jobs, tested, passed, left_out;
    const char *here; /* the one test of this process */
    bool fresh;
} runner = {.n_jobs = 1};

/* The linker knows where the pointers that the macros leave begin and end. */
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];

static _Noreturn void fail(const char *what, const char *which)
{
    fprintf(stderr, "plain: %s %s\n", what, which);
    exit(2);
}

static void add_pattern(struct patterns *p, const char *text, size_t n)
{
    if (p->n == PATTERNS_MAX || n >= PATTERN_BYTES) {
        fail("there is no room for the pattern", text);
    }
    memcpy(p->text[p->n], text, n);
    p->text[p->n++][n] = '\0';
}

/* Lines of a pattern and a reason; # begins a comment. */
static void read_patterns(struct patterns *p, const char *path)
{
    char line[512];
    FILE *f = fopen(path, "r");
    if (!f) {
        fail("cannot read", path);
    }
    while (fgets(line, sizeof line, f)) {
        size_t n = strcspn(line, " \n");
        if (n > 0 && line[0] != '#') {
            if (line[n + strspn(line + n, " ")] == '\n') {
                fail("no reason is given to leave out", line);
            }
            add_pattern(p, line, n);
        }
    }
    fclose(f);
}

static bool matches(struct patterns *p, const char *id)
{
    bool any = false;
    for (size_t i = 0; i < p->n; i++) {
        if (fnmatch(p->text[i], id, FNM_EXTMATCH) == 0) {
            p->used[i] = any = true;
        }
    }
    return any;
}

/* Tells what became of a test, unless all is well. */
static void conclude(const struct job *job, int status, const struct rusage *use)
{
    if (use->ru_utime.tv_sec >= LONG_S) {
        printf("[LONG] %s: %ld s of processor time\n", job->id, (long)use->ru_utime.tv_sec);
    }
    if (status == 0) {
        runner.passed++;
    } else if (WIFSIGNALED(status)) {
        printf("[FAIL] %s: signal %d\n", job->id, WTERMSIG(status));
    } else {
        printf("[FAIL] %s: status %d\n", job->id, WEXITSTATUS(status));
    }
}

/* Waits for one of the tests at work. */
static void wait_for_one(void)
{
    int status;
    struct rusage use;
    pid_t process = wait4(-1, &status, 0, &use);
    for (size_t i = 0; i < runner.n_jobs; i++) {
        if (process > 0 && runner.jobs[i].process == process) {
            runner.jobs[i].process = 0;
            conclude(&runner.jobs[i], status, &use);
        }
    }
}

static struct job *free_job(void)
{
    for (;;) {
        for (size_t i = 0; i < runner.n_jobs; i++) {
            if (!runner.jobs[i].process) {
                return &runner.jobs[i];
            }
        }
        wait_for_one();
    }
}

/* The work of a copy of this process. */
static _Noreturn void run(const struct criterion_test *test, void *param, const char *id)
{
    alarm((unsigned)(test->data->timeout * SLOWER));
    if (runner.fresh) {
        execl("/proc/self/exe", "tests", "--here", id, (char *)NULL);
        fail("cannot start again for", id);
    }
    exit(macros_run(test, param, id));
}

/* Runs a test in a copy of this process, when it is one of those that are wanted. */
static void start(const struct criterion_test *test, void *param, const char *id)
{
    if (runner.here) {
        if (strcmp(runner.here, id) == 0) {
            exit(macros_run(test, param, id));
        }
        return;
    }
    if (runner.only.n > 0 && !matches(&runner.only, id)) {
        return;
    }
    if (matches(&runner.except, id)) {
        runner.left_out++;
        return;
    }
    struct job *job = free_job();
    snprintf(job->id, sizeof job->id, "%s", id);
    fflush(NULL);
    job->process = fork();
    if (job->process < 0) {
        fail("cannot copy this process for", id);
    }
    if (job->process == 0) {
        run(test, param, id);
    }
    runner.tested++;
}

/* Each parameter is a test of its own, named after the text that it begins with. They lie in one
 * block of cr_malloc(). */
static void start_each(const struct criterion_test *test)
{
    struct criterion_test_params p = test->data->param_();
    for (size_t i = 0; i < p.length; i++) {
        char id[ID_BYTES], *param = (char *)p.params + i * p.size;
        snprintf(id, sizeof id, "%s/%s/%s", test->category, test->name, param);
        start(test, param, id);
    }
    free(p.params);
}

static void read_arguments(int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        const char *value = argv[i + 1];
        if (!value) {
            fail("no value is given to", argv[i]);
        } else if (strcmp(argv[i], "--filter") == 0) {
            add_pattern(&runner.only, value, strlen(value));
        } else if (strcmp(argv[i], "--except") == 0) {
            read_patterns(&runner.except, value);
        } else if (strcmp(argv[i], "--here") == 0) {
            runner.here = value;
        } else if (strcmp(argv[i], "--fresh") == 0) {
            runner.fresh = strcmp(value, "yes") == 0;
        } else if (strcmp(argv[i], "--jobs") == 0 && atoi(value) > 0 && atoi(value) <= JOBS_MAX) {
            runner.n_jobs = (size_t)atoi(value);
        } else {
            fail("what is", argv[i]);
        }
    }
}

/* Whether each test that is left out by name is there; a filter leaves that open. */
static bool exceptions_are_there(void)
{
    bool all = true;
    for (size_t i = 0; runner.only.n == 0 && i < runner.except.n; i++) {
        if (!runner.except.used[i]) {
            fprintf(stderr, "plain: there is no test %s to leave out\n", runner.except.text[i]);
            all = false;
        }
    }
    return all;
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv);
    for (struct criterion_test **t = __start_cr_tst; t < __stop_cr_tst; t++) {
        char id[ID_BYTES];
        if (*t && (*t)->data->kind_ == CR_TEST_PARAMETERIZED) {
            start_each(*t);
        } else if (*t) {
            snprintf(id, sizeof id, "%s/%s", (*t)->category, (*t)->name);
            start(*t, NULL, id);
        }
    }
    if (runner.here) {
        fail("there is no test", runner.here);
    }
    for (size_t i = 0; i < runner.n_jobs; i++) {
        while (runner.jobs[i].process) {
            wait_for_one();
        }
    }
    size_t failed = runner.tested - runner.passed;
    printf("[====] Synthesis: Tested: %zu | Passing: %zu | Failing: %zu | Left out: %zu\n",
           runner.tested, runner.passed, failed, runner.left_out);
    return failed == 0 && exceptions_are_there() ? 0 : 1;
}
