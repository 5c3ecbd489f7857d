#include "run/queue.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

enum { WAIT_S = 1 }; /* between two looks at what others have claimed */

/* Cells i.. that are one variant. */
static size_t variant_end(const struct plan *p, size_t i)
{
    size_t end = i + 1;
    while (end < p->n && cell_same_variant(&p->cells[i], &p->cells[end])) {
        end++;
    }
    return end;
}

int queue_init(struct queue *q, struct run *r, struct err *e)
{
    const struct plan *p = &r->plan;
    *q = (struct queue){
        .run = r, .claims = {.file = -1}, .starts = mem_new(p->n + 1, sizeof *q->starts, e)};
    clock_condition_init(&q->changed);
    for (size_t i = 0; q->starts && i < p->n; i = variant_end(p, i)) {
        q->starts[q->to++] = i;
    }
    if (!q->starts || !(q->put_off = mem_new(q->to, sizeof *q->put_off, e))) {
        return -1;
    }
    q->starts[q->to] = p->n;
    q->claims = claims_open(r->store);
    return 0;
}

void queue_release(struct queue *q)
{
    claims_close(&q->claims);
    pthread_cond_destroy(&q->changed);
    free(q->starts);
    free(q->put_off);
}

/* The key of a variant's first cell stands for it. */
static const char *key_of(const struct queue *q, size_t variant)
{
    return q->run->keys[q->starts[variant]];
}

/* Whether some cell of the variant is to be run, as far as is known. */
static bool is_wanted(const struct queue *q, size_t variant)
{
    const struct run *r = q->run;
    for (size_t i = q->starts[variant]; i < q->starts[variant + 1]; i++) {
        if (r->chosen[i] && !r->stored[i]) {
            return true;
        }
    }
    return false;
}

/* The next one in order, unless it is put off or there is nothing to do about it. */
static bool take_next(struct queue *q, size_t *variant)
{
    *variant = q->met_other ? --q->to : q->from++;
    if (!is_wanted(q, *variant)) {
        return false;
    }
    bool mine = claim_take(&q->claims, key_of(q, *variant));
    if (!mine) {
        q->put_off[q->n_put_off++] = *variant;
    }
    return mine;
}

/* One of those that were put off, when nobody has it any more. */
static bool take_put_off(struct queue *q, size_t *variant)
{
    for (size_t i = 0; i < q->n_put_off; i++) {
        *variant = q->put_off[i];
        if (claim_take(&q->claims, key_of(q, *variant))) {
            q->put_off[i] = q->put_off[--q->n_put_off];
            return true;
        }
    }
    return false;
}

/* Lets the others go on for a while, unless the listener has had enough. */
static void wait_for_others(struct queue *q)
{
    struct run *r = q->run;
    const struct run_listener *l = r->listener;
    const struct cell *c = &r->plan.cells[q->starts[q->put_off[0]]];
    struct timespec until = clock_after(WAIT_S);
    if (r->stopped || (l->waits && l->waits(l->context, c, q->n_put_off))) {
        r->stopped = true;
        q->ended = true;
        return;
    }
    pthread_cond_timedwait(&q->changed, &r->lock, &until);
}

bool queue_take(struct queue *q, size_t *variant)
{
    bool there = false;
    run_lock(q->run);
    while (!there && !q->ended && (q->from < q->to || q->n_put_off > 0)) {
        if (q->from < q->to) {
            there = take_next(q, variant);
        } else if (!(there = take_put_off(q, variant))) {
            wait_for_others(q);
        }
    }
    run_unlock(q->run);
    return there;
}

void queue_give(struct queue *q, size_t variant)
{
    claim_give(&q->claims, key_of(q, variant));
}

void queue_end(struct queue *q)
{
    q->ended = true;
    pthread_cond_broadcast(&q->changed);
}
