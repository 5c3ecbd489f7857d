/*
 * columns: flat structs as rows of a table, described by data: JSON and CSV of any of them.
 *
 * A struct whose members come from a .def file (columns.def, tensor_columns.def) has a constant
 * array of struct column beside it, one for each member. NaN and RECORD_NONE mean "does not apply"
 * and are written as null (JSON) or nothing (CSV). Nothing is owned.
 */
#ifndef NS_RESULTS_COLUMNS_H
#define NS_RESULTS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_out.h"

#define RECORD_NONE INT64_MIN

struct column {
    const char *name, *unit, *help;
    enum { COLUMN_IS_TEXT, COLUMN_IS_INT, COLUMN_IS_REAL } type;
    size_t offset, bytes;
};

struct columns {
    const struct column *each;
    size_t n;
};

/* Every column empty; padding between them is left alone. */
void columns_clear(const struct columns *all, void *row);

/* The column of this name, or NULL. */
const struct column *columns_find(const struct columns *all, const char *name);

/* "text", "int" or "real". */
const char *column_type_name(const struct column *c);

/* Whether it does not apply to the row: "", null or NaN. */
bool column_is_empty(const struct column *c, const void *row);

/* A text column, borrowed. Another type is a BUG. */
const char *column_text(const struct column *c, const void *row);

/* An int or real column, NaN when empty. A text is a BUG. */
double column_number(const struct column *c, const void *row);

/* One column as a value, after its key; all as members of an object that the caller has opened. */
void column_write_json(const struct column *c, const void *row, struct json_out *j);
void columns_write_json(const struct columns *all, const void *row, struct json_out *j);

/*
 * Reads one object back into a row. Unknown members are ignored, missing ones and nulls are left
 * empty; a wrong type, or a text that does not fit, is an error that names `where` and the column.
 */
struct json_t;
int columns_read_json(const struct columns *all, void *row, const struct json_t *object,
                      const char *where, struct err *e);

/*
 * Fields of RFC 4180, commas between them and no line end. Reals are the shortest text that reads
 * back.
 */
void columns_write_csv_names(const struct columns *all, struct buf *out);
void columns_write_csv(const struct columns *all, const void *row, struct buf *out);
void column_write_csv(const struct column *c, const void *row, struct buf *out);

#endif
