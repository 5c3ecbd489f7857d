/*
 * tables_paired: one table a protocol in which every Δ loss has its interval.
 *
 * Each row sets a method against the unquantized model on the same tokens; reports of the study add
 * rows that set each of the tiers methods against uniform 4-bit, which takes the evidence of two
 * cells. Where a method has several seeds, each has its row, since an interval is about texts under
 * one choice of the cuts; rows of two methods are of the mean over their seeds. p is corrected over
 * the rows of the table (Holm).
 */
#ifndef NS_REPORT_TABLES_PAIRED_H
#define NS_REPORT_TABLES_PAIRED_H

#include "report/layout.h"
#include "report/pairing.h"

/* The name of the file without its ending: "paired-text". */
/*
 * The table of the spec's protocol of index `protocol`, into an empty layout that belongs to the
 * caller.
 */
int tables_paired(struct layout *l, const struct pairing *p, const struct record *rows, size_t n,
                  size_t protocol, struct err *e);

#endif
