#include "spec/combinations.h"

#include "spec/evaluation.h"

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

/* The values of one row of the method's table, and what the model has instead of the spec's. */
static void set_values(const struct spec *s, size_t model, size_t method, size_t index,
                       struct params *out)
{
    size_t n = width(s, method), k = 0;
    for (size_t i = 0; k < n; i++) {
        const struct spec_axis *axis = &s->axes[i];
        if (axis->method != method) {
            continue;
        }
        const struct value *v = &axis->values[s->tables[method].digits[index * n + k++]];
        if (!evaluation_is_key(axis->parameter)) {
            out->values[axis->parameter] = *v;
        }
    }
    const struct spec_model *m = model == COMBINATION_ANY ? NULL : &s->models[model];
    for (size_t i = 0; m && i < m->n_overrides; i++) {
        const struct spec_override *o = &m->overrides[i];
        if (o->method == method && !evaluation_is_key(o->parameter)) {
            out->values[o->parameter] = o->value;
        }
    }
}

static size_t evaluation_of(const struct combination *c)
{
    const struct spec *s = c->spec;
    const struct spec_table *table = s->tables ? &s->tables[c->method] : NULL;
    size_t own = table && table->evaluations ? table->evaluations[c->index] : 0;
    const size_t *instead = c->model == COMBINATION_ANY ? NULL : s->models[c->model].evaluations;
    return instead ? instead[own] : own;
}

static void move_to(struct combination *c, size_t index)
{
    c->index = index;
    c->evaluation = evaluation_of(c);
    set_values(c->spec, c->model, c->method, index, &c->params);
}

void combination_first(struct combination *c, const struct spec *s, size_t model, size_t method)
{
    *c = (struct combination){
        .spec = s, .model = model, .method = method, .params = s->methods[method].params};
    move_to(c, 0);
}

bool combination_next(struct combination *c)
{
    if (c->index + 1 >= combinations_count(c->spec, c->method)) {
        return false;
    }
    move_to(c, c->index + 1);
    return true;
}

void combination_params(const struct spec *s, size_t model, size_t method, size_t index,
                        struct params *out)
{
    *out = s->methods[method].params;
    set_values(s, model, method, index, out);
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
        if (axis->method == c->method && !evaluation_is_key(axis->parameter)) {
            const struct param *row = c->params.schema->rows[axis->parameter];
            buf_addf(out, "%s%s=", first ? "" : " ", row->name);
            value_format(&c->params.values[axis->parameter], row, out);
            first = false;
        }
    }
}
