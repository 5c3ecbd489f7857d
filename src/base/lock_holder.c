#include "base/lock_holder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The process of a line like "1: FLOCK  ADVISORY  WRITE 4711 fe:00:131 0 EOF", or 0: of another. */
static long holder_in(const char *line, const struct stat *st)
{
    long process;
    unsigned major_hex, minor_hex;
    uintmax_t inode;
    bool whole = sscanf(line, "%*d: FLOCK ADVISORY WRITE %ld %x:%x:%ju", &process, &major_hex,
                        &minor_hex, &inode) == 4;
    return whole && major_hex == major(st->st_dev) && minor_hex == minor(st->st_dev) &&
                   inode == st->st_ino && process > 0
               ? process
               : 0;
}

static long find_holder(const struct stat *st)
{
    enum { LINE_BYTES = 256 };
    char line[LINE_BYTES];
    long process = 0;
    FILE *table = fopen("/proc/locks", "re");
    while (table && !process && fgets(line, sizeof line, table)) {
        process = holder_in(line, st);
    }
    if (table) {
        fclose(table);
    }
    return process;
}

/* The name that the kernel has of a process which is alive; false: there is none. */
static bool add_name(struct buf *out, long process)
{
    enum { NAME_BYTES = 64 };
    char path[NAME_BYTES], name[NAME_BYTES];
    snprintf(path, sizeof path, "/proc/%ld/comm", process);
    FILE *f = fopen(path, "re");
    bool there = f && fgets(name, sizeof name, f);
    if (f) {
        fclose(f);
    }
    if (there) {
        name[strcspn(name, "\n")] = '\0';
        buf_addf(out, "process %ld (%s)", process, name);
    }
    return there && !out->failed;
}

bool lock_holder(struct buf *out, int file)
{
    struct stat st;
    long process = fstat(file, &st) == 0 ? find_holder(&st) : 0;
    return process && add_name(out, process);
}
