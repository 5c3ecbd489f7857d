#include "results/record.h"

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

static bool is_near(double a, double b)
{
    return !(fabs(a - b) >
             1e-9 * (1 + fabs(a) + fabs(b))); /* what is not known contradicts nothing */
}

/* A column against what others make it. */
static int check_made(const char *column, double value, double made, const char *of,
                      const char *where, struct err *e)
{
    return is_near(value, made)
               ? 0
               : err_set(e, "%s: %s is %.9g, but %s make it %.9g: somebody changed it", where,
                         column, value, of, made);
}

static int check_interval(const char *column, double low, double value, double high,
                          const char *where, struct err *e)
{
    bool outside = value < low || value > high || low > high;
    return !outside || is_near(value, low) || is_near(value, high)
               ? 0
               : err_set(e,
                         "%s: %s is %.9g, outside of its own interval, %.9g to %.9g: somebody "
                         "changed it",
                         where, column, value, low, high);
}

/* Columns that follow from others, as far as they are stored. */
static int check_columns(const struct record *r, const char *where, struct err *e)
{
    static const char losses[] = "loss_nats and baseline_loss_nats";
    double base = r->baseline_loss_nats, delta = r->loss_nats - base;
    return check_made("perplexity", r->perplexity, exp(r->loss_nats), "loss_nats", where, e) ||
                   check_made("delta_nats", r->delta_nats, delta, losses, where, e) ||
                   check_made("delta_pct", r->delta_pct,
                              base > 0 ? 100 * delta / base : (double)NAN, losses, where, e) ||
                   check_interval("delta_nats", r->delta_low_nats, r->delta_nats,
                                  r->delta_high_nats, where, e) ||
                   check_interval("delta_pct", r->delta_pct_low, r->delta_pct, r->delta_pct_high,
                                  where, e)
               ? -1
               : 0;
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
    return check_columns(r, where, e);
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
