#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *mem_new(size_t count, size_t size, struct err *e)
{
    size_t bytes;
    void *p = __builtin_mul_overflow(count, size, &bytes) ? NULL : calloc(bytes ? bytes : 1, 1);
    if (!p) {
        err_set(e, "out of memory: %zu × %zu bytes were asked for", count, size);
    }
    return p;
}

/* From this size on, big pages: touching new memory 4 KiB at a time costs as much as filling it. */
enum { HUGE_PAGE = 2 << 20, HUGE_FROM = 4 * HUGE_PAGE };

float *mem_floats(size_t count, struct err *e)
{
    size_t bytes, up;
    if (__builtin_mul_overflow(count, sizeof(float), &bytes) ||
        __builtin_add_overflow(bytes, (size_t)HUGE_PAGE, &up)) {
        err_set(e, "out of memory: %zu floats were asked for", count);
        return NULL;
    }
    size_t alignment = bytes >= HUGE_FROM ? HUGE_PAGE : 64;
    bytes = bytes ? (bytes + alignment - 1) & ~(alignment - 1) : alignment;
    float *p = aligned_alloc(alignment, bytes);
    if (!p) {
        err_set(e, "out of memory: %zu floats were asked for", count);
    } else if (alignment == HUGE_PAGE) {
        madvise(p, bytes, MADV_HUGEPAGE); /* a wish: without it everything works, slower */
    }
    return p;
}

int mem_grow(void *array, size_t *capacity, size_t need, size_t size, struct err *e)
{
    if (need <= *capacity) {
        return 0;
    }
    size_t wanted = *capacity + *capacity / 2 + 16;
    if (wanted < need) {
        wanted = need;
    }
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = reallocarray(old, wanted, size);
    if (!grown) {
        return err_set(e, "out of memory: %zu × %zu bytes were asked for", wanted, size);
    }
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    /* The caller has it now, which cppcheck cannot see through memcpy. */
    /* cppcheck-suppress memleak */
    return 0;
}

char *mem_string(const char *text, struct err *e)
{
    size_t n = strlen(text) + 1;
    char *copy = mem_new(n, 1, e);
    if (copy) {
        memcpy(copy, text, n);
    }
    return copy;
}
