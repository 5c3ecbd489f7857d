#include "spec/combinations.h"

size_t combinations_axis(const struct spec *s, size_t method, size_t parameter)
{
    size_t i = 0;
    while (i < s->n_axes && (s->axes[i].method != method || s->axes[i].parameter != parameter)) {
        i++;
    }
    return i;
}

static size_t width(const struct spec *s, size_t method)
{
    return s->tables ? s->tables[method].width : 0;
}

size_t combinations_count(const struct spec *s, size_t method)
{
    return width(s, method) ? s->tables[method].n : 1;
}

static void set_values(const struct spec *s, size_t method, size_t index, struct params *out)
{
    size_t n = width(s, method), k = 0;
    for (size_t i = 0; k < n; i++) {
        const struct spec_axis *axis = &s->axes[i];
        if (axis->method == method) {
            out->values[axis->parameter] = axis->values[s->tables[method].digits[index * n + k++]];
        }
    }
}

void combination_first(struct combination *c, const struct spec *s, size_t method)
{
    *c = (struct combination){.spec = s, .method = method, .params = s->methods[method].params};
    set_values(s, method, 0, &c->params);
}

bool combination_next(struct combination *c)
{
    if (c->index + 1 >= combinations_count(c->spec, c->method)) {
        return false;
    }
    set_values(c->spec, c->method, ++c->index, &c->params);
    return true;
}

void combination_params(const struct spec *s, size_t method, size_t index, struct params *out)
{
    *out = s->methods[method].params;
    set_values(s, method, index, out);
}

size_t combination_digit(const struct combination *c, size_t axis)
{
    const struct spec_table *table = &c->spec->tables[c->method];
    size_t k = 0;
    for (size_t i = 0; i < axis; i++) {
        k += c->spec->axes[i].method == c->method;
    }
    return table->digits[c->index * table->width + k];
}

void combination_text(const struct combination *c, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < c->spec->n_axes; i++) {
        const struct spec_axis *axis = &c->spec->axes[i];
        if (axis->method == c->method) {
            const struct param *row = c->params.schema->rows[axis->parameter];
            buf_addf(out, "%s%s=", first ? "" : " ", row->name);
            value_format(&c->params.values[axis->parameter], row, out);
            first = false;
        }
    }
}
