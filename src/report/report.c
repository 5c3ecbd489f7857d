#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "report/numbers.h"
#include "report/roles.h"
#include "report/tables.h"
#include "report/tables_paired.h"
#include "results/cells.h"

void tables_release(struct tables *t)
{
    for (size_t i = 0; i < REPORT_TABLES_MAX; i++) {
        layout_release(&t->each[i]);
    }
}

static int make_study(struct tables *t, const struct pairing *p, const struct record *rows,
                      size_t n, struct err *e)
{
    struct study study;
    if (study_make(&study, p->spec, rows, n, e)) {
        return -1;
    }
    const struct spec *s = p->spec;
    int status = tables_loss(&t->each[t->n++], &study, p, study.protocol, e);
    for (size_t i = 0; i < s->n_protocols && !status; i++) {
        if (strcmp(report_protocol(s, i), study.protocol) != 0) {
            status = tables_loss(&t->each[t->n++], &study, p, report_protocol(s, i), e);
        }
    }
    for (size_t i = 0; i < s->n_protocols && !roles_are_all(s); i++) {
        tables_sweep(&t->each[t->n++], s, report_protocol(s, i), rows, n);
    }
    t->n_main = t->n;
    tables_size(&t->each[t->n++], s, &study);
    study_release(&study);
    return status;
}

static int make_allocators(struct tables *t, const struct pairing *p, const struct record *rows,
                           size_t n, struct err *e)
{
    struct contest contest;
    if (contest_make(&contest, p->spec, rows, n, e)) {
        return -1;
    }
    int status = tables_allocators(&t->each[t->n++], p->spec, &contest, p, e);
    t->n_main = t->n;
    contest_release(&contest);
    return status;
}

static int make_seeds(struct tables *t, const struct pairing *p, const struct record *rows,
                      size_t n, struct err *e)
{
    struct seeds seeds;
    if (seeds_make(&seeds, p->spec, rows, n, e)) {
        return -1;
    }
    int status = tables_seeds(&t->each[t->n++], p->spec, &seeds, n, e);
    t->n_main = t->n;
    seeds_release(&seeds);
    return status;
}

static int make_sweep(struct tables *t, const struct pairing *p, const struct record *rows,
                      size_t n, struct err *e)
{
    (void)e;
    for (size_t i = 0; i < p->spec->n_protocols; i++) {
        tables_sweep(&t->each[t->n++], p->spec, report_protocol(p->spec, i), rows, n);
    }
    t->n_main = t->n;
    return 0;
}

typedef int make_tables(struct tables *t, const struct pairing *p, const struct record *rows,
                        size_t n, struct err *e);

static make_tables *const makes[] = {[REPORT_STUDY] = make_study,
                                     [REPORT_SWEEP] = make_sweep,
                                     [REPORT_ALLOCATORS] = make_allocators,
                                     [REPORT_SEEDS] = make_seeds};

/* The tables of this kind of report, the main one first; to be released after a failure too. */
static int make(struct tables *t, const struct pairing *p, const struct record *rows, size_t n,
                struct err *e)
{
    if (makes[p->spec->report.kind](t, p, rows, n, e)) {
        return -1;
    }
    tables_bill(&t->each[t->n++], p->spec, rows, n);
    return 0;
}

/* The tables that need the evidence of cells: one a protocol. */
static int make_paired(struct tables *t, const struct pairing *p, const struct record *rows,
                       size_t n, struct err *e)
{
    for (size_t i = 0; i < p->spec->n_protocols; i++) {
        if (tables_paired(&t->each[t->n++], p, rows, n, i, e)) {
            return -1;
        }
    }
    return 0;
}

int tables_make(struct tables *t, const struct pairing *p, const struct record *rows, size_t n,
                struct err *e)
{
    *t = (struct tables){0};
    return make(t, p, rows, n, e) || make_paired(t, p, rows, n, e) ? -1 : 0;
}

int report_print(const struct store *store, const struct spec *s, const struct record *rows,
                 size_t n, struct buf *out, struct err *e)
{
    struct tables t = {0};
    struct pairing pairing;
    int status = pairing_open(&pairing, store, s, e) || make(&t, &pairing, rows, n, e) ? -1 : 0;
    if (!status) {
        for (size_t i = 0; i < t.n_main; i++) {
            buf_adds(out, i ? "\n" : "");
            layout_terminal(&t.each[i], out);
        }
        status = buf_check(out, e);
    }
    pairing_release(&pairing);
    tables_release(&t);
    return status;
}

static int write_form(const char *folder, const struct layout *l,
                      void (*form)(const struct layout *, struct buf *), const char *ending,
                      struct buf *written, struct err *e)
{
    struct buf name = BUF_INIT, text = BUF_INIT;
    buf_addf(&name, "%s%s", l->stem, ending);
    form(l, &text);
    int status = buf_check(&name, e);
    if (!status && (status = file_write_text(folder, name.s, &text, e)) == 0) {
        buf_addf(written, "%s/%s\n", folder, name.s);
    }
    buf_release(&name);
    buf_release(&text);
    return status;
}

/* Every form of the layouts into ROOT/results/NAME/`name`. */
static int write_all(const struct store *store, const char *name, const struct layout *each,
                     size_t n, struct buf *written, struct err *e)
{
    struct buf folder = BUF_INIT;
    buf_addf(&folder, "%s/%s", buf_text(&store->results), name);
    int status = buf_check(&folder, e) || file_make_dirs(folder.s, e) ? -1 : 0;
    for (size_t i = 0; i < n && !status; i++) {
        if (write_form(folder.s, &each[i], layout_markdown, ".md", written, e) ||
            write_form(folder.s, &each[i], layout_latex, ".tex", written, e) ||
            write_form(folder.s, &each[i], layout_latex_notes, "-notes.tex", written, e)) {
            status = -1;
        }
    }
    buf_release(&folder);
    return status;
}

int report_timing(const struct store *store, const struct layout *table, struct buf *written,
                  struct err *e)
{
    return write_all(store, "timing", table, 1, written, e);
}

/* Every number by name, for a text that prints some of them. */
static int write_numbers(const struct store *store, const struct record *rows, size_t n,
                         struct buf *written, struct err *e)
{
    struct buf folder = BUF_INIT, text = BUF_INIT;
    buf_addf(&folder, "%s/tables", buf_text(&store->results));
    numbers_latex(rows, n, &text);
    int status =
        buf_check(&folder, e) || file_write_text(folder.s, "numbers.tex", &text, e) ? -1 : 0;
    if (!status) {
        buf_addf(written, "%s/numbers.tex\n", folder.s);
    }
    buf_release(&folder);
    buf_release(&text);
    return status;
}

/* How long the points of a contest took, apart from the tables that are compared byte for byte. */
static int write_seconds(const struct store *store, const struct spec *s, const struct record *rows,
                         size_t n, struct buf *written, struct err *e)
{
    struct contest contest = {0};
    struct layout layout = {0};
    struct cell_timing *timing = mem_new(n, sizeof *timing, e);
    int status = timing && timing_read(timing, store, s, rows, n, e) == 0 &&
                         contest_make(&contest, s, rows, n, e) == 0
                     ? 0
                     : -1;
    if (!status) {
        tables_seconds(&layout, s, &contest, rows, timing, n);
        status = write_all(store, "timing", &layout, 1, written, e);
    }
    layout_release(&layout);
    contest_release(&contest);
    free(timing);
    return status;
}

/* What a test on few texts is worth: from the cells' evidence, so not from the rows alone. */
static int write_ranking(const struct store *store, const struct spec *s, const struct record *rows,
                         size_t n, struct buf *written, struct err *e)
{
    struct seeds seeds = {0};
    struct layout layout = {0};
    struct cell_name *cells = mem_new(n, sizeof *cells, e);
    int status = -1;
    if (cells && cells_of_rows(cells, store, s, rows, n, e) == 0 &&
        seeds_make(&seeds, s, rows, n, e) == 0 && seeds_rank(&seeds, store, rows, cells, e) == 0) {
        tables_ranking(&layout, s, &seeds);
        status = write_all(store, "tables", &layout, 1, written, e);
    }
    layout_release(&layout);
    seeds_release(&seeds);
    free(cells);
    return status;
}

int report_tables(const struct store *store, const struct spec *s, const struct record *rows,
                  size_t n, struct buf *written, struct err *e)
{
    struct tables t = {0};
    struct pairing pairing;
    int status =
        pairing_open(&pairing, store, s, e) || tables_make(&t, &pairing, rows, n, e) ? -1 : 0;
    if (!status) {
        status = write_all(store, "tables", t.each, t.n, written, e) ||
                         write_numbers(store, rows, n, written, e)
                     ? -1
                     : 0;
    }
    if (!status && s->report.kind == REPORT_ALLOCATORS) {
        status = write_seconds(store, s, rows, n, written, e);
    }
    if (!status && s->report.kind == REPORT_SEEDS) {
        status = write_ranking(store, s, rows, n, written, e);
    }
    pairing_release(&pairing);
    tables_release(&t);
    return status ? status : buf_check(written, e);
}
