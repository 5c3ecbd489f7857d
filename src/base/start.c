#include "base/start.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_MIN = 256 * 1024 }; /* bytes: OpenMP's table of a team is on the stack */

void start_clean(void)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_way[fd]) != fd) {
            _exit(EXIT_FAILURE); /* no word of it could reach anybody */
        }
    }
    signal(SIGCHLD, SIG_DFL);
}

bool start_space_is_limited(void)
{
    struct rlimit space;
    return syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, &space) == 0 &&
           space.rlim_cur != RLIM_INFINITY;
}

size_t start_blas_bytes(size_t blocks)
{
    const size_t block = (size_t)128 << 20, besides = (size_t)16 << 20; /* for the sentence too */
    return blocks * block + besides;
}

bool start_has_room(size_t bytes)
{
    long address = syscall(SYS_mmap, NULL, bytes, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address != -1 && syscall(SYS_munmap, address, bytes) == 0;
}

#if defined(__has_feature)
#define HAS(feature) __has_feature(feature)
#else
#define HAS(feature) 0
#endif

/* Sanitizers map terabytes, and are not ready yet at this point. */
#if !defined(__SANITIZE_ADDRESS__) && !HAS(thread_sanitizer) && !HAS(address_sanitizer)

/* Nothing is set up yet: system calls alone. */
static void refuse(const char *sentence)
{
    syscall(SYS_write, STDERR_FILENO, sentence, strlen(sentence));
    syscall(SYS_exit_group, EXIT_FAILURE);
}

/* The number that the environment gives a name; 0: none. */
static size_t number_of(char **environment, const char *name)
{
    size_t n = strlen(name), number = 0;
    for (; *environment; environment++) {
        if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=') {
            const char *digit = *environment + n + 1;
            for (; *digit >= '0' && *digit <= '9' && number < 100000; digit++) {
                number = 10 * number + (size_t)(*digit - '0');
            }
            return number;
        }
    }
    return 0;
}

/* How many threads OpenBLAS starts with: as many as it is told to, and no more than processors. */
static size_t blas_threads(char **environment)
{
    static const char *const names[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                        "OMP_NUM_THREADS"};
    unsigned char processors[1024] = {0}; /* a bit each */
    size_t all = 0, told = 0;
    syscall(SYS_sched_getaffinity, 0, sizeof processors, processors);
    for (size_t i = 0; i < sizeof processors; i++) {
        all += (size_t)__builtin_popcount(processors[i]);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names && !told; i++) {
        told = number_of(environment, names[i]);
    }
    return told && told < all ? told : all;
}

static void check_space(char **environment)
{
    if (start_space_is_limited() && !start_has_room(start_blas_bytes(blas_threads(environment)))) {
        refuse("nashswarm: OpenBLAS takes 128 MiB of address space for each of its threads, and "
               "less is left; raise the limit (ulimit -v), or set OMP_NUM_THREADS=1\n");
    }
}

/* As the C library calls it. */
static void check_limits(int argc, char **argv, char **environment)
{
    struct rlimit stack;
    (void)argc;
    (void)argv;
    check_space(environment);
    if (syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &stack) == 0 && stack.rlim_cur < STACK_MIN) {
        refuse(
            "nashswarm: the stack may not be smaller than 256 KiB; raise the limit (ulimit -s)\n");
    }
}

__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(int, char **, char **) = check_limits;

#endif
