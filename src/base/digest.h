/*
 * digest: SHA-256 (OpenSSL) as lower-case hexadecimal text, for provenance and content keys.
 */
#ifndef NS_BASE_DIGEST_H
#define NS_BASE_DIGEST_H

#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"

enum { DIGEST_HEX = 65 }; /* 64 digits and the NUL */

int digest_bytes(char hex[DIGEST_HEX], const void *bytes, size_t n, struct err *e);
int digest_file(char hex[DIGEST_HEX], const char *path, struct err *e);

/* The same for a file that takes a while; progress is in bytes. */
int digest_long_file(char hex[DIGEST_HEX], const char *path, const struct progress *progress,
                     struct err *e);

#endif
