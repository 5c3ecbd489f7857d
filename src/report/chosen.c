#include "report/chosen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

typedef bool keeps(const struct chosen *c, size_t i);

static bool same_group(const struct record *a, const struct record *b)
{
    return strcmp(a->model, b->model) == 0 && strcmp(a->scope, b->scope) == 0;
}

static bool is_of_largest_model(const struct chosen *c, size_t i)
{
    const struct record *largest = c->points[0].first;
    for (size_t k = 1; k < c->n_points; k++) {
        const struct record *r = c->points[k].first;
        largest = r->parameters > largest->parameters ? r : largest;
    }
    return strcmp(c->points[i].first->model, largest->model) == 0;
}

static bool is_of_largest_scope(const struct chosen *c, size_t i)
{
    const struct record *largest = c->points[0].first;
    for (size_t k = 1; k < c->n_points; k++) {
        const struct record *r = c->points[k].first;
        largest = r->scope_weights > largest->scope_weights ? r : largest;
    }
    return strcmp(c->points[i].first->scope, largest->scope) == 0;
}

static double distance(const struct chosen_point *p)
{
    return isfinite(p->bits) ? fabs(p->bits - CHOSEN_BITS) : INFINITY;
}

static bool is_nearest(const struct chosen *c, size_t i)
{
    const struct chosen_point *p = &c->points[i];
    for (size_t k = 0; k < c->n_points; k++) {
        const struct chosen_point *q = &c->points[k];
        if (k != i && same_group(p->first, q->first) &&
            strcmp(p->first->method, q->first->method) == 0 &&
            (distance(q) < distance(p) || (distance(q) == distance(p) && k < i))) {
            return false;
        }
    }
    return true;
}

/* Keeps what the rule accepts; whether it dropped anything. */
static int keep(struct chosen *c, keeps *rule, bool *dropped, struct err *e)
{
    bool *kept = mem_new(c->n_points, sizeof *kept, e);
    size_t n = 0;
    if (!kept) {
        return -1;
    }
    for (size_t i = 0; i < c->n_points; i++) {
        kept[i] = rule(c, i);
    }
    for (size_t i = 0; i < c->n_points; i++) {
        if (kept[i]) {
            c->points[n++] = c->points[i];
        }
    }
    *dropped = n < c->n_points;
    c->n_points = n;
    free(kept);
    return 0;
}

static void say(struct chosen *c, const char *text)
{
    buf_addf(&c->note, "%s%s", c->note.len ? "; " : "", text);
}

static int narrow(struct chosen *c, size_t limit, struct err *e)
{
    bool dropped;
    size_t all = c->n_points;
    char text[160];
    if (c->n_points > limit) {
        if (keep(c, is_of_largest_model, &dropped, e)) {
            return -1;
        }
        if (dropped) {
            say(c, "the largest model alone");
        }
    }
    if (c->n_points > limit) {
        if (keep(c, is_nearest, &dropped, e)) {
            return -1;
        }
        snprintf(text, sizeof text, "of each method the point nearest %d stored bits per weight",
                 CHOSEN_BITS);
        if (dropped) {
            say(c, text);
        }
    }
    if (c->n_points > limit) {
        if (keep(c, is_of_largest_scope, &dropped, e)) {
            return -1;
        }
        snprintf(text, sizeof text, "scope %s alone", c->points[0].first->scope);
        if (dropped) {
            say(c, text);
        }
    }
    if (c->n_points > limit) {
        snprintf(text, sizeof text, "the first %zu of %zu points", limit, all);
        c->n_points = limit;
        say(c, text);
    }
    return 0;
}

static size_t group_of(struct chosen *c, const struct record *r)
{
    size_t i = 0;
    while (i < c->n_groups && (strcmp(c->groups[i].model, r->model) != 0 ||
                               strcmp(c->groups[i].scope, r->scope) != 0)) {
        i++;
    }
    if (i == c->n_groups) {
        c->groups[c->n_groups++] = (struct chosen_group){.model = r->model, .scope = r->scope};
    }
    return i;
}

static int by_group(const void *a, const void *b)
{
    const struct chosen_point *x = a, *y = b;
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return (x->first > y->first) - (x->first < y->first);
}

/* Groups follow one another, and labels say no more than they must. */
static void arrange(struct chosen *c)
{
    bool scopes = false;
    for (size_t i = 0; i < c->n_points; i++) {
        c->points[i].group = group_of(c, c->points[i].first);
        scopes = scopes || strcmp(c->points[i].first->scope, c->points[0].first->scope) != 0;
    }
    qsort(c->points, c->n_points, sizeof *c->points, by_group);
    for (size_t i = 0; i < c->n_groups; i++) {
        struct chosen_group *g = &c->groups[i];
        snprintf(g->title, sizeof g->title, scopes ? "%s, scope %s" : "%s", g->model, g->scope);
    }
    for (size_t i = 0; i < c->n_points; i++) {
        struct chosen_point *p = &c->points[i];
        size_t same = 0;
        for (size_t k = 0; k < c->n_points; k++) {
            same += c->points[k].group == p->group &&
                    strcmp(c->points[k].first->method, p->first->method) == 0;
        }
        snprintf(p->label, sizeof p->label, same > 1 ? "%s, %s" : "%s", p->first->method,
                 p->first->variant);
    }
}

int chosen_make(struct chosen *out, const struct record *rows, size_t n, size_t limit,
                bool (*wanted)(const struct record *), struct err *e)
{
    *out = (struct chosen){.points = mem_new(n, sizeof *out->points, e)};
    if (!out->points) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].allocator, "baseline") != 0 && selection_opens(rows, i) &&
            (!wanted || wanted(&rows[i]))) {
            struct selection s = selection_of(rows, n, i);
            out->points[out->n_points++] = (struct chosen_point){
                .first = &rows[i], .rows = s, .bits = selection_mean(&s, "bits_per_weight")};
        }
    }
    int status = narrow(out, limit, e);
    out->groups = status ? NULL : mem_new(out->n_points, sizeof *out->groups, e);
    if (!out->groups) {
        chosen_release(out);
        return -1;
    }
    arrange(out);
    return buf_check(&out->note, e);
}

void chosen_release(struct chosen *c)
{
    free(c->points);
    free(c->groups);
    buf_release(&c->note);
    *c = (struct chosen){0};
}
