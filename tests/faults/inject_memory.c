/* Allocations that fail. glibc's own names of them are what they come to otherwise. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inject.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool counts(const void *caller)
{
    return inject.kind == INJECT_COPY || (inject.kind == INJECT_MEMORY && inject_is_own(caller)) ||
           (inject.kind == INJECT_LIBRARIES && !inject_is_own(caller));
}

static bool fails(const char *function, const void *caller)
{
    if (!counts(caller) || !inject_due(function, inject_object_of(caller))) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails("malloc", __builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails("calloc", __builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails("realloc", __builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return fails("reallocarray", __builtin_return_address(0)) ? NULL : __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails("aligned_alloc", __builtin_return_address(0)) ? NULL
                                                               : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *p = fails("posix_memalign", __builtin_return_address(0))
                  ? NULL
                  : __libc_memalign(alignment, size);
    if (!p) {
        return ENOMEM;
    }
    *out = p;
    return 0;
}

/* The C library allocates for these on behalf of who calls them. */
static int print(char **out, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    *out = n < 0 ? NULL : __libc_malloc((size_t)n + 1);
    return *out ? vsnprintf(*out, (size_t)n + 1, format, arguments) : -1;
}

int vasprintf(char **out, const char *format, va_list arguments)
{
    return fails("vasprintf", __builtin_return_address(0)) ? -1 : print(out, format, arguments);
}

/* What the hardened build calls in its place. */
int __vasprintf_chk(char **out, int flag, const char *format, va_list arguments);
int __vasprintf_chk(char **out, int flag, const char *format, va_list arguments)
{
    (void)flag;
    return fails("vasprintf", __builtin_return_address(0)) ? -1 : print(out, format, arguments);
}

char *strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = fails("strdup", __builtin_return_address(0)) ? NULL : __libc_malloc(n);
    return copy ? memcpy(copy, text, n) : NULL;
}
