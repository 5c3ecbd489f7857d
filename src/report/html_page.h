/*
 * html_page: what every page has: its style and its script, to be put into the page itself.
 *
 * The style follows the reader's choice of light or dark, and no table is wider than its own box.
 * The script sorts tables by a click on a head and copies commands; without it all is readable.
 */
#ifndef NS_REPORT_HTML_PAGE_H
#define NS_REPORT_HTML_PAGE_H

extern const char html_style[];
extern const char html_script[];

#endif
