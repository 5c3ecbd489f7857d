/* base/digest_cache: digests of big files, kept while the files stay as they are. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest_cache.h"
#include "base/file.h"
#include "scratch.h"

/* A sparse file of the least size that is cached, one byte of it as given. */
static const char *big_file(const struct scratch *s, char byte)
{
    const char *path = scratch_path(s, "big");
    int fd = open(path, O_RDWR | O_CREAT, 0666);
    cr_assert(fd >= 0 && ftruncate(fd, DIGEST_CACHE_BYTES) == 0 && pwrite(fd, &byte, 1, 1000) == 1);
    close(fd);
    return path;
}

static bool ask(char hex[DIGEST_HEX], const char *path, time_t now)
{
    struct err e;
    bool cached;
    cr_assert(digest_cached(hex, path, now, &cached, &e) == 0, "%s", e.text);
    return cached;
}

/* The one entry of the cache. */
static void find_entry(const struct scratch *s, char out[600])
{
    char folder[300];
    snprintf(folder, sizeof folder, "%s", scratch_path(s, "cache/nashswarm"));
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir);
    out[0] = '\0';
    for (struct dirent *d; (d = readdir(dir));) {
        if (d->d_name[0] != '.') {
            cr_assert(out[0] == '\0', "more than one entry");
            snprintf(out, 600, "%s/%s", folder, d->d_name);
        }
    }
    closedir(dir);
}

Test(base_digest_cache, is_used_while_the_file_stays_as_it_is)
{
    struct scratch s = scratch_new();
    char hex[DIGEST_HEX], first[DIGEST_HEX], path[300];
    struct err e;
    setenv("XDG_CACHE_HOME", scratch_path(&s, "cache"), 1);
    snprintf(path, sizeof path, "%s", big_file(&s, 'a'));
    time_t now = time(NULL), later = now + 100;
    cr_assert(!ask(first, path, now), "a file that has just changed is read");
    cr_assert(!ask(hex, path, now + DIGEST_SETTLED_S - 1), "and was not kept");
    cr_assert(!ask(hex, path, later) && strcmp(hex, first) == 0);
    cr_assert(ask(hex, path, later) && strcmp(hex, first) == 0, "kept once it has settled");
    cr_assert(!ask(hex, path, now), "but not believed while it may change");

    struct stat st;
    cr_assert(stat(path, &st) == 0);
    big_file(&s, 'b');
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    cr_assert(utimensat(AT_FDCWD, path, times, 0) == 0);
    cr_assert(!ask(hex, path, later) && strcmp(hex, first) != 0,
              "other bytes of the same size and time of modification");
    char whole[DIGEST_HEX];
    cr_assert(digest_file(whole, path, &e) == 0 && strcmp(hex, whole) == 0);
    scratch_remove(&s);
}

Test(base_digest_cache, a_damaged_entry_is_none)
{
    struct scratch s = scratch_new();
    char hex[DIGEST_HEX], first[DIGEST_HEX], path[300], entry[600];
    struct buf text = BUF_INIT;
    struct err e;
    setenv("XDG_CACHE_HOME", scratch_path(&s, "cache"), 1);
    snprintf(path, sizeof path, "%s", big_file(&s, 'a'));
    time_t later = time(NULL) + 100;
    cr_assert(!ask(first, path, later));
    find_entry(&s, entry);
    cr_assert(file_read(&text, entry, &e) == 0 && ask(hex, path, later));
    for (size_t cut = 0; cut < text.len; cut += 37) {
        cr_assert(file_write(entry, text.s, cut, &e) == 0);
        cr_assert(!ask(hex, path, later) && strcmp(hex, first) == 0, "cut after %zu bytes", cut);
    }
    size_t digit = text.len - 2 * DIGEST_HEX + 5;
    text.s[digit] = text.s[digit] == '0' ? '1' : '0';
    cr_assert(file_write(entry, text.s, text.len, &e) == 0);
    cr_assert(!ask(hex, path, later) && strcmp(hex, first) == 0, "another digit");
    buf_release(&text);
    scratch_remove(&s);
}

Test(base_digest_cache, is_done_without_where_nothing_can_be_written)
{
    struct scratch s = scratch_new();
    char hex[DIGEST_HEX];
    setenv("XDG_CACHE_HOME", "/dev/null", 1);
    const char *path = big_file(&s, 'a');
    cr_assert(!ask(hex, path, time(NULL) + 100) && !ask(hex, path, time(NULL) + 100));
    scratch_remove(&s);
}
