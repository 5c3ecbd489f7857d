/*
 * layout: a table described once and shown as terminal text, Markdown, LaTeX or HTML.
 *
 * A table is a caption, columns with a head and an alignment, cells in reading order, and notes.
 * All text is plain UTF-8, with the true signs (Δ, ×, −, ±, ≤); each form escapes and translates it
 * in its own way, so nobody who fills a table thinks of LaTeX. A head may hold line breaks ("\n").
 * Appending never fails visibly: the shown text fails its buf_check() instead.
 */
#ifndef NS_REPORT_LAYOUT_H
#define NS_REPORT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { LAYOUT_COLUMNS_MAX = 96 };

/* Row `row` of a table (the first after the heads is 0) is made from result number `number`. */
struct layout_source {
    size_t row, number;
};

struct layout {
    char stem[64];      /* of the file names: "loss" for loss.md, loss.tex */
    struct buf caption; /* may be empty */
    struct buf cells;   /* heads, then rows; each text ended by a NUL */
    struct buf notes;   /* each ended by a NUL */
    struct buf sources; /* of struct layout_source */
    size_t n_columns, n_cells, n_notes;
    bool right[LAYOUT_COLUMNS_MAX];
};

enum layout_align { LAYOUT_LEFT, LAYOUT_RIGHT };

void layout_release(struct layout *l);

void layout_name(struct layout *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All columns come before the first cell; a cell past the last column opens the next row. */
void layout_column(struct layout *l, enum layout_align align, const char *head);
void layout_cell(struct layout *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void layout_note(struct layout *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A note of any length; the others end at 1,023 bytes. */
void layout_note_text(struct layout *l, const struct buf *text);

/* The row of the cell that comes next is made from this result too; HTML alone shows it. */
void layout_from(struct layout *l, size_t number);

/* Caption, aligned columns, notes. Widths are counted in code points. */
void layout_terminal(const struct layout *l, struct buf *out);

/* Caption in bold, a pipe table, the notes as a list. */
void layout_markdown(const struct layout *l, struct buf *out);

/* A booktabs tabular alone, without float, caption or notes; needs nothing but booktabs. */
void layout_latex(const struct layout *l, struct buf *out);

/* Caption and notes as one LaTeX paragraph, for the caption of the float around the tabular. */
void layout_latex_notes(const struct layout *l, struct buf *out);

/* How the results that rows are made from are told, and made again. */
struct layout_links {
    const char *command; /* to which the quoted id is appended: "nashswarm run X --only" */
    const char *folder;  /* in which each id has a folder */
    const char *(*id)(const void *context, size_t number); /* NULL: that result is nowhere */
    const void *context;
};

/*
 * A table in a box that scrolls by itself, then the notes as a list; columns can be sorted by the
 * script of the page (html_page.h). With `links` a last column discloses the commands of each row.
 */
void layout_html(const struct layout *l, const struct layout_links *links, struct buf *out);

#endif
