#include "support.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "scratch.h"

const char *source_path(const char *relative)
{
    static char paths[8][PATH_MAX];
    static int next;
    const char *source = getenv("NASHSWARM_SOURCE");
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", source ? source : ".", relative);
    return path;
}

/* Takes what the shell wrote into a file, when the caller wants it. */
static void take(struct buf *out, const char *path)
{
    struct err e;
    if (out) {
        cr_assert(file_read(out, path, &e) == 0, "%s", e.text);
    }
}

int run_program(const char *in, const char *line, struct buf *out, struct buf *error)
{
    const char *program = getenv("NASHSWARM");
    struct scratch s = scratch_new();
    struct buf script = BUF_INIT;
    char command[PATH_MAX];
    buf_addf(&script, "nashswarm() { '%s' \"$@\"; }\n", program ? program : "build/nashswarm");
    buf_addf(&script, "exec >'%s/out' 2>'%s/error' </dev/null\n", s.folder, s.folder);
    buf_addf(&script, "cd '%s' && %s\n", in ? in : ".", line);
    scratch_file(&s, "script", script.s, script.len);
    snprintf(command, sizeof command, "bash '%s'", scratch_path(&s, "script"));
    int status = system(command);
    take(out, scratch_path(&s, "out"));
    take(error, scratch_path(&s, "error"));
    buf_release(&script);
    scratch_remove(&s);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

double processor_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
