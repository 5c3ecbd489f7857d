#include "base/digest_cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/file_stamp.h"

/* The folder of the cache; "" when there is none. */
static void cache_folder(struct buf *out)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') {
        buf_addf(out, "%s/nashswarm", cache);
    } else if (home && *home == '/') {
        buf_addf(out, "%s/.cache/nashswarm", home);
    }
}

/* One line of what tells the file as it is now, without its digest. */
static void describe(struct buf *out, const struct stat *st)
{
    buf_addf(out, "%llu %llu %lld %lld.%09ld %lld.%09ld ", (unsigned long long)st->st_dev,
             (unsigned long long)st->st_ino, (long long)st->st_size, (long long)st->st_mtim.tv_sec,
             st->st_mtim.tv_nsec, (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

/* The entry of a file with this digest: the line, and the digest of the line. */
static int make_entry(struct buf *out, const struct stat *st, const char *hex, struct err *e)
{
    char check[DIGEST_HEX];
    describe(out, st);
    buf_adds(out, hex);
    if (buf_check(out, e) || digest_bytes(check, out->s, out->len, e)) {
        return -1;
    }
    buf_addf(out, " %s\n", check);
    return buf_check(out, e);
}

static void entry_name(struct buf *out, const struct stat *st)
{
    buf_addf(out, "%llx-%llx.sha256", (unsigned long long)st->st_dev,
             (unsigned long long)st->st_ino);
}

/* Whether the cache has the digest of the file as it is; anything but an exact entry is none. */
static bool look_up(char hex[DIGEST_HEX], const char *folder, const struct stat *st)
{
    struct buf path = BUF_INIT, found = BUF_INIT, wanted = BUF_INIT;
    struct err ignored;
    struct stat entry;
    buf_addf(&path, "%s/", folder);
    entry_name(&path, st);
    describe(&wanted, st);
    size_t at = wanted.len;
    bool there = !buf_check(&path, &ignored) && !buf_check(&wanted, &ignored) &&
                 !stat(path.s, &entry) && S_ISREG(entry.st_mode) && entry.st_size < 4096 &&
                 !file_read(&found, path.s, &ignored) && found.len >= at + DIGEST_HEX;
    if (there) {
        memcpy(hex, found.s + at, DIGEST_HEX - 1);
        hex[DIGEST_HEX - 1] = '\0';
        buf_clear(&wanted);
        there = strlen(hex) == DIGEST_HEX - 1 && !make_entry(&wanted, st, hex, &ignored) &&
                wanted.len == found.len && memcmp(wanted.s, found.s, found.len) == 0;
    }
    buf_release(&path);
    buf_release(&found);
    buf_release(&wanted);
    return there;
}

/* Best effort: without it the next command reads the file again. */
static void keep(const char *folder, const struct stat *st, const char *hex)
{
    struct buf name = BUF_INIT, entry = BUF_INIT;
    struct err ignored;
    entry_name(&name, st);
    if (!buf_check(&name, &ignored) && !make_entry(&entry, st, hex, &ignored) &&
        !file_make_dirs(folder, &ignored)) {
        file_write_text(folder, name.s, &entry, &ignored);
    }
    buf_release(&name);
    buf_release(&entry);
}

static bool stayed(const struct stat *before, const struct stat *after)
{
    struct file_stamp a = file_stamp_of(before), b = file_stamp_of(after);
    return file_stamp_same(&a, &b);
}

int digest_cached(char hex[DIGEST_HEX], const char *path, time_t now, bool *cached, struct err *e)
{
    struct buf folder = BUF_INIT;
    struct stat before, after;
    cache_folder(&folder);
    bool usable = folder.len > 0 && !buf_check(&folder, e) && !stat(path, &before) &&
                  S_ISREG(before.st_mode) && before.st_size >= DIGEST_CACHE_BYTES &&
                  before.st_mtim.tv_sec < now - DIGEST_SETTLED_S &&
                  before.st_ctim.tv_sec < now - DIGEST_SETTLED_S;
    bool found = usable && look_up(hex, folder.s, &before);
    int status = found ? 0 : digest_file(hex, path, e);
    if (!status && usable && !found && !stat(path, &after) && stayed(&before, &after)) {
        keep(folder.s, &after, hex);
    }
    if (cached) {
        *cached = found;
    }
    buf_release(&folder);
    return status;
}
