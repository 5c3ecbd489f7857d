#include "results/agreement.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "results/agreement_words.h"
#include "results/listing.h"

/* What a cell and its row have in common. */
struct name {
    const char *model, *method, *variant, *protocol;
    int64_t seed;
    const struct cell *cell; /* NULL: a row's */
};

/* A spec's cells, to be found by their names. */
struct side {
    const struct spec *spec; /* NULL: there is none */
    struct plan plan;
    struct name *names; /* [plan.n], sorted */
};

static int compare_names(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int order = strcmp(x->model, y->model);
    order = order ? order : strcmp(x->method, y->method);
    order = order ? order : strcmp(x->protocol, y->protocol);
    order = order ? order : strcmp(x->variant, y->variant);
    return order ? order : (x->seed > y->seed) - (x->seed < y->seed);
}

static struct name name_of_cell(const struct spec *s, const struct cell *c)
{
    return (struct name){.model = s->models[c->model].name,
                         .method = s->methods[c->method].name,
                         .variant = c->variant,
                         .protocol = s->known->protocols[c->protocol],
                         .seed = c->has_seed ? c->seed : RECORD_NONE,
                         .cell = c};
}

static struct name name_of_row(const struct record *r)
{
    return (struct name){.model = r->model,
                         .method = r->method,
                         .variant = r->variant,
                         .protocol = r->protocol,
                         .seed = r->seed};
}

static int side_make(struct side *side, const struct spec *s, struct err *e)
{
    side->spec = s;
    if (plan_make(&side->plan, s, e) ||
        !(side->names = mem_new(side->plan.n, sizeof *side->names, e))) {
        return -1;
    }
    for (size_t i = 0; i < side->plan.n; i++) {
        side->names[i] = name_of_cell(s, &side->plan.cells[i]);
    }
    qsort(side->names, side->plan.n, sizeof *side->names, compare_names);
    return 0;
}

static void side_release(struct side *side)
{
    plan_release(&side->plan);
    free(side->names);
}

static const struct cell *side_find(const struct side *side, const struct name *name)
{
    const struct name *at =
        side->spec ? bsearch(name, side->names, side->plan.n, sizeof *name, compare_names) : NULL;
    return at ? at->cell : NULL;
}

/* The spec that the table was made of. One that cannot be read any more counts as none. */
static int read_stored_spec(struct spec *out, bool *found, const struct store *s,
                            const struct spec_known *known, struct err *e)
{
    struct buf path = BUF_INIT, problems = BUF_INIT;
    struct err why = {.memory = false};
    *found = false;
    buf_addf(&path, "%s/spec.resolved.yaml", buf_text(&s->results));
    int status = buf_check(&path, e);
    if (!status && file_exists(path.s)) {
        *found = spec_read(out, path.s, known, NULL, &problems, &why) == 0;
    }
    if (why.memory || problems.failed) {
        *e = why;
        status = -1;
    }
    buf_release(&path);
    buf_release(&problems);
    return status;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a && b && strcmp(a->digest, b->digest) == 0;
}

/* Counts the rows that are of no cell of the spec any more; `kept` marks the cells of the others.
 */
static void match_rows(struct agreement *a, const struct side *now, const struct side *then,
                       const struct record *rows, size_t n, bool *kept)
{
    for (size_t i = 0; i < n; i++) {
        struct name name = name_of_row(&rows[i]);
        const struct cell *is = side_find(now, &name), *was = side_find(then, &name);
        if (is && (!then->spec || same_cell(is, was))) {
            kept[is - now->plan.cells] = true;
            continue;
        }
        a->gone++;
        if (is && was && !a->is) {
            a->is = is;
            a->was = was;
        }
    }
}

/* Counts the cells without a row, but for those that the table was made without. */
static void match_cells(struct agreement *a, const struct side *now, const struct side *then,
                        const bool *kept)
{
    for (size_t i = 0; i < now->plan.n; i++) {
        const struct cell *c = &now->plan.cells[i];
        struct name name = name_of_cell(now->spec, c);
        if (!kept[i] && !same_cell(c, side_find(then, &name))) {
            a->missing++;
            a->first_missing = a->first_missing ? a->first_missing : c;
        }
    }
}

/* Whether the file is there and has other bytes than these. */
static int has_changed(bool *changed, const struct spec_texts *t, const char *digest, struct err *e)
{
    char now[DIGEST_HEX];
    struct err why = {.memory = false};
    if (*changed || !t->path || !*digest || !file_exists(t->path)) {
        return 0;
    }
    if (digest_file(now, t->path, &why) == 0) {
        *changed = strcmp(now, digest) != 0;
    } else if (why.memory) {
        *e = why;
        return -1;
    }
    return 0;
}

/* Files of texts that have other bytes than those that cells were scored on, or learned from. */
static int match_texts(struct agreement *a, const struct side *now, const struct store *store,
                       struct err *e)
{
    const struct spec *s = now->spec;
    char(*seen)[DIGEST_HEX] = mem_new(s->n_texts + 1, sizeof *seen, e);
    int status = seen ? 0 : -1;
    for (size_t i = 0; i < now->plan.n && !status; i++) {
        const struct cell *c = &now->plan.cells[i];
        size_t t = cell_evaluation(s, c)->texts;
        struct result_head head;
        if (!listing_head(&head, store, c->id)) {
            continue;
        }
        if (strcmp(seen[t], head.texts) != 0) { /* mostly one digest for all cells */
            memcpy(seen[t], head.texts, DIGEST_HEX);
            status = has_changed(&a->texts_changed[t], &s->texts[t], head.texts, e);
        }
        if (!status && strcmp(seen[s->n_texts], head.calibration) != 0) {
            memcpy(seen[s->n_texts], head.calibration, DIGEST_HEX);
            status =
                has_changed(&a->texts_changed[s->n_texts], &s->calibration, head.calibration, e);
        }
    }
    free(seen);
    return status;
}

static int match(struct agreement *a, const struct side *now, const struct side *then,
                 const struct store *store, const struct record *rows, size_t n, struct err *e)
{
    bool *kept = mem_new(now->plan.n, sizeof *kept, e);
    a->texts_changed = mem_new(now->spec->n_texts + 1, sizeof *a->texts_changed, e);
    int status = kept && a->texts_changed ? 0 : -1;
    if (!status) {
        match_rows(a, now, then, rows, n, kept);
        match_cells(a, now, then, kept);
        status = match_texts(a, now, store, e);
    }
    free(kept);
    return status;
}

int agreement_check(struct buf *differences, const struct store *s, const struct spec *spec,
                    const struct record *rows, size_t n, struct err *e)
{
    struct spec stored;
    struct side now = {0}, then = {0};
    struct agreement a = {.now = spec};
    bool found;
    if (read_stored_spec(&stored, &found, s, spec->known, e)) {
        return -1;
    }
    a.then = found ? &stored : NULL;
    int status = side_make(&now, spec, e) || (found && side_make(&then, &stored, e)) ||
                         match(&a, &now, &then, s, rows, n, e)
                     ? -1
                     : 0;
    if (!status) {
        agreement_describe(differences, &a, buf_text(&s->results));
        status = buf_check(differences, e);
    }
    free(a.texts_changed);
    side_release(&now);
    side_release(&then);
    if (found) {
        spec_release(&stored);
    }
    return status;
}
