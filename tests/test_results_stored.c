#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "results/stored.h"
#include "results_fixture.h"

/* A cell with the record, and provenance as given. */
static void put_cell(const char *folder, const char *id, const struct record *r,
                     const char *provenance)
{
    struct buf path = BUF_INIT, text = BUF_INIT, from = BUF_INIT;
    struct err e;
    struct json_out j = json_begin(&text);
    buf_addf(&path, "%s/cells/%s", folder, id);
    json_open(&j, '{');
    json_key(&j, "record");
    json_open(&j, '{');
    record_write_json(r, &j);
    json_close(&j, '}');
    json_close(&j, '}');
    buf_adds(&from, provenance);
    cr_assert(file_make_dirs(path.s, &e) == 0 &&
                  file_write_text(path.s, "result.json", &text, &e) == 0 &&
                  file_write_text(path.s, "provenance.json", &from, &e) == 0,
              "%s", e.text);
    buf_release(&path);
    buf_release(&text);
    buf_release(&from);
}

Test(results_stored, gives_each_row_its_cell_and_sums_up_their_provenance)
{
    struct fixture f;
    struct scratch folder = scratch_new();
    struct flat from = {0};
    struct err e;
    fixture_study(&f);
    struct stored s = {.rows = f.rows, .n = 3};
    struct record stale = f.rows[1];
    stale.loss_nats += 1;
    buf_adds(&s.folder, folder.folder);
    put_cell(folder.folder, "one", &f.rows[0],
             "{\"host\": \"a\", \"machine\": {\"threads\": 2, \"ratio\": 0.5}, \"wall_s\": 1}");
    put_cell(folder.folder, "two", &f.rows[1],
             "{\"host\": \"ab\", \"machine\": {\"threads\": 2}, \"wall_s\": 2, \"git\": null}");
    put_cell(folder.folder, "older", &stale, "{\"host\": \"of no row\"}");
    put_cell(folder.folder, "three", &f.rows[2], "{\"host\": \"a\"}");
    cr_assert(stored_find_cells(&s, &e) == 0, "%s", e.text);
    cr_expect_str_eq(s.cells[0].id, "one");
    cr_expect_str_eq(s.cells[1].id, "two");
    cr_expect_str_eq(s.cells[2].id, "three");
    cr_assert(stored_provenance(&s, &from, &e) == 0, "%s", e.text);
    cr_expect_str_eq(flat_find(&from, "host"), "a | ab");
    cr_expect_str_eq(flat_find(&from, "machine.threads"), "2");
    cr_expect_str_eq(flat_find(&from, "machine.ratio"), "0.5");
    cr_expect_str_eq(flat_find(&from, "git"), "null");
    cr_expect(flat_find(&from, "wall_s") == NULL, "seconds differ anyhow");
    flat_release(&from);
    s.rows = NULL;
    stored_release(&s);
    scratch_remove(&folder);
}
