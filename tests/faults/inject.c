#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct inject inject;

static struct {
    const char *log;
    long at;
    pid_t pid; /* a child that is about to become another program counts for nothing */
    uintptr_t begin, end;
    atomic_long calls;
} state;

/* Straight to the kernel: no call of the library's own is ever counted. */
static void add_to_log(const char *line)
{
    if (!state.log) {
        return;
    }
    long fd = syscall(SYS_openat, AT_FDCWD, state.log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (fd >= 0) {
        syscall(SYS_write, fd, line, strlen(line));
        syscall(SYS_close, fd);
    }
}

bool inject_is_own(const void *address)
{
    uintptr_t a = (uintptr_t)address;
    return a >= state.begin && a < state.end;
}

bool inject_due(const char *function, const char *where)
{
    if (getpid() != state.pid || atomic_fetch_add(&state.calls, 1) + 1 != state.at) {
        return false;
    }
    char line[4096];
    snprintf(line, sizeof line, "failed %s %.3500s\n", function, where);
    add_to_log(line);
    return true;
}

/* The first object of all is the program. */
static int find_program(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && (p->p_flags & PF_X)) {
            state.begin = info->dlpi_addr + p->p_vaddr;
            state.end = state.begin + p->p_memsz;
        }
    }
    return 1;
}

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void set_up(void)
{
    const char *kind = getenv("INJECT");
    if (!kind || strcmp(program_invocation_short_name, "nashswarm") != 0) {
        return;
    }
    state.log = getenv("INJECT_LOG");
    state.at = number("INJECT_AT");
    state.pid = getpid();
    dl_iterate_phdr(find_program, NULL);
    inject.error = (int)number("INJECT_ERROR");
    inject.below = getenv("INJECT_BELOW");
    inject.kind = strcmp(kind, "memory") == 0       ? INJECT_MEMORY
                  : strcmp(kind, "any-memory") == 0 ? INJECT_ANY_MEMORY
                  : strcmp(kind, "files") == 0      ? INJECT_FILES
                                                    : INJECT_NOTHING;
    if (inject.kind == INJECT_NOTHING || (inject.kind == INJECT_FILES && !inject.below)) {
        fprintf(stderr, "inject: INJECT=%s is no kind, or there is no INJECT_BELOW\n", kind);
        _exit(125);
    }
}

__attribute__((destructor)) static void tell(void)
{
    char line[64];
    if (inject.kind != INJECT_NOTHING && getpid() == state.pid) {
        inject.kind = INJECT_NOTHING;
        snprintf(line, sizeof line, "calls %ld\n", atomic_load(&state.calls));
        add_to_log(line);
    }
}
