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

/* The folder above, or NULL in *above where there is none. */
static int folder_above(char **above, const char *folder, struct err *e)
{
    struct stat here, there;
    if (!(*above = path_resolve(folder, "..", e))) {
        return -1;
    }
    if (stat(folder, &here) || stat(*above, &there) ||
        (here.st_dev == there.st_dev && here.st_ino == there.st_ino)) {
        free(*above);
        *above = NULL;
    }
    return 0;
}

int path_find_above(char **found, const char *folder, const char *name,
                    bool (*fits)(const char *path), struct err *e)
{
    char *at = mem_string(folder, e), *above;
    int status = at ? 0 : -1;
    *found = NULL;
    while (at && !status && !*found) {
        if (!(*found = path_resolve(at, name, e))) {
            status = -1;
        } else if (!fits(*found)) {
            free(*found);
            *found = NULL;
            status = folder_above(&above, at, e);
            free(at);
            at = status ? NULL : above;
        }
    }
    free(at);
    return status;
}
