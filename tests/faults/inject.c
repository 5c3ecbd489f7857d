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
    const char *log, *all;
    long at;
    pid_t pid;
    uintptr_t begin, end;
    atomic_long calls;
} state;

static void add_line(const char *file, const char *line)
{
    if (!file) {
        return;
    }
    long fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (fd >= 0) {
        syscall(SYS_write, fd, line, strlen(line));
        syscall(SYS_close, fd);
    }
}

void inject_add_to_log(const char *line)
{
    add_line(state.log, line);
}

bool inject_is_own(const void *address)
{
    uintptr_t a = (uintptr_t)address;
    return a >= state.begin && a < state.end;
}

bool inject_due(const char *function, const char *where)
{
    /* Else a child, which is about to become another program. */
    if ((getpid() == state.pid) != (inject.kind != INJECT_COPY)) {
        return false;
    }
    bool due = atomic_fetch_add(&state.calls, 1) + 1 == state.at;
    char line[4096];
    if (due || state.all) {
        snprintf(line, sizeof line, "failed %s %.3500s\n", function, where);
        add_line(state.all, line + sizeof "failed");
    }
    if (due) {
        inject_add_to_log(line);
    }
    return due;
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

static const struct {
    const char *name;
    enum inject_kind kind;
} kinds[] = {{"memory", INJECT_MEMORY},
             {"libraries", INJECT_LIBRARIES},
             {"copy", INJECT_COPY},
             {"files", INJECT_FILES}};

__attribute__((constructor)) static void set_up(void)
{
    const char *kind = getenv("INJECT");
    if (!kind || strcmp(program_invocation_short_name, "nashswarm") != 0) {
        return;
    }
    state.log = getenv("INJECT_LOG");
    state.all = getenv("INJECT_ALL");
    state.at = number("INJECT_AT");
    state.pid = getpid();
    dl_iterate_phdr(find_program, NULL);
    inject.error = (int)number("INJECT_ERROR");
    inject.below = getenv("INJECT_BELOW");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        inject.kind = strcmp(kind, kinds[k].name) == 0 ? kinds[k].kind : inject.kind;
    }
    if (inject.kind == INJECT_NOTHING || (inject.kind == INJECT_FILES && !inject.below)) {
        fprintf(stderr, "inject: INJECT=%s is no kind, or there is no INJECT_BELOW\n", kind);
        _exit(125);
    }
    inject_watch_for_death();
}

__attribute__((destructor)) static void tell(void)
{
    char line[64];
    if (inject.kind != INJECT_NOTHING && getpid() == state.pid) {
        inject.kind = INJECT_NOTHING;
        snprintf(line, sizeof line, "calls %ld\n", atomic_load(&state.calls));
        inject_add_to_log(line);
    }
}
