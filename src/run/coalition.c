#include "run/coalition.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/budget.h"

void coalitions_release(struct coalitions *c)
{
    buf_release(&c->key);
    gpt2_close(&c->all);
    free(c->in);
    free(c->nats);
    *c = (struct coalitions){0};
}

/* What losses depend on: all parameters but the budget, and the choice. */
static void make_key(struct buf *out, const struct coalition_request *r, const uint8_t *choice)
{
    const struct schema *schema = r->params->schema;
    for (size_t i = 0; i < schema->n; i++) {
        if (strcmp(schema->rows[i]->name, "bits_per_weight") != 0) {
            buf_addf(out, "%s=", schema->rows[i]->name);
            value_format(&r->params->values[i], schema->rows[i], out);
            buf_addc(out, '\n');
        }
    }
    buf_add(out, choice, r->workshop->players->game.n);
}

/* Forgets what was measured under another key. */
static int refresh(struct coalitions *c, const struct coalition_request *r, const uint8_t *choice,
                   struct err *e)
{
    struct buf key = BUF_INIT;
    make_key(&key, r, choice);
    if (buf_check(&key, e)) {
        buf_release(&key);
        return -1;
    }
    if (c->key.len == key.len && memcmp(c->key.s, key.s, key.len) == 0) {
        buf_release(&key);
        return 0;
    }
    coalitions_release(c);
    c->key = key;
    return 0;
}

/* The coalition's model: each tensor borrowed from one of two. */
static int measure(double *nats, struct coalitions *c, const struct coalition_request *r,
                   const uint8_t *choice, const bool *in_part, struct err *e)
{
    struct workshop *w = r->workshop;
    const struct players *p = w->players;
    struct gpt2 some = {0};
    struct bill unused;
    if (!c->all.tensors && budget_apply(&c->all, &unused, NULL, w, r->params, choice, e)) {
        return -1;
    }
    if (gpt2_share(&some, w->base, e)) {
        return -1;
    }
    for (size_t k = 0; k < p->n_parts; k++) {
        int t = p->tensors[k].index;
        if (in_part[k]) {
            some.tensors[t].f32 = c->all.tensors[t].f32;
        }
    }
    int status = calibration_loss(nats, &w->calibration, &some, e);
    gpt2_close(&some);
    return status;
}

/* The listener of a whole whose parts are not told of. */
struct whole {
    const struct progress *progress;
};

static bool ask_whole(void *context, size_t done, size_t total)
{
    const struct progress *p = ((const struct whole *)context)->progress;
    (void)done;
    (void)total;
    return p->report(p->context, 0, 0);
}

/* One loss of many, which are what is counted: its own tensors and texts are not. */
static int measure_quietly(double *nats, struct coalitions *c, const struct coalition_request *r,
                           const uint8_t *choice, const bool *in_part, struct err *e)
{
    struct calibration *calibration = &r->workshop->calibration;
    struct whole whole = {calibration->progress};
    struct progress quiet = {.report = ask_whole, .context = &whole};
    calibration->progress = whole.progress && whole.progress->report ? &quiet : NULL;
    int status = measure(nats, c, r, choice, in_part, e);
    calibration->progress = whole.progress;
    return status;
}

int coalition_loss(void *context, double *nats, const uint8_t *choice, const bool *in_part,
                   struct err *e)
{
    const struct coalition_request *r = context;
    struct coalitions *c = &r->workshop->coalitions;
    size_t n_parts = r->workshop->players->n_parts;
    if (refresh(c, r, choice, e)) {
        return -1;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (memcmp(c->in + i * n_parts, in_part, n_parts * sizeof *in_part) == 0) {
            *nats = c->nats[i];
            return 0;
        }
    }
    if (mem_grow(&c->in, &c->in_capacity, (c->n + 1) * n_parts, sizeof *c->in, e) ||
        mem_grow(&c->nats, &c->nats_capacity, c->n + 1, sizeof *c->nats, e) ||
        measure_quietly(nats, c, r, choice, in_part, e)) {
        return -1;
    }
    memcpy(c->in + c->n * n_parts, in_part, n_parts * sizeof *in_part);
    c->nats[c->n++] = *nats;
    return 0;
}
