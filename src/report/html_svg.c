#include "report/html_svg.h"

#include <string.h>

#include "report/escape.h"

/* What is followed by an id. */
static const char *const openers[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};

/* What is left out, with all inside: titles show up as tooltips, the description is gnuplot's. */
static const char *const dropped[][2] = {{"<title>", "</title>"}, {"<desc>", "</desc>"}};

static const char *after_dropped(const char *at)
{
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++) {
        const char *end = strncmp(at, dropped[i][0], strlen(dropped[i][0])) == 0
                              ? strstr(at, dropped[i][1])
                              : NULL;
        if (end) {
            return end + strlen(dropped[i][1]);
        }
    }
    return at;
}

static size_t opener_length(const char *at)
{
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        if (strncmp(at, openers[i], strlen(openers[i])) == 0) {
            return strlen(openers[i]);
        }
    }
    return 0;
}

int html_svg(struct buf *out, const struct buf *svg, const char *prefix, const char *alternative,
             const char *where, struct err *e)
{
    const char *start = strstr(buf_text(svg), "<svg");
    const char *end = start ? strstr(start, "</svg>") : NULL;
    if (!end) {
        return err_set(e, "%s is no whole SVG figure: draw it again with `nashswarm figures`",
                       where);
    }
    buf_adds(out, "<svg role=\"img\" aria-label=\"");
    escape_html(alternative, strlen(alternative), out);
    buf_addc(out, '"');
    for (const char *at = start + strlen("<svg"); at < end;) {
        const char *next = after_dropped(at);
        size_t n = opener_length(next);
        if (n) {
            buf_add(out, next, n);
            buf_addf(out, "%s-", prefix);
        } else if (next == at) {
            buf_addc(out, *at);
            n = 1;
        }
        at = next + n;
    }
    buf_adds(out, "</svg>\n");
    return buf_check(out, e);
}
