/*
 * pages: memory of mapped files that are read once, from one end to the other.
 *
 * What was read of a mapping counts as memory of the program until the system needs it elsewhere;
 * of a file of gigabytes that is all of it. The cache of the file system keeps the pages all the
 * same.
 */
#ifndef NS_BASE_PAGES_H
#define NS_BASE_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Gives back the whole pages among n bytes of a read-only mapping of a file. They come back when
 * they are read again, so this never does harm.
 */
static inline void pages_forget(const void *bytes, size_t n)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = ((uintptr_t)bytes + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)bytes + n) / page * page;
    if (begin < end) {
        madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
}

#endif
