/* nashswarm verify: a verdict on every claim of a ledger, from stored results. */
#include <argp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/share.h"
#include "claims/reference.h"
#include "commands/command.h"
#include "results/store.h"
#include "run/ledger_inputs.h"

static const char usual_ledger[] = "experiments/claims.yaml";

enum { REQUIRED_MAX = 8 };

struct options {
    const char *ledger, *out;
    const char *required[REQUIRED_MAX + 1]; /* ended by NULL */
    enum claims_format format;
    bool update, summary, rules;
};

enum { KEY_FORMAT = 256, KEY_UPDATE, KEY_REQUIRE, KEY_RULES };

static const struct argp_option option_rows[] = {
    {"out", 'o', "ROOT", 0, "where results/ is (default: the working directory)", 0},
    {"format", KEY_FORMAT, "NAME", 0, "text, markdown, latex, csv, json or numbers (text)", 0},
    {"summary", 's', NULL, 0,
     "print how many claims have which verdict, and the findings in short, not each claim", 0},
    {"require", KEY_REQUIRE, "RESULTS", 0,
     "an entry of the ledger's `results:` that must have been measured: what was reproduced on it "
     "and is not measured now is lost; repeatable",
     0},
    {"rules", KEY_RULES, NULL, 0, "print the rules and their keys as Markdown, and decide nothing",
     0},
    {"update-reference", KEY_UPDATE, NULL, 0,
     "write today's verdicts as those that later ones are compared with", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    struct err e;
    size_t i;
    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case 's':
        o->summary = true;
        break;
    case KEY_FORMAT:
        if (claims_format_parse(&o->format, arg, &e)) {
            argp_error(state, "--format: %s", e.text);
        }
        break;
    case KEY_REQUIRE:
        for (i = 0; i < REQUIRED_MAX && o->required[i]; i++) {
        }
        if (i == REQUIRED_MAX) {
            argp_error(state, "--require may be given %d times", REQUIRED_MAX);
        }
        o->required[i] = arg;
        break;
    case KEY_RULES:
        o->rules = true;
        break;
    case KEY_UPDATE:
        o->update = true;
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->ledger, arg, "ledger", state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "[LEDGER.yaml]",
    "Decide every claim of a ledger (default: experiments/claims.yaml) on stored results, sizes "
    "and published numbers. Nothing is measured: a claim without results says what makes them. "
    "Exit status: 1 when a claim that was reproduced in the reference no longer is.",
    NULL,
    NULL,
    NULL};

/* The forms of the claims that are kept, into results/NAME. */
static int write_files(const struct verdicts *v, const char *root, struct err *e)
{
    static const struct {
        const char *name;
        enum claims_format format;
    } files[] = {{"claims.md", CLAIMS_MARKDOWN},
                 {"claims.tex", CLAIMS_LATEX},
                 {"claims.json", CLAIMS_JSON},
                 {"numbers.tex", CLAIMS_NUMBERS}};
    struct store store;
    int status = -1, lock = -1;
    if (store_init(&store, root, v->ledger->name, e)) {
        return -1;
    }
    store.waits = command_tell_wait;
    store.context = "verify";
    if (file_make_dirs(store.results.s, e) || store_lock(&store, &lock, e)) {
        goto out;
    }
    file_sweep(store.results.s);
    status = 0;
    for (size_t i = 0; !status && i < sizeof files / sizeof *files; i++) {
        struct buf text = BUF_INIT;
        claims_write(v, files[i].format, &text);
        status = file_write_text(store.results.s, files[i].name, &text, e);
        buf_release(&text);
    }
    close(lock);
out:
    store_release(&store);
    return status;
}

/* The results of this name, or NULL. */
static const struct ledger_results *results_named(const struct ledger *l, const char *name)
{
    for (size_t i = 0; i < l->n_results; i++) {
        if (strcmp(l->results[i].name, name) == 0) {
            return &l->results[i];
        }
    }
    return NULL;
}

/* What --require asks for, without the experiments that somebody made another study of. */
static void still_required(const char **required, const struct options *o, const struct ledger *l,
                           struct buf *said)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n_results; i++) {
        if (l->results[i].edited) {
            buf_addf(said, "%s has other bits or shares than the study: it decides no claim.\n",
                     l->results[i].spec);
        }
    }
    for (size_t k = 0; o->required[k]; k++) {
        const struct ledger_results *named = results_named(l, o->required[k]);
        if (!named || !named->edited) {
            required[n++] = o->required[k];
        }
    }
    required[n] = NULL;
}

/* Against the reference, or anew; what is to be said of it is appended. */
static int settle(const struct options *o, const struct verdicts *v, struct buf *said,
                  size_t *n_lost, struct err *e)
{
    const char *path = v->ledger->reference;
    struct buf lost = BUF_INIT;
    bool there;
    *n_lost = 0;
    if (!path) {
        return o->update ? err_set(e, "%s: without the key \"reference\" there is no file to write",
                                   v->ledger->path)
                         : 0;
    }
    if (o->update) {
        buf_addf(said, "Written: %s\n", path);
        return reference_update(v, path, e);
    }
    const char *required[REQUIRED_MAX + 1];
    still_required(required, o, v->ledger, said);
    int status = reference_compare(v, path, required, &lost, n_lost, &there, e);
    if (!status && !there) {
        buf_addf(said, "No reference (%s): --update-reference writes it.\n", path);
    } else if (!status && !*n_lost) {
        buf_addf(said, "Nothing that was reproduced is lost (%s).\n", path);
    } else if (!status) {
        fputs(buf_text(&lost), stderr);
    }
    buf_release(&lost);
    return status;
}

static int report(const struct options *o, const struct verdicts *v)
{
    struct buf out = BUF_INIT, said = BUF_INIT;
    struct err e;
    size_t n_lost;
    if (o->summary) {
        claims_write_findings(v, &out);
    } else {
        claims_write(v, o->format, &out);
    }
    if (write_files(v, o->out, &e) || settle(o, v, &said, &n_lost, &e)) {
        buf_release(&out);
        buf_release(&said);
        return command_fail("verify", EXIT_FAILED, &e);
    }
    if (o->format == CLAIMS_TEXT || o->summary) { /* other formats are for programs */
        buf_addf(&out, "%s%zu claims: ", o->summary ? "" : "\n", v->n);
        verdict_counts(v, &out);
        buf_adds(&out, ".\n");
        verdict_on_grounds(v, &out);
        buf_adds(&out, v->counts[VERDICT_REPRODUCED] ? "\n" : "");
        buf_adds(&out, buf_text(&said));
        out.failed = out.failed || said.failed;
    }
    int status = command_print("verify", &out);
    if (!status && n_lost) {
        err_set(&e, "%zu claim%s of the reference %s lost (%s)", n_lost, n_lost == 1 ? "" : "s",
                n_lost == 1 ? "is" : "are", v->ledger->reference);
        status = command_fail("verify", EXIT_FAILED, &e);
    }
    buf_release(&out);
    buf_release(&said);
    return status;
}

static int check_required(const struct options *o, const struct ledger *l, struct err *e)
{
    for (size_t k = 0; o->required[k]; k++) {
        if (!results_named(l, o->required[k])) {
            return err_set(e, "--require: %s has no results \"%s\"", l->path, o->required[k]);
        }
    }
    return 0;
}

int cmd_verify(int argc, char **argv)
{
    struct options o = {.out = "."};
    struct buf installed = BUF_INIT, problems = BUF_INIT;
    struct ledger ledger;
    struct verdicts verdicts = {0};
    struct err e;
    command_parse(&argp, argc, argv, &o);
    if (o.rules) {
        claim_rules_document(&problems);
        int printed = command_print("verify", &problems);
        buf_release(&problems);
        return printed;
    }
    if (!o.ledger) {
        share_path(&installed, usual_ledger);
        o.ledger = file_exists(usual_ledger) || !file_exists(buf_text(&installed))
                       ? usual_ledger
                       : buf_text(&installed);
    }
    int status;
    if (ledger_read(&ledger, o.ledger, &problems, &e) || check_required(&o, &ledger, &e)) {
        fputs(buf_text(&problems), stderr);
        status = command_refuse("verify", &e);
    } else if (ledger_inputs_read(&ledger, o.out, &problems, &e) ||
               verdicts_make(&verdicts, &ledger, &e)) {
        fputs(buf_text(&problems), stderr);
        status = command_fail("verify", EXIT_FAILED, &e);
    } else {
        status = report(&o, &verdicts);
    }
    verdicts_release(&verdicts);
    ledger_release(&ledger);
    buf_release(&problems);
    buf_release(&installed);
    return status;
}
