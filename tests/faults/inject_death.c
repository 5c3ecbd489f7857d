/* Where a process was when a signal ended it: in the program, or in which of its libraries. */
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"

const char *inject_object_of(const void *address)
{
    Dl_info info;
    if (!dladdr(address, &info) || !info.dli_fname) {
        return "?";
    }
    const char *slash = strrchr(info.dli_fname, '/');
    return slash ? slash + 1 : info.dli_fname;
}

/* Neither the C library, which was given the wrong pointer or told to abort, nor this one. */
static bool is_to_blame(const char *object)
{
    return strncmp(object, "libc.so", 7) != 0 && strcmp(object, "libinject.so") != 0;
}

static void on_death(int number)
{
    void *frames[64];
    char line[300];
    const char *object = "?";
    inject.kind = INJECT_NOTHING;
    int n = backtrace(frames, sizeof frames / sizeof *frames);
    for (int i = n - 1; i >= 0; i--) { /* the innermost is the last one that is found */
        const char *candidate = inject_object_of(frames[i]);
        object = is_to_blame(candidate) ? candidate : object;
    }
    snprintf(line, sizeof line, "died %s\n", object);
    inject_add_to_log(line);
    signal(number, SIG_DFL);
    raise(number);
}

void inject_watch_for_death(void)
{
    static const int deadly[] = {SIGSEGV, SIGABRT, SIGFPE, SIGILL};
    static char room[1 << 16]; /* endless recursion has used up the stack */
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    void *frame;
    enum inject_kind kind = inject.kind;
    inject.kind = INJECT_NOTHING;
    backtrace(&frame, 1); /* loads what it needs, which it cannot once memory fails */
    inject.kind = kind;
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        struct sigaction action = {.sa_handler = on_death, .sa_flags = SA_ONSTACK};
        sigaction(deadly[i], &action, NULL);
    }
}
