/*
 * inject: a library for LD_PRELOAD that lets one call of nashswarm fail: the n-th of a kind.
 *
 * What it does is said by the environment, since the program must not know of it:
 *
 *   INJECT        the kind of calls that are counted:
 *                 memory        allocations that the program's own code asks for
 *                 libraries     those that its libraries ask for
 *                 copy          all those of copies of the process (fork), each counted by itself
 *                 files         open, mkdir, write, fsync, ftruncate, rename, close below a folder
 *   INJECT_AT     the number of the call that fails, from 1 on; 0: none, they are counted alone
 *   INJECT_ERROR  errno of a call on files (a number); an allocation has ENOMEM
 *   INJECT_BELOW  the folder, as realpath(3) has it
 *   INJECT_LOG    a file that gets a line: "failed FUNCTION WHERE" when the call has failed,
 *                 "died OBJECT" when a signal ends the process in that program or library,
 *                 "calls N" at the end of the program, if it comes to its end
 *   INJECT_ALL    a file that gets a line "FUNCTION WHERE" for each call that is counted
 *
 * Programs that nashswarm starts are left alone, though they inherit the environment.
 */
#ifndef NS_TESTS_FAULTS_INJECT_H
#define NS_TESTS_FAULTS_INJECT_H

#include <stdbool.h>

enum inject_kind { INJECT_NOTHING, INJECT_MEMORY, INJECT_LIBRARIES, INJECT_COPY, INJECT_FILES };

struct inject {
    enum inject_kind kind;
    int error;
    const char *below;
};

/* What was asked for; INJECT_NOTHING before the library is set up. */
extern struct inject inject;

/* Counts a call, and tells whether it is the one to fail; `where` is written to the log then. */
bool inject_due(const char *function, const char *where);

/* The file name of the program or library that the address is in. */
const char *inject_object_of(const void *address);

/* From now on a signal that ends the process writes to the log where it came from. */
void inject_watch_for_death(void);

/* Straight to the kernel: no call of the library's own is ever counted. */
void inject_add_to_log(const char *line);

/* Whether the address is within the program itself and in none of its libraries. */
bool inject_is_own(const void *address);

#endif
