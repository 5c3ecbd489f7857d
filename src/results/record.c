#include "results/record.h"

#include <jansson.h>
#include <math.h>
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

static const char *text_of(const struct record *r, const struct column *c)
{
    return (const char *)r + c->offset;
}

static int64_t int_of(const struct record *r, const struct column *c)
{
    int64_t x;
    memcpy(&x, (const char *)r + c->offset, sizeof x);
    return x;
}

static double real_of(const struct record *r, const struct column *c)
{
    double x;
    memcpy(&x, (const char *)r + c->offset, sizeof x);
    return x;
}

static void put(struct record *r, const struct column *c, const void *value, size_t n)
{
    memcpy((char *)r + c->offset, value, n);
}

struct record record_none(void)
{
    const int64_t no_int = RECORD_NONE;
    const double no_real = (double)NAN;
    struct record r;
    memset(&r, 0, sizeof r);
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        if (c->type == COLUMN_IS_INT) {
            put(&r, c, &no_int, sizeof no_int);
        } else if (c->type == COLUMN_IS_REAL) {
            put(&r, c, &no_real, sizeof no_real);
        }
    }
    return r;
}

double record_number(const struct record *r, const char *column)
{
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        if (c->type == COLUMN_IS_TEXT || strcmp(c->name, column) != 0) {
            continue;
        }
        if (c->type == COLUMN_IS_REAL) {
            return real_of(r, c);
        }
        int64_t x = int_of(r, c);
        return x == RECORD_NONE ? (double)NAN : (double)x;
    }
    BUG("there is no column of numbers named %s", column);
}

void record_write_json(const struct record *r, struct json_out *j)
{
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        json_key(j, c->name);
        if (c->type == COLUMN_IS_TEXT) {
            json_text(j, text_of(r, c));
        } else if (c->type == COLUMN_IS_REAL) {
            json_real_out(j, real_of(r, c));
        } else if (int_of(r, c) == RECORD_NONE) {
            json_null_out(j);
        } else {
            json_int(j, int_of(r, c));
        }
    }
}

static int read_text(struct record *r, const struct column *c, const json_t *value,
                     const char *where, struct err *e)
{
    const char *text = json_string_value(value);
    if (!text) {
        return err_set(e, "%s: %s is not a text", where, c->name);
    }
    if (strlen(text) >= c->bytes) {
        return err_set(e, "%s: %s has %zu bytes, at most %zu fit", where, c->name, strlen(text),
                       c->bytes - 1);
    }
    put(r, c, text, strlen(text) + 1);
    return 0;
}

int record_read_json(struct record *r, const struct json_t *object, const char *where,
                     struct err *e)
{
    *r = record_none();
    if (!json_is_object(object)) {
        return err_set(e, "%s: a record is not a JSON object", where);
    }
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        const json_t *value = json_object_get(object, c->name);
        if (!value || json_is_null(value)) {
            continue;
        }
        if (c->type == COLUMN_IS_TEXT) {
            if (read_text(r, c, value, where, e)) {
                return -1;
            }
        } else if (c->type == COLUMN_IS_INT) {
            if (!json_is_integer(value)) {
                return err_set(e, "%s: %s is not a whole number", where, c->name);
            }
            int64_t x = json_integer_value(value);
            put(r, c, &x, sizeof x);
        } else {
            if (!json_is_number(value)) {
                return err_set(e, "%s: %s is not a number", where, c->name);
            }
            double x = json_number_value(value);
            put(r, c, &x, sizeof x);
        }
    }
    if (!*r->model || !*r->method || !*r->protocol) {
        return err_set(e, "%s: a record lacks its model, method or protocol", where);
    }
    return 0;
}

void record_write_csv_header(struct buf *out)
{
    for (size_t i = 0; i < record_n_columns; i++) {
        buf_addf(out, "%s%s", i ? "," : "", record_columns[i].name);
    }
    buf_addc(out, '\n');
}

static void csv_text(struct buf *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        buf_adds(out, text);
        return;
    }
    buf_addc(out, '"');
    for (; *text; text++) {
        if (*text == '"') {
            buf_addc(out, '"');
        }
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}

void record_write_csv(const struct record *r, struct buf *out)
{
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        if (i) {
            buf_addc(out, ',');
        }
        if (c->type == COLUMN_IS_TEXT) {
            csv_text(out, text_of(r, c));
        } else if (c->type == COLUMN_IS_REAL) {
            if (isfinite(real_of(r, c))) { /* what JSON cannot say is empty here too */
                buf_add_real(out, real_of(r, c));
            }
        } else if (int_of(r, c) != RECORD_NONE) {
            buf_addf(out, "%lld", (long long)int_of(r, c));
        }
    }
    buf_addc(out, '\n');
}
