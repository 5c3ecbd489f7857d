/* A table of a page: what it is sorted by and how it looks is the page's business (html_page.h). */
#include <string.h>

#include "base/shell.h"
#include "report/escape.h"
#include "report/layout.h"

static void text_lines(const char *text, struct buf *out)
{
    for (;;) {
        size_t bytes = strcspn(text, "\n");
        escape_html(text, bytes, out);
        text += bytes;
        if (!*text) {
            return;
        }
        buf_adds(out, "<br>");
        text++;
    }
}

static const char *next(const char *cell)
{
    return cell + strlen(cell) + 1;
}

static void heads(const struct layout *l, bool linked, struct buf *out)
{
    const char *head = l->cells.s;
    buf_adds(out, "<thead>\n<tr>");
    for (size_t c = 0; c < l->n_columns; c++, head = next(head)) {
        buf_addf(out, "<th scope=\"col\"%s><button type=\"button\" class=\"sort\">",
                 l->right[c] ? " class=\"r\"" : "");
        text_lines(head, out);
        buf_adds(out, "</button></th>");
    }
    buf_adds(out, linked ? "<th scope=\"col\" class=\"how\">Made by</th>" : "");
    buf_adds(out, "</tr>\n</thead>\n");
}

static void command(const struct layout_links *links, const char *id, struct buf *out)
{
    struct buf line = BUF_INIT;
    buf_adds(&line, links->command);
    shell_add_word(&line, id);
    buf_adds(out, "<p><code>");
    escape_html(buf_text(&line), line.len, out);
    buf_adds(out, "</code> <button type=\"button\" class=\"copy\">Copy</button><br>"
                  "<small>stored in ");
    escape_html(links->folder, strlen(links->folder), out);
    buf_addc(out, '/');
    escape_html(id, strlen(id), out);
    buf_adds(out, "</small></p>");
    out->failed = out->failed || line.failed;
    buf_release(&line);
}

/* The disclosure of what row `row` is made from; an empty cell when that is nothing stored. */
static void made_by(const struct layout *l, const struct layout_links *links, size_t row,
                    struct buf *out)
{
    size_t n = l->sources.len / sizeof(struct layout_source), found = 0;
    buf_adds(out, "<td class=\"how\">");
    for (size_t i = 0; i < n; i++) {
        struct layout_source s;
        memcpy(&s, l->sources.s + i * sizeof s, sizeof s);
        const char *id = s.row == row ? links->id(links->context, s.number) : NULL;
        if (id && found++ == 0) {
            buf_adds(out, "<details><summary>commands</summary>");
        }
        if (id) {
            command(links, id, out);
        }
    }
    buf_adds(out, found ? "</details></td>" : "</td>");
}

static void rows(const struct layout *l, const struct layout_links *links, struct buf *out)
{
    const char *cell = l->cells.s;
    buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < l->n_cells; i++, cell = next(cell)) {
        size_t c = i % l->n_columns;
        if (i < l->n_columns) {
            continue;
        }
        buf_adds(out, c ? "" : "<tr>");
        buf_adds(out, c == 0 ? "<th scope=\"row\"" : "<td");
        buf_adds(out, l->right[c] ? " class=\"r\">" : ">");
        text_lines(cell, out);
        buf_adds(out, c == 0 ? "</th>" : "</td>");
        if (c + 1 == l->n_columns) {
            if (links) {
                made_by(l, links, i / l->n_columns - 1, out);
            }
            buf_adds(out, "</tr>\n");
        }
    }
    buf_adds(out, "</tbody>\n");
}

void layout_html(const struct layout *l, const struct layout_links *links, struct buf *out)
{
    out->failed =
        out->failed || l->caption.failed || l->cells.failed || l->notes.failed || l->sources.failed;
    if (out->failed || l->n_columns == 0) {
        return;
    }
    buf_adds(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
    escape_html(buf_text(&l->caption), l->caption.len, out);
    buf_adds(out, "\">\n<table id=\"table-");
    escape_html(l->stem, strlen(l->stem), out);
    buf_adds(out, "\">\n<caption><span>");
    escape_html(buf_text(&l->caption), l->caption.len, out);
    buf_adds(out, "</span></caption>\n");
    heads(l, links != NULL, out);
    rows(l, links, out);
    buf_adds(out, "</table>\n</div>\n");
    const char *note = l->notes.s;
    for (size_t i = 0; i < l->n_notes; i++, note = next(note)) {
        buf_adds(out, i ? "<li>" : "<ul class=\"notes\">\n<li>");
        escape_html(note, strlen(note), out);
        buf_adds(out, "</li>\n");
    }
    buf_adds(out, l->n_notes ? "</ul>\n" : "");
}
