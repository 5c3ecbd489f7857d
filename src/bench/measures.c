#include "bench/measures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void measures_release(struct measures *r)
{
    free(r->numbers);
    *r = (struct measures){0};
}

void measures_add(struct measures *r, const char *section, const char *subject, const char *name,
                  const char *unit, double value)
{
    struct err ignored; /* measures_check() says it */
    if (r->failed || mem_grow(&r->numbers, &r->capacity, r->n + 1, sizeof *r->numbers, &ignored)) {
        r->failed = true;
        return;
    }
    struct bench_number *n = &r->numbers[r->n++];
    *n = (struct bench_number){.section = section, .name = name, .unit = unit, .value = value};
    snprintf(n->subject, sizeof n->subject, "%s", subject);
}

/* NULL if there is none. */
static const struct bench_number *find(const struct measures *r, const char *section,
                                       const char *subject, const char *name)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct bench_number *n = &r->numbers[i];
        if (strcmp(n->section, section) == 0 && strcmp(n->subject, subject) == 0 &&
            strcmp(n->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

double measures_value(const struct measures *r, const char *section, const char *subject,
                      const char *name)
{
    const struct bench_number *n = find(r, section, subject, name);
    return n ? n->value : (double)NAN;
}

int measures_check(const struct measures *r, struct err *e)
{
    return r->failed ? err_set(e, "out of memory: no room for what was measured") : 0;
}

void measures_json(const struct measures *r, struct json_out *j)
{
    json_open(j, '[');
    for (size_t i = 0; i < r->n; i++) {
        json_open_flat(j, '{');
        json_key_text(j, "section", r->numbers[i].section);
        json_key_text(j, "subject", r->numbers[i].subject);
        json_key_text(j, "name", r->numbers[i].name);
        json_key_text(j, "unit", r->numbers[i].unit);
        json_key_real(j, "value", r->numbers[i].value);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Is number i the first of its section with this name, or (by_name false) this subject? */
static bool is_first(const struct measures *r, size_t i, bool by_name)
{
    const struct bench_number *n = &r->numbers[i];
    for (size_t k = 0; k < i; k++) {
        const struct bench_number *other = &r->numbers[k];
        if (strcmp(other->section, n->section) == 0 &&
            strcmp(by_name ? other->name : other->subject, by_name ? n->name : n->subject) == 0) {
            return false;
        }
    }
    return true;
}

static bool in_section(const struct measures *r, size_t i, const char *section)
{
    return strcmp(r->numbers[i].section, section) == 0;
}

/* Four digits; what is large has no more than its whole ones. Nothing to measure: an empty cell. */
static void add_value(struct buf *out, const struct bench_number *n)
{
    double size = n ? fabs(n->value) : 0;
    int digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
    if (!n) {
        buf_adds(out, " |");
    } else if (isnan(n->value)) {
        buf_adds(out, " not measured |");
    } else {
        buf_addf(out, " %.*f |", digits, n->value);
    }
}

static void add_row(const struct measures *r, size_t of, struct buf *out)
{
    const char *section = r->numbers[of].section, *subject = r->numbers[of].subject;
    buf_addf(out, "| %s |", subject);
    for (size_t i = 0; i < r->n; i++) {
        if (in_section(r, i, section) && is_first(r, i, true)) {
            add_value(out, find(r, section, subject, r->numbers[i].name));
        }
    }
    buf_addc(out, '\n');
}

void measures_table(const struct measures *r, const char *section, struct buf *out)
{
    struct buf rule = BUF_INIT;
    buf_adds(out, "| |");
    buf_adds(&rule, "|---|");
    for (size_t i = 0; i < r->n; i++) {
        if (in_section(r, i, section) && is_first(r, i, true)) {
            const char *unit = r->numbers[i].unit;
            buf_addf(out, " %s%s%s%s |", r->numbers[i].name, *unit ? " (" : "", unit,
                     *unit ? ")" : "");
            buf_adds(&rule, "---:|");
        }
    }
    buf_addf(out, "\n%s\n", buf_text(&rule));
    for (size_t i = 0; i < r->n; i++) {
        if (in_section(r, i, section) && is_first(r, i, false)) {
            add_row(r, i, out);
        }
    }
    out->failed = out->failed || rule.failed;
    buf_release(&rule);
}
