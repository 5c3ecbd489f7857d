/* model/forward: how many threads a pass has. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/forward.h"
#include "support.h"
#include "tiny_model.h"

/* Every thread of the team is here; they all note the same. */
static void note_team(void *context, int tensor, const float *x_rk, size_t k, const struct batch *b)
{
    int *team = context;
    (void)tensor;
    (void)x_rk;
    (void)k;
    (void)b;
#pragma omp single
    *team = omp_get_num_threads();
}

/* Threads of a pass over one text of n ids. */
static int team_of(const struct gpt2 *m, size_t n)
{
    static const int ids[64];
    struct batch_text text = {.ids = ids, .n_text = n, .n_total = n};
    struct batch b = {.texts = &text, .n_texts = 1};
    struct err e;
    int team = 0;
    struct input_probe probe = {note_team, &team};
    cr_assert(batch_layout(&b, &e) == 0, "%s", e.text);
    float *hidden = mem_floats(b.rows * (size_t)m->config.C, &e);
    cr_assert(hidden && forward_probed(hidden, m, &b, &probe, &e) == 0, "%s", e.text);
    free(hidden);
    batch_release(&b);
    return team;
}

/* Else a cell of a tiny model waits at barriers most of its time where cores are shared. */
Test(model_forward, only_work_that_is_worth_it_has_a_team)
{
    struct gpt2 tiny, books;
    struct err e;
    omp_set_num_threads(2);
    tiny_model(&tiny);
    cr_assert(team_of(&tiny, 16) == 1, "a team for a tiny model");
    gpt2_close(&tiny);
    cr_assert(gpt2_open(&books, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(&books, &e) == 0, "%s", e.text);
    cr_assert(team_of(&books, 64) == 2, "no team for 64 tokens");
    gpt2_close(&books);
}
