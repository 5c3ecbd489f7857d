#include "bench/latency.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/stepper.h"
#include "stats/quantile.h"

/* A form at work. */
struct runner {
    struct stepper stepper;
    double *text_s, *token_s; /* [turns], [turns × LATENCY_TOKENS] */
};

static struct latency latency_of(double *x, size_t n)
{
    quantile_sort(x, n);
    return (struct latency){quantile_of_sorted(x, n, 0.5), quantile_of_sorted(x, n, 0.25),
                            quantile_of_sorted(x, n, 0.75)};
}

/* Weights of a matrix that stays codes take what those take; the others 32 bits each. */
static double bytes_in_memory(const struct stepper *d)
{
    double bytes = 0;
    for (int t = 0; t < d->m->n_tensors; t++) {
        const struct gpt2_tensor *tensor = &d->m->tensors[t];
        bytes += tensor->f32 ? (double)tensor->n * sizeof *tensor->f32
                             : (double)linear_bytes(&d->matrix[t]);
    }
    return bytes;
}

static int runner_init(struct runner *r, const struct gpt2 *m, size_t n_ids, size_t turns,
                       struct err *e)
{
    r->text_s = mem_new(turns, sizeof *r->text_s, e);
    r->token_s = r->text_s ? mem_new(turns * LATENCY_TOKENS, sizeof *r->token_s, e) : NULL;
    return r->token_s ? stepper_init(&r->stepper, m, n_ids + LATENCY_TOKENS, n_ids, e) : -1;
}

/* One turn; turn 0 leaves nothing. */
static void take_turn(struct runner *r, const int *ids, size_t n_ids, size_t turn)
{
    stepper_restart(&r->stepper);
    double before = clock_s(), after;
    stepper_take(&r->stepper, ids, n_ids);
    after = clock_s();
    if (turn > 0) {
        r->text_s[turn - 1] = after - before;
    }
    for (size_t i = 0; i < LATENCY_TOKENS; i++) {
        before = clock_s();
        stepper_take(&r->stepper, ids + i % n_ids, 1);
        after = clock_s();
        if (turn > 0) {
            r->token_s[(turn - 1) * LATENCY_TOKENS + i] = after - before;
        }
    }
}

int latency_measure(struct latency_form *forms, size_t n, const int *ids, size_t n_ids,
                    size_t turns, const struct progress *progress, struct err *e)
{
    struct runner *runners = mem_new(n, sizeof *runners, e);
    int status = runners ? 0 : -1;
    for (size_t i = 0; i < n && !status; i++) {
        status = runner_init(&runners[i], forms[i].m, n_ids, turns, e);
    }
    for (size_t turn = 0; turn <= turns && !status; turn++) {
        for (size_t i = 0; i < n; i++) {
            take_turn(&runners[i], ids, n_ids, turn);
        }
        status = progress_tell(progress, turn, turns, e);
    }
    for (size_t i = 0; i < n && !status; i++) {
        struct runner *r = &runners[i];
        forms[i].text = latency_of(r->text_s, turns);
        forms[i].token = latency_of(r->token_s, turns * LATENCY_TOKENS);
        forms[i].token_bytes = (double)stepper_bytes(&r->stepper);
        forms[i].weight_bytes = bytes_in_memory(&r->stepper);
    }
    for (size_t i = 0; runners && i < n; i++) {
        stepper_release(&runners[i].stepper);
        free(runners[i].text_s);
        free(runners[i].token_s);
    }
    free(runners);
    return status;
}
