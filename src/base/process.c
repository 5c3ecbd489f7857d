#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

/* What is pinned for every child; the last makes cairo leave PDFs uncompressed. */
static char pinned[][24] = {"LC_ALL=C.UTF-8", "TZ=UTC0", "CAIRO_DEBUG_PDF=1"};
enum { PINNED = sizeof pinned / sizeof *pinned };

static bool is_pinned(const char *variable)
{
    for (size_t i = 0; i < PINNED; i++) {
        if (strncmp(variable, pinned[i], strcspn(pinned[i], "=") + 1) == 0) {
            return true;
        }
    }
    return false;
}

/* The environment with what is pinned in it; an array of borrowed strings. */
static char **child_environment(struct err *e)
{
    size_t n = 0;
    while (environ && environ[n]) {
        n++;
    }
    char **copy = mem_new(n + PINNED + 1, sizeof *copy, e);
    if (!copy) {
        return NULL;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_pinned(environ[i])) {
            copy[kept++] = environ[i];
        }
    }
    for (size_t i = 0; i < PINNED; i++) {
        copy[kept++] = pinned[i];
    }
    return copy;
}

/* `to` gets the stream that is kept, `other` the other one; −1 throws it away. */
static int start(pid_t *child, const char *const argv[], enum process_stream keep, int to,
                 int other, char *const environment[])
{
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code) {
        return code;
    }
    int drop = keep == PROCESS_OUTPUT ? PROCESS_MESSAGES : PROCESS_OUTPUT;
    code = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    code = code ? code : posix_spawn_file_actions_adddup2(&actions, to, (int)keep);
    if (!code && other >= 0) {
        code = posix_spawn_file_actions_adddup2(&actions, other, drop);
    } else if (!code) {
        code = posix_spawn_file_actions_addopen(&actions, drop, "/dev/null", O_WRONLY, 0);
    }
    if (!code) {
        char *const *arguments;
        memcpy(&arguments, &argv, sizeof arguments); /* posix_spawn changes none of them */
        code = posix_spawnp(child, argv[0], &actions, NULL, arguments, environment);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static void read_all(int fd, struct buf *text)
{
    char block[4096];
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) != 0) {
        if (n > 0) {
            buf_add(text, block, (size_t)n);
        } else if (errno != EINTR) {
            break;
        }
    }
}

static int run(const char *const argv[], enum process_stream keep, struct buf *text, int other,
               int *exit_code, bool *missing, struct err *e)
{
    int ends[2] = {-1, -1}, status = -1, code;
    pid_t child;
    if (missing) {
        *missing = false;
    }
    char **environment = child_environment(e);
    if (!environment) {
        goto out;
    }
    if (pipe2(ends, O_CLOEXEC)) {
        err_errno(e, errno, "cannot make a pipe for %s", argv[0]);
        goto out;
    }
    code = start(&child, argv, keep, ends[1], other, environment);
    if (code) {
        if (missing) {
            *missing = code == ENOENT;
        }
        err_errno(e, code, "cannot start %s", argv[0]);
        goto out;
    }
    close(ends[1]);
    ends[1] = -1;
    read_all(ends[0], text);
    while (waitpid(child, &code, 0) < 0) {
        if (errno != EINTR) {
            err_errno(e, errno, "cannot wait for %s", argv[0]);
            goto out;
        }
    }
    *exit_code = WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
    status = buf_check(text, e);
out:
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            close(ends[i]);
        }
    }
    free(environment);
    return status;
}

int process_run(const char *const argv[], enum process_stream keep, struct buf *text,
                int *exit_code, bool *missing, struct err *e)
{
    return run(argv, keep, text, -1, exit_code, missing, e);
}

int process_run_both(const char *const argv[], struct buf *printed, struct buf *messages,
                     int *exit_code, bool *missing, struct err *e)
{
    int other = memfd_create("messages", MFD_CLOEXEC);
    if (other < 0) {
        return err_errno(e, errno, "cannot keep the messages of %s", argv[0]);
    }
    int status = run(argv, PROCESS_OUTPUT, printed, other, exit_code, missing, e);
    if (!status && lseek(other, 0, SEEK_SET) == 0) {
        read_all(other, messages);
        status = buf_check(messages, e);
    }
    close(other);
    return status;
}
