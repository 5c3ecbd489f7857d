#include "commands/command.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "tensor/matmul.h"

int command_fail(const char *name, int status, const struct err *e)
{
    fprintf(stderr, "nashswarm %s: %s\n", name, e->text);
    return status;
}

int command_refuse(const char *name, const struct err *e)
{
    return command_fail(name, e->memory ? EXIT_FAILED : EXIT_USAGE, e);
}

void command_tell_wait(const void *name, const char *sentence)
{
    fprintf(stderr, "nashswarm %s: %s\n", (const char *)name, sentence);
}

int command_flush(struct err *e)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return 0;
    }
    int code = errno;
    __fpurge(stdout); /* told once, not again at exit */
    clearerr(stdout);
    return err_errno(e, code, "cannot write to standard output");
}

int command_print(const char *name, const struct buf *text)
{
    struct err e;
    if (buf_check(text, &e)) {
        return command_fail(name, EXIT_FAILED, &e);
    }
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of writing, told like others */
    fwrite(buf_text(text), 1, text->len, stdout);
    return command_flush(&e) ? command_fail(name, EXIT_FAILED, &e) : EXIT_DONE;
}

const int command_ends[COMMAND_ENDS] = {SIGINT, SIGTERM, SIGHUP};

void command_end(int number)
{
    file_discard();
    signal(number, SIG_DFL);
    raise(number);
}

/* One message at once; nothing here allocates or locks. */
static void say_lost(const char *path)
{
    static const char before[] = "nashswarm: ",
                      after[] = " cannot be read to its end any more: another program has cut it "
                                "short, or its disk fails; start again with the file whole\n";
    struct iovec parts[] = {{(void *)(size_t)before, sizeof before - 1},
                            {(void *)(size_t)path, strlen(path)},
                            {(void *)(size_t)after, sizeof after - 1}};
    (void)!writev(STDERR_FILENO, parts, 3);
}

static void lost(int number, siginfo_t *info, void *context)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    const char *path = file_map_name(info->si_addr);
    (void)context;
    if (!path) {
        signal(number, SIG_DFL); /* no file of ours: the instruction comes again, and ends us */
        return;
    }
    if (atomic_flag_test_and_set(&told)) {
        for (;;) {
            pause(); /* another thread has said it, and ends the program */
        }
    }
    say_lost(path);
    file_discard();
    _exit(EXIT_FAILED);
}

void command_watch_maps(void)
{
    struct sigaction action = {.sa_sigaction = lost, .sa_flags = SA_SIGINFO};
    sigfillset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

void command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    if (argp_parse(argp, argc, argv, 0, NULL, input)) {
        fprintf(stderr, "%s: out of memory while the options were read\n", argv[0]);
        exit(EXIT_FAILED);
    }
}

void command_take_number(long *out, const char *option, const char *text, long min, long max,
                         struct argp_state *state)
{
    char *end;
    errno = 0;
    long x = strtol(text, &end, 10);
    if (end == text || *end) {
        argp_error(state, "%s takes a whole number, not \"%s\"", option, text);
    } else if (errno || x < min || x > max) {
        argp_error(state, "%s takes a number from %ld to %ld, not %s", option, min, max, text);
    }
    *out = x;
}

void command_take_threads(long *out, const char *text, struct argp_state *state)
{
    command_take_number(out, "--threads", text, 1, COMPUTE_THREADS_MAX, state);
}

void command_take_argument(const char **out, const char *text, const char *what,
                           struct argp_state *state)
{
    if (*out) {
        argp_error(state, "one %s at a time: \"%s\" is one too many", what, text);
    }
    *out = text;
}

void command_keep_input(const char *output, const char *input, const char *what,
                        struct argp_state *state)
{
    struct stat out, in;
    if (output && input && stat(output, &out) == 0 && stat(input, &in) == 0 &&
        out.st_dev == in.st_dev && out.st_ino == in.st_ino) {
        argp_error(state, "-o %s is the %s that is read; give another name", output, what);
    }
}

bool command_on_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0);
}
