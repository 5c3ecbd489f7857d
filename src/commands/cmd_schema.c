/* nashswarm schema: every key of an experiment, from the tables that read it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands/command.h"
#include "report/browse.h"
#include "run/methods.h"
#include "spec/keys.h"

struct options {
    const char *of; /* one method's parameters alone, or NULL */
    enum browse_format format;
    bool roff;
};

enum { KEY_FORMAT = 256 };

static const struct argp_option option_rows[] = {
    {"format", KEY_FORMAT, "NAME", 0, "text, csv, json, tsv, markdown, latex or roff (text)", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    struct err e;
    switch (key) {
    case KEY_FORMAT:
        o->roff = strcmp(arg, "roff") == 0;
        if (!o->roff && browse_format_parse(&o->format, arg, &e)) {
            argp_error(state, "--format: %s", e.text);
        }
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->of, arg, "method", state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "[METHOD]",
    "Print the keys of an experiment and the parameters of methods, or "
    "those of one method: type, unit, default, meaning.",
    0,
    0,
    0};

/* A row that is printed: a key of specs ("experiment") or a parameter of a method. */
struct line {
    char of[96], key[48], type[128], unit[24], fallback[160], help[256];
};

struct lines {
    struct line *each;
    size_t n, room;
    int status;
    struct err *e;
};

/* Rows are compiled in; one that was cut short would look like another value. */
static void put(char *to, size_t room, const char *before, const char *text, const char *after)
{
    if (snprintf(to, room, "%s%s%s", before, text, after) >= (int)room) {
        BUG("a row of the schema has no room for %s", text);
    }
}

/* A new line, all empty; NULL without memory. */
static struct line *add_line(struct lines *l, const char *of, const char *key, const char *unit,
                             const char *fallback, const char *help)
{
    if (l->status || mem_grow(&l->each, &l->room, l->n + 1, sizeof *l->each, l->e)) {
        l->status = -1;
        return NULL;
    }
    struct line *line = &l->each[l->n++];
    *line = (struct line){0};
    put(line->of, sizeof line->of, "", of, "");
    put(line->key, sizeof line->key, "", key, "");
    put(line->unit, sizeof line->unit, "", unit ? unit : "", "");
    put(line->fallback, sizeof line->fallback, "", fallback ? fallback : "required", "");
    put(line->help, sizeof line->help, "", help, "");
    return line;
}

static void add_parameter(struct lines *l, const char *of, const struct param *row)
{
    static const char *const types[] = {[PARAM_INT] = "int",
                                        [PARAM_REAL] = "real",
                                        [PARAM_CHOICE] = "",
                                        [PARAM_INTS] = "list of ints",
                                        [PARAM_REALS] = "list of reals"};
    bool list = row->type == PARAM_INTS || row->type == PARAM_REALS;
    bool bracketed = list && row->fallback && *row->fallback && *row->fallback != '[';
    struct line *line = add_line(l, of, row->name, row->unit, row->fallback, row->help);
    size_t n = 0;
    if (!line) {
        return;
    }
    if (bracketed) {
        put(line->fallback, sizeof line->fallback, "[", row->fallback, "]");
    }
    put(line->type, sizeof line->type, "", types[row->type], "");
    for (size_t i = 0; row->choices && row->choices[i]; i++) {
        put(line->type + n, sizeof line->type - n, i ? ", " : "", row->choices[i], "");
        n += strlen(line->type + n);
    }
}

/*
 * The methods that have this very row, "uniform, tiers" or "all methods", in `names`; false where
 * one before has it.
 */
static bool owners(const struct param *row, size_t method, char *names, size_t room)
{
    const struct spec_known *known = run_known();
    size_t n = 0, found = 0;
    *names = '\0';
    for (size_t k = 0; k < known->n_methods; k++) {
        const struct schema *s = &known->methods[k].schema;
        int at = schema_find(s, row->name);
        if (at < 0 || s->rows[at] != row) {
            continue;
        }
        if (k < method) {
            return false;
        }
        n += (size_t)snprintf(names + n, n < room ? room - n : 0, "%s%s", n ? ", " : "",
                              known->methods[k].name);
        n = n < room ? n : room;
        found++;
    }
    if (found == known->n_methods - 1) { /* the baseline has no parameters */
        snprintf(names, room, "all methods");
    }
    return true;
}

static void add_keys(struct lines *l)
{
    for (size_t i = 0; i < spec_n_keys; i++) {
        const struct spec_key *k = &spec_keys[i];
        struct line *line = add_line(l, "experiment", k->name, k->unit, k->fallback, k->help);
        if (line) {
            put(line->type, sizeof line->type, "", k->type, "");
        }
    }
}

/* Each row of the methods once, with the names of those that share it. */
static void add_methods(struct lines *l)
{
    const struct spec_known *known = run_known();
    for (size_t k = 0; k < known->n_methods; k++) {
        const struct schema *s = &known->methods[k].schema;
        for (size_t i = 0; i < s->n; i++) {
            char names[sizeof(((struct line *)0)->of)];
            if (owners(s->rows[i], k, names, sizeof names)) {
                add_parameter(l, names, s->rows[i]);
            }
        }
    }
}

/* −1: there is no such method. */
static int add_method(struct lines *l, const char *name)
{
    const struct spec_known *known = run_known();
    const char *names[64];
    size_t n = 0;
    for (size_t k = 0; k < known->n_methods; k++) {
        const struct method_kind *kind = &known->methods[k];
        if (strcmp(kind->name, name) == 0) {
            for (size_t i = 0; i < kind->schema.n; i++) {
                add_parameter(l, name, kind->schema.rows[i]);
            }
            return l->status;
        }
        names[n++] = kind->name;
    }
    const char *near = nearest_name(name, names, n);
    return near ? err_set(l->e, "there is no method \"%s\"; did you mean \"%s\"?", name, near)
                : err_set(l->e, "there is no method \"%s\": nashswarm schema names all", name);
}

static void add_roff_text(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        buf_adds(out, *c == '-' ? "\\-" : *c == '\\' ? "\\e" : (char[]){*c, '\0'});
    }
}

/* Paragraphs of a man page, below a heading for each owner. */
static void print_roff(const struct lines *l, struct buf *out)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct line *k = &l->each[i];
        if (i == 0 || strcmp(k->of, k[-1].of) != 0) {
            buf_addf(out, ".SS \"%s\"\n", k->of);
        }
        buf_addf(out, ".TP\n.BR %s \" (", k->key);
        add_roff_text(out, k->type);
        if (*k->unit) {
            buf_adds(out, "; ");
            add_roff_text(out, k->unit);
        }
        if (*k->fallback) {
            bool required = strcmp(k->fallback, "required") == 0;
            buf_adds(out, required ? "; " : "; default: ");
            add_roff_text(out, k->fallback);
        }
        buf_adds(out, ")\"\n");
        add_roff_text(out, k->help);
        buf_adds(out, ".\n");
    }
}

static void print_rows(const struct lines *l, enum browse_format format, const void **rows,
                       struct buf *out)
{
#define SHOWN(member, title)                                                                       \
    {                                                                                              \
        .name = title, .unit = "", .help = "", .type = COLUMN_IS_TEXT,                             \
        .offset = offsetof(struct line, member), .bytes = sizeof(((struct line *)0)->member)       \
    }
    static const struct column columns[] = {
        SHOWN(of, "of"),     SHOWN(key, "key"),          SHOWN(type, "type"),
        SHOWN(unit, "unit"), SHOWN(fallback, "default"), SHOWN(help, "help")};
#undef SHOWN
    struct pick pick = {.n = sizeof columns / sizeof *columns};
    for (size_t c = 0; c < pick.n; c++) {
        pick.each[c] = &columns[c];
    }
    for (size_t i = 0; i < l->n; i++) {
        rows[i] = &l->each[i];
    }
    browse_rows(&pick, rows, NULL, l->n, format, out);
}

int cmd_schema(int argc, char **argv)
{
    struct options o = {0};
    struct buf out = BUF_INIT;
    struct err e;
    struct lines lines = {.e = &e};
    const void **rows = NULL;
    command_parse(&argp, argc, argv, &o);
    if (o.of) {
        lines.status = add_method(&lines, o.of);
    } else {
        add_keys(&lines);
        add_methods(&lines);
    }
    int status = lines.status;
    if (!status && !(rows = mem_new(lines.n, sizeof *rows, &e))) {
        status = -1;
    }
    if (!status && o.roff) {
        print_roff(&lines, &out);
    } else if (!status) {
        print_rows(&lines, o.format, rows, &out);
    }
    status = !status            ? command_print("schema", &out)
             : o.of && !lines.n ? command_refuse("schema", &e)
                                : command_fail("schema", EXIT_FAILED, &e);
    free((void *)rows);
    free(lines.each);
    buf_release(&out);
    return status;
}
