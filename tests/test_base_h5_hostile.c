/* HDF5 files that lead elsewhere, in circles, or claim what cannot be; and no memory to look. */
#include <criterion/criterion.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/h5.h"
#include "scratch.h"
#include "support.h"

/* A pipe that nobody writes to: who opens it waits for ever. */
static const char *canary(struct scratch *s)
{
    const char *path = scratch_path(s, "canary.h5");
    cr_assert(mkfifo(path, 0600) == 0);
    return path;
}

static hid_t new_file(const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(file >= 0, "cannot create %s", path);
    return file;
}

static void new_array(hid_t file, const char *name, int rank, const hsize_t *dims, hid_t list)
{
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t set = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    cr_assert(set >= 0, "cannot create %s", name);
    H5Dclose(set);
    H5Sclose(space);
}

static void refuses(const char *path, const char *name, const char *words)
{
    struct h5 h;
    struct h5_array a;
    struct err e = {0};
    cr_assert(h5_open(&h, path, &e) == 0, "%s", e.text);
    cr_assert(h5_find(&h, name, &a, &e) == -1, "%s was taken", name);
    cr_assert(strstr(e.text, words) && strstr(e.text, name), "wrong message: %s", e.text);
    h5_close(&h);
}

Test(base_h5_hostile, no_other_file_is_opened, .timeout = 20)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5"), *other = canary(&s);
    hsize_t n = 6;
    hid_t file = new_file(path), space = H5Screate_simple(1, &n, NULL);
    hid_t virtual = H5Pcreate(H5P_DATASET_CREATE), external = H5Pcreate(H5P_DATASET_CREATE);
    cr_assert(H5Pset_virtual(virtual, space, other, "/x", space) >= 0);
    cr_assert(H5Pset_external(external, other, 0, H5F_UNLIMITED) >= 0);
    new_array(file, "virtual", 1, &n, virtual);
    new_array(file, "stored", 1, &n, external);
    H5Lcreate_external(other, "/x", file, "linked", H5P_DEFAULT, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(virtual);
    H5Pclose(external);
    H5Fclose(file);
    refuses(path, "virtual", "a virtual data set");
    refuses(path, "stored", "keeps its data in another file");
    refuses(path, "linked", "an external link");
    scratch_remove(&s);
}

Test(base_h5_hostile, circles_of_links_are_not_followed, .timeout = 20)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    hid_t file = new_file(path);
    H5Gclose(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_soft("/b", file, "a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/a", file, "b", H5P_DEFAULT, H5P_DEFAULT);
    for (char name[] = "group/a"; name[6] <= 'd';
         name[6]++) { /* 4^8 paths, if they were followed */
        cr_assert(H5Lcreate_hard(file, "/group", file, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    }
    H5Fclose(file);
    struct h5 h;
    struct err e = {0};
    int status = h5_open(&h, path, &e);
    cr_assert(status == 0 || strstr(e.text, "more than a model can need"), "%s", e.text);
    h5_close(&h);
    file = new_file(path);
    H5Lcreate_soft("/b", file, "a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/a", file, "b", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    refuses(path, "a", "a soft link");
    scratch_remove(&s);
}

/* Nobody has that many bytes; a file of a few hundred least of all. */
Test(base_h5_hostile, absurd_shapes_are_refused)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    hsize_t huge[2] = {(hsize_t)1 << 30, (hsize_t)1 << 29}, two[2] = {(hsize_t)1 << 40, 1};
    hid_t file = new_file(path), late = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_alloc_time(late, H5D_ALLOC_TIME_LATE);
    new_array(file, "huge", 2, huge, late);
    new_array(file, "large", 2, two, late);
    H5Pclose(late);
    H5Fclose(file);
    refuses(path, "huge", "never written");
    refuses(path, "large", "never written");
    scratch_remove(&s);
}

Test(base_h5_hostile, a_type_with_a_name_is_no_array)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    hid_t file = new_file(path), type = H5Tcopy(H5T_IEEE_F32LE);
    cr_assert(H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Tclose(type);
    H5Fclose(file);
    refuses(path, "type", "is not a data set");
    scratch_remove(&s);
}

Test(base_h5_hostile, names_cannot_speak_to_a_terminal)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    struct h5 h;
    struct h5_array a;
    struct err e = {0};
    H5Fclose(new_file(path));
    cr_assert(h5_open(&h, path, &e) == 0, "%s", e.text);
    cr_assert(h5_find(&h, "\x1B[2J\xC2\x9B\xFFname", &a, &e) == -1);
    cr_assert(strstr(e.text, "has no ?[2J???name"), "%s", e.text);
    h5_close(&h);
    scratch_remove(&s);
}

/*
 * Leaves so many bytes of memory, and address space to map the file. A sanitizer's malloc() has
 * address space of its own that no limit ends: there much more is left.
 */
static void leave_little(size_t left, size_t file_bytes)
{
    enum { BLOCK = 4096, USUAL = 64 << 20 };
    struct rlimit all = {8 * file_bytes, 8 * file_bytes}; /* more than is mapped is refused */
    void **last = NULL, **block;
    size_t pages = 0, most = 8 * file_bytes + USUAL;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert(f && fscanf(f, "%zu", &pages) == 1, "no statm");
    fclose(f);
    all.rlim_cur = all.rlim_max += pages * (size_t)sysconf(_SC_PAGESIZE);
    cr_assert(setrlimit(RLIMIT_AS, &all) == 0);
    void *room = mmap(NULL, file_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t taken = 0; taken < most && (block = malloc(BLOCK)); taken += BLOCK) {
        *block = last;
        last = block;
    }
    for (size_t freed = 0; last && freed < left; freed += BLOCK) {
        void **before = *last;
        free(last);
        last = before;
    }
    munmap(room, file_bytes);
}

/* Is a file that is whole called damaged with so much memory? */
static bool called_damaged(const char *path, size_t left)
{
    enum { DAMAGED = 3 }; /* a sanitizer's own is another */
    struct stat st;
    int code = 0;
    cr_assert(stat(path, &st) == 0);
    pid_t child = fork();
    cr_assert(child >= 0, "no process");
    if (child == 0) {
        struct h5 h;
        struct err e = {0};
        leave_little(left, (size_t)st.st_size);
        h5_open(&h, path, &e);
        _exit(strstr(e.text, "damaged") ? DAMAGED : 0);
    }
    cr_assert(waitpid(child, &code, 0) == child);
    return WIFEXITED(code) && WEXITSTATUS(code) == DAMAGED;
}

Test(base_h5_hostile, a_file_is_not_called_damaged_for_want_of_memory)
{
    enum { STEP = 128 << 10, STEPS = 12 };
    for (size_t i = 0; i < STEPS; i++) {
        cr_expect(!called_damaged(source_path("data/models/books-1m.h5"), i * STEP), "with %zu KiB",
                  i * STEP >> 10);
    }
}
