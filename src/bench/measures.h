/*
 * measures: everything that was measured, as numbers with units, and the three forms it is shown
 * in.
 *
 * A number has a section ("forward"), a subject ("gpt2, 20 × 64"), a name and a unit. What could
 * not be measured is NaN: null in JSON, "not measured" in the table. Adding is never refused at
 * once: a failed allocation is remembered (as in buf.h), and one measures_check() at the end is
 * enough.
 */
#ifndef NS_BENCH_MEASURES_H
#define NS_BENCH_MEASURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json_out.h"

struct bench_number {
    const char *section, *name, *unit; /* borrowed, static */
    char subject[64];
    double value;
};

struct measures {
    struct bench_number *numbers; /* owned */
    size_t n, capacity;
    bool failed;
};

void measures_release(struct measures *r);
void measures_add(struct measures *r, const char *section, const char *subject, const char *name,
                  const char *unit, double value);

/* The value, NaN if there is none. */
double measures_value(const struct measures *r, const char *section, const char *subject,
                      const char *name);

int measures_check(const struct measures *r, struct err *e);

/* An array of objects. */
void measures_json(const struct measures *r, struct json_out *j);

/* A Markdown table of a section: a row a subject, a column a name, in the order of adding. */
void measures_table(const struct measures *r, const char *section, struct buf *out);

#endif
