#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spec_known.h"

static int read_case(struct spec *s, const char *path, const struct spec_overrides *o,
                     struct buf *problems, struct err *e)
{
    struct buf full = BUF_INIT;
    test_path(&full, path);
    int status = spec_read(s, full.s, test_known(), o, problems, e);
    buf_release(&full);
    return status;
}

/* Reads a spec that must be good. */
static struct spec good(const char *path, const struct spec_overrides *o)
{
    struct spec s;
    struct buf problems = BUF_INIT;
    struct err e;
    int status = read_case(&s, path, o, &problems, &e);
    cr_assert(status == 0, "%s is refused: %s", path, buf_text(&problems));
    cr_assert(problems.len == 0, "%s has problems and is taken: %s", path, buf_text(&problems));
    buf_release(&problems);
    return s;
}

/* Copies the text without any occurrence of `part`. */
static void add_without(struct buf *out, const char *text, const char *part)
{
    for (const char *at; (at = strstr(text, part)); text = at + strlen(part)) {
        buf_add(out, text, (size_t)(at - text));
    }
    buf_adds(out, text);
}

/* The problems of a file without the folder that the tests stand in. */
static void problems_of(const char *folder, const char *name, struct buf *out)
{
    struct spec s;
    struct err e;
    struct buf path = BUF_INIT, prefix = BUF_INIT, problems = BUF_INIT, shorter = BUF_INIT;
    buf_addf(&path, "%s/%s", folder, name);
    buf_addf(&prefix, "%s/", folder);
    int status = spec_read(&s, path.s, test_known(), NULL, &problems, &e);
    cr_assert(status == -1, "%s is taken", name);
    add_without(&shorter, buf_text(&problems), prefix.s);
    prefix.s[prefix.len - strlen("bad/")] = '\0'; /* the folder above, of the shared files */
    add_without(out, buf_text(&shorter), prefix.s);
    buf_release(&path);
    buf_release(&prefix);
    buf_release(&problems);
    buf_release(&shorter);
}

/* Every tests/cases/spec/bad/NAME.yaml has exactly the problems of NAME.txt. */
Test(spec_read, says_exactly_what_is_wrong_with_each_bad_spec)
{
    struct buf folder = BUF_INIT, line = BUF_INIT;
    struct err e;
    size_t seen = 0;
    test_path(&folder, "tests/cases/spec/bad");
    /* Paths are tidied on the way, so the prefix to cut off has to be tidy too. */
    char *real = realpath(folder.s, NULL);
    cr_assert(real != NULL, "no folder %s", folder.s);
    DIR *dir = opendir(real);
    cr_assert(dir != NULL, "cannot list %s", real);
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t n = strlen(entry->d_name);
        if (n < 5 || strcmp(entry->d_name + n - 5, ".yaml") != 0) {
            continue;
        }
        struct buf got = BUF_INIT, expected = BUF_INIT;
        problems_of(real, entry->d_name, &got);
        buf_clear(&line);
        buf_addf(&line, "%s/%.*s.txt", real, (int)n - 5, entry->d_name);
        cr_assert(file_read(&expected, line.s, &e) == 0, "%s", e.text);
        cr_expect(strcmp(buf_text(&got), buf_text(&expected)) == 0,
                  "%s\n--- expected\n%s--- got\n%s", entry->d_name, buf_text(&expected),
                  buf_text(&got));
        buf_release(&got);
        buf_release(&expected);
        seen++;
    }
    closedir(dir);
    free(real);
    buf_release(&folder);
    buf_release(&line);
    cr_assert(seen >= 25, "only %zu bad specs were found", seen);
}

Test(spec_read, fills_in_every_default)
{
    struct spec s = good("tests/cases/spec/good/short.yaml", NULL);
    cr_assert(strcmp(s.name, "short") == 0, "name is %s", s.name);
    cr_assert(*s.title == '\0', "title is %s", s.title);
    cr_assert(s.evaluations[0].samples == 0 && s.evaluations[0].max_tokens == 64,
              "%ld samples, %ld tokens", s.evaluations[0].samples, s.evaluations[0].max_tokens);
    cr_assert(s.n_protocols == 1 && s.protocols[0] == 0, "the protocol is not paper");
    cr_assert(s.n_seeds == 1 && s.seeds[0] == 0, "the seed is not 0");
    cr_assert(s.n_methods == 2, "%zu methods", s.n_methods);
    cr_assert(strcmp(s.methods[0].name, "baseline") == 0, "no baseline in front");
    cr_assert(params_int(&s.methods[1].params, "bits") == 4, "bits of configs are not taken");
    cr_assert(!params_has(&s.methods[1].params, "group"), "a group from nowhere");
    cr_assert(s.texts[0].keep_line_ends, "keep_line_ends of configs is not taken");
    cr_assert(s.report.kind == REPORT_SWEEP, "a study without tiers");
    spec_release(&s);
}

Test(spec_read, takes_lists_a_byte_order_mark_and_dos_line_ends)
{
    struct spec s = good("tests/cases/spec/good/list_crlf.yaml", NULL);
    static const char *const names[] = {"baseline", "nash-swarm", "uniform4"};
    cr_assert(s.n_methods == 3, "%zu methods", s.n_methods);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(strcmp(s.methods[i].name, names[i]) == 0, "method %zu is %s", i,
                  s.methods[i].name);
    }
    cr_assert(s.report.kind == REPORT_STUDY, "not a study");
    cr_assert(s.report.uniform == 2, "uniform is method %zu", s.report.uniform);
    cr_assert(s.report.n_tiers == 1 && s.report.tiers[0] == 1, "tiers are wrong");
    spec_release(&s);
}

Test(spec_read, reads_every_feature_of_the_grammar)
{
    struct spec s = good("tests/cases/spec/good/everything.yaml", NULL);
    cr_assert(s.n_models == 4, "%zu models", s.n_models);
    cr_assert(strcmp(s.models[2].name, "plain") == 0, "model 2 is %s", s.models[2].name);
    cr_assert(strcmp(s.models[3].name, "other") == 0, "model 3 is %s", s.models[3].name);
    cr_assert(s.evaluations[0].samples == 20, "%ld samples", s.evaluations[0].samples);
    cr_assert(s.seeds[2] == 9007199254740991, "seed is %ld", s.seeds[2]);
    const struct spec_method *own = &s.methods[2], *exact = &s.methods[3], *shared = &s.methods[4];
    cr_assert(params_list(&own->params, "shares")->numbers[1] == 66.7, "own's shares are wrong");
    cr_assert(params_int(&own->params, "group") == 64, "own's group is wrong");
    cr_assert(!params_has(&exact->params, "group"), "null does not unset group");
    cr_assert(strcmp(params_choice(&exact->params, "cut"), "exact") == 0, "cut is not replaced");
    cr_assert(params_list(&exact->params, "bits")->n == 2, "bits are not used");
    cr_assert(strcmp(params_choice(&shared->params, "cut"), "sampled") == 0,
              "a shared method's cut is not used");
    cr_assert(s.n_axes == 3 && s.axes[0].n == 2, "%zu axes", s.n_axes);
    cr_assert(s.axes[0].method == 5, "axis of method %zu", s.axes[0].method);
    cr_assert(!s.axes[1].values[0].present && s.axes[1].values[1].numbers[0] == 32,
              "null is not swept");
    cr_assert(!params_has(&s.methods[5].params, "shares"), "a swept value is filled in");
    cr_assert(s.report.uniform == 1 && s.report.n_tiers == 2 && s.report.tiers[0] == 4,
              "roles are not taken in their order");
    spec_release(&s);
}

Test(spec_read, sweeps_every_method_that_does_not_set_the_parameter)
{
    struct spec s = good("tests/cases/spec/good/calibrated.yaml", NULL);
    cr_assert(s.n_axes == 3, "%zu axes", s.n_axes);
    cr_assert(s.axes[1].method == 1 && s.axes[2].method == 3, "axes of methods %zu and %zu",
              s.axes[1].method, s.axes[2].method);
    cr_assert(params_int(&s.methods[2].params, "group") == 64, "b's own group is swept");
    spec_release(&s);
}

Test(spec_read, finds_calibration_texts_where_a_method_learns)
{
    struct spec s = good("tests/cases/spec/good/calibrated.yaml", NULL);
    cr_assert(s.calibration.path && strstr(s.calibration.path, "cases/spec/texts/learned.txt"),
              "the calibration texts are %s", s.calibration.path ? s.calibration.path : "none");
    spec_release(&s);
    s = good("tests/cases/spec/good/short.yaml", NULL);
    cr_assert(!s.calibration.path, "nobody learns, but there are calibration texts: %s",
              s.calibration.path);
    spec_release(&s);
}

Test(spec_read, sees_paths_from_the_file_that_names_them)
{
    struct spec s = good("tests/cases/spec/good/everything.yaml", NULL);
    struct buf expected = BUF_INIT;
    test_path(&expected, "tests/cases/spec/models/mine.h5");
    const char *tail = "tests/cases/spec/models/mine.h5", *path = s.models[1].path;
    cr_assert(strlen(path) >= strlen(tail) && strcmp(path + strlen(path) - strlen(tail), tail) == 0,
              "path is %s", path);
    cr_assert(strstr(s.models[0].path, "tests/cases/spec/models/books-3m.h5") != NULL,
              "a path of configs is %s", s.models[0].path);
    cr_assert(strstr(s.models[3].path, "else/../where/mine.h5") != NULL,
              "\"..\" behind a folder that is not there is dropped: %s", s.models[3].path);
    buf_release(&expected);
    spec_release(&s);
}

Test(spec_read, lets_options_replace_models_and_samples)
{
    struct spec_overrides o = {.models = "books-3m,some/where.h5", .samples = 7};
    struct spec s = good("tests/cases/spec/good/short.yaml", &o);
    cr_assert(s.n_models == 2 && s.evaluations[0].samples == 7, "%zu models, %ld samples",
              s.n_models, s.evaluations[0].samples);
    cr_assert(strcmp(s.models[0].name, "books-3m") == 0, "model 0 is %s", s.models[0].name);
    cr_assert(strcmp(s.models[1].name, "where") == 0, "model 1 is %s", s.models[1].name);
    cr_assert(strcmp(s.models[1].path, "some/where.h5") == 0, "path is %s", s.models[1].path);
    spec_release(&s);
}

Test(spec_read, names_the_option_that_is_wrong)
{
    struct spec_overrides o = {.models = "books-3,books-1m,,books-1m", .samples = -2};
    struct spec s;
    struct buf problems = BUF_INIT;
    struct err e;
    int status = read_case(&s, "tests/cases/spec/good/short.yaml", &o, &problems, &e);
    cr_assert(status == -1, "wrong options are taken");
    static const char *const parts[] = {
        "--samples: -2 is not at least 1\n",
        "--models: \"books-3\" is not in ",
        "did you mean \"books-3m\"?\n",
        "--models: a name between two commas is empty\n",
        "--models: \"books-1m\" is listed twice\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cr_assert(strstr(buf_text(&problems), parts[i]) != NULL, "no %s in: %s", parts[i],
                  buf_text(&problems));
    }
    buf_release(&problems);
}

Test(spec_read, names_a_file_that_cannot_be_opened)
{
    struct spec s;
    struct buf problems = BUF_INIT;
    struct err e;
    cr_assert(read_case(&s, "tests/cases/spec/none.yaml", NULL, &problems, &e) == -1, "taken");
    cr_assert(problems.len == 0, "problems: %s", buf_text(&problems));
    cr_assert(strstr(e.text, "none.yaml") != NULL, "%s", e.text);
    cr_assert(read_case(&s, "tests/cases/spec", NULL, &problems, &e) == -1, "a folder is taken");
    cr_assert(strstr(e.text, "folder") != NULL, "%s", e.text);
    buf_release(&problems);
}

/* Reads a spec of a folder without shared files, from that folder; 0 or −1 as spec_read(). */
static int read_alone(struct buf *problems, const char *configs)
{
    static const char text[] =
        "name: x\nmodels: [books-1m]\ntexts: wikitext\nmethods: [uniform4]\n";
    struct spec s;
    struct buf folder = BUF_INIT, path = BUF_INIT;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/inner", folder.s);
    cr_assert(mkdir(path.s, 0777) == 0 && chdir(path.s) == 0, "no folder %s", path.s);
    if (configs) {
        setenv("NASHSWARM_CONFIGS", configs, 1);
    } else {
        unsetenv("NASHSWARM_CONFIGS");
    }
    cr_assert(file_write("spec.yaml", text, sizeof text - 1, &e) == 0, "%s", e.text);
    int status = spec_read(&s, "spec.yaml", test_known(), NULL, problems, &e);
    if (!status) {
        cr_assert(s.texts[0].keep_line_ends, "another wikitext was found");
        spec_release(&s);
    }
    test_remove_folder(path.s);
    test_remove_folder(folder.s);
    buf_release(&folder);
    buf_release(&path);
    return status;
}

Test(spec_read, takes_shared_files_from_the_environment)
{
    struct buf problems = BUF_INIT, configs = BUF_INIT;
    test_path(&configs, "tests/cases/spec/configs");
    char *real = realpath(configs.s, NULL);
    int status = read_alone(&problems, real);
    cr_assert(status == 0, "%s", buf_text(&problems));
    free(real);
    buf_release(&problems);
    buf_release(&configs);
}

Test(spec_read, says_where_shared_files_were_looked_for)
{
    struct buf problems = BUF_INIT;
    int status = read_alone(&problems, NULL);
    cr_assert(status == -1, "names without shared files are taken");
    cr_assert(strstr(buf_text(&problems),
                     "spec.yaml:2:10: models: \"books-1m\" cannot be looked up, "
                     "and no other name can: there is no configs/") != NULL,
              "%s", buf_text(&problems));
    cr_assert(strstr(buf_text(&problems), "wikitext") == NULL, "said again: %s",
              buf_text(&problems));
    buf_clear(&problems);
    cr_assert(read_alone(&problems, "/nowhere/at/all") == -1, "a missing folder is taken");
    cr_assert(strstr(buf_text(&problems), "/nowhere/at/all") != NULL, "%s", buf_text(&problems));
    buf_release(&problems);
}

/* Writes `n` bytes made of `part` over and over, and reads them as a spec. */
static void read_repeated(const char *part, size_t n, const char *expected)
{
    struct spec s;
    struct buf folder = BUF_INIT, path = BUF_INIT, bytes = BUF_INIT, problems = BUF_INIT;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/big.yaml", folder.s);
    while (bytes.len < n) {
        buf_adds(&bytes, part);
    }
    cr_assert(file_write(path.s, bytes.s, bytes.len, &e) == 0, "%s", e.text);
    int status = spec_read(&s, path.s, test_known(), NULL, &problems, &e);
    test_remove_folder(folder.s);
    cr_assert(status == -1, "taken");
    cr_assert(strstr(buf_text(&problems), expected) != NULL, "no \"%s\" in %s", expected,
              buf_text(&problems));
    cr_assert(problems.len < 200000, "%zu bytes of problems", problems.len);
    buf_release(&folder);
    buf_release(&path);
    buf_release(&bytes);
    buf_release(&problems);
}

Test(spec_read, bounds_what_a_hostile_file_costs, .timeout = 60)
{
    read_repeated("# a comment\n", (4u << 20) + 1, "over 4 MiB");
    read_repeated("[", 1u << 20, "nested over 16");
    read_repeated("{a: ", 1u << 20, "nested over 16");
    read_repeated("- - - - - - - - - - ", 1u << 20, "nested over 16");
    read_repeated("- a\n", 1u << 20, "over 10000 items");
    read_repeated("a: 1\n", 1u << 20, "already on line 1");
}
