/* The rows of a decided ledger as text, Markdown, LaTeX, CSV and JSON. */
#include <string.h>
#include <strings.h>

#include "base/json_out.h"
#include "claims/numbers.h"
#include "claims/verdicts.h"
#include "report/escape.h"
#include "report/layout.h"

enum { TERMINAL_COLUMNS = 120 };

static const char *const format_names[] = {"text", "markdown", "latex", "csv", "json", "numbers"};

int claims_format_parse(enum claims_format *out, const char *name, struct err *e)
{
    for (size_t i = 0; i < sizeof format_names / sizeof *format_names; i++) {
        if (strcmp(name, format_names[i]) == 0) {
            *out = (enum claims_format)i;
            return 0;
        }
    }
    return err_set(e, "there is no format \"%s\"; known are text, markdown, latex, csv, json",
                   name);
}

/* The text in lines of at most TERMINAL_COLUMNS, broken at blanks, each after `indent` blanks. */
static void put_wrapped(const char *text, size_t indent, struct buf *out)
{
    size_t column = 0;
    while (*text) {
        size_t bytes = strcspn(text, " ");
        size_t width = utf8_columns(text, bytes);
        if (column && column + 1 + width > TERMINAL_COLUMNS) {
            buf_addc(out, '\n');
            column = 0;
        }
        buf_addf(out, "%*s", (int)(column ? 1 : indent), "");
        escape_terminal(text, bytes, out);
        column = column ? column + 1 + width : indent + width;
        text += bytes;
        text += strspn(text, " ");
    }
    buf_addc(out, '\n');
}

static void put_row(const struct verdicts *v, const struct verdict_row *r, struct buf *out)
{
    struct buf line = BUF_INIT, published = BUF_INIT;
    buf_addf(&line, "%s: ", verdict_names[r->answer.verdict]);
    verdict_models(v, r, &line);
    buf_addf(&line, " · %s ", verdict_ours_as(r));
    verdict_ours(r, &line);
    verdict_published(r, &published);
    if (published.len) {
        buf_addf(&line, " · %s %s", verdict_published_as(r), published.s);
    }
    put_wrapped(buf_text(&line), 2, out);
    put_wrapped(r->answer.why, 6, out);
    buf_release_part(&line, out);
    buf_release_part(&published, out);
}

static void write_text(const struct verdicts *v, struct buf *out)
{
    for (size_t i = 0; i < v->n; i++) {
        const struct verdict_row *r = &v->rows[i];
        if (i == 0 || r[-1].claim != r->claim) {
            struct buf head = BUF_INIT, protocol = BUF_INIT;
            verdict_protocol(r, &protocol);
            buf_addf(&head, "%s%s%s%s: ", r->claim->name, protocol.len ? " (" : "",
                     buf_text(&protocol), protocol.len ? ")" : "");
            if (r->claim->finding) {
                buf_addf(&head, "finding %ld: ", r->claim->finding);
            }
            buf_adds(&head, r->claim->sentence);
            buf_adds(out, i ? "\n" : "");
            put_wrapped(buf_text(&head), 0, out);
            buf_release_part(&head, out);
            buf_release_part(&protocol, out);
        }
        put_row(v, r, out);
    }
}

static bool decided(const struct verdict_row *r)
{
    return r->answer.verdict != VERDICT_UNMEASURED && r->answer.verdict != VERDICT_UNTESTABLE;
}

/* "finding 1: what is claimed · GPT-2 28.1 %, …": the rows of a claim from the first on. */
static void put_finding(const struct verdicts *v, size_t first, struct buf *out)
{
    const struct claim *c = v->rows[first].claim;
    struct buf line = BUF_INIT;
    size_t stop = strlen(c->sentence);
    stop -= stop && c->sentence[stop - 1] == '.';
    buf_addf(&line, "finding %ld: %.*s ·", c->finding, (int)stop, c->sentence);
    for (size_t i = first; i < v->n && v->rows[i].claim == c; i++) {
        const struct verdict_row *r = &v->rows[i];
        buf_adds(&line, i > first ? ", " : " ");
        if (r->model != LEDGER_ANY || c->n_models) {
            verdict_models(v, r, &line);
            buf_addc(&line, ' ');
        }
        verdict_ours(r, &line);
        if (r->answer.verdict != VERDICT_REPRODUCED) {
            buf_addf(&line, " (%s)", verdict_names[r->answer.verdict]);
        }
    }
    put_wrapped(buf_text(&line), 0, out);
    buf_release_part(&line, out);
}

void claims_write_findings(const struct verdicts *v, struct buf *out)
{
    enum { FINDINGS_MAX = 99 };
    for (long number = 1; number <= FINDINGS_MAX; number++) {
        size_t i = 0;
        while (i < v->n && (v->rows[i].claim->finding != number || !decided(&v->rows[i]))) {
            i++;
        }
        while (i > 0 && i < v->n && v->rows[i - 1].claim == v->rows[i].claim) {
            i--;
        }
        if (i < v->n) {
            put_finding(v, i, out);
        }
    }
}

enum { ROW_COLUMNS = 8 };
static const char *const heads[ROW_COLUMNS] = {
    "Claim", "What is claimed", "Models", "Protocol", "Published", "Ours", "Verdict", "Why"};

/* What the head of a column does not say of a cell. */
static void put_as(struct buf *cell, const char *as, const char *head)
{
    struct buf text = BUF_INIT;
    if (cell->len && strcasecmp(as, head) != 0) {
        buf_addf(&text, "%s %s", as, cell->s);
        buf_clear(cell);
        buf_adds(cell, buf_text(&text));
        cell->failed = cell->failed || text.failed;
    }
    buf_release(&text);
}

static void fill_row(const struct verdicts *v, const struct verdict_row *r,
                     struct buf cells[ROW_COLUMNS])
{
    buf_adds(&cells[0], r->id);
    buf_adds(&cells[1], r->claim->sentence);
    verdict_models(v, r, &cells[2]);
    verdict_protocol(r, &cells[3]);
    verdict_published(r, &cells[4]);
    verdict_ours(r, &cells[5]);
    buf_adds(&cells[6], verdict_names[r->answer.verdict]);
    buf_adds(&cells[7], r->answer.why);
}

/* The same for a table, whose heads say "Published" and "Ours". */
static void fill_table_row(const struct verdicts *v, const struct verdict_row *r,
                           struct buf cells[ROW_COLUMNS])
{
    fill_row(v, r, cells);
    put_as(&cells[4], verdict_published_as(r), heads[4]);
    put_as(&cells[5], verdict_ours_as(r), heads[5]);
}

static void write_markdown(const struct verdicts *v, struct buf *out)
{
    struct layout l = {.stem = "claims"};
    struct buf counts = BUF_INIT, grounds = BUF_INIT;
    verdict_counts(v, &counts);
    verdict_on_grounds(v, &grounds);
    buf_addf(&l.caption, "%s: %s.", *v->ledger->title ? v->ledger->title : v->ledger->name,
             buf_text(&counts));
    for (size_t c = 0; c < ROW_COLUMNS; c++) {
        layout_column(&l, LAYOUT_LEFT, heads[c]);
    }
    for (size_t i = 0; i < v->n; i++) {
        struct buf cells[ROW_COLUMNS] = {0};
        fill_table_row(v, &v->rows[i], cells);
        for (size_t c = 0; c < ROW_COLUMNS; c++) {
            layout_cell(&l, "%s", buf_text(&cells[c]));
            buf_release_part(&cells[c], out);
        }
    }
    layout_note(
        &l, "Published: by the study; expected: a finding of this reproduction. Ours: measured; "
            "recomputed: from published numbers or shapes.");
    layout_note(&l, "Intervals are of 95 %%: of measured changes of the loss over texts, of other "
                    "numbers what rounding and random cut points leave open.");
    if (grounds.len) {
        layout_note(&l, "%s", buf_text(&grounds));
    }
    layout_markdown(&l, out);
    buf_release_part(&counts, out);
    buf_release_part(&grounds, out);
    layout_release(&l);
}

static void write_csv(const struct verdicts *v, struct buf *out)
{
    for (size_t c = 0; c < ROW_COLUMNS; c++) {
        buf_addf(out, "%s%s", c ? "," : "", heads[c]);
    }
    buf_addc(out, '\n');
    for (size_t i = 0; i < v->n; i++) {
        struct buf cells[ROW_COLUMNS] = {0};
        fill_table_row(v, &v->rows[i], cells);
        for (size_t c = 0; c < ROW_COLUMNS; c++) {
            buf_adds(out, c ? ",\"" : "\"");
            for (const char *p = buf_text(&cells[c]); *p; p++) {
                buf_adds(out, *p == '"' ? "\"" : "");
                buf_addc(out, *p);
            }
            buf_addc(out, '"');
            buf_release_part(&cells[c], out);
        }
        buf_addc(out, '\n');
    }
}

static void latex(const char *text, struct buf *out)
{
    escape_latex(text, strlen(text), out);
}

/* One claim: its sentence, then a line for each verdict among its models, with what stands there.
 */
static void latex_claim(const struct verdicts *v, size_t first, size_t last, struct buf *out)
{
    const struct claim *c = v->rows[first].claim;
    struct buf protocol = BUF_INIT;
    bool any = false;
    verdict_protocol(&v->rows[first], &protocol);
    latex(c->sentence, out);
    if (c->finding) {
        buf_addf(out, " (finding %ld)", c->finding);
    }
    buf_adds(out, " & ");
    latex(buf_text(&protocol), out);
    buf_adds(out, " & ");
    for (size_t k = VERDICTS; k-- > 0;) {
        struct buf models = BUF_INIT;
        for (size_t i = first; i < last; i++) {
            if (v->rows[i].answer.verdict == (enum verdict)k) {
                buf_adds(&models, models.len ? ", " : "");
                verdict_models(v, &v->rows[i], &models);
            }
        }
        if (models.len) {
            buf_adds(out, any ? "; " : "");
            buf_addf(out, "\\emph{%s}: ", verdict_names[k]);
            latex(models.s, out);
            any = true;
        }
        buf_release_part(&models, out);
    }
    buf_adds(out, " \\\\\n");
    buf_release_part(&protocol, out);
}

static void write_latex(const struct verdicts *v, struct buf *out)
{
    buf_adds(out, "\\begin{longtable}{@{}>{\\raggedright\\arraybackslash}p{0.46\\linewidth}"
                  "l>{\\raggedright\\arraybackslash}p{0.36\\linewidth}@{}}\n\\toprule\n"
                  "What is claimed & Protocol & Verdict \\\\\n\\midrule\n\\endhead\n"
                  "\\bottomrule\n\\endfoot\n");
    for (size_t i = 0, next; i < v->n; i = next) {
        for (next = i + 1; next < v->n && v->rows[next].claim == v->rows[i].claim;) {
            next++;
        }
        latex_claim(v, i, next, out);
    }
    buf_adds(out, "\\end{longtable}\n");
}

static void json_row(const struct verdicts *v, const struct verdict_row *r, struct json_out *j)
{
    static const char *const keys[ROW_COLUMNS] = {"id",        "claim", "models",  "protocol",
                                                  "published", "ours",  "verdict", "why"};
    struct buf cells[ROW_COLUMNS] = {0};
    fill_row(v, r, cells);
    json_open(j, '{');
    for (size_t c = 0; c < ROW_COLUMNS; c++) {
        json_key_text(j, keys[c], buf_text(&cells[c]));
        buf_release_part(&cells[c], j->to);
    }
    json_key_text(j, "published_as", verdict_published_as(r));
    json_key_text(j, "ours_as", verdict_ours_as(r));
    json_key_text(j, "rule", r->claim->rule->name);
    json_key(j, "finding");
    if (r->claim->finding) {
        json_int(j, r->claim->finding);
    } else {
        json_null_out(j);
    }
    json_key_real(j, "value", r->answer.value);
    json_key_real(j, "low", r->answer.low);
    json_key_real(j, "high", r->answer.high);
    json_close(j, '}');
}

static void write_json(const struct verdicts *v, struct buf *out)
{
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_int(&j, "format", 1);
    json_key(&j, "counts");
    json_open(&j, '{');
    for (size_t i = VERDICTS; i-- > 0;) {
        json_key_int(&j, verdict_names[i], (int64_t)v->counts[i]);
    }
    json_close(&j, '}');
    json_key(&j, "claims");
    json_open(&j, '[');
    for (size_t i = 0; i < v->n; i++) {
        json_row(v, &v->rows[i], &j);
    }
    json_close(&j, ']');
    json_close(&j, '}');
}

void claims_write(const struct verdicts *v, enum claims_format format, struct buf *out)
{
    static void (*const writers[])(const struct verdicts *, struct buf *) = {
        write_text, write_markdown, write_latex, write_csv, write_json, claims_numbers};
    writers[format](v, out);
}
