#include "base/digest.h"

#include <openssl/evp.h>

#include "base/file.h"

int digest_bytes(char hex[DIGEST_HEX], const void *bytes, size_t n, struct err *e)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (!EVP_Digest(n ? bytes : "", n, raw, &length, EVP_sha256(), NULL) || length != 32) {
        return err_set(e, "OpenSSL could not compute a SHA-256 digest");
    }
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[64] = '\0';
    return 0;
}

int digest_file(char hex[DIGEST_HEX], const char *path, struct err *e)
{
    struct file_map map;
    if (file_map_open(&map, path, e)) {
        return -1;
    }
    int status = digest_bytes(hex, map.bytes, map.n, e);
    file_map_close(&map);
    return status;
}
