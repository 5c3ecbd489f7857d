#include "run/novelty.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define PLANNED ".planned" /* in results/NAME */

enum { OTHERS_MAX = 256 }; /* stored cells outside of the plan that are read */

/* A line of a canonical text; those of parameters count for their method alone. */
struct line {
    const char *text;
    size_t n;
    uint64_t hash;
};

/* FNV-1a, never 0. */
static uint64_t hash_bytes(uint64_t hash, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    }
    return hash ? hash : 1;
}

/* Takes the next line off the text; `method` is the hash of the text's first line. */
static bool next_line(struct line *line, const char **text, uint64_t *method)
{
    if (!**text) {
        return false;
    }
    line->text = *text;
    line->n = strcspn(*text, "\n");
    *text += line->n + ((*text)[line->n] == '\n');
    line->hash = hash_bytes(0xcbf29ce484222325u, line->text, line->n);
    if (*method == 0) {
        *method = line->hash;
    } else if (*line->text == ' ') {
        line->hash = hash_bytes(*method, line->text, line->n);
    }
    return true;
}

/* The slot of a hash: where it is, or where it would be. */
static uint64_t *slot(const struct novelty *v, uint64_t hash)
{
    size_t i = (size_t)hash & (v->room - 1);
    while (v->known[i] && v->known[i] != hash) {
        i = (i + 1) & (v->room - 1);
    }
    return &v->known[i];
}

static int make_room(struct novelty *v, struct err *e)
{
    struct novelty bigger = *v;
    if (2 * (v->n + 1) <= v->room) {
        return 0;
    }
    bigger.room = v->room ? 2 * v->room : 1024;
    if (!(bigger.known = mem_new(bigger.room, sizeof *bigger.known, e))) {
        return -1;
    }
    for (size_t i = 0; i < v->room; i++) {
        if (v->known[i]) {
            *slot(&bigger, v->known[i]) = v->known[i];
        }
    }
    free(v->known);
    v->known = bigger.known;
    v->room = bigger.room;
    return 0;
}

/* Learns a line; whether it was new in *new. */
static int learn_line(struct novelty *v, const struct line *line, bool *new, struct err *e)
{
    if (make_room(v, e)) {
        return -1;
    }
    uint64_t *at = slot(v, line->hash);
    *new = *at == 0;
    v->n += *new;
    *at = line->hash;
    return 0;
}

/*
 * Learns all lines of a text. Those that are new are appended to `news` (may be NULL) as a text of
 * their own, which begins with the line of the method as this one does.
 */
static int learn_text(struct novelty *v, const char *text, struct buf *news, struct err *e)
{
    const char *first = text;
    struct line line;
    uint64_t method = 0;
    bool any = false, new;
    while (next_line(&line, &text, &method)) {
        if (learn_line(v, &line, &new, e)) {
            return -1;
        }
        if (news && new) {
            if (!any && line.text != first) {
                buf_add(news, first, strcspn(first, "\n") + 1);
            }
            buf_addf(news, "%.*s\n", (int)line.n, line.text);
            any = true;
        }
    }
    if (any) {
        buf_addc(news, '\n');
    }
    v->cells++;
    return 0;
}

static int learn_cell(struct novelty *v, const struct cell *c, struct buf *news, struct err *e)
{
    buf_clear(&v->text);
    cell_describe(v->spec, c, &v->text);
    return buf_check(&v->text, e) || learn_text(v, v->text.s, news, e) ? -1 : 0;
}

int novelty_keep(const struct spec *s, const struct store *store, const struct plan *p,
                 struct err *e)
{
    struct novelty v = {.spec = s};
    struct buf lines = BUF_INIT;
    int status = 0;
    for (size_t i = 0; i < p->n && !status; i++) {
        status = learn_cell(&v, &p->cells[i], &lines, e);
    }
    if (!status) {
        status = file_write_text(store->results.s, PLANNED, &lines, e);
    }
    buf_release(&lines);
    novelty_release(&v);
    return status;
}

/* What the last run left; nothing when there was none, or its file cannot be read. */
static int learn_planned(struct novelty *v, const struct store *store, struct err *e)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct err ignored;
    buf_addf(&path, "%s/" PLANNED, store->results.s);
    int status = buf_check(&path, e);
    if (!status && file_exists(path.s) && file_read_stored(&text, path.s, &ignored) == 0) {
        char *rest = text.len ? text.s : NULL;
        for (char *end; rest && (end = strstr(rest, "\n\n")) && !status; rest = end + 2) {
            end[1] = '\0';
            status = learn_text(v, rest, NULL, e);
        }
    }
    buf_release(&path);
    buf_release(&text);
    return status;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Cells that are stored and not in the plan: what the spec said before. */
static int learn_others(struct novelty *v, const struct store *store, const struct listing *l,
                        const struct plan *p, struct err *e)
{
    const char **ids = mem_new(p->n, sizeof *ids, e);
    size_t read = 0;
    int status = ids ? 0 : -1;
    for (size_t i = 0; ids && i < p->n; i++) {
        ids[i] = p->cells[i].id;
    }
    if (ids) {
        qsort(ids, p->n, sizeof *ids, compare);
    }
    for (size_t i = 0; i < l->n && read < OTHERS_MAX && !status; i++) {
        if (bsearch(&l->ids[i], ids, p->n, sizeof *ids, compare)) {
            continue;
        }
        buf_clear(&v->text);
        if (listing_cell_text(&v->text, store, l->ids[i])) {
            status = buf_check(&v->text, e) ? -1 : learn_text(v, v->text.s, NULL, e);
            read++;
        }
    }
    free(ids);
    return status;
}

int novelty_learn(struct novelty *v, const struct spec *s, const struct store *store,
                  const struct listing *l, const struct survey *survey, struct err *e)
{
    const struct plan *p = &survey->plan;
    *v = (struct novelty){.spec = s};
    for (size_t i = 0; i < p->n; i++) {
        if (survey->states[i] != SURVEY_MISSING && learn_cell(v, &p->cells[i], NULL, e)) {
            return -1;
        }
    }
    return learn_planned(v, store, e) || (l->n > 0 && learn_others(v, store, l, p, e)) ? -1 : 0;
}

void novelty_release(struct novelty *v)
{
    free(v->known);
    buf_release(&v->text);
    *v = (struct novelty){0};
}

/* "new value of NAME.bits: 3" of "  bits: 3"; "new model other" of "model: "other"". */
static void add_line(struct buf *out, const struct line *line, const char *name)
{
    static const char *const things[] = {"model", "texts", "protocol"};
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        size_t n = strlen(things[i]);
        if (strncmp(line->text, things[i], n) == 0 && line->text[n] == ':') {
            size_t quoted = line->text[n + 2] == '"';
            buf_addf(out, "new %s %.*s", things[i], (int)(line->n - n - 2 - 2 * quoted),
                     line->text + n + 2 + quoted);
            return;
        }
    }
    bool parameter = *line->text == ' ';
    size_t skip = strspn(line->text, " ");
    buf_addf(out, "new value of %s%s%.*s", parameter ? name : "", parameter ? "." : "",
             (int)(line->n - skip), line->text + skip);
}

void novelty_describe(struct buf *out, struct novelty *v, const struct cell *c)
{
    const char *name = v->spec->methods[c->method].name;
    struct line line;
    uint64_t method = 0;
    buf_clear(&v->text);
    cell_describe(v->spec, c, &v->text);
    const char *text = buf_text(&v->text);
    while (v->cells > 0 && next_line(&line, &text, &method)) {
        if (*slot(v, line.hash)) {
            continue;
        }
        if (line.text == buf_text(&v->text)) {
            buf_addf(out, "new method %s", name);
        } else {
            add_line(out, &line, name);
        }
        return;
    }
    buf_adds(out, "not run yet");
}
