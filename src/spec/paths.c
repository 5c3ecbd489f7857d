#include "spec/paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static char *take(struct buf *b, struct err *e)
{
    char *text = buf_check(b, e) ? NULL : mem_string(buf_text(b), e);
    buf_release(b);
    return text;
}

char *path_folder(const char *file, struct err *e)
{
    struct buf folder = BUF_INIT;
    file_folder(file, &folder);
    return take(&folder, e);
}

bool path_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Takes the last part off again when that is where ".." leads. */
static bool step_up(struct buf *out)
{
    struct stat st;
    if (!out->len || out->failed) {
        return false;
    }
    const char *slash = strrchr(out->s, '/');
    const char *last = slash ? slash + 1 : out->s;
    if (strcmp(last, "..") == 0 || lstat(out->s, &st) || !S_ISDIR(st.st_mode)) {
        return false;
    }
    out->len = (size_t)((slash && slash != out->s ? slash : last) - out->s);
    out->s[out->len] = '\0';
    return true;
}

static void add_part(struct buf *out, const char *part, size_t n)
{
    if (n == 0 || (n == 1 && part[0] == '.')) {
        return;
    }
    if (n == 2 && memcmp(part, "..", 2) == 0 && step_up(out)) {
        return;
    }
    if (out->len && !out->failed && out->s[out->len - 1] != '/') {
        buf_addc(out, '/');
    }
    buf_add(out, part, n);
}

static void add_parts(struct buf *out, const char *path)
{
    while (*path) {
        size_t n = strcspn(path, "/");
        add_part(out, path, n);
        path += n + (path[n] == '/');
    }
}

char *path_resolve(const char *folder, const char *path, struct err *e)
{
    struct buf out = BUF_INIT;
    const char *first = *path == '/' ? path : folder;
    if (*first == '/') {
        buf_addc(&out, '/');
    }
    add_parts(&out, first);
    if (first != path) {
        add_parts(&out, path);
    }
    if (!out.len) {
        buf_addc(&out, '.');
    }
    return take(&out, e);
}

char *path_absolute(const char *path, struct err *e)
{
    char *folder = *path == '/' ? NULL : getcwd(NULL, 0);
    char *absolute = path_resolve(folder ? folder : "", path, e);
    free(folder);
    return absolute;
}

char *path_stem(const char *path, const char *suffix, struct err *e)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t n = strlen(base), m = strlen(suffix);
    struct buf stem = BUF_INIT;
    buf_add(&stem, base, n > m && strcmp(base + n - m, suffix) == 0 ? n - m : n);
    return take(&stem, e);
}
