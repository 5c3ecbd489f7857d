#include "support.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static char *next_buffer(void)
{
    static char buffers[4][PATH_MAX];
    static int next;
    return buffers[next++ % 4];
}

const char *source_path(const char *relative)
{
    const char *source = getenv("NASHSWARM_SOURCE");
    char *path = next_buffer();
    snprintf(path, PATH_MAX, "%s/%s", source ? source : ".", relative);
    return path;
}

char *scratch_make(void)
{
    const char *root = getenv("TMPDIR");
    char *folder = malloc(PATH_MAX);
    cr_assert(folder != NULL, "out of memory");
    snprintf(folder, PATH_MAX, "%s/nashswarm test-XXXXXX", root ? root : "/tmp");
    cr_assert(mkdtemp(folder) != NULL, "cannot make %s", folder);
    return folder;
}

void scratch_remove(char *folder)
{
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert(system(command) == 0, "cannot remove %s", folder);
    free(folder);
}

const char *in_folder(const char *folder, const char *name)
{
    char *path = next_buffer();
    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return path;
}

void put_file(const char *path, const void *bytes, size_t n)
{
    struct err e;
    cr_assert(file_write(path, bytes, n, &e) == 0, "%s", e.text);
}

void put_text(const char *path, const char *text)
{
    put_file(path, text, strlen(text));
}

/* Reads a file that the shell wrote into `out`, when the caller wants it. */
static void take(struct buf *out, const char *path)
{
    struct err e;
    if (out) {
        cr_assert(file_read(out, path, &e) == 0, "%s", e.text);
    }
}

int run_program(const char *command_line, struct buf *out, struct buf *error)
{
    const char *program = getenv("NASHSWARM");
    char *folder = scratch_make();
    struct buf script = BUF_INIT;
    buf_addf(&script,
             "nashswarm() { '%s' \"$@\"; }\nexec >'%s/out' 2>'%s/error' </dev/null\n%s\n",
             program ? program : "build/nashswarm", folder, folder, command_line);
    const char *path = in_folder(folder, "script");
    put_file(path, script.s, script.len);
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "bash '%s'", path);
    int status = system(command);
    take(out, in_folder(folder, "out"));
    take(error, in_folder(folder, "error"));
    buf_release(&script);
    scratch_remove(folder);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
