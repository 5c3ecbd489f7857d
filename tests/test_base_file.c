/* Temporary files: of several threads, of writers that were killed, of writers at work. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"

Test(base_file, the_half_written_files_of_all_threads_are_discarded)
{
    enum { THREADS = 8 };
    struct scratch s = scratch_new();
    char target[512];
    snprintf(target, sizeof target, "%s", scratch_path(&s, "f"));
    int failed = 0;
#pragma omp parallel for num_threads(THREADS) schedule(static, 1)
    for (int i = 0; i < THREADS; i++) {
        struct buf temporary = BUF_INIT;
        struct err e;
        if (file_temporary(&temporary, target, &e)) {
#pragma omp atomic
            failed++;
        }
        buf_release(&temporary);
    }
    cr_assert(failed == 0 && scratch_files(&s) == THREADS, "%d failed", failed);
    file_discard();
    cr_assert(scratch_files(&s) == 0, "%d were left", scratch_files(&s));
    scratch_remove(&s);
}

Test(base_file, a_sweep_takes_what_killed_writers_left_and_nothing_else)
{
    static const char *const others[] = {"table.csv",        "table.csv.tmp-abcde",
                                         ".tmp-abcdef",      "table.csv.tmp-abcdef.txt",
                                         "result.json.temp", "at.work.tmp-abcdef"};
    enum { OTHERS = sizeof others / sizeof *others };
    struct scratch s = scratch_new();
    for (size_t i = 0; i < OTHERS; i++) {
        scratch_file(&s, others[i], "x", 1);
    }
    scratch_file(&s, "table.csv.tmp-abcdef", "x", 1);
    scratch_file(&s, "result.json.tmp-012345", "x", 1);
    int writer = open(scratch_path(&s, "at.work.tmp-abcdef"), O_WRONLY);
    cr_assert(writer >= 0 && flock(writer, LOCK_EX) == 0, "no lock");
    file_sweep(s.folder);
    for (size_t i = 0; i < OTHERS; i++) {
        cr_expect(file_exists(scratch_path(&s, others[i])), "%s was removed", others[i]);
    }
    cr_assert(scratch_files(&s) == OTHERS, "%d files, not %d", scratch_files(&s), OTHERS);
    close(writer);
    file_sweep(s.folder);
    cr_assert(scratch_files(&s) == OTHERS - 1, "the writer is gone, its file is not");
    file_sweep(scratch_path(&s, "no such folder"));
    scratch_remove(&s);
}

static bool write_some(const char *path, int bytes)
{
    char text[256];
    struct err e;
    memset(text, 'x', sizeof text);
    return file_write(path, text, (size_t)bytes, &e) == 0;
}

/* Threads of one process and another process write while both sweep: nobody loses a file. */
Test(base_file, a_sweep_never_hits_a_writer_at_work, .timeout = 60)
{
    enum { THREADS = 4, FILES = 60 };
    struct scratch s = scratch_new();
    int failed = 0;
    pid_t other = fork(); /* before there are threads */
    cr_assert(other >= 0, "no process");
    omp_set_dynamic(0);
#pragma omp parallel for num_threads(THREADS) schedule(static, 1)
    for (int t = 0; t < THREADS; t++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s%d", s.folder, other ? "a" : "b", t);
        for (int i = 0; i < FILES; i++) {
            file_sweep(s.folder);
            if (!write_some(path, 1 + i)) {
#pragma omp atomic
                failed++;
            }
        }
    }
    if (!other) {
        _exit(failed != 0);
    }
    int status = -1;
    waitpid(other, &status, 0);
    cr_assert(failed == 0 && status == 0, "%d writes failed here, status there %d", failed, status);
    cr_assert(scratch_files(&s) == 2 * THREADS, "%d files", scratch_files(&s));
    scratch_remove(&s);
}
