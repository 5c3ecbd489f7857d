/*
 * html_svg: a figure that gnuplot drew as SVG, made fit to stand in a page with others.
 */
#ifndef NS_REPORT_HTML_SVG_H
#define NS_REPORT_HTML_SVG_H

#include "base/buf.h"

/*
 * Appends the <svg> element of `svg`: without XML declaration, document type and gnuplot's title
 * and description, every id (and what refers to one) with `prefix` and a dash before it, and
 * `alternative` as what is read aloud. −1 when there is no whole <svg> in it; `where` is named.
 */
int html_svg(struct buf *out, const struct buf *svg, const char *prefix, const char *alternative,
             const char *where, struct err *e);

#endif
