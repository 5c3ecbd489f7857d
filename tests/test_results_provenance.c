#include <criterion/criterion.h>
#include <jansson.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "results/provenance.h"
#include "results_fixture.h"

static json_t *written(const struct provenance *p)
{
    struct buf json = BUF_INIT;
    provenance_write(p, &json);
    json_t *root = json_loads(buf_text(&json), JSON_REJECT_DUPLICATES, NULL);
    cr_assert(root != NULL, "%s", buf_text(&json));
    buf_release(&json);
    return root;
}

static const char *text_at(const json_t *root, const char *object, const char *key)
{
    const json_t *in = object ? json_object_get(root, object) : root;
    cr_assert(json_object_get(in, key) != NULL, "%s is missing", key);
    return json_string_value(json_object_get(in, key));
}

static void git(const char *const argv[])
{
    struct buf out = BUF_INIT;
    struct err e;
    int exit_code = -1;
    cr_assert(process_run(argv, PROCESS_MESSAGES, &out, &exit_code, NULL, &e) == 0, "%s", e.text);
    cr_assert(exit_code == 0, "%s", buf_text(&out));
    buf_release(&out);
}

Test(results_provenance, holds_what_was_handed_in_and_what_it_finds_out)
{
    const struct provenance p = {.model_path = "a.h5",
                                 .model_sha256 = "12ab",
                                 .blas_config = "OpenBLAS 0.3",
                                 .blas_core = "Haswell",
                                 .blas_tiles = "across texts",
                                 .version = "1.0",
                                 .threads = 2,
                                 .wall_s = 60.5,
                                 .solve_s = 1.25};
    json_t *root = written(&p);
    cr_assert(strcmp(text_at(root, "model", "path"), "a.h5") == 0);
    cr_assert(strcmp(text_at(root, "model", "sha256"), "12ab") == 0);
    cr_assert(text_at(root, "texts", "path") == NULL); /* null, not missing */
    cr_assert(strcmp(text_at(root, "libraries", "blas"), "OpenBLAS 0.3") == 0);
    cr_assert(strcmp(text_at(root, "machine", "blas_core"), "Haswell") == 0);
    cr_assert(strcmp(text_at(root, "machine", "blas_tiles"), "across texts") == 0);
    cr_assert(strcmp(text_at(root, "libraries", "jansson"), jansson_version_str()) == 0);
    cr_assert(text_at(root, "libraries", "openssl") && text_at(root, "libraries", "pcre2") &&
              text_at(root, "libraries", "libyaml"));
    cr_assert(text_at(root, NULL, "compiler") && text_at(root, NULL, "compile_flags"));
    cr_assert(json_integer_value(json_object_get(json_object_get(root, "machine"), "threads")) ==
              2);
    cr_assert(json_number_value(
                  json_object_get(json_object_get(root, "machine"), "peak_memory_mib")) > 0);
    cr_assert(json_real_value(json_object_get(root, "solve_s")) == 1.25);
    json_decref(root);
}

Test(results_provenance, lists_what_the_command_line_changed)
{
    char *const options[] = {"--samples 3", "--set title=\"x\""};
    json_t *root = written(&(struct provenance){.overrides = options, .n_overrides = 2});
    const json_t *list = json_object_get(root, "overrides");
    cr_assert(json_array_size(list) == 2);
    cr_assert(strcmp(json_string_value(json_array_get(list, 0)), options[0]) == 0);
    cr_assert(strcmp(json_string_value(json_array_get(list, 1)), options[1]) == 0);
    json_decref(root);
    root = written(&(struct provenance){0});
    list = json_object_get(root, "overrides");
    cr_assert(json_is_array(list) && json_array_size(list) == 0, "not an empty list");
    json_decref(root);
}

Test(results_provenance, started_wall_seconds_ago_in_utc)
{
    const struct provenance p = {.wall_s = 3600};
    time_t before = time(NULL);
    json_t *root = written(&p);
    struct tm utc = {0};
    const char *text = text_at(root, NULL, "started");
    cr_assert(text && strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc) != NULL, "%s", text);
    time_t started = timegm(&utc);
    cr_assert(started >= before - 3600 && started <= time(NULL) - 3600, "%s", text);
    json_decref(root);
}

Test(results_provenance, knows_no_revision_outside_a_checkout)
{
    const char *folder = fixture_folder();
    cr_assert(chdir(folder) == 0 && setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1) == 0);
    json_t *root = written(&(struct provenance){0});
    cr_assert(text_at(root, "git", "revision") == NULL);
    cr_assert(json_is_null(json_object_get(json_object_get(root, "git"), "dirty")));
    json_decref(root);
    fixture_remove(folder);
}

Test(results_provenance, names_the_revision_and_whether_it_is_dirty)
{
    const char *folder = fixture_folder();
    cr_assert(chdir(folder) == 0);
    git((const char *const[]){"git", "init", "-q", NULL});
    git((const char *const[]){"git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c",
                              "commit.gpgsign=false", "commit", "-q", "--allow-empty", "-m", "m",
                              NULL});
    FILE *f = fopen("new", "w");
    cr_assert(f != NULL && fclose(f) == 0);
    json_t *root = written(&(struct provenance){0});
    const char *revision = text_at(root, "git", "revision");
    cr_assert(revision && strlen(revision) >= 40, "%s", revision);
    cr_assert(json_is_true(json_object_get(json_object_get(root, "git"), "dirty")));
    json_decref(root);
    fixture_remove(folder);
}
