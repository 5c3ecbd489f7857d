#include "base/share.h"

#include <limits.h>
#include <unistd.h>

#include "base/file.h"

/* NAME seen from the folder of the running program. */
static void beside_program(struct buf *out, const char *between, const char *name)
{
    char program[PATH_MAX];
    struct buf bin = BUF_INIT;
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    buf_clear(out);
    if (n > 0) {
        program[n] = '\0';
        file_folder(program, &bin);
        buf_addf(out, "%s/%s/%s", buf_text(&bin), between, name);
    }
    buf_release(&bin);
}

void share_path(struct buf *out, const char *name)
{
    beside_program(out, "../share/nashswarm", name);
}

void share_source_path(struct buf *out, const char *name)
{
    beside_program(out, "../..", name);
}
