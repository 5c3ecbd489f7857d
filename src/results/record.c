#include "results/record.h"

#include <string.h>

const struct column record_columns[] = {
#define ROW(column, is, column_unit, line)                                                         \
    {.name = #column,                                                                              \
     .unit = column_unit,                                                                          \
     .help = line,                                                                                 \
     .type = is,                                                                                   \
     .offset = offsetof(struct record, column),                                                    \
     .bytes = sizeof(((struct record *)0)->column)},
#define COLUMN_TEXT(name, bytes, unit, help) ROW(name, COLUMN_IS_TEXT, unit, help)
#define COLUMN_INT(name, unit, help) ROW(name, COLUMN_IS_INT, unit, help)
#define COLUMN_REAL(name, unit, help) ROW(name, COLUMN_IS_REAL, unit, help)
#include "results/columns.def"
#undef ROW
};

const size_t record_n_columns = sizeof record_columns / sizeof record_columns[0];

const struct columns record_table = {record_columns,
                                     sizeof record_columns / sizeof record_columns[0]};

struct record record_none(void)
{
    struct record r;
    memset(&r, 0, sizeof r);
    columns_clear(&record_table, &r);
    return r;
}

double record_number(const struct record *r, const char *column)
{
    const struct column *c = columns_find(&record_table, column);
    if (c) {
        return column_number(c, r);
    }
    BUG("there is no column of numbers named %s", column);
}

void record_write_json(const struct record *r, struct json_out *j)
{
    columns_write_json(&record_table, r, j);
}

int record_read_json(struct record *r, const struct json_t *object, const char *where,
                     struct err *e)
{
    *r = record_none();
    if (columns_read_json(&record_table, r, object, where, e)) {
        return -1;
    }
    if (!*r->model || !*r->method || !*r->protocol) {
        return err_set(e, "%s: a record lacks its model, method or protocol", where);
    }
    return 0;
}

void record_write_csv_header(struct buf *out)
{
    columns_write_csv_names(&record_table, out);
    buf_addc(out, '\n');
}

void record_write_csv(const struct record *r, struct buf *out)
{
    columns_write_csv(&record_table, r, out);
    buf_addc(out, '\n');
}
