/*
 * numbers: every measured value of a table as something that a LaTeX text can name.
 *
 * A line is \nsdefine{KEY}{VALUE}: the text that reads the file says what \nsdefine does with it,
 * and so a paper prints numbers that nobody typed. KEY is model/method/protocol/column, with
 * /variant after the method where something is swept; over several seeds the value is mean ±
 * standard deviation. Values are rounded and signed as in the tables, and are safe in text and in
 * math: the sign of minus is a macro that is both.
 */
#ifndef NS_REPORT_NUMBERS_H
#define NS_REPORT_NUMBERS_H

#include "results/record.h"

void numbers_latex(const struct record *rows, size_t n, struct buf *out);

#endif
