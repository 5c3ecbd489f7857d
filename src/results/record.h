/*
 * record: the result of one cell, its columns with units, as JSON and CSV.
 *
 * A record is a flat struct made from columns.def; columns.h says what an empty column is. What a
 * cell has beside its record (rows for its tensors, what its solver did) is details.h. Nothing that
 * may differ between honest runs (seconds, memory, host, threads, dates) stands in either: that is
 * provenance.h.
 */
#ifndef NS_RESULTS_RECORD_H
#define NS_RESULTS_RECORD_H

#include "results/columns.h"

struct record {
#define COLUMN_TEXT(name, bytes, unit, help) char name[bytes];
#define COLUMN_INT(name, unit, help) int64_t name;
#define COLUMN_REAL(name, unit, help) double name;
#include "results/columns.def"
};

extern const struct column record_columns[];
extern const size_t record_n_columns;
extern const struct columns record_table; /* both of them */

/* Every column empty. */
struct record record_none(void);

/* An int or real column by its name, NaN when empty. A name that is none of these is a BUG. */
double record_number(const struct record *r, const char *column);

/* All columns as members of an object that the caller has opened. */
void record_write_json(const struct record *r, struct json_out *j);

/*
 * Reads one object back. Unknown members are ignored, missing ones stay empty, but for the model,
 * the method and the protocol that the record is about; a wrong type is an error that names `where`
 * and the column. So is a number that others contradict: a difference that is not that of its
 * losses, one outside of its own interval, a perplexity that is not exp of its loss.
 */
int record_read_json(struct record *r, const struct json_t *object, const char *where,
                     struct err *e);

/* RFC 4180 lines ending in LF: names, then rows. Reals are the shortest text that reads back. */
void record_write_csv_header(struct buf *out);
void record_write_csv(const struct record *r, struct buf *out);

#endif
