#include <criterion/criterion.h>
#include <math.h>

#include "base/file.h"
#include "results/store.h"
#include "results_fixture.h"

Test(results_table, reads_back_what_it_wrote)
{
    struct fixture f;
    struct store s;
    struct record *rows;
    struct buf csv = BUF_INIT;
    struct err e;
    size_t n;
    fixture_study(&f);
    const char *root = fixture_folder();
    cr_assert(store_init(&s, root, f.spec.name, &e) == 0);
    cr_assert(table_write(&s, &f.spec, f.rows, f.n, &e) == 0, "%s", e.text);
    cr_assert(table_read(&s, &f.spec, &rows, &n, &e) == 0, "%s", e.text);
    cr_assert(n == f.n);
    for (size_t i = 0; i < n; i++) {
        struct buf before = BUF_INIT, after = BUF_INIT;
        record_write_csv(&f.rows[i], &before);
        record_write_csv(&rows[i], &after);
        cr_assert(strcmp(before.s, after.s) == 0, "row %zu", i);
        buf_release(&before);
        buf_release(&after);
    }
    char path[200];
    snprintf(path, sizeof path, "%s/table.csv", s.results.s);
    cr_assert(file_read(&csv, path, &e) == 0, "%s", e.text);
    size_t lines = 0;
    for (size_t i = 0; i < csv.len; i++) {
        lines += csv.s[i] == '\n';
    }
    cr_assert(lines == f.n + 1);
    buf_release(&csv);
    free(rows);
    store_release(&s);
    fixture_remove(root);
}

Test(results_table, says_which_command_makes_a_missing_table)
{
    struct fixture f;
    struct store s;
    struct record *rows;
    struct err e;
    size_t n;
    fixture_study(&f);
    const char *root = fixture_folder();
    cr_assert(store_init(&s, root, f.spec.name, &e) == 0);
    cr_assert(table_read(&s, &f.spec, &rows, &n, &e) == -1);
    cr_assert(strstr(e.text, "run `nashswarm run experiments/made-up.yaml` (or `make reproduce "
                             "SPEC=experiments/made-up.yaml`) first"),
              "%s", e.text);
    store_release(&s);
    fixture_remove(root);
}

Test(results_table, refuses_a_broken_table_in_one_sentence)
{
    static const char *const broken[] = {"",
                                         "{",
                                         "[]",
                                         "{\"format\": 2, \"rows\": []}",
                                         "{\"format\": 1, \"rows\": 3}",
                                         "{\"format\": 1, \"rows\": [{\"loss_nats\": true}]}",
                                         "{\"format\": 1, \"rows\": [7]}"};
    struct fixture f;
    struct store s;
    struct err e;
    char path[200];
    fixture_study(&f);
    const char *root = fixture_folder();
    cr_assert(store_init(&s, root, f.spec.name, &e) == 0);
    cr_assert(store_prepare(&s, &e) == 0);
    snprintf(path, sizeof path, "%s/table.json", s.results.s);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct record *rows;
        size_t n;
        cr_assert(file_write(path, broken[i], strlen(broken[i]), &e) == 0);
        cr_assert(table_read(&s, &f.spec, &rows, &n, &e) == -1, "%s", broken[i]);
        cr_assert(rows == NULL && n == 0);
        cr_assert(strstr(e.text, "table.json") && strstr(e.text, "nashswarm run"), "%s", e.text);
    }
    store_release(&s);
    fixture_remove(root);
}

static void expect_file(const struct store *s, const char *name, const char *text)
{
    struct buf content = BUF_INIT, path = BUF_INIT;
    struct err e;
    buf_addf(&path, "%s/%s", s->results.s, name);
    cr_assert(file_read(&content, path.s, &e) == 0, "%s", e.text);
    cr_assert(strcmp(content.s, text) == 0, "%s", content.s);
    buf_release(&content);
    buf_release(&path);
}

Test(results_table, has_the_tensors_of_a_variant_once)
{
    struct fixture f;
    struct store s;
    struct err e;
    struct cell_details details[8];
    struct tensor_row tensors[2] = {tensor_row_none(), tensor_row_none()};
    fixture_study(&f);
    const char *root = fixture_folder();
    cr_assert(store_init(&s, root, f.spec.name, &e) == 0);
    cr_assert(store_prepare(&s, &e) == 0, "%s", e.text);
    snprintf(tensors[0].tensor, sizeof tensors[0].tensor, "wte.weight");
    snprintf(tensors[1].tensor, sizeof tensors[1].tensor, "h.0.attn.c_attn.weight");
    tensors[0].rows = 50257;
    tensors[1].gap_db = -0.5;
    for (size_t i = 0; i < 8; i++) { /* rows 2 and 3 are one variant under two protocols */
        details[i] = details_none();
        details[i].tensors = tensors;
        details[i].n_tensors = i == 2 || i == 3 ? 2 : 0;
    }
    cr_assert(tensors_write(&s, f.rows, details, 8, &e) == 0, "%s", e.text);
    expect_file(&s, "tensors.csv",
                "model,method,variant,seed,tensor,rows,cols,weights,variance,kurtosis,relative_mse,"
                "stored_bits,entropy_bits,gap_db,gap_bits,floor_mse,shapley_value,shapley_error\n"
                "small,uniform,,,wte.weight,50257,,,,,,,,,,,,\n"
                "small,uniform,,,h.0.attn.c_attn.weight,,,,,,,,,-0.5,,,,\n");
    cr_assert(tensors_write(&s, f.rows, details, 2, &e) == 0, "%s", e.text);
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/tensors.csv", s.results.s);
    cr_assert(!file_exists(path.s), "out of date");
    cr_assert(tensors_write(&s, f.rows, details, 2, &e) == 0, "%s", e.text);
    buf_release(&path);
    store_release(&s);
    fixture_remove(root);
}
