#include "spec/sweep_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const uint32_t *row_of(const struct sweep_rows *t, size_t i)
{
    return t->digits + i * t->width;
}

static size_t row_bytes(const struct sweep_rows *t)
{
    return t->width * sizeof *t->digits;
}

/* The slot where the row stands, or where it would. */
static size_t *find_slot(const struct sweep_rows *t, const uint32_t *row)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < t->width; i++) {
        hash = (hash ^ row[i]) * 1099511628211u;
    }
    size_t at = (size_t)(hash ^ hash >> 29) & (t->n_slots - 1);
    while (t->slots[at] && memcmp(row_of(t, t->slots[at] - 1), row, row_bytes(t)) != 0) {
        at = (at + 1) & (t->n_slots - 1);
    }
    return &t->slots[at];
}

/* Keeps at least half of the slots free. */
static int grow_slots(struct sweep_rows *t, struct err *e)
{
    if (t->n_slots > 2 * (t->n + 1)) {
        return 0;
    }
    size_t *old = t->slots;
    size_t n = t->n_slots ? 2 * t->n_slots : 64;
    size_t *fresh = mem_new(n, sizeof *fresh, e);
    if (!fresh) {
        return -1;
    }
    t->slots = fresh;
    t->n_slots = n;
    for (size_t i = 0; i < t->n; i++) {
        *find_slot(t, row_of(t, i)) = i + 1;
    }
    free(old);
    return 0;
}

int sweep_rows_add(struct sweep_rows *t, const uint32_t *row, struct err *e)
{
    size_t *slot = NULL;
    t->offered++;
    if (t->once) {
        if (grow_slots(t, e)) {
            return -1;
        }
        slot = find_slot(t, row);
        if (*slot) {
            return 0;
        }
    }
    if (mem_grow(&t->digits, &t->room, (t->n + 1) * t->width, sizeof *t->digits, e)) {
        return -1;
    }
    memcpy(t->digits + t->n++ * t->width, row, row_bytes(t));
    if (slot) {
        *slot = t->n;
    }
    return 0;
}

void sweep_rows_forget(struct sweep_rows *t)
{
    free(t->slots);
    t->slots = NULL;
    t->n_slots = 0;
}
