#include "report/report.h"

#include "base/file.h"
#include "report/tables.h"

enum { REPORT_TABLES_MAX = 3 };

struct tables {
    struct layout each[REPORT_TABLES_MAX];
    size_t n;
};

static void release(struct tables *t)
{
    for (size_t i = 0; i < REPORT_TABLES_MAX; i++) {
        layout_release(&t->each[i]);
    }
}

/* The tables of this kind of report, the main one first. */
static int make(struct tables *t, const struct spec *s, const struct record *rows, size_t n,
                struct err *e)
{
    *t = (struct tables){0};
    if (s->report.kind == REPORT_SWEEP) {
        tables_sweep(&t->each[t->n++], s, rows, n);
    } else {
        struct study study;
        if (study_make(&study, s, rows, n, e)) {
            return -1;
        }
        tables_loss(&t->each[t->n++], s, &study);
        tables_size(&t->each[t->n++], s, &study);
        study_release(&study);
    }
    tables_bill(&t->each[t->n++], s, rows, n);
    return 0;
}

int report_print(const struct spec *s, const struct record *rows, size_t n, struct buf *out,
                 struct err *e)
{
    struct tables t;
    if (make(&t, s, rows, n, e)) {
        return -1;
    }
    layout_terminal(&t.each[0], out);
    release(&t);
    return buf_check(out, e);
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

int report_tables(const struct store *store, const struct spec *s, const struct record *rows,
                  size_t n, struct buf *written, struct err *e)
{
    struct tables t;
    struct buf folder = BUF_INIT;
    int status = make(&t, s, rows, n, e);
    buf_addf(&folder, "%s/tables", buf_text(&store->results));
    if (status || (status = buf_check(&folder, e)) || (status = file_make_dirs(folder.s, e))) {
        goto out;
    }
    for (size_t i = 0; i < t.n && !status; i++) {
        const struct layout *l = &t.each[i];
        if (write_form(folder.s, l, layout_markdown, ".md", written, e) ||
            write_form(folder.s, l, layout_latex, ".tex", written, e) ||
            write_form(folder.s, l, layout_latex_notes, "-notes.tex", written, e)) {
            status = -1;
        }
    }
    status = status ? status : buf_check(written, e);
out:
    buf_release(&folder);
    release(&t);
    return status;
}
