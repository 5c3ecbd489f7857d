#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "results/store.h"
#include "results_fixture.h"

static const char key[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

struct place {
    struct fixture f;
    struct store store;
    struct cell cell;
    const char *root;
    char result[600];
};

static void place_open(struct place *p)
{
    struct err e;
    fixture_study(&p->f);
    p->root = fixture_folder();
    cr_assert(store_init(&p->store, p->root, p->f.spec.name, &e) == 0, "%s", e.text);
    cr_assert(store_prepare(&p->store, &e) == 0, "%s", e.text);
    p->cell = (struct cell){.model = 0, .method = 1, .protocol = 0};
    snprintf(p->cell.id, sizeof p->cell.id, "small.uniform.paper.00112233");
    snprintf(p->result, sizeof p->result, "%s/cells/%s/result.json", p->store.results.s,
             p->cell.id);
}

static void place_close(struct place *p)
{
    store_release(&p->store);
    fixture_remove(p->root);
}

static void write_cell_with(struct place *p, const struct cell_details *details)
{
    struct buf provenance = BUF_INIT;
    struct err e;
    buf_adds(&provenance, "{}\n");
    cr_assert(store_write_cell(&p->store, &p->f.spec, &p->cell, &(struct result_inputs){.key = key},
                               &p->f.rows[2], details, NULL, &provenance, &e) == 0,
              "%s", e.text);
    buf_release(&provenance);
}

static void write_cell(struct place *p)
{
    write_cell_with(p, NULL);
}

static bool found(struct place *p, const char *wanted, struct record *r)
{
    struct err e;
    bool is_there = true;
    cr_assert(store_read_cell(&p->store, p->cell.id, wanted, r, NULL, &is_there, NULL, &e) == 0,
              "%s", e.text);
    return is_there;
}

/* What a killed run leaves: in the folder of the study, of its tables and of a cell. */
Test(results_store, half_written_files_of_killed_runs_are_swept)
{
    static const char *const names[] = {"table.csv.tmp-abcdef", "tables/main.md.tmp-abcdef",
                                        "cells/small.uniform.paper.00112233/log.tmp-abcdef"};
    struct place p;
    struct err e;
    place_open(&p);
    write_cell(&p);
    for (size_t i = 0; i < 3; i++) {
        char path[600], folder[600];
        snprintf(path, sizeof path, "%s/%s", p.store.results.s, names[i]);
        snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
        cr_assert(file_make_dirs(folder, &e) == 0 && file_write(path, "x", 1, &e) == 0);
        cr_assert(store_prepare(&p.store, &e) == 0, "%s", e.text);
        cr_expect(file_exists(path) == (i == 2), "%s", path);
        write_cell(&p);
        cr_expect(!file_exists(path), "%s is left", path);
    }
    place_close(&p);
}

Test(results_store, works_out_its_folders)
{
    struct store s;
    struct err e;
    cr_assert(store_init(&s, ".", "books", &e) == 0);
    cr_assert(strcmp(s.results.s, "results/books") == 0 && strcmp(s.plots.s, "plots/books") == 0);
    store_release(&s);
    cr_assert(store_init(&s, "/", "books", &e) == 0);
    cr_assert(strcmp(s.results.s, "/results/books") == 0);
    store_release(&s);
    cr_assert(store_init(&s, "out", "../books", &e) == -1);
    cr_assert(strstr(e.text, "../books") != NULL, "%s", e.text);
}

Test(results_store, reads_back_what_it_wrote)
{
    struct place p;
    struct record r;
    place_open(&p);
    cr_assert(!found(&p, key, &r));
    write_cell(&p);
    cr_assert(found(&p, key, &r));
    cr_assert(r.delta_pct == p.f.rows[2].delta_pct && strcmp(r.method, "uniform") == 0);
    static const char *const files[] = {"cell.yaml", "provenance.json", "result.json"};
    for (size_t i = 0; i < 3; i++) {
        char path[700];
        snprintf(path, sizeof path, "%s/cells/%s/%s", p.store.results.s, p.cell.id, files[i]);
        cr_assert(file_exists(path), "%s", path);
    }
    place_close(&p);
}

Test(results_store, keeps_a_cells_details)
{
    struct place p;
    struct record r;
    struct err e;
    struct tensor_row tensor = tensor_row_none();
    struct cell_details details = details_none(), back = details_none();
    bool is_there = false;
    place_open(&p);
    snprintf(tensor.tensor, sizeof tensor.tensor, "wte.weight");
    tensor.gap_db = 1.5;
    details.tensors = &tensor;
    details.n_tensors = 1;
    write_cell_with(&p, &details);
    cr_assert(store_read_cell(&p.store, p.cell.id, key, &r, &back, &is_there, NULL, &e) == 0);
    cr_assert(is_there && back.n_tensors == 1 && back.tensors[0].gap_db == 1.5 && !back.solved);
    details_release(&back);
    cr_assert(found(&p, key, &r));
    place_close(&p);
}

Test(results_store, takes_a_result_of_another_format_or_with_damaged_details_as_absent)
{
    static const char *const in[] = {"\"format\": 4", "\"trace\": []", "\"moves\": 7"};
    static const char *const out[] = {"\"format\": 3", "\"trace\": {}", "\"moves\": []"};
    struct place p;
    struct record r;
    struct err e;
    struct cell_details details = details_none();
    place_open(&p);
    details.solved = true;
    details.solver.moves = 7;
    for (size_t i = 0; i < 3; i++) {
        struct buf whole = BUF_INIT, damaged = BUF_INIT;
        write_cell_with(&p, &details);
        cr_assert(found(&p, key, &r));
        cr_assert(file_read(&whole, p.result, &e) == 0);
        char *at = strstr(whole.s, in[i]);
        cr_assert(at != NULL, "%s", in[i]);
        buf_add(&damaged, whole.s, (size_t)(at - whole.s));
        buf_adds(&damaged, out[i]);
        buf_adds(&damaged, at + strlen(in[i]));
        cr_assert(file_write(p.result, damaged.s, damaged.len, &e) == 0);
        cr_assert(!found(&p, key, &r), "%s", out[i]);
        buf_release(&whole);
        buf_release(&damaged);
    }
    place_close(&p);
}

Test(results_store, takes_no_result_of_another_key)
{
    struct place p;
    struct record r;
    place_open(&p);
    write_cell(&p);
    cr_assert(!found(&p, "other", &r));
    place_close(&p);
}

Test(results_store, takes_a_result_cut_short_anywhere_as_absent)
{
    struct place p;
    struct record r;
    struct buf whole = BUF_INIT;
    struct err e;
    place_open(&p);
    write_cell(&p);
    cr_assert(file_read(&whole, p.result, &e) == 0);
    for (size_t n = 0; n + 1 < whole.len; n += 7) { /* the last byte is the line end */
        FILE *f = fopen(p.result, "w");
        cr_assert(f != NULL);
        fwrite(whole.s, 1, n, f);
        fclose(f);
        cr_assert(!found(&p, key, &r), "cut to %zu bytes", n);
    }
    write_cell(&p);
    cr_assert(found(&p, key, &r));
    buf_release(&whole);
    place_close(&p);
}

Test(results_store, takes_what_is_no_file_as_absent)
{
    struct place p;
    struct record r;
    struct err e;
    place_open(&p);
    cr_assert(file_make_dirs(p.result, &e) == 0);
    cr_assert(!found(&p, key, &r));
    cr_assert(rmdir(p.result) == 0 && mkfifo(p.result, 0600) == 0);
    cr_assert(!found(&p, key, &r));
    place_close(&p);
}

Test(results_store, says_where_it_cannot_write)
{
    struct place p;
    struct err e;
    place_open(&p);
    struct store inside_a_file;
    char root[700];
    write_cell(&p);
    snprintf(root, sizeof root, "%s", p.result);
    cr_assert(store_init(&inside_a_file, root, "x", &e) == 0);
    cr_assert(store_prepare(&inside_a_file, &e) == -1);
    cr_assert(strstr(e.text, "result.json") != NULL, "%s", e.text);
    store_release(&inside_a_file);
    place_close(&p);
}

/* The result with a text in it replaced, as somebody's editor would; what is said of it. */
static struct err edited(struct place *p, const char *in, const char *out)
{
    struct buf whole = BUF_INIT, other = BUF_INIT;
    struct err e, unfit = {.text = ""};
    struct record r;
    bool is_there = true;
    write_cell(p);
    cr_assert(file_read(&whole, p->result, &e) == 0, "%s", e.text);
    char *at = strstr(whole.s, in);
    cr_assert(at != NULL, "%s", in);
    buf_add(&other, whole.s, (size_t)(at - whole.s));
    buf_addf(&other, "%s%s", out, at + strlen(in));
    cr_assert(file_write(p->result, other.s, other.len, &e) == 0, "%s", e.text);
    cr_assert(store_read_cell(&p->store, p->cell.id, key, &r, NULL, &is_there, &unfit, &e) == 0);
    cr_expect(!is_there, "%s for %s is taken", out, in);
    buf_release(&whole);
    buf_release(&other);
    return unfit;
}

Test(results_store, tells_a_result_that_was_changed_and_takes_it_for_absent)
{
    static const char *const edits[][3] = {
        {"\"relative_mse\": ", "\"relative_mse\": 1", "content_sha256"},
        {"\"cell\": \"", "\"cell\": \"x", "content_sha256"},
        {"\n}\n", "\n}\n\n", "content_sha256"},
        {",\n  \"content_sha256\": \"", ",\n  \"digest\": \"", "no content_sha256"},
        {"\"content_sha256\": \"", "\"content_sha256\": \"0", "content_sha256"},
        {"\"texts\": 20", "\"texts\": []", "texts is not a whole number"},
    };
    struct place p;
    struct record r;
    place_open(&p);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        p.f.rows[2].texts = 20;
        p.f.rows[2].relative_mse = 0.5;
        struct err unfit = edited(&p, edits[i][0], edits[i][1]);
        cr_expect(strstr(unfit.text, edits[i][2]) && strstr(unfit.text, "result.json"), "%s: %s",
                  edits[i][1], unfit.text);
    }
    write_cell(&p);
    cr_expect(found(&p, key, &r));
    struct err e, unfit = {.text = ""};
    bool is_there = true;
    cr_assert(store_read_cell(&p.store, p.cell.id, "other", &r, NULL, &is_there, &unfit, &e) == 0);
    cr_expect(!is_there && !*unfit.text, "%s",
              unfit.text); /* of another key: nobody asked for it */
    place_close(&p);
}
