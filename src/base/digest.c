#include "base/digest.h"

#include <openssl/evp.h>

#include "base/file.h"
#include "base/pages.h"

enum { RAW = 32, SLICE = 1 << 24 }; /* bytes: of a digest; between two reports of progress */

static int refuse(struct err *e)
{
    return err_set(e, "OpenSSL could not compute a SHA-256 digest");
}

static void write_hex(char hex[DIGEST_HEX], const unsigned char raw[RAW])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < RAW; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[2 * RAW] = '\0';
}

int digest_bytes(char hex[DIGEST_HEX], const void *bytes, size_t n, struct err *e)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (!EVP_Digest(n ? bytes : "", n, raw, &length, EVP_sha256(), NULL) || length != RAW) {
        return refuse(e);
    }
    write_hex(hex, raw);
    return 0;
}

/* Slice by slice. */
static int digest_map(EVP_MD_CTX *context, const struct file_map *map,
                      const struct progress *progress, struct err *e)
{
    for (size_t begin = 0; begin < map->n; begin += SLICE) {
        size_t n = map->n - begin < SLICE ? map->n - begin : SLICE;
        if (!EVP_DigestUpdate(context, map->bytes + begin, n)) {
            return refuse(e);
        }
        pages_forget(map->bytes + begin, n);
        if (progress_tell(progress, begin + n, map->n, e)) {
            return -1;
        }
    }
    return 0;
}

int digest_long_file(char hex[DIGEST_HEX], const char *path, const struct progress *progress,
                     struct err *e)
{
    struct file_map map;
    unsigned char raw[EVP_MAX_MD_SIZE];
    if (file_map_open(&map, path, e)) {
        return -1;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int status = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL)
                     ? digest_map(context, &map, progress, e)
                     : refuse(e);
    if (!status && !EVP_DigestFinal_ex(context, raw, NULL)) {
        status = refuse(e);
    }
    if (!status) {
        write_hex(hex, raw);
    }
    EVP_MD_CTX_free(context);
    file_map_close(&map);
    return status;
}

int digest_file(char hex[DIGEST_HEX], const char *path, struct err *e)
{
    return digest_long_file(hex, path, NULL, e);
}
