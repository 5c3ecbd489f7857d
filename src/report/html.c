#include "report/html.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json_file.h"
#include "report/captions.h"
#include "report/escape.h"
#include "report/html_page.h"
#include "report/html_svg.h"
#include "report/tables.h"

static void escaped(struct buf *out, const char *text)
{
    escape_html(text, strlen(text), out);
}

static void head(const struct html_report *r, struct buf *out)
{
    buf_adds(out,
             HTML_LEAD "\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<title>");
    escaped(out, report_title(r->spec));
    buf_addf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", html_style);
    escaped(out, report_title(r->spec));
    buf_adds(out, "</h1>\n");
}

static void summary(const struct html_report *r, bool claims, struct buf *out)
{
    const struct spec *s = r->spec;
    if (r->warning->len) {
        buf_adds(out, "<p><strong>Warning: ");
        escaped(out, buf_text(r->warning));
        buf_adds(out, "</strong></p>\n");
    }
    buf_adds(out, "<p>The experiment <strong>");
    escaped(out, s->name);
    buf_addf(out, "</strong>: %zu result%s of %zu model%s and %zu method%s under the protocol%s ",
             r->stored->n, r->stored->n == 1 ? "" : "s", s->n_models, s->n_models == 1 ? "" : "s",
             s->n_methods, s->n_methods == 1 ? "" : "s", s->n_protocols == 1 ? "" : "s");
    for (size_t i = 0; i < s->n_protocols; i++) {
        buf_adds(out, i ? ", " : "");
        escaped(out, report_protocol(s, i));
    }
    buf_adds(out, ". Everything here is made by</p>\n<p><code>");
    escaped(out, r->command);
    buf_adds(out, "</code> <button type=\"button\" class=\"copy\">Copy</button></p>\n"
                  "<p class=\"soft\">Click a column's head to sort by it. “commands”, at the end "
                  "of a row, shows what makes its numbers alone.</p>\n<nav>");
    buf_adds(out, "<a href=\"#tables\">Tables</a> <a href=\"#figures\">Figures</a> ");
    buf_adds(out, claims ? "<a href=\"#verdicts\">Verdicts</a> " : "");
    buf_adds(out, "<a href=\"#provenance\">Provenance</a></nav>\n");
}

static int verdicts(const struct html_report *r, struct buf *out, struct err *e)
{
    struct layout l = {0};
    int status = html_claims(&l, r->claims, e);
    if (!status) {
        buf_adds(out, "<section id=\"verdicts\">\n<h2>Verdicts</h2>\n");
        layout_html(&l, NULL, out);
        buf_adds(out, "</section>\n");
    }
    layout_release(&l);
    return status;
}

static const char *id_of(const void *context, size_t number)
{
    const struct stored *s = context;
    return number < s->n && *s->cells[number].id ? s->cells[number].id : NULL;
}

static int all_tables(const struct html_report *r, struct buf *out, struct err *e)
{
    struct tables t = {0};
    struct pairing pairing;
    struct buf command = BUF_INIT, folder = BUF_INIT;
    buf_addf(&command, "%s --only", r->command);
    buf_addf(&folder, "%s/cells", buf_text(&r->stored->folder));
    struct layout_links links = {.command = buf_text(&command),
                                 .folder = buf_text(&folder),
                                 .id = id_of,
                                 .context = r->stored};
    int status = pairing_open(&pairing, r->store, r->spec, e) ||
                         tables_make(&t, &pairing, r->stored->rows, r->stored->n, e)
                     ? -1
                     : 0;
    buf_adds(out, "<section id=\"tables\">\n<h2>Tables</h2>\n");
    for (size_t i = 0; !status && i < t.n; i++) {
        layout_html(&t.each[i], &links, out);
    }
    buf_adds(out, "</section>\n");
    pairing_release(&pairing);
    tables_release(&t);
    out->failed = out->failed || command.failed || folder.failed;
    buf_release(&command);
    buf_release(&folder);
    return status;
}

static int figure(const char *path, struct buf *out, struct err *e)
{
    struct buf svg = BUF_INIT, stem = BUF_INIT;
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    buf_add(&stem, name, strlen(name) - strlen(".svg"));
    const char *known = figure_caption(buf_text(&stem)), *caption = known ? known : buf_text(&stem);
    buf_adds(out, "<figure>\n<div class=\"plot\" tabindex=\"0\">\n");
    int status =
        file_read_stored(&svg, path, e) || html_svg(out, &svg, buf_text(&stem), caption, path, e)
            ? -1
            : 0;
    buf_adds(out, "</div>\n<figcaption>");
    escaped(out, caption);
    buf_adds(out, "</figcaption>\n</figure>\n");
    buf_release(&svg);
    buf_release(&stem);
    return status;
}

static int all_figures(const struct html_report *r, struct buf *out, struct err *e)
{
    int status = 0;
    buf_adds(out, "<section id=\"figures\">\n<h2>Figures</h2>\n");
    for (const char *line = buf_text(r->figures); *line && !status;) {
        size_t n = strcspn(line, "\n");
        if (n > 4 && memcmp(line + n - 4, ".svg", 4) == 0) {
            struct buf path = BUF_INIT;
            buf_add(&path, line, n);
            status = buf_check(&path, e) || figure(path.s, out, e) ? -1 : 0;
            buf_release(&path);
        }
        line += n + (line[n] == '\n');
    }
    buf_adds(out, "</section>\n");
    return status;
}

/* The first and the last moment at which a stored cell was begun; "" when none is known. */
static int started(const struct stored *s, char first[40], char last[40], struct err *e)
{
    struct buf path = BUF_INIT;
    int status = 0;
    first[0] = last[0] = '\0';
    for (size_t i = 0; i < s->n && !status; i++) {
        struct err ignored;
        buf_clear(&path);
        buf_addf(&path, "%s/cells/%s/provenance.json", s->folder.s, s->cells[i].id);
        status = buf_check(&path, e);
        json_t *root = status || !*s->cells[i].id ? NULL : json_file_read(path.s, &ignored);
        const char *when = json_string_value(json_object_get(root, "started"));
        if (when && strlen(when) < 40) {
            if (!*first || strcmp(when, first) < 0) {
                memcpy(first, when, strlen(when) + 1);
            }
            if (strcmp(when, last) > 0) {
                memcpy(last, when, strlen(when) + 1);
            }
        }
        json_decref(root);
    }
    buf_release(&path);
    return status;
}

static void pair(struct buf *out, const char *key, const char *value)
{
    buf_adds(out, "<tr><th scope=\"row\">");
    escaped(out, key);
    buf_adds(out, "</th><td>");
    escaped(out, value);
    buf_adds(out, "</td></tr>\n");
}

static int provenance(const struct html_report *r, struct buf *out, struct err *e)
{
    struct flat f = {0};
    char first[40], last[40];
    int status = stored_provenance(r->stored, &f, e) || started(r->stored, first, last, e) ? -1 : 0;
    buf_adds(
        out,
        "<section id=\"provenance\">\n<h2>Provenance</h2>\n<div class=\"wide text\">\n"
        "<table>\n<caption><span>Where the results come from; where cells differ, every value, "
        "with | between</span></caption>\n<thead><tr><th scope=\"col\" class=\"how\">What</th>"
        "<th scope=\"col\" class=\"how\">Value</th></tr></thead>\n<tbody>\n");
    if (!status && *first) {
        pair(out, "started, first cell", first);
        pair(out, "started, last cell", last);
    }
    for (const char *key = status ? NULL : flat_next(&f, NULL); key; key = flat_next(&f, key)) {
        pair(out, key, flat_value(key));
    }
    buf_adds(out, "</tbody>\n</table>\n</div>\n</section>\n");
    flat_release(&f);
    return status;
}

int html_report(const struct html_report *r, struct buf *out, struct err *e)
{
    bool claims = file_exists(r->claims);
    head(r, out);
    summary(r, claims, out);
    if (all_tables(r, out, e) || all_figures(r, out, e) || (claims && verdicts(r, out, e)) ||
        provenance(r, out, e)) {
        return -1;
    }
    buf_addf(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", html_script);
    return buf_check(out, e);
}
