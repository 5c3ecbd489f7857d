#include "report/selection.h"

#include <string.h>

static bool is(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool selects(const struct selection *s, const struct record *r)
{
    return is(s->model, r->model) && is(s->method, r->method) && is(s->variant, r->variant) &&
           is(s->protocol, r->protocol);
}

bool selection_has(const struct selection *s, size_t i)
{
    return selects(s, &s->rows[i]);
}

const struct record *selection_first(const struct selection *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (selects(s, &s->rows[i])) {
            return &s->rows[i];
        }
    }
    return NULL;
}

struct summary selection_summary(const struct selection *s, const char *column)
{
    struct summary sum = {0};
    for (size_t i = 0; i < s->n; i++) {
        if (selects(s, &s->rows[i])) {
            summary_add(&sum, record_number(&s->rows[i], column));
        }
    }
    return sum;
}

double selection_mean(const struct selection *s, const char *column)
{
    struct summary sum = selection_summary(s, column);
    return summary_mean(&sum);
}

struct interval selection_interval(const struct selection *s, const char *low, const char *high)
{
    return (struct interval){selection_mean(s, low), selection_mean(s, high)};
}

bool selection_opens(const struct record *rows, size_t i)
{
    struct selection before = selection_of(rows, i, i);
    return selection_first(&before) == NULL;
}

struct selection selection_of(const struct record *rows, size_t n, size_t i)
{
    return (struct selection){.rows = rows,
                              .n = n,
                              .model = rows[i].model,
                              .method = rows[i].method,
                              .variant = rows[i].variant};
}

struct selection selection_under(struct selection s, const char *protocol)
{
    s.protocol = protocol;
    return s;
}
