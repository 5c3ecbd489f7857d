#include "report/browse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/layout.h"
#include "results/details.h"

static const char *const format_names[] = {
    [BROWSE_TEXT] = "text", [BROWSE_CSV] = "csv",           [BROWSE_JSON] = "json",
    [BROWSE_TSV] = "tsv",   [BROWSE_MARKDOWN] = "markdown", [BROWSE_LATEX] = "latex"};

int browse_format_parse(enum browse_format *out, const char *name, struct err *e)
{
    for (size_t i = 0; i < sizeof format_names / sizeof *format_names; i++) {
        if (strcmp(name, format_names[i]) == 0) {
            *out = (enum browse_format)i;
            return 0;
        }
    }
    return err_set(e, "there is no format \"%s\": text, csv, json, tsv, markdown or latex", name);
}

bool browse_is_layout(enum browse_format format)
{
    return format == BROWSE_TEXT || format == BROWSE_MARKDOWN || format == BROWSE_LATEX;
}

/* A number for eyes; set in LaTeX, a hyphen would not do for its signs. */
static void put_number(struct layout *l, const struct column *c, const void *row,
                       enum browse_format format)
{
    char digits[64];
    struct buf text = BUF_INIT;
    snprintf(digits, sizeof digits, c->type == COLUMN_IS_INT ? "%.0f" : "%.6g",
             column_number(c, row));
    for (const char *d = digits; *d; d++) {
        if (*d == '-' && format == BROWSE_LATEX) {
            buf_adds(&text, "−");
        } else {
            buf_addc(&text, *d);
        }
    }
    layout_cell(l, "%s", buf_text(&text));
    l->cells.failed = l->cells.failed || text.failed;
    buf_release(&text);
}

/* A value for eyes. */
static void put_cell(struct layout *l, const struct column *c, const void *row,
                     enum browse_format format)
{
    if (column_is_empty(c, row)) {
        layout_cell(l, "–");
    } else if (c->type == COLUMN_IS_TEXT) {
        layout_cell(l, "%s", column_text(c, row));
    } else {
        put_number(l, c, row, format);
    }
}

static void show(const struct layout *l, enum browse_format format, struct buf *out)
{
    if (format == BROWSE_MARKDOWN) {
        layout_markdown(l, out);
    } else if (format == BROWSE_LATEX) {
        layout_latex(l, out);
    } else {
        layout_terminal(l, out);
    }
}

static void as_layout(const struct pick *p, const void *const *rows, const size_t *numbers,
                      size_t n, enum browse_format format, struct buf *out)
{
    struct layout l = {.stem = "rows"};
    bool counted = numbers && format == BROWSE_TEXT;
    if (counted) {
        layout_column(&l, LAYOUT_RIGHT, "#");
    }
    for (size_t c = 0; c < p->n; c++) {
        layout_column(&l, p->each[c]->type == COLUMN_IS_TEXT ? LAYOUT_LEFT : LAYOUT_RIGHT,
                      p->each[c]->name);
    }
    for (size_t i = 0; i < n; i++) {
        if (counted) {
            layout_cell(&l, "%zu", numbers[i]);
        }
        for (size_t c = 0; c < p->n; c++) {
            put_cell(&l, p->each[c], rows[i], format);
        }
    }
    show(&l, format, out);
    layout_release(&l);
}

/* A text has no tabs and line ends in TSV, which knows no quotes. */
static void tsv_value(const struct column *c, const void *row, struct buf *out)
{
    if (c->type != COLUMN_IS_TEXT) {
        column_write_csv(c, row, out);
        return;
    }
    for (const char *t = column_text(c, row); *t; t++) {
        buf_addc(out, strchr("\t\r\n", *t) ? ' ' : *t);
    }
}

static void as_lines(const struct pick *p, const void *const *rows, size_t n, bool tabs,
                     struct buf *out)
{
    const char *between = tabs ? "\t" : ",";
    for (size_t c = 0; c < p->n; c++) {
        buf_addf(out, "%s%s", c ? between : "", p->each[c]->name);
    }
    buf_addc(out, '\n');
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < p->n; c++) {
            buf_adds(out, c ? between : "");
            if (tabs) {
                tsv_value(p->each[c], rows[i], out);
            } else {
                column_write_csv(p->each[c], rows[i], out);
            }
        }
        buf_addc(out, '\n');
    }
}

static void as_json(const struct pick *p, const void *const *rows, size_t n, struct buf *out)
{
    struct json_out j = json_begin(out);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open_flat(&j, '{');
        for (size_t c = 0; c < p->n; c++) {
            json_key(&j, p->each[c]->name);
            column_write_json(p->each[c], rows[i], &j);
        }
        json_close(&j, '}');
    }
    json_close(&j, ']');
}

void browse_rows(const struct pick *columns, const void *const *rows, const size_t *numbers,
                 size_t n, enum browse_format format, struct buf *out)
{
    if (format == BROWSE_JSON) {
        as_json(columns, rows, n, out);
    } else if (browse_is_layout(format)) {
        as_layout(columns, rows, numbers, n, format, out);
    } else {
        as_lines(columns, rows, n, format == BROWSE_TSV, out);
    }
}

void browse_usual_columns(struct pick *columns, const void *const *rows, size_t n)
{
    static const char *const usual[] = {
        "model",     "method",     "variant",   "protocol",        "seed",
        "loss_nats", "delta_nats", "delta_pct", "bits_per_weight", "relative_mse"};
    columns->n = 0;
    for (size_t k = 0; k < sizeof usual / sizeof *usual; k++) {
        const struct column *c = columns_find(&record_table, usual[k]);
        size_t i = 0;
        while (i < n && column_is_empty(c, rows[i])) {
            i++;
        }
        if (i < n || k < 2) {
            columns->each[columns->n++] = c;
        }
    }
}

/* A row of the documentation is a row of a table itself. */
struct description {
    char table[16], name[48], type[8], unit[24], help[256];
};

static struct description describe(const char *table, const struct column *c)
{
    struct description d = {0};
    snprintf(d.table, sizeof d.table, "%s", table);
    snprintf(d.name, sizeof d.name, "%s", c->name);
    snprintf(d.type, sizeof d.type, "%s", column_type_name(c));
    snprintf(d.unit, sizeof d.unit, "%s", c->unit);
    snprintf(d.help, sizeof d.help, "%s", c->help);
    return d;
}

void browse_columns(enum browse_format format, struct buf *out)
{
#define DESCRIBED(member)                                                                          \
    {                                                                                              \
        .name = #member, .unit = "", .help = "", .type = COLUMN_IS_TEXT,                           \
        .offset = offsetof(struct description, member),                                            \
        .bytes = sizeof(((struct description *)0)->member)                                         \
    }
    static const struct column columns[] = {DESCRIBED(table), DESCRIBED(name), DESCRIBED(type),
                                            DESCRIBED(unit), DESCRIBED(help)};
#undef DESCRIBED
    enum { MOST = 2 * QUERY_COLUMNS_MAX };
    struct description all[MOST];
    const void *rows[MOST];
    struct pick pick = {.n = sizeof columns / sizeof *columns};
    size_t n = 0;
    for (size_t c = 0; c < pick.n; c++) {
        pick.each[c] = &columns[c];
    }
    for (size_t t = 0; t < 2; t++) {
        const struct columns *of = t ? &tensor_columns : &record_table;
        for (size_t i = 0; i < of->n && n < MOST; i++, n++) {
            all[n] = describe(t ? "tensors.csv" : "table.csv", &of->each[i]);
            rows[n] = &all[n];
        }
    }
    browse_rows(&pick, rows, NULL, n, format, out);
}
