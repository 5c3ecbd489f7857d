#include "spec/combinations.h"

#include <stdlib.h>

#include "base/mem.h"

size_t combinations_axis(const struct spec *s, size_t method, size_t parameter)
{
    size_t i = 0;
    while (i < s->n_axes && (s->axes[i].method != method || s->axes[i].parameter != parameter)) {
        i++;
    }
    return i;
}

bool combinations_count(const struct spec *s, size_t method, size_t *n)
{
    *n = 1;
    for (size_t i = 0; i < s->n_axes; i++) {
        if (s->axes[i].method == method &&
            (__builtin_mul_overflow(*n, s->axes[i].n, n) || *n > COMBINATIONS_MAX)) {
            return false;
        }
    }
    return true;
}

static void set_values(struct combination *c)
{
    for (size_t i = 0; i < c->spec->n_axes; i++) {
        const struct spec_axis *axis = &c->spec->axes[i];
        if (axis->method == c->method) {
            c->params.values[axis->parameter] = axis->values[c->digits[i]];
        }
    }
}

int combination_first(struct combination *c, const struct spec *s, size_t method, struct err *e)
{
    *c = (struct combination){.spec = s, .method = method, .params = s->methods[method].params};
    c->digits = mem_new(s->n_axes, sizeof *c->digits, e);
    if (!c->digits) {
        return -1;
    }
    set_values(c);
    return 0;
}

bool combination_next(struct combination *c)
{
    for (size_t i = c->spec->n_axes; i-- > 0;) {
        if (c->spec->axes[i].method != c->method) {
            continue;
        }
        if (++c->digits[i] < c->spec->axes[i].n) {
            set_values(c);
            return true;
        }
        c->digits[i] = 0;
    }
    return false;
}

void combination_params(const struct spec *s, size_t method, size_t index, struct params *out)
{
    *out = s->methods[method].params;
    for (size_t i = s->n_axes; i-- > 0;) {
        const struct spec_axis *axis = &s->axes[i];
        if (axis->method == method) {
            out->values[axis->parameter] = axis->values[index % axis->n];
            index /= axis->n;
        }
    }
}

void combination_text(const struct combination *c, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < c->spec->n_axes; i++) {
        const struct spec_axis *axis = &c->spec->axes[i];
        if (axis->method == c->method) {
            const struct param *row = c->params.schema->rows[axis->parameter];
            buf_addf(out, "%s%s=", first ? "" : " ", row->name);
            value_format(&axis->values[c->digits[i]], row, out);
            first = false;
        }
    }
}

void combination_release(struct combination *c)
{
    free(c->digits);
    c->digits = NULL;
}
