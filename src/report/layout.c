#include "report/layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/escape.h"

void layout_release(struct layout *l)
{
    buf_release(&l->caption);
    buf_release(&l->cells);
    buf_release(&l->notes);
    buf_release(&l->sources);
}

static void append(struct buf *to, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char small[1024];
    if (n >= 0 && (size_t)n < sizeof small) {
        vsnprintf(small, sizeof small, format, args);
        buf_add(to, small, (size_t)n + 1);
    } else {
        to->failed = true; /* names are bounded by the record's columns */
    }
}

void layout_name(struct layout *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(l->stem, sizeof l->stem, format, args);
    va_end(args);
}

void layout_column(struct layout *l, enum layout_align align, const char *head)
{
    if (l->n_columns == LAYOUT_COLUMNS_MAX || l->n_cells != l->n_columns) {
        BUG("a column of the table %s comes too late: %s", l->stem, head);
    }
    l->right[l->n_columns++] = align == LAYOUT_RIGHT;
    layout_cell(l, "%s", head);
}

void layout_cell(struct layout *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    append(&l->cells, format, args);
    va_end(args);
    l->n_cells++;
}

void layout_note(struct layout *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    append(&l->notes, format, args);
    va_end(args);
    l->n_notes++;
}

void layout_note_text(struct layout *l, const struct buf *text)
{
    l->notes.failed = l->notes.failed || text->failed;
    buf_add(&l->notes, buf_text(text), text->len + 1);
    l->n_notes++;
}

void layout_from(struct layout *l, size_t number)
{
    struct layout_source s = {.row = l->n_cells / l->n_columns - 1, .number = number};
    buf_add(&l->sources, &s, sizeof s);
}

/* False when a part ran out of memory and there is nothing to walk over. */
static bool complete(const struct layout *l, struct buf *out)
{
    out->failed = out->failed || l->caption.failed || l->cells.failed || l->notes.failed;
    return !out->failed && l->n_columns > 0;
}

static const char *next(const char *cell)
{
    return cell + strlen(cell) + 1;
}

/* The k-th line of a head of `lines` lines, set flush with the lowest one; "" above it. */
static const char *head_line(const char *head, size_t k, size_t lines, size_t *bytes)
{
    size_t own = 1;
    for (const char *p = head; (p = strchr(p, '\n')) != NULL; p++) {
        own++;
    }
    *bytes = 0;
    if (k + own < lines) {
        return "";
    }
    for (size_t skip = k + own - lines; skip > 0; skip--) {
        head = strchr(head, '\n') + 1;
    }
    *bytes = strcspn(head, "\n");
    return head;
}

static void padded(const char *text, size_t bytes, size_t width, bool right, struct buf *out)
{
    size_t gap = width - utf8_columns(text, bytes);
    for (size_t i = 0; right && i < gap; i++) {
        buf_addc(out, ' ');
    }
    escape_terminal(text, bytes, out);
    for (size_t i = 0; !right && i < gap; i++) {
        buf_addc(out, ' ');
    }
}

/* Blanks that pad the last column would only make noise in comparisons. */
static void end_line(struct buf *out)
{
    while (out->len > 0 && out->s[out->len - 1] == ' ') {
        out->s[--out->len] = '\0';
    }
    buf_addc(out, '\n');
}

static void measure(const struct layout *l, size_t width[LAYOUT_COLUMNS_MAX], size_t *head_lines)
{
    memset(width, 0, LAYOUT_COLUMNS_MAX * sizeof *width);
    *head_lines = 1;
    const char *cell = l->cells.s;
    for (size_t i = 0; i < l->n_cells; i++, cell = next(cell)) {
        size_t column = i % l->n_columns, lines = 1;
        for (const char *line = cell;; line++) {
            size_t bytes = i < l->n_columns ? strcspn(line, "\n") : strlen(line);
            size_t columns = utf8_columns(line, bytes);
            width[column] = columns > width[column] ? columns : width[column];
            line += bytes;
            if (!*line) {
                break;
            }
            lines++;
        }
        *head_lines = lines > *head_lines ? lines : *head_lines;
    }
}

static void terminal_heads(const struct layout *l, const size_t *width, size_t lines,
                           struct buf *out)
{
    for (size_t k = 0; k < lines; k++) {
        const char *head = l->cells.s;
        for (size_t c = 0; c < l->n_columns; c++, head = next(head)) {
            size_t bytes;
            const char *line = head_line(head, k, lines, &bytes);
            buf_adds(out, c ? "  " : "");
            padded(line, bytes, width[c], l->right[c], out);
        }
        end_line(out);
    }
    for (size_t c = 0; c < l->n_columns; c++) {
        buf_adds(out, c ? "  " : "");
        for (size_t i = 0; i < width[c]; i++) {
            buf_addc(out, '-');
        }
    }
    end_line(out);
}

void layout_terminal(const struct layout *l, struct buf *out)
{
    if (!complete(l, out)) {
        return;
    }
    size_t width[LAYOUT_COLUMNS_MAX], head_lines;
    measure(l, width, &head_lines);
    if (l->caption.len) {
        escape_terminal(l->caption.s, l->caption.len, out);
        buf_adds(out, "\n\n");
    }
    terminal_heads(l, width, head_lines, out);
    const char *cell = l->cells.s;
    for (size_t i = 0; i < l->n_cells; i++, cell = next(cell)) {
        size_t c = i % l->n_columns;
        if (i < l->n_columns) {
            continue;
        }
        buf_adds(out, c ? "  " : "");
        padded(cell, strlen(cell), width[c], l->right[c], out);
        if (c + 1 == l->n_columns) {
            end_line(out);
        }
    }
    const char *note = l->notes.s;
    for (size_t i = 0; i < l->n_notes; i++, note = next(note)) {
        buf_adds(out, i ? "  " : "\n  ");
        escape_terminal(note, strlen(note), out);
        buf_addc(out, '\n');
    }
}

void layout_markdown(const struct layout *l, struct buf *out)
{
    if (!complete(l, out)) {
        return;
    }
    if (l->caption.len) {
        buf_adds(out, "**");
        escape_markdown(l->caption.s, out);
        buf_adds(out, "**\n\n");
    }
    const char *cell = l->cells.s;
    for (size_t i = 0; i < l->n_cells; i++, cell = next(cell)) {
        buf_adds(out, i % l->n_columns ? " " : "| ");
        escape_markdown(cell, out);
        buf_adds(out, " |");
        if ((i + 1) % l->n_columns == 0) {
            buf_addc(out, '\n');
        }
        if (i + 1 == l->n_columns) {
            for (size_t c = 0; c < l->n_columns; c++) {
                buf_adds(out, l->right[c] ? "|---:" : "|:---");
            }
            buf_adds(out, "|\n");
        }
    }
    const char *note = l->notes.s;
    for (size_t i = 0; i < l->n_notes; i++, note = next(note)) {
        buf_adds(out, i ? "- " : "\n- ");
        escape_markdown(note, out);
        buf_addc(out, '\n');
    }
}

/* A head of several lines is a small tabular of its own, its lowest line on the row's. */
static void latex_head(const char *head, bool right, struct buf *out)
{
    if (!strchr(head, '\n')) {
        escape_latex(head, strlen(head), out);
        return;
    }
    buf_addf(out, "\\begin{tabular}[b]{@{}%c@{}}", right ? 'r' : 'l');
    for (;;) {
        size_t bytes = strcspn(head, "\n");
        escape_latex(head, bytes, out);
        head += bytes;
        if (!*head) {
            break;
        }
        buf_adds(out, "\\\\");
        head++;
    }
    buf_adds(out, "\\end{tabular}");
}

void layout_latex(const struct layout *l, struct buf *out)
{
    if (!complete(l, out)) {
        return;
    }
    buf_adds(out, "\\begin{tabular}{@{}");
    for (size_t c = 0; c < l->n_columns; c++) {
        buf_addc(out, l->right[c] ? 'r' : 'l');
    }
    buf_adds(out, "@{}}\n\\toprule\n");
    const char *cell = l->cells.s;
    for (size_t i = 0; i < l->n_cells; i++, cell = next(cell)) {
        size_t c = i % l->n_columns;
        buf_adds(out, c ? " & " : "");
        if (i < l->n_columns) {
            latex_head(cell, l->right[c], out);
        } else {
            escape_latex(cell, strlen(cell), out);
        }
        if (c + 1 == l->n_columns) {
            buf_adds(out, " \\\\\n");
            buf_adds(out, i + 1 == l->n_columns ? "\\midrule\n" : "");
        }
    }
    buf_adds(out, "\\bottomrule\n\\end{tabular}\n");
}

void layout_latex_notes(const struct layout *l, struct buf *out)
{
    if (!complete(l, out)) {
        return;
    }
    escape_latex(buf_text(&l->caption), l->caption.len, out);
    buf_addc(out, '\n');
    const char *note = l->notes.s;
    for (size_t i = 0; i < l->n_notes; i++, note = next(note)) {
        escape_latex(note, strlen(note), out);
        buf_addc(out, '\n');
    }
}
