/*
 * pdf: takes the date of drawing out of a PDF, so that equal figures are equal files.
 *
 * gnuplot's writer, cairo, stamps the date whatever SOURCE_DATE_EPOCH says. Its digits are
 * overwritten in place; the length of the field, and so every offset in the file, stays. From 1.18
 * on cairo compresses the object with the date, unless it is told not to (base/process.h): a PDF in
 * which no date is found is refused.
 */
#ifndef NS_REPORT_PDF_H
#define NS_REPORT_PDF_H

#include "base/err.h"

/* In place and not atomic: for a file that has not been published yet. Not a PDF: an error. */
int pdf_fix_dates(const char *path, struct err *e);

#endif
