#include "scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

struct scratch scratch_new(void)
{
    struct scratch s;
    const char *parent = getenv("TMPDIR");
    snprintf(s.folder, sizeof s.folder, "%s/nashswarm test-XXXXXX", parent ? parent : "/tmp");
    cr_assert(mkdtemp(s.folder) != NULL, "no scratch folder %s", s.folder);
    return s;
}

const char *scratch_path(const struct scratch *s, const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", s->folder, name);
    return path;
}

const char *scratch_file(const struct scratch *s, const char *name, const void *bytes, size_t n)
{
    struct err e;
    const char *path = scratch_path(s, name);
    cr_assert(file_write(path, bytes, n, &e) == 0, "cannot write %s", path);
    return path;
}

static bool is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

int scratch_files(const struct scratch *s)
{
    int n = 0;
    DIR *folder = opendir(s->folder);
    cr_assert(folder != NULL, "cannot list %s", s->folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        n += is_entry(entry);
    }
    closedir(folder);
    return n;
}

bool scratch_same(const char *path, const char *other)
{
    struct err e;
    struct buf a = BUF_INIT, b = BUF_INIT;
    cr_assert(file_read(&a, path, &e) == 0 && file_read(&b, other, &e) == 0, "%s or %s is missing",
              path, other);
    bool same = a.len == b.len && memcmp(buf_text(&a), buf_text(&b), a.len) == 0;
    buf_release(&a);
    buf_release(&b);
    return same;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void scratch_remove(struct scratch *s)
{
    nftw(s->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
