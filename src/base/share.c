#include "base/share.h"

#include <limits.h>
#include <unistd.h>

#include "base/file.h"

void share_path(struct buf *out, const char *name)
{
    char program[PATH_MAX];
    struct buf bin = BUF_INIT;
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    buf_clear(out);
    if (n > 0) {
        program[n] = '\0';
        file_folder(program, &bin);
        buf_addf(out, "%s/../share/nashswarm/%s", buf_text(&bin), name);
    }
    buf_release(&bin);
}
