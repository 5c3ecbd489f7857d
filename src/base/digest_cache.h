/*
 * digest_cache: digests of big files that have not changed since they were read.
 *
 * A model of 6 GB takes seconds to digest, and every command on an experiment wants its digest. So
 * it is kept, under the user's cache folder ($XDG_CACHE_HOME/nashswarm, else ~/.cache/nashswarm),
 * with what the file system says of the file: device, inode, size, times of modification and of
 * change, in nanoseconds. An entry is a file of its own that appears whole or not at all, and ends
 * with a digest of itself: several runs may use the cache at the same time, and a damaged entry is
 * none. Without a folder to write to there is no cache, and nothing is said about it.
 */
#ifndef NS_BASE_DIGEST_CACHE_H
#define NS_BASE_DIGEST_CACHE_H

#include <stdbool.h>
#include <time.h>

#include "base/digest.h"

/* Smaller files are read in no time. */
enum { DIGEST_CACHE_BYTES = 64 << 20 };

/*
 * digest_file(), from the cache if it can. A file that changed within DIGEST_SETTLED_S before `now`
 * is always read, and what is read is not kept: it may change again within the same tick of its
 * file system's clock. *cached (may be NULL): whether the file was not read.
 */
enum { DIGEST_SETTLED_S = 3 };
int digest_cached(char hex[DIGEST_HEX], const char *path, time_t now, bool *cached, struct err *e);

#endif
