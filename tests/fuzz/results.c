/*
 * Stored results as report, show and diff read them back: table.json, NUL, result.json, NUL,
 * provenance.json, NUL, spec.resolved.yaml, NUL, table.json of what they are compared with.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>

#include "base/mem.h"
#include "report/browse.h"
#include "report/differences.h"
#include "results/compare.h"
#include "results/listing.h"

static void show(struct stored *s)
{
    struct buf out = BUF_INIT;
    struct pick columns = {0};
    struct flat provenance = {0};
    struct err e;
    const void **rows = mem_new(s->n, sizeof *rows, &e);
    fuzz_require(rows != NULL, "no memory");
    for (size_t i = 0; i < s->n; i++) {
        rows[i] = &s->rows[i];
    }
    browse_usual_columns(&columns, rows, s->n);
    for (int format = BROWSE_TEXT; format <= BROWSE_LATEX; format++) {
        browse_rows(&columns, rows, NULL, s->n, (enum browse_format)format, &out);
    }
    fuzz_check_error(browse_cell(s, "cell", s->n ? s->rows : NULL, &out, &e), &e);
    fuzz_check_error(stored_provenance(s, &provenance, &e), &e);
    flat_release(&provenance);
    free(rows);
    buf_release(&out);
}

static void compare(struct stored *a, struct stored *b)
{
    struct comparison c;
    struct buf out = BUF_INIT;
    struct err e;
    struct difference_names names = {"a", "b", 1e-9, true};
    int status = comparison_make(&c, a, b, 1e-9, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        differences_text(&c, names, &out);
        differences_json(&c, names, &out);
        comparison_release(&c);
    }
    buf_release(&out);
}

/* The same files as the runner looks at them. */
static void survey(void)
{
    struct store store;
    struct result_head head;
    struct buf text = BUF_INIT;
    struct record record;
    struct cell_details details;
    struct err e;
    bool found;
    fuzz_require(store_init(&store, fuzz_path("root"), "x", &e) == 0, "no memory");
    listing_head(&head, &store, "cell");
    listing_cell_text(&text, &store, "cell");
    listing_failure(&text, &store, "cell");
    listing_cost(&store, "cell");
    int status = store_read_cell(&store, "cell", "key", &record, &details, &found, NULL, &e);
    fuzz_check_error(status, &e);
    if (!status && found) {
        details_release(&details);
    }
    store_release(&store);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const folders[] = {"root", "root/results", "root/results/x",
                                          "root/results/x/cells", "root/results/x/cells/cell"};
    struct fuzz_input in = {bytes, n};
    struct stored a = {0}, b = {0};
    struct err e;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        fuzz_folder(folders[i]);
    }
    fuzz_file("root/results/x/table.json", fuzz_part(&in));
    fuzz_file("root/results/x/cells/cell/result.json", fuzz_part(&in));
    fuzz_file("root/results/x/cells/cell/provenance.json", fuzz_part(&in));
    fuzz_file("root/results/x/spec.resolved.yaml", fuzz_part(&in));
    const char *other = fuzz_file("root/table.json", in);
    survey();
    int status = stored_open(&a, fuzz_path("root/results/x"), NULL, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        status = stored_find_cells(&a, &e);
        fuzz_check_error(status, &e);
    }
    if (!status) {
        show(&a);
        status = stored_open(&b, other, NULL, &e) || stored_find_cells(&b, &e);
        fuzz_check_error(status, &e);
    }
    if (!status) {
        compare(&a, &b);
    }
    stored_release(&a);
    stored_release(&b);
    return 0;
}
