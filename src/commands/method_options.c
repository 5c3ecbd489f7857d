#include "commands/method_options.h"

#include <string.h>

/* The option's name of a parameter: dashes, as in --grid-dtype. Kept for the life of the program.
 */
static const char *option_name(const struct param *row, size_t i)
{
    static char names[METHOD_OPTIONS_MAX][32];
    snprintf(names[i], sizeof names[i], "%s", row->name);
    for (char *c = names[i]; *c; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    return names[i];
}

static bool collected(const struct method_options *o, const struct param *row)
{
    for (size_t i = 0; i < o->n; i++) {
        if (strcmp(o->rows[i]->name, row->name) == 0) {
            return true;
        }
    }
    return false;
}

void method_options_init(struct method_options *o, struct argp_option *to)
{
    const struct spec_known *known = run_known();
    *o = (struct method_options){0};
    for (size_t k = 0; k < known->n_methods; k++) {
        const struct schema *s = &known->methods[k].schema;
        for (size_t i = 0; i < s->n; i++) {
            if (collected(o, s->rows[i])) {
                continue;
            }
            if (o->n == METHOD_OPTIONS_MAX) {
                BUG("more than %d parameters", METHOD_OPTIONS_MAX);
            }
            *to++ = (struct argp_option){
                .name = option_name(s->rows[i], o->n),
                .key = METHOD_OPTIONS_KEY + (int)o->n,
                .arg = s->rows[i]->type == PARAM_INTS || s->rows[i]->type == PARAM_REALS ? "A,B,…"
                                                                                         : "VALUE",
                .doc = s->rows[i]->help};
            o->rows[o->n++] = s->rows[i];
        }
    }
    *to = (struct argp_option){0};
}

bool method_options_take(struct method_options *o, int key, const char *arg)
{
    if (key < METHOD_OPTIONS_KEY || key >= METHOD_OPTIONS_KEY + (int)o->n) {
        return false;
    }
    o->given[key - METHOD_OPTIONS_KEY] = arg;
    return true;
}

int method_options_params(const struct method_options *o, const struct method_kind *kind,
                          struct params *out, struct err *e)
{
    const char *which = NULL;
    params_init(out, &kind->schema);
    for (size_t i = 0; i < o->n; i++) {
        if (!o->given[i]) {
            continue;
        }
        int row = schema_find(&kind->schema, o->rows[i]->name);
        if (row < 0) {
            return err_set(e, "--%s does not go with the method %s", option_name(o->rows[i], i),
                           kind->name);
        }
        if (value_parse(&out->values[row], kind->schema.rows[row], o->given[i], e)) {
            return -1;
        }
    }
    if (params_complete(out, e)) {
        return -1;
    }
    return kind->check ? kind->check(out, &which, e) : 0;
}
