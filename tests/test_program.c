/*
 * The program as its users meet it: every folder tests/cases/program/NAME is a case.
 *
 *   cmd              lines of bash in which `nashswarm` is the program and $SOURCE the source tree;
 *                    they run in a fresh folder
 *   files/           what is in that folder before
 *   status           the exit status; 0 without it
 *   stdout, stderr   what is printed, exactly, with $SOURCE and $HERE for the two folders; nothing
 *                    without them
 *   stdout.contains, stderr.contains   instead: lines that must each occur in it
 *   expected/        files that must be there afterwards: tables (.csv) with the same texts and
 *                    close numbers, others with the same bytes
 *
 * No case may leave a temporary file.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "scratch.h"
#include "support.h"
#include "tensor/matmul.h"

enum { CASES_MAX = 256, NAME_BYTES = 96 };

/* A few cases take 10 seconds; without optimization, ten times as many. */
#ifdef __OPTIMIZE__
enum { CASE_SECONDS = 120 };
#else
enum { CASE_SECONDS = 900 };
#endif

struct program_case {
    char name[NAME_BYTES];
};

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/* A file of the case, when it is there. */
static bool read_part(struct buf *out, const char *folder, const char *part)
{
    struct buf path = BUF_INIT;
    struct err e;
    buf_addf(&path, "%s/%s", folder, part);
    bool there = is_there(path.s);
    cr_assert(!there || file_read(out, path.s, &e) == 0, "%s", e.text);
    buf_release(&path);
    return there;
}

static void replace_all(struct buf *text, const char *from, const char *to)
{
    struct buf out = BUF_INIT;
    const char *rest = buf_text(text);
    for (const char *at; (at = strstr(rest, from)); rest = at + strlen(from)) {
        buf_add(&out, rest, (size_t)(at - rest));
        buf_adds(&out, to);
    }
    buf_adds(&out, rest);
    buf_release(text);
    *text = out;
}

/* Takes what differs from machine to machine out of a text. */
static void replace_folders(struct buf *text, const char *here)
{
    replace_all(text, getenv("SOURCE"), "$SOURCE");
    replace_all(text, here, "$HERE");
}

/* Compares what was printed with PART or PART.contains of the case. */
static void compare_printed(const char *name, const char *folder, const char *part,
                            const struct buf *printed)
{
    struct buf exactly = BUF_INIT, lines = BUF_INIT, contains = BUF_INIT;
    buf_addf(&contains, "%s.contains", part);
    bool some = read_part(&lines, folder, contains.s);
    if (!some) {
        read_part(&exactly, folder, part);
        cr_expect(strcmp(buf_text(printed), buf_text(&exactly)) == 0,
                  "%s: %s\n--- expected\n%s--- printed\n%s", name, part, buf_text(&exactly),
                  buf_text(printed));
    }
    char *rest = NULL;
    for (char *line = some ? strtok_r(lines.s, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        cr_expect(strstr(buf_text(printed), line), "%s: %s lacks\n%s\n--- printed\n%s", name, part,
                  line, buf_text(printed));
    }
    buf_release(&exactly);
    buf_release(&lines);
    buf_release(&contains);
}

/*
 * How far apart two numbers may be. The expected tables were made on a Haswell core of BLAS, whose
 * kernels Zen has too. Another core adds in another order, which moves a loss by 1e-5 of itself and
 * the least of its differences, and their intervals over three texts, by up to half a percent.
 */
static double tolerance(void)
{
    const char *core = blas_core();
    return strcmp(core, "Haswell") == 0 || strcmp(core, "Zen") == 0 ? 1e-4 : 2e-2;
}

/* The same text, or numbers that are as close as another processor's last bits. */
static bool close_fields(const char *a, const char *b)
{
    char *end_a, *end_b;
    double x = strtod(a, &end_a), y = strtod(b, &end_b);
    if (end_a == a || *end_a || end_b == b || *end_b) {
        return strcmp(a, b) == 0;
    }
    return fabs(x - y) <= tolerance() * fmax(fabs(x), fabs(y)) + 1e-9;
}

/* Compares two tables, which are cut into fields on the way. */
static void compare_tables(const char *name, const char *path, struct buf *got,
                           struct buf *expected)
{
    char *rest_got = got->s, *rest_expected = expected->s;
    for (size_t row = 0; rest_expected || rest_got; row++) {
        char *line = strsep(&rest_got, "\n"), *wanted = strsep(&rest_expected, "\n");
        cr_assert(line && wanted, "%s: %s has another number of rows (%zu)", name, path, row);
        for (size_t column = 0; line || wanted; column++) {
            char *a = strsep(&line, ","), *b = strsep(&wanted, ",");
            cr_assert(a && b, "%s: %s, row %zu: another number of columns", name, path, row);
            cr_expect(close_fields(a, b), "%s: %s, row %zu, column %zu is %s, not %s", name, path,
                      row, column, a, b);
        }
    }
}

static void compare_file(const char *name, const char *here, const char *expected_path,
                         const char *relative)
{
    struct buf got = BUF_INIT, expected = BUF_INIT;
    struct err e;
    cr_assert(file_read(&expected, expected_path, &e) == 0, "%s", e.text);
    cr_assert(read_part(&got, here, relative), "%s: there is no %s", name, relative);
    replace_folders(&got, here);
    size_t n = strlen(relative);
    if (n > 4 && strcmp(relative + n - 4, ".csv") == 0) {
        compare_tables(name, relative, &got, &expected);
    } else {
        cr_expect(strcmp(buf_text(&got), buf_text(&expected)) == 0,
                  "%s: %s\n--- expected\n%s--- is\n%s", name, relative, buf_text(&expected),
                  buf_text(&got));
    }
    buf_release(&got);
    buf_release(&expected);
}

/* Every file under expected/ against the one in the case's working folder. */
static void compare_files(const char *name, const char *here, const char *folder,
                          const char *relative)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[PATH_MAX], below[PATH_MAX];
        struct stat st;
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(below, sizeof below, "%s%s%s", relative, *relative ? "/" : "", entry->d_name);
        cr_assert(stat(path, &st) == 0, "cannot look at %s", path);
        if (S_ISDIR(st.st_mode)) {
            compare_files(name, here, path, below);
        } else {
            compare_file(name, here, path, below);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

static int refuse_temporary(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    cr_expect(!strstr(path + at->base, ".tmp-"), "a temporary file was left: %s", path);
    return 0;
}

static void run_case(const char *name, const char *folder)
{
    struct scratch s = scratch_new();
    struct buf line = BUF_INIT, out = BUF_INIT, error = BUF_INIT, wanted = BUF_INIT;
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/files", folder);
    if (is_there(path.s)) {
        buf_addf(&line, "cp -R \"%s/.\" . && ", path.s);
    }
    buf_adds(&line, "{\n");
    cr_assert(read_part(&line, folder, "cmd"), "%s has no cmd", name);
    buf_adds(&line, "\n}");
    int status = run_program(s.folder, line.s, &out, &error);
    bool fails = read_part(&wanted, folder, "status");
    replace_folders(&out, s.folder);
    replace_folders(&error, s.folder);
    cr_expect(status == (fails ? atoi(wanted.s) : 0), "%s: exit status %d, not %s; it said\n%s",
              name, status, fails ? wanted.s : "0", buf_text(&error));
    compare_printed(name, folder, "stdout", &out);
    compare_printed(name, folder, "stderr", &error);
    buf_clear(&path);
    buf_addf(&path, "%s/expected", folder);
    compare_files(name, s.folder, path.s, "");
    nftw(s.folder, refuse_temporary, 16, FTW_PHYS);
    scratch_remove(&s);
    buf_release(&line);
    buf_release(&out);
    buf_release(&error);
    buf_release(&wanted);
    buf_release(&path);
}

ParameterizedTestParameters(program, does_what_the_case_says)
{
    struct program_case *cases = cr_malloc(CASES_MAX * sizeof *cases);
    size_t n = 0;
    DIR *dir = opendir(source_path("tests/cases/program"));
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] != '.' && n < CASES_MAX) {
            snprintf(cases[n++].name, NAME_BYTES, "%.*s", NAME_BYTES - 1, entry->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return cr_make_param_array(struct program_case, cases, n, NULL);
}

ParameterizedTest(struct program_case *c, program, does_what_the_case_says, .timeout = CASE_SECONDS)
{
    char folder[PATH_MAX], *source = realpath(source_path("."), NULL);
    cr_assert(source != NULL, "there is no source tree at %s", source_path("."));
    snprintf(folder, sizeof folder, "%s/tests/cases/program/%s", source, c->name);
    setenv("SOURCE", source, 1);
    setenv("NASHSWARM_CONFIGS", source_path("configs"), 1);
    setenv("NASHSWARM_PLOTS", source_path("plots"), 1);
    free(source);
    run_case(c->name, folder);
}

/* A folder that is not found gives no case, and no case is no failure to Criterion. */
Test(program, cases_are_found)
{
    DIR *dir = opendir(source_path("tests/cases/program"));
    size_t n = 0;
    cr_assert(dir != NULL, "there is no folder of cases");
    for (struct dirent *entry; (entry = readdir(dir));) {
        n += entry->d_name[0] != '.';
    }
    closedir(dir);
    cr_assert(n >= 40 && n <= CASES_MAX, "%zu cases", n);
}
