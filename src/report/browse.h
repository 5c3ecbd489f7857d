/*
 * browse: rows of any columns as text, Markdown, LaTeX, CSV, TSV or JSON; one cell with all that is
 * stored of it; and the documentation of the columns.
 *
 * Text, Markdown and LaTeX are for eyes: six significant digits, "–" where nothing applies. CSV,
 * TSV and JSON are for programs: every digit, nothing or null. Appending never fails visibly.
 */
#ifndef NS_REPORT_BROWSE_H
#define NS_REPORT_BROWSE_H

#include "results/query.h"
#include "results/stored.h"

enum browse_format {
    BROWSE_TEXT,
    BROWSE_CSV,
    BROWSE_JSON,
    BROWSE_TSV,
    BROWSE_MARKDOWN,
    BROWSE_LATEX
};

/* −1 for a name that is none of text, csv, json, tsv, markdown, latex. */
int browse_format_parse(enum browse_format *out, const char *name, struct err *e);

/* Whether it is one for eyes. */
bool browse_is_layout(enum browse_format format);

/*
 * rows[n]. numbers[n] is what stands before each row in text, counted from 1; NULL: nothing.
 */
void browse_rows(const struct pick *columns, const void *const *rows, const size_t *numbers,
                 size_t n, enum browse_format format, struct buf *out);

/* Columns of results that say most; those empty in all rows[n] are left out. */
void browse_usual_columns(struct pick *columns, const void *const *rows, size_t n);

/* A cell of the results: its folder `id`, and its row of the table, or NULL when it is in none. */
int browse_cell(const struct stored *s, const char *id, const struct record *row, struct buf *out,
                struct err *e);

/* Name, type, unit and help of all columns of results and of tensors. */
void browse_columns(enum browse_format format, struct buf *out);

#endif
