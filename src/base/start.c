#include "base/start.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Bytes: OpenBLAS takes two blocks of 128 MiB as it starts, OpenMP's table of a team is on the
 * stack. */
#define ADDRESS_SPACE_MIN ((size_t)256 << 20)
enum { STACK_MIN = 256 * 1024 };

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

static void check_limits(void)
{
    struct rlimit stack;
    long address = syscall(SYS_mmap, NULL, ADDRESS_SPACE_MIN, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == -1) {
        refuse("nashswarm: under 256 MiB of address space are left; raise the limit (ulimit -v)\n");
    }
    syscall(SYS_munmap, address, ADDRESS_SPACE_MIN);
    if (syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &stack) == 0 && stack.rlim_cur < STACK_MIN) {
        refuse(
            "nashswarm: the stack may not be smaller than 256 KiB; raise the limit (ulimit -s)\n");
    }
}

__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(void) = check_limits;

#endif
