#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/combinations.h"
#include "spec/evaluation.h"

enum { CELLS_MAX = 1000000, ID_DIGITS = 8, ID_MORE_DIGITS = 24 };

struct planner {
    struct plan *plan;
    const struct spec *spec;
    struct buf text; /* for one cell at a time */
    bool *scored;    /* which evaluations the cells of the model at hand are of */
};

static bool uses_seed(const struct spec *s, const struct combination *c)
{
    const struct method_kind *kind = s->methods[c->method].kind;
    return kind->uses_seed && kind->uses_seed(&c->params);
}

/*
 * Marks what the model's cells are scored on, and so the baseline too: the other methods' cells,
 * and its own where it stands alone or what everything is scored on is swept.
 */
static void find_scored(struct planner *p, size_t model)
{
    const struct spec *s = p->spec;
    bool own = s->n_methods == 1 || (s->tables && s->tables[0].width);
    memset(p->scored, 0, s->n_evaluations * sizeof *p->scored);
    for (size_t i = own ? 0 : 1; i < s->n_methods; i++) {
        struct combination c;
        combination_first(&c, s, model, i);
        do {
            p->scored[c.evaluation] = true;
        } while (combination_next(&c));
    }
}

/* How many cells a method has for one model. */
static size_t count_method(const struct planner *p, size_t model, size_t method)
{
    const struct spec *s = p->spec;
    struct combination c;
    size_t n = 0;
    for (size_t i = 0; i < s->n_evaluations && method == 0; i++) {
        n += p->scored[i] ? s->n_protocols : 0;
    }
    if (method == 0) {
        return n;
    }
    combination_first(&c, s, model, method);
    do {
        n += s->n_protocols * (uses_seed(s, &c) ? s->n_seeds : 1);
    } while (combination_next(&c));
    return n;
}

static int count_cells(struct planner *p, size_t *n, struct err *e)
{
    const struct spec *s = p->spec;
    *n = 0;
    for (size_t k = 0; k < s->n_models; k++) {
        find_scored(p, k);
        for (size_t i = 0; i < s->n_methods; i++) {
            *n += count_method(p, k, i); /* both are far below the range of size_t */
            if (*n > CELLS_MAX) {
                return err_set(e,
                               "%s makes over %d cells (model × method × seed × protocol): list "
                               "fewer models or seeds, or sweep fewer values",
                               s->path, CELLS_MAX);
            }
        }
    }
    return 0;
}

static int set_digest(struct planner *p, struct cell *c, struct err *e)
{
    buf_clear(&p->text);
    cell_describe(p->spec, c, &p->text);
    return buf_check(&p->text, e) || digest_bytes(c->digest, p->text.s, p->text.len, e) ? -1 : 0;
}

/* MODEL.METHOD[.sSEED].PROTOCOL.xxxxxxxx; names are at most 64 bytes each, so that it fits. */
static int set_id(struct planner *p, struct cell *c, int digits, struct err *e)
{
    const struct spec *s = p->spec;
    char seed[32] = "";
    if (c->has_seed) {
        snprintf(seed, sizeof seed, ".s%ld", c->seed);
    }
    int n = snprintf(c->id, sizeof c->id, "%s.%s%s.%s.%.*s", s->models[c->model].name,
                     s->methods[c->method].name, seed, s->known->protocols[c->protocol], digits,
                     c->digest);
    if (n >= (int)sizeof c->id) {
        return err_set(e, "%s: the names of model \"%s\" and method \"%s\" are too long together",
                       s->path, s->models[c->model].name, s->methods[c->method].name);
    }
    return 0;
}

static int set_variant(struct planner *p, const struct combination *k, struct cell *c,
                       struct err *e)
{
    buf_clear(&p->text);
    combination_text(k, &p->text);
    evaluation_text(p->spec, k->evaluation, &p->text);
    if (buf_check(&p->text, e)) {
        return -1;
    }
    if (p->text.len >= sizeof c->variant) {
        return err_set(e, "%s: the swept values of method \"%s\" are over %zu characters long: %s",
                       p->spec->path, p->spec->methods[c->method].name, sizeof c->variant - 1,
                       p->text.s);
    }
    memcpy(c->variant, buf_text(&p->text), p->text.len + 1);
    return 0;
}

/* The cells of one combination of values: every seed that matters, every protocol. */
static int add_combination(struct planner *p, size_t model, const struct combination *k,
                           struct err *e)
{
    const struct spec *s = p->spec;
    struct cell c = {
        .model = model, .method = k->method, .combination = k->index, .evaluation = k->evaluation};
    c.has_seed = uses_seed(s, k);
    if (set_variant(p, k, &c, e)) {
        return -1;
    }
    for (size_t i = 0; i < (c.has_seed ? s->n_seeds : 1); i++) {
        c.seed = c.has_seed ? s->seeds[i] : 0;
        for (size_t j = 0; j < s->n_protocols; j++) {
            c.protocol = s->protocols[j];
            if (set_digest(p, &c, e) || set_id(p, &c, ID_DIGITS, e)) {
                return -1;
            }
            p->plan->cells[p->plan->n++] = c;
        }
    }
    return 0;
}

/* The baseline's cells: one combination, whatever it is scored on. */
static int add_baseline(struct planner *p, size_t model, struct err *e)
{
    struct combination k;
    find_scored(p, model);
    combination_first(&k, p->spec, model, 0);
    for (size_t i = 0; i < p->spec->n_evaluations; i++) {
        k.evaluation = i;
        if (p->scored[i] && add_combination(p, model, &k, e)) {
            return -1;
        }
    }
    return 0;
}

static int add_method(struct planner *p, size_t model, size_t method, struct err *e)
{
    struct combination k;
    if (method == 0) {
        return add_baseline(p, model, e);
    }
    combination_first(&k, p->spec, model, method);
    do {
        if (add_combination(p, model, &k, e)) {
            return -1;
        }
    } while (combination_next(&k));
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    const struct cell *x = *(const struct cell *const *)a, *y = *(const struct cell *const *)b;
    int order = strcmp(x->id, y->id);
    return order ? order : strcmp(x->digest, y->digest);
}

/*
 * Cells i.. of n that are sorted are one in canonical text: what is swept is nothing to their
 * protocol. They are rows of their own all the same, and what tells these apart tells them apart.
 */
static int part_twins(struct planner *p, struct cell *const *sorted, size_t n, struct err *e)
{
    int status = 0;
    for (size_t i = 0; i < n && n > 1 && !status; i++) {
        struct cell *c = sorted[i];
        buf_clear(&p->text);
        cell_describe(p->spec, c, &p->text);
        buf_addf(&p->text, "variant: \"%s\"\n", c->variant);
        status =
            buf_check(&p->text, e) || digest_bytes(c->digest, p->text.s, p->text.len, e) ? -1 : 0;
    }
    return status;
}

/* Cells i.. that have one digest. */
static size_t twins_end(struct cell *const *sorted, size_t i, size_t n)
{
    size_t end = i + 1;
    while (end < n && strcmp(sorted[i]->digest, sorted[end]->digest) == 0) {
        end++;
    }
    return end;
}

/*
 * Eight digits meet by chance in a plan of tens of thousands of cells, and two cells must not share
 * a folder: those that would get more digits.
 */
static int part_ids(struct planner *planner, struct err *e)
{
    const struct plan *p = planner->plan;
    struct cell **sorted = mem_new(p->n, sizeof *sorted, e);
    int status = sorted ? 0 : -1;
    for (size_t i = 0; sorted && i < p->n; i++) {
        sorted[i] = &p->cells[i];
    }
    if (sorted) {
        qsort(sorted, p->n, sizeof *sorted, compare_ids);
    }
    for (size_t i = 0, end; i < p->n && !status; i = end) {
        end = i + 1;
        while (end < p->n && strcmp(sorted[i]->id, sorted[end]->id) == 0) {
            end++;
        }
        for (size_t k = i, next; k < end && end > i + 1 && !status; k = next) {
            next = twins_end(sorted, k, end);
            status = part_twins(planner, sorted + k, next - k, e);
        }
        for (size_t k = i; k < end && end > i + 1 && !status; k++) {
            status = set_id(planner, sorted[k], ID_MORE_DIGITS, e);
        }
    }
    free(sorted);
    return status;
}

int plan_make(struct plan *p, const struct spec *s, struct err *e)
{
    struct planner planner = {.plan = p, .spec = s};
    size_t n;
    *p = (struct plan){0};
    int status = (planner.scored = mem_new(s->n_evaluations, sizeof *planner.scored, e)) ? 0 : -1;
    if (!status) {
        status = count_cells(&planner, &n, e);
    }
    if (!status) {
        p->cells = mem_new(n, sizeof *p->cells, e);
        status = p->cells ? 0 : -1;
    }
    for (size_t i = 0; i < s->n_models && !status; i++) {
        for (size_t j = 0; j < s->n_methods && !status; j++) {
            status = add_method(&planner, i, j, e);
        }
    }
    if (!status) {
        status = part_ids(&planner, e);
    }
    buf_release(&planner.text);
    free(planner.scored);
    if (status) {
        plan_release(p);
    }
    return status;
}

void plan_release(struct plan *p)
{
    free(p->cells);
    *p = (struct plan){0};
}
