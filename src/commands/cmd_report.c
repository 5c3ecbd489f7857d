/* nashswarm report, nashswarm figures: again from stored results alone. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/run_command.h"
#include "report/html.h"
#include "report/report.h"

struct options {
    struct experiment_request experiment;
    const char *html_path;
    bool html;
};

enum { KEY_HTML = 600 };

static const struct argp_option option_rows[] = {
    {"html", KEY_HTML, "FILE", OPTION_ARG_OPTIONAL,
     "report alone: write one page with tables, figures, verdicts, provenance and the command "
     "behind each number instead (default: report.html in the experiment's results)",
     0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        experiment_hand_on(state, &o->experiment);
        break;
    case KEY_HTML:
        o->html = true;
        o->html_path = arg;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* results/claims/claims.json beside the results of the experiment. */
static void claims_path(struct buf *out, const struct store *store)
{
    file_folder(buf_text(&store->results), out);
    buf_adds(out, "/claims/claims.json");
}

/* −1 with the sentence when the rows are not those of the spec as it is now. */
static int check(const struct experiment *x, const struct record *rows, size_t n,
                 const char *command, struct err *e)
{
    struct buf sentence = BUF_INIT;
    int status = experiment_differences(x, rows, n, command, &sentence, e);
    if (!status && sentence.len) {
        status = err_set(e, "%s", sentence.s);
    }
    buf_release(&sentence);
    return status;
}

/* A file that is there is replaced only if it is a page: it may be a spec or a table. */
static int check_page(const char *path, struct err *e)
{
    struct file_map there;
    if (!path || !file_exists(path)) {
        return 0;
    }
    if (file_map_open(&there, path, e)) {
        return -1;
    }
    size_t n = strlen(HTML_LEAD);
    bool page = there.n == 0 || (there.n > n && memcmp(there.bytes, HTML_LEAD, n) == 0);
    file_map_close(&there);
    return page ? 0 : err_set(e, "%s is there and is no HTML page: give --html another name", path);
}

/* Draws the figures anew, then puts everything into one page; `out` gets its path. */
static int write_page(const struct experiment *x, const struct options *o, const char *command,
                      struct buf *out, struct err *e)
{
    struct buf warning = BUF_INIT, figures = BUF_INIT, claims = BUF_INIT;
    struct buf page = BUF_INIT, path = BUF_INIT;
    struct stored stored;
    int status = stored_open(&stored, buf_text(&x->store.results), x->spec.path, e);
    if (status) {
        return status;
    }
    claims_path(&claims, &x->store);
    if (o->html_path) {
        buf_adds(&path, o->html_path);
    } else {
        buf_addf(&path, "%s/report.html", buf_text(&x->store.results));
    }
    struct html_report r = {.spec = &x->spec,
                            .store = &x->store,
                            .stored = &stored,
                            .command = command,
                            .claims = buf_text(&claims),
                            .warning = &warning,
                            .figures = &figures};
    status =
        buf_check(&claims, e) || buf_check(&path, e) ||
                check(x, stored.rows, stored.n, command, e) || stored_find_cells(&stored, e) ||
                experiment_tell_models(x, stored.rows, stored.n, "report", command, &warning, e) ||
                experiment_figures(x, stored.rows, stored.n, &figures, e) ||
                html_report(&r, &page, e) || file_write(path.s, page.s, page.len, e)
            ? -1
            : 0;
    buf_addf(out, "%s\n", buf_text(&path));
    buf_release(&warning);
    buf_release(&figures);
    buf_release(&claims);
    buf_release(&page);
    buf_release(&path);
    stored_release(&stored);
    return status;
}

/* Tables on standard output and in files, figures, or both. */
static int write_files(const struct experiment *x, const char *name, const char *command,
                       bool tables, bool figures, struct buf *out, struct err *e)
{
    struct buf warning = BUF_INIT;
    struct record *rows = NULL;
    size_t n = 0;
    int status = table_read(&x->store, &x->spec, &rows, &n, e) || check(x, rows, n, command, e) ||
                         experiment_tell_models(x, rows, n, name, command, &warning, e)
                     ? -1
                     : 0;
    if (!status && tables && warning.len) {
        buf_addf(out, "Warning: %s\n\n", warning.s);
    }
    status = status ? status : experiment_report(x, rows, n, tables, figures, out, e);
    free(rows);
    buf_release(&warning);
    return status;
}

static int again(const char *command, const char *help, int argc, char **argv, bool tables,
                 bool figures)
{
    const struct argp argp = {option_rows, parse, "SPEC.yaml", help, experiment_part, 0, 0};
    struct options o = {0};
    struct experiment x;
    struct buf out = BUF_INIT, line = BUF_INIT;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    if (o.html && !tables) {
        err_set(&e, "--html belongs to `nashswarm report`, whose page has the figures in it");
        experiment_request_release(&o.experiment);
        return command_fail(command, EXIT_USAGE, &e);
    }
    if (check_page(o.html_path, &e)) {
        experiment_request_release(&o.experiment);
        return command_fail(command, EXIT_USAGE, &e);
    }
    int status = experiment_open(&x, command, &o.experiment);
    run_command_add(&line, "run", &o.experiment);
    experiment_request_release(&o.experiment);
    if (status) {
        buf_release(&line);
        return status;
    }
    int failed = o.html ? write_page(&x, &o, buf_text(&line), &out, &e)
                        : write_files(&x, command, buf_text(&line), tables, figures, &out, &e);
    status = failed ? command_fail(command, EXIT_FAILED, &e) : command_print(command, &out);
    buf_release(&line);
    buf_release(&out);
    experiment_close(&x);
    return status;
}

int cmd_report(int argc, char **argv)
{
    return again("report", "Make an experiment's tables again from its stored results.", argc, argv,
                 true, false);
}

int cmd_figures(int argc, char **argv)
{
    return again("figures", "Draw an experiment's figures again from its stored results.", argc,
                 argv, false, true);
}
