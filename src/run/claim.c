#include "run/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct claims claims_open(const struct store *s)
{
    struct buf path = BUF_INIT;
    struct claims c = {.file = -1};
    buf_addf(&path, "%s/.claims", s->results.s);
    if (!path.failed) {
        c.file = open(path.s, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    }
    buf_release(&path);
    return c;
}

void claims_close(struct claims *c)
{
    if (c->file >= 0) {
        close(c->file);
    }
    c->file = -1;
}

/* Locks or unlocks the byte of a key: its first 60 bits, which no file is too short for. */
static int set_lock(const struct claims *c, const char *key, short type)
{
    enum { DIGITS = 15 };
    char digits[DIGITS + 1];
    snprintf(digits, sizeof digits, "%s", key);
    struct flock lock = {.l_type = type,
                         .l_whence = SEEK_SET,
                         .l_start = (off_t)strtoll(digits, NULL, 16),
                         .l_len = 1};
    int status;
    do {
        status = fcntl(c->file, F_OFD_SETLK, &lock);
    } while (status && errno == EINTR);
    return status;
}

bool claim_take(const struct claims *c, const char key[DIGEST_HEX])
{
    return c->file < 0 || set_lock(c, key, F_WRLCK) == 0 || (errno != EAGAIN && errno != EACCES);
}

void claim_give(const struct claims *c, const char key[DIGEST_HEX])
{
    if (c->file >= 0) {
        set_lock(c, key, F_UNLCK);
    }
}
