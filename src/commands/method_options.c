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

/* ": a, b (default: a)", as far as the row says. */
static void add_values(struct buf *out, const struct param *row)
{
    if (row->choices) {
        buf_adds(out, ": ");
    }
    for (int i = 0; row->choices && row->choices[i]; i++) {
        buf_addf(out, "%s%s", i ? ", " : "", row->choices[i]);
    }
    if (row->fallback && *row->fallback) {
        buf_addf(out, " (default: %s)", row->fallback);
    }
}

/* Whether this very row, not just its name, belongs to several methods. */
static bool is_common(const struct param *row)
{
    const struct spec_known *known = run_known();
    size_t owners = 0;
    for (size_t k = 0; k < known->n_methods; k++) {
        int at = schema_find(&known->methods[k].schema, row->name);
        owners += at >= 0 && known->methods[k].schema.rows[at] == row;
    }
    return owners > 1;
}

/* What a parameter means: once for all methods, or method by method. Kept as its name is. */
static const char *option_help(const struct param *row, size_t i)
{
    static char helps[METHOD_OPTIONS_MAX][METHOD_HELP_MAX];
    const struct spec_known *known = run_known();
    struct buf help = BUF_INIT;
    if (is_common(row)) {
        buf_adds(&help, row->help);
        add_values(&help, row);
    }
    for (size_t k = 0; k < known->n_methods && !is_common(row); k++) {
        const struct schema *s = &known->methods[k].schema;
        int at = schema_find(s, row->name);
        if (at >= 0) {
            buf_addf(&help, "%s%s: %s", help.len ? "; " : "", known->methods[k].name,
                     s->rows[at]->help);
            add_values(&help, s->rows[at]);
        }
    }
    snprintf(helps[i], sizeof helps[i], "%s", buf_text(&help));
    buf_release(&help);
    return helps[i];
}

void method_options_names(char out[METHOD_HELP_MAX])
{
    const struct spec_known *known = run_known();
    size_t used = 0;
    for (size_t k = 0; k < known->n_methods && used < METHOD_HELP_MAX; k++) {
        if (!run_is_baseline(&known->methods[k])) {
            used += (size_t)snprintf(out + used, METHOD_HELP_MAX - used, "%s%s", used ? " or " : "",
                                     known->methods[k].name);
        }
    }
}

void method_options_help(char out[METHOD_HELP_MAX])
{
    const struct spec_known *known = run_known();
    size_t used = 0;
    for (size_t k = 0; k < known->n_methods && used < METHOD_HELP_MAX; k++) {
        if (!run_is_baseline(&known->methods[k])) {
            used +=
                (size_t)snprintf(out + used, METHOD_HELP_MAX - used, "%s%s: %s", used ? "; " : "",
                                 known->methods[k].name, known->methods[k].help);
        }
    }
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
                .arg = s->rows[i]->type == PARAM_INTS || s->rows[i]->type == PARAM_REALS ? "A,B,..."
                                                                                         : "VALUE",
                .doc = option_help(s->rows[i], o->n)};
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
