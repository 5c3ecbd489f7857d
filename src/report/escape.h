/*
 * escape: plain UTF-8 made safe for a terminal, Markdown, LaTeX and HTML.
 *
 * Names come from files and specs, so anything can be in them: control characters become blanks,
 * bytes that are no UTF-8 become "?", and what a form gives a meaning to is escaped. LaTeX gets the
 * signs of the reports (Δ × − ± ≤ ≥ –) as commands and math.
 */
#ifndef NS_REPORT_ESCAPE_H
#define NS_REPORT_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/* Code points of text[0..bytes), each broken byte counted as one: as wide as escape_terminal's. */
size_t utf8_columns(const char *text, size_t bytes);

void escape_terminal(const char *text, size_t bytes, struct buf *out);
void escape_markdown(const char *text, struct buf *out); /* line breaks become blanks */
void escape_latex(const char *text, size_t bytes, struct buf *out);

/* For the text of an element and for an attribute in double quotes. */
void escape_html(const char *text, size_t bytes, struct buf *out);

#endif
