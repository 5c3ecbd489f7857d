/* The checks of a method's values against each other, over all combinations that are swept. */
#include "spec/combinations.h"
#include "spec/reading.h"

/*
 * Where a refused combination is pointed at: the swept value of the parameter at fault; else the
 * value of the method's last axis, which brought it about; else where the parameter is written.
 */
static struct place blame(const struct reading *r, const struct combination *c, const char *which)
{
    const struct spec *s = r->spec;
    const struct draft *d = &r->methods.all[c->method];
    int parameter = which ? schema_find(d->params.schema, which) : -1;
    if (c->model != COMBINATION_ANY) {
        const struct place *own = overridden_at(r, c->model, c->method, parameter);
        return own ? *own : *overridden_at(r, c->model, c->method, -1);
    }
    size_t axis = parameter < 0 ? s->n_axes : combinations_axis(s, c->method, (size_t)parameter);
    for (size_t i = s->n_axes; i-- > 0 && axis == s->n_axes;) {
        if (s->axes[i].method == c->method) {
            axis = i;
        }
    }
    if (axis < s->n_axes) {
        return r->axis_places[axis][combination_digit(c, axis)];
    }
    return parameter >= 0 && d->from[parameter].source ? d->from[parameter] : d->at;
}

static void check_combination(struct reading *r, const struct combination *c)
{
    const struct draft *d = &r->methods.all[c->method];
    const char *which = NULL;
    struct err why;
    if (!d->kind->check(&c->params, &which, &why)) {
        return;
    }
    struct place at = blame(r, c, which);
    if (problems_known_at(&r->problems, at)) {
        return; /* one combination a value is enough */
    }
    struct buf with = BUF_INIT;
    combination_text(c, &with);
    bool any = c->model == COMBINATION_ANY;
    problems_add(&r->problems, at, "methods.%s: %s%s%s%s%s", d->name, why.text,
                 with.len ? ", with " : "", buf_text(&with), any ? "" : ", for model ",
                 any ? "" : r->spec->models[c->model].name);
    r->problems.failed = r->problems.failed || with.failed;
    buf_release(&with);
}

/* As it is for a model, or for all that override nothing. */
static void check_method(struct reading *r, size_t model, size_t method)
{
    const struct draft *d = &r->methods.all[method];
    struct combination c;
    if (!combinations_count(r->spec, method) || d->broken || !d->kind || !d->kind->check) {
        return;
    }
    combination_first(&c, r->spec, model, method);
    do {
        check_combination(r, &c);
    } while (combination_next(&c));
}

void check_methods(struct reading *r)
{
    for (size_t i = 0; i < r->methods.n; i++) {
        size_t before = r->problems.n;
        check_method(r, COMBINATION_ANY, i);
        for (size_t k = 0; k < r->spec->n_models && r->problems.n == before; k++) {
            if (overridden_at(r, k, i, -1)) {
                check_method(r, k, i);
            }
        }
    }
}
