/*
 * The shared memory of clang's OpenMP, made private.
 *
 * When it starts, and again in each copy of a process, libomp makes /dev/shm/__KMP_REGISTERED_LIB_
 * and the number of the process, to find a second libomp in the same process. The file stays when
 * the process is killed, as copies that look at damaged files are (base/isolate.h). If that happens
 * before it has its length, the next process with the same number is ended by SIGBUS before main().
 * Memory without a name serves the purpose as well, for it is seen in this process alone.
 *
 * The linker takes this file in because the Makefile asks for shm_open with clang; gcc's libgomp
 * makes no such file.
 */
#ifdef __clang__

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define NAME "/__KMP_REGISTERED_LIB_"

/* Called by the constructor of OpenBLAS: a sanitizer may not be ready. */
__attribute__((no_sanitize("address", "thread", "undefined"))) int shm_open(const char *name,
                                                                            int flags, mode_t mode)
{
    if (strncmp(name, NAME, sizeof NAME - 1) == 0) {
        if (flags & O_CREAT) {
            return memfd_create("openmp", MFD_CLOEXEC);
        }
        errno = ENOENT; /* at the end it looks for the file to remove it */
        return -1;
    }
    int (*system)(const char *, int, mode_t) =
        (int (*)(const char *, int, mode_t))dlsym(RTLD_NEXT, "shm_open");
    if (!system) {
        errno = ENOSYS;
        return -1;
    }
    return system(name, flags, mode);
}

#endif
