/* What cells are scored on, as a spec says it: values, and a list without repetitions. */
#include <string.h>

#include "base/mem.h"
#include "spec/evaluation.h"
#include "spec/fields.h"
#include "spec/reading.h"

static const struct param *key_row(size_t key)
{
    return evaluation_row(NULL, SCHEMA_MAX + key);
}

int evaluation_read(struct reading *r, const struct param *row, const struct node *node,
                    struct value *out, bool *fine, struct err *e)
{
    size_t index;
    *fine = true;
    if (row == key_row(EVALUATION_TEXTS)) {
        if (read_texts_again(r, node, &index, fine, e)) {
            return -1;
        }
        *out = (struct value){.present = true, .n = 1, .choice = *fine ? (int)index : 0};
    } else if (node->kind == NODE_SCALAR && evaluation_is_word(row, node->text)) {
        *out = (struct value){0};
    } else {
        *fine = field_value(&r->problems, node, row, out);
    }
    return 0;
}

int evaluation_read_own(struct reading *r, const struct node *root, struct err *e)
{
    struct spec *s = r->spec;
    if (mem_grow(&s->evaluations, &r->evaluations_room, 1, sizeof *s->evaluations, e)) {
        return -1;
    }
    s->evaluations[0] = (struct spec_evaluation){.max_tokens = 64};
    s->n_evaluations = 1;
    for (size_t i = 0; i < EVALUATION_KEYS; i++) {
        const struct node *node = i == EVALUATION_TEXTS ? NULL : node_get(root, key_row(i)->name);
        struct value v;
        bool fine;
        if (node && evaluation_read(r, key_row(i), node, &v, &fine, e)) {
            return -1;
        }
        if (node && fine) {
            evaluation_set(&s->evaluations[0], SCHEMA_MAX + i, &v);
        }
    }
    const struct spec_evaluation *own = &s->evaluations[0];
    if (own->window && own->stride > own->window) {
        problems_add(&r->problems, node_get(root, "stride")->at,
                     "stride: %ld is more than the window of %ld tokens, so that some would never "
                     "be scored",
                     own->stride, own->window);
    }
    return 0;
}

static bool same(const struct spec_evaluation *a, const struct spec_evaluation *b)
{
    return a->texts == b->texts && a->samples == b->samples && a->max_tokens == b->max_tokens &&
           a->window == b->window && a->stride == b->stride;
}

int evaluations_add(struct reading *r, const struct spec_evaluation *x, size_t *index,
                    struct err *e)
{
    struct spec *s = r->spec;
    for (size_t i = 0; i < s->n_evaluations; i++) {
        size_t k = (r->last_evaluation + i) % s->n_evaluations; /* mostly the next or the same */
        if (same(&s->evaluations[k], x)) {
            *index = r->last_evaluation = k;
            return 0;
        }
    }
    if (mem_grow(&s->evaluations, &r->evaluations_room, s->n_evaluations + 1,
                 sizeof *s->evaluations, e)) {
        return -1;
    }
    *index = r->last_evaluation = s->n_evaluations;
    s->evaluations[s->n_evaluations++] = *x;
    return 0;
}

/* Whether the method is swept over what it is scored on. */
static bool has_key(const struct spec *s, size_t method)
{
    for (size_t i = 0; i < s->n_axes; i++) {
        if (s->axes[i].method == method && evaluation_is_key(s->axes[i].parameter)) {
            return true;
        }
    }
    return false;
}

static int number_method(struct reading *r, size_t method, struct err *e)
{
    const struct spec *s = r->spec;
    struct spec_table *t = &r->spec->tables[method];
    if (!has_key(s, method) || !t->n) {
        return 0;
    }
    if (!(t->evaluations = mem_new(t->n, sizeof *t->evaluations, e))) {
        return -1;
    }
    for (size_t row = 0; row < t->n; row++) {
        struct spec_evaluation x = s->evaluations[0];
        size_t k = 0, index;
        for (size_t i = 0; i < s->n_axes; i++) {
            const struct spec_axis *axis = &s->axes[i];
            if (axis->method != method) {
                continue;
            }
            const struct value *v = &axis->values[t->digits[row * t->width + k++]];
            if (evaluation_is_key(axis->parameter)) {
                evaluation_set(&x, axis->parameter, v);
            }
        }
        if (evaluations_add(r, &x, &index, e)) {
            return -1;
        }
        t->evaluations[row] = (uint32_t)index;
        if (s->n_evaluations > EVALUATIONS_MAX) {
            problems_add(&r->problems, r->sweep_at,
                         "sweep: over %d combinations of what is scored (texts, samples, …): sweep "
                         "fewer",
                         EVALUATIONS_MAX);
            return 0;
        }
    }
    return 0;
}

int evaluations_number(struct reading *r, struct err *e)
{
    for (size_t i = 0; i < r->spec->n_tables; i++) {
        if (number_method(r, i, e)) {
            return -1;
        }
        if (r->spec->n_evaluations > EVALUATIONS_MAX) {
            break; /* said once */
        }
    }
    return 0;
}
