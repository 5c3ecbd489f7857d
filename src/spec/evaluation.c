/* What cells are scored on, as rows and values. */
#include "spec/evaluation.h"

#include <string.h>

#include "base/err.h"

/* Described as a method's parameters are. Texts are a choice: an index into spec.texts. */
static const struct param rows[EVALUATION_KEYS] = {
    [EVALUATION_TEXTS] = {.name = "texts", .type = PARAM_CHOICE, .help = "what is scored"},
    [EVALUATION_SAMPLES] = {.name = "samples",
                            .type = PARAM_INT,
                            .unit = "texts",
                            .fallback = "all",
                            .min = 1,
                            .max = 1e9,
                            .help = "how many texts are scored"},
    [EVALUATION_MAX_TOKENS] = {.name = "max_tokens",
                               .type = PARAM_INT,
                               .unit = "tokens",
                               .fallback = "64",
                               .min = 2,
                               .max = 1e6,
                               .help = "where a text is cut"},
    [EVALUATION_WINDOW] = {.name = "window",
                           .type = PARAM_INT,
                           .unit = "tokens",
                           .fallback = "context",
                           .min = 2,
                           .max = 1e6,
                           .help = "tokens of a window of a stream"},
    [EVALUATION_STRIDE] = {.name = "stride",
                           .type = PARAM_INT,
                           .unit = "tokens",
                           .fallback = "half",
                           .min = 1,
                           .max = 1e6,
                           .help = "tokens from one overlapping window to the next"},
};

bool evaluation_is_key(size_t parameter)
{
    return parameter >= SCHEMA_MAX;
}

int evaluation_find(const char *name)
{
    for (int i = 0; i < EVALUATION_KEYS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return SCHEMA_MAX + i;
        }
    }
    return -1;
}

const struct param *evaluation_row(const struct schema *schema, size_t parameter)
{
    return evaluation_is_key(parameter) ? &rows[parameter - SCHEMA_MAX] : schema->rows[parameter];
}

/* The number of a key but texts, which the field itself holds. 0 stands for the key's fallback. */
static const long *number_of(const struct spec_evaluation *e, size_t parameter)
{
    switch ((enum evaluation_key)(parameter - SCHEMA_MAX)) {
    case EVALUATION_SAMPLES:
        return &e->samples;
    case EVALUATION_MAX_TOKENS:
        return &e->max_tokens;
    case EVALUATION_WINDOW:
        return &e->window;
    case EVALUATION_STRIDE:
        return &e->stride;
    case EVALUATION_TEXTS:
    case EVALUATION_KEYS:
        break;
    }
    BUG("no number is parameter %zu of an evaluation", parameter);
}

struct value evaluation_get(const struct spec_evaluation *e, size_t parameter)
{
    struct value v = {.present = true, .n = 1};
    if (parameter == SCHEMA_MAX + EVALUATION_TEXTS) {
        v.choice = (int)e->texts;
    } else if (*number_of(e, parameter)) {
        v.numbers[0] = (double)*number_of(e, parameter);
    } else {
        v = (struct value){0};
    }
    return v;
}

void evaluation_set(struct spec_evaluation *e, size_t parameter, const struct value *v)
{
    if (parameter == SCHEMA_MAX + EVALUATION_TEXTS) {
        e->texts = (size_t)v->choice;
    } else {
        *(long *)number_of(e, parameter) = v->present ? (long)v->numbers[0] : 0;
    }
}

bool evaluation_is_word(const struct param *row, const char *text)
{
    bool may = row == &rows[EVALUATION_SAMPLES] || row == &rows[EVALUATION_WINDOW] ||
               row == &rows[EVALUATION_STRIDE];
    return may && strcmp(row->fallback, text) == 0;
}

void evaluation_format(const struct spec *s, const struct param *row, const struct value *v,
                       struct buf *out)
{
    if (row == &rows[EVALUATION_TEXTS]) {
        buf_adds(out, s->texts[v->choice].name);
    } else if (!v->present && evaluation_is_word(row, row->fallback)) {
        buf_adds(out, row->fallback);
    } else {
        value_format(v, row, out);
    }
}

static bool is_swept(const struct spec *s, size_t parameter)
{
    for (size_t i = 0; i < s->n_axes; i++) {
        if (s->axes[i].parameter == parameter) {
            return true;
        }
    }
    return false;
}

void evaluation_text(const struct spec *s, size_t evaluation, struct buf *out)
{
    for (size_t i = 0; i < EVALUATION_KEYS; i++) {
        if (is_swept(s, SCHEMA_MAX + i)) {
            struct value v = evaluation_get(&s->evaluations[evaluation], SCHEMA_MAX + i);
            buf_addf(out, "%s%s=", out->len ? " " : "", rows[i].name);
            evaluation_format(s, &rows[i], &v, out);
        }
    }
}
