#include "model/merge.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define NONE SIZE_MAX

static bool goes_first(const struct candidate *a, const struct candidate *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->place < b->place;
}

static int push(struct merger *m, struct candidate c, struct err *e)
{
    if (mem_grow(&m->heap, &m->heap_capacity, m->n_heap + 1, sizeof *m->heap, e)) {
        return -1;
    }
    size_t i = m->n_heap++;
    for (; i > 0 && goes_first(&c, &m->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        m->heap[i] = m->heap[(i - 1) / 2];
    }
    m->heap[i] = c;
    return 0;
}

static struct candidate pop(struct merger *m)
{
    struct candidate top = m->heap[0], last = m->heap[--m->n_heap];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < m->n_heap; i = child) {
        if (child + 1 < m->n_heap && goes_first(&m->heap[child + 1], &m->heap[child])) {
            child++;
        }
        if (!goes_first(&m->heap[child], &last)) {
            break;
        }
        m->heap[i] = m->heap[child];
    }
    m->heap[i] = last;
    return top;
}

/* Puts the pair that begins at `place` into the heap, if there is such a pair and a rule for it. */
static int consider(struct merger *m, const struct merges *rules, size_t place, struct err *e)
{
    const struct symbol *left = &m->symbols[place];
    if (left->after == NONE) {
        return 0;
    }
    const struct merge *rule = merges_find(rules, left->id, m->symbols[left->after].id);
    return rule ? push(m, (struct candidate){rule->rank, rule->merged, place}, e) : 0;
}

/* A candidate is stale when a token of its pair has been merged with another one meanwhile. */
static bool still_there(const struct merger *m, const struct merges *rules, struct candidate c)
{
    const struct symbol *left = &m->symbols[c.place];
    if (left->id < 0 || left->after == NONE) {
        return false;
    }
    const struct merge *rule = merges_find(rules, left->id, m->symbols[left->after].id);
    return rule && rule->merged == c.merged;
}

static void join(struct merger *m, size_t place, int merged)
{
    struct symbol *left = &m->symbols[place], *right = &m->symbols[left->after];
    left->id = merged;
    left->after = right->after;
    right->id = -1;
    if (left->after != NONE) {
        m->symbols[left->after].before = place;
    }
}

int merge_ids(struct merger *m, const struct merges *rules, int *ids, size_t *n, struct err *e)
{
    size_t length = *n;
    if (length < 2) {
        return 0;
    }
    if (mem_grow(&m->symbols, &m->symbols_capacity, length, sizeof *m->symbols, e)) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        m->symbols[i] =
            (struct symbol){ids[i], i > 0 ? i - 1 : NONE, i + 1 < length ? i + 1 : NONE};
    }
    m->n_heap = 0;
    for (size_t i = 0; i + 1 < length; i++) {
        if (consider(m, rules, i, e)) {
            return -1;
        }
    }
    while (m->n_heap > 0) {
        struct candidate c = pop(m);
        if (!still_there(m, rules, c)) {
            continue;
        }
        join(m, c.place, c.merged);
        size_t before = m->symbols[c.place].before;
        if ((before != NONE && consider(m, rules, before, e)) || consider(m, rules, c.place, e)) {
            return -1;
        }
    }
    *n = 0;
    for (size_t i = 0; i != NONE; i = m->symbols[i].after) {
        ids[(*n)++] = m->symbols[i].id;
    }
    return 0;
}

void merger_release(struct merger *m)
{
    free(m->symbols);
    free(m->heap);
    *m = (struct merger){0};
}
