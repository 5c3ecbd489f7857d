#include "results/columns.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static const char *text_of(const struct column *c, const void *row)
{
    return (const char *)row + c->offset;
}

static int64_t int_of(const struct column *c, const void *row)
{
    int64_t x;
    memcpy(&x, (const char *)row + c->offset, sizeof x);
    return x;
}

static double real_of(const struct column *c, const void *row)
{
    double x;
    memcpy(&x, (const char *)row + c->offset, sizeof x);
    return x;
}

static void put(const struct column *c, void *row, const void *value, size_t n)
{
    memcpy((char *)row + c->offset, value, n);
}

void columns_clear(const struct columns *all, void *row)
{
    const int64_t no_int = RECORD_NONE;
    const double no_real = (double)NAN;
    for (size_t i = 0; i < all->n; i++) {
        const struct column *c = &all->each[i];
        if (c->type == COLUMN_IS_INT) {
            put(c, row, &no_int, sizeof no_int);
        } else if (c->type == COLUMN_IS_REAL) {
            put(c, row, &no_real, sizeof no_real);
        } else {
            memset((char *)row + c->offset, 0, c->bytes);
        }
    }
}

const struct column *columns_find(const struct columns *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->each[i].name, name) == 0) {
            return &all->each[i];
        }
    }
    return NULL;
}

const char *column_type_name(const struct column *c)
{
    static const char *const types[] = {
        [COLUMN_IS_TEXT] = "text", [COLUMN_IS_INT] = "int", [COLUMN_IS_REAL] = "real"};
    return types[c->type];
}

bool column_is_empty(const struct column *c, const void *row)
{
    return c->type == COLUMN_IS_TEXT   ? !*text_of(c, row)
           : c->type == COLUMN_IS_REAL ? isnan(real_of(c, row))
                                       : int_of(c, row) == RECORD_NONE;
}

const char *column_text(const struct column *c, const void *row)
{
    if (c->type != COLUMN_IS_TEXT) {
        BUG("the column %s is a number", c->name);
    }
    return text_of(c, row);
}

double column_number(const struct column *c, const void *row)
{
    if (c->type == COLUMN_IS_TEXT) {
        BUG("the column %s is a text", c->name);
    }
    if (c->type == COLUMN_IS_REAL) {
        return real_of(c, row);
    }
    int64_t x = int_of(c, row);
    return x == RECORD_NONE ? (double)NAN : (double)x;
}

void column_write_json(const struct column *c, const void *row, struct json_out *j)
{
    if (c->type == COLUMN_IS_TEXT) {
        json_text(j, text_of(c, row));
    } else if (c->type == COLUMN_IS_REAL) {
        json_real_out(j, real_of(c, row));
    } else if (int_of(c, row) == RECORD_NONE) {
        json_null_out(j);
    } else {
        json_int(j, int_of(c, row));
    }
}

void columns_write_json(const struct columns *all, const void *row, struct json_out *j)
{
    for (size_t i = 0; i < all->n; i++) {
        json_key(j, all->each[i].name);
        column_write_json(&all->each[i], row, j);
    }
}

/*
 * Names are letters, digits and signs, begin with no sign, and variants are made of them: what is
 * printed and what other programs take for a formula need no second look.
 */
static bool is_plain(const char *text)
{
    bool plain = !*text || !strchr("=+-@", *text);
    for (; *text && plain; text++) {
        plain = *text >= ' ' && *text <= '~';
    }
    return plain;
}

static int read_text(const struct column *c, void *row, const json_t *value, const char *where,
                     struct err *e)
{
    const char *text = json_string_value(value);
    if (!text) {
        return err_set(e, "%s: %s is not a text", where, c->name);
    }
    if (strlen(text) >= c->bytes) {
        return err_set(e, "%s: %s has %zu bytes, at most %zu fit", where, c->name, strlen(text),
                       c->bytes - 1);
    }
    if (!is_plain(text)) {
        return err_set(e, "%s: \"%.100s\" is no %s that a run would write", where, text, c->name);
    }
    put(c, row, text, strlen(text) + 1);
    return 0;
}

static int read_value(const struct column *c, void *row, const json_t *value, const char *where,
                      struct err *e)
{
    if (c->type == COLUMN_IS_TEXT) {
        return read_text(c, row, value, where, e);
    }
    if (c->type == COLUMN_IS_INT) {
        if (!json_is_integer(value)) {
            return err_set(e, "%s: %s is not a whole number", where, c->name);
        }
        int64_t x = json_integer_value(value);
        put(c, row, &x, sizeof x);
        return 0;
    }
    if (!json_is_number(value)) {
        return err_set(e, "%s: %s is not a number", where, c->name);
    }
    double x = json_number_value(value);
    put(c, row, &x, sizeof x);
    return 0;
}

int columns_read_json(const struct columns *all, void *row, const struct json_t *object,
                      const char *where, struct err *e)
{
    columns_clear(all, row);
    if (!json_is_object(object)) {
        return err_set(e, "%s: a record is not a JSON object", where);
    }
    for (size_t i = 0; i < all->n; i++) {
        const json_t *value = json_object_get(object, all->each[i].name);
        if (value && !json_is_null(value) && read_value(&all->each[i], row, value, where, e)) {
            return -1;
        }
    }
    return 0;
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

void column_write_csv(const struct column *c, const void *row, struct buf *out)
{
    if (c->type == COLUMN_IS_TEXT) {
        csv_text(out, text_of(c, row));
    } else if (c->type == COLUMN_IS_REAL) {
        if (isfinite(real_of(c, row))) { /* what JSON cannot say is empty here too */
            buf_add_real(out, real_of(c, row));
        }
    } else if (int_of(c, row) != RECORD_NONE) {
        buf_addf(out, "%lld", (long long)int_of(c, row));
    }
}

void columns_write_csv_names(const struct columns *all, struct buf *out)
{
    for (size_t i = 0; i < all->n; i++) {
        buf_addf(out, "%s%s", i ? "," : "", all->each[i].name);
    }
}

void columns_write_csv(const struct columns *all, const void *row, struct buf *out)
{
    for (size_t i = 0; i < all->n; i++) {
        buf_adds(out, i ? "," : "");
        column_write_csv(&all->each[i], row, out);
    }
}
