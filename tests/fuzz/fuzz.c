#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

enum { PATHS = 16, PATH_BYTES = 256 };

struct fuzz_input fuzz_part(struct fuzz_input *in)
{
    const uint8_t *end = in->n ? memchr(in->bytes, 0, in->n) : NULL;
    size_t n = end ? (size_t)(end - in->bytes) : in->n, taken = end ? n + 1 : n;
    struct fuzz_input part = {in->bytes, n};
    *in = (struct fuzz_input){in->bytes + taken, in->n - taken};
    return part;
}

uint64_t fuzz_number(struct fuzz_input *in, uint64_t max)
{
    uint64_t x = 0;
    size_t n = 0;
    for (uint64_t rest = max; rest && n < in->n; rest >>= 8, n++) {
        x |= (uint64_t)in->bytes[n] << 8 * n;
    }
    *in = (struct fuzz_input){in->bytes + n, in->n - n};
    return max == UINT64_MAX ? x : x % (max + 1);
}

static char root[64];

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void remove_root(void)
{
    nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_root(void)
{
    static const char shared[] = "/dev/shm";
    bool in_memory = access(shared, W_OK) == 0;
    snprintf(root, sizeof root, "%s/nashswarm-fuzz-XXXXXX", in_memory ? shared : "/tmp");
    fuzz_require(mkdtemp(root) != NULL, "there is no folder for files");
    atexit(remove_root);
}

const char *fuzz_path(const char *name)
{
    static char paths[PATHS][PATH_BYTES];
    if (!*root) {
        make_root();
    }
    size_t length = strlen(root), i = 0;
    while (i < PATHS && *paths[i] && strcmp(paths[i] + length + 1, name) != 0) {
        i++;
    }
    fuzz_require(i < PATHS, "a harness has more files than there are paths for");
    snprintf(paths[i], PATH_BYTES, "%s/%s", root, name);
    return paths[i];
}

const char *fuzz_file(const char *name, struct fuzz_input bytes)
{
    const char *path = fuzz_path(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_require(fd >= 0 && write(fd, bytes.bytes, bytes.n) == (ssize_t)bytes.n && close(fd) == 0,
                 "a file could not be written");
    return path;
}

void fuzz_folder(const char *name)
{
    mkdir(fuzz_path(name), 0700);
}

void fuzz_check_error(int status, const struct err *e)
{
    if (status == 0) {
        return;
    }
    size_t n = strnlen(e->text, ERR_MAX);
    fuzz_require(n > 0 && n < ERR_MAX, "an error has no sentence");
    for (size_t i = 0, length; i < n; i += length) {
        length = utf8_valid_length(e->text + i, n - i);
        fuzz_require(length > 0, "an error is not UTF-8");
        fuzz_require((unsigned char)e->text[i] >= ' ' && e->text[i] != 0x7F,
                     "an error has a control character");
    }
}

void fuzz_require(bool holds, const char *sentence)
{
    if (!holds) {
        fprintf(stderr, "fuzz: %s\n", sentence);
        abort();
    }
}
