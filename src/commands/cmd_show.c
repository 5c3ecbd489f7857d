/* nashswarm show: the rows of stored results, or one cell with all that is stored of it. */
#include <argp.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/schema.h"
#include "commands/command.h"
#include "commands/results_argument.h"
#include "report/browse.h"

enum { FILTERS_MAX = 32, KEY_LIST = 1, KEY_TOP, KEY_SORT, KEY_FORMAT };

struct options {
    const char *results, *cell, *out, *order;
    struct pick columns;
    struct filter filters[FILTERS_MAX];
    size_t n_filters;
    const struct column *by;
    bool down, list, chosen; /* chosen: options that only a table has */
    long top;
    enum browse_format format;
};

static const struct argp_option option_rows[] = {
    {"columns", 'c', "A,B,...", 0,
     "columns to print, or all (default: the usual ones; all in csv, tsv and json)", 0},
    {"where", 'w', "FILTER", 0,
     "only rows that hold it: COLUMN=VALUE, !=, <, <=, >, >=, or ~ for a pattern; may be repeated",
     0},
    {"sort", KEY_SORT, "COLUMN", 0, "smallest first; -COLUMN: largest first", 0},
    {"top", KEY_TOP, "N", 0, "the first N rows alone", 0},
    {"format", KEY_FORMAT, "NAME", 0, "text, csv, json, tsv, markdown or latex (text)", 0},
    {"list-columns", KEY_LIST, NULL, 0, "print what the columns mean and stop", 0},
    {"out", 'o', "ROOT", 0, "where the results/ of a spec are (default: the working directory)", 0},
    {0},
};

static void take_table_option(struct options *o, int key, const char *arg, struct argp_state *state)
{
    struct err e;
    int status = 0;
    o->chosen = true;
    switch (key) {
    case 'c':
        status = pick_parse(&o->columns, &record_table, arg, &e);
        break;
    case 'w':
        if (o->n_filters == FILTERS_MAX) {
            argp_error(state, "at most %d times --where", FILTERS_MAX);
        }
        status = filter_parse(&o->filters[o->n_filters++], &record_table, arg, &e);
        break;
    case KEY_SORT:
        status = query_order_parse(&o->by, &o->down, &record_table, arg, &e);
        break;
    default:
        command_take_number(&o->top, "--top", arg, 1, 1000000000, state);
    }
    if (status) {
        argp_error(state, "%s", e.text);
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    struct err e;
    switch (key) {
    case 'c':
    case 'w':
    case KEY_SORT:
    case KEY_TOP:
        take_table_option(o, key, arg, state);
        break;
    case KEY_FORMAT:
        if (browse_format_parse(&o->format, arg, &e)) {
            argp_error(state, "%s", e.text);
        }
        break;
    case KEY_LIST:
        o->list = true;
        break;
    case 'o':
        o->out = arg;
        break;
    case ARGP_KEY_ARG:
        command_take_argument(o->results ? &o->cell : &o->results, arg, "cell", state);
        break;
    case ARGP_KEY_END:
        if (!o->list && !o->results) {
            argp_error(state, "which results? Give a .yaml file, a folder or a table.json");
        }
        if (o->cell && (o->chosen || o->format != BROWSE_TEXT)) {
            argp_error(state, "a cell is printed whole and as text; its JSON is result.json in its "
                              "folder");
        }
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "RESULTS [CELL]\n--list-columns",
    "Show the table of an experiment's stored results, or one cell of it: its spec, result, "
    "tensors, solver and provenance. RESULTS is a .yaml file, a folder results/NAME or a "
    "table.json; CELL is an id (the name of a folder in cells/), its beginning, or the number of a "
    "row.",
    NULL,
    NULL,
    NULL};

static bool keeps(const struct options *o, const struct record *r)
{
    for (size_t i = 0; i < o->n_filters; i++) {
        if (!filter_keeps(&o->filters[i], r)) {
            return false;
        }
    }
    return true;
}

static int show_table(struct options *o, const struct stored *s, struct buf *out, struct err *e)
{
    const void **rows = mem_new(s->n, sizeof *rows, e);
    size_t *numbers = rows ? mem_new(s->n, sizeof *numbers, e) : NULL, n = 0;
    int status = numbers ? 0 : -1;
    for (size_t i = 0; !status && i < s->n; i++) {
        if (keeps(o, &s->rows[i])) {
            rows[n++] = &s->rows[i];
        }
    }
    if (!status) {
        query_sort(rows, n, o->by, o->down);
        n = o->top && (size_t)o->top < n ? (size_t)o->top : n;
        for (size_t i = 0; i < n; i++) {
            numbers[i] = (size_t)((const struct record *)rows[i] - s->rows) + 1;
        }
        if (!o->columns.n && browse_is_layout(o->format)) {
            browse_usual_columns(&o->columns, rows, n);
        } else if (!o->columns.n) {
            status = pick_parse(&o->columns, &record_table, "all", e);
        }
        browse_rows(&o->columns, rows, numbers, n, o->format, out);
        if (o->format == BROWSE_TEXT) {
            buf_addf(out, "\n%zu of %zu rows of %s\n", n, s->n, s->table.s);
        }
    }
    free(rows);
    free(numbers);
    return status;
}

/* The one folder of cells/ that has this name or begins with it. */
static int find_folder(char id[CELL_TEXT], const struct stored *s, const char *typed, struct err *e)
{
    struct buf path = BUF_INIT;
    size_t found = 0, length = strlen(typed);
    buf_addf(&path, "%s/cells", s->folder.s);
    DIR *dir = opendir(buf_text(&path));
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        bool whole = strcmp(name, typed) == 0;
        if (name[0] != '.' && strlen(name) < CELL_TEXT && strncmp(name, typed, length) == 0) {
            memcpy(id, name, strlen(name) + 1);
            found = whole ? 1 : found + 1;
        }
        if (whole && found) {
            break;
        }
    }
    if (dir) {
        closedir(dir);
    }
    buf_release(&path);
    if (found == 1) {
        return 0;
    }
    return found ? err_set(e, "%zu cells of %s begin with \"%s\": give more of the id", found,
                           s->folder.s, typed)
                 : err_set(e,
                           "there is no cell \"%s\" in %s/cells: give the name of a folder there, "
                           "or the number of a row of `nashswarm show %s` (1 to %zu)",
                           typed, s->folder.s, s->folder.s, s->n);
}

static int show_cell(const struct options *o, struct stored *s, struct buf *out, struct err *e)
{
    char id[CELL_TEXT] = "", *end;
    const struct record *row = NULL;
    unsigned long number = strtoul(o->cell, &end, 10);
    if (stored_find_cells(s, e)) {
        return -1;
    }
    if (!*end && number >= 1 && number <= s->n) {
        row = &s->rows[number - 1];
        if (!*s->cells[number - 1].id) {
            return err_set(e, "row %lu has no cell in %s/cells", number, s->folder.s);
        }
        return browse_cell(s, s->cells[number - 1].id, row, out, e);
    }
    if (find_folder(id, s, o->cell, e)) {
        return -1;
    }
    for (size_t i = 0; i < s->n && !row; i++) {
        row = strcmp(s->cells[i].id, id) == 0 ? &s->rows[i] : NULL;
    }
    return browse_cell(s, id, row, out, e);
}

int cmd_show(int argc, char **argv)
{
    struct options o = {.out = "."};
    struct stored s;
    struct buf out = BUF_INIT;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    int status = EXIT_DONE;
    if (o.list) {
        browse_columns(o.format, &out);
        status = command_print("show", &out);
    } else if (!(status = results_open(&s, "show", o.results, o.out))) {
        status = (o.cell ? show_cell(&o, &s, &out, &e) : show_table(&o, &s, &out, &e))
                     ? command_fail("show", EXIT_FAILED, &e)
                     : command_print("show", &out);
        stored_release(&s);
    }
    buf_release(&out);
    return status;
}
