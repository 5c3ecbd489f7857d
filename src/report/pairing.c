#include "report/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/cell_of_row.h"
#include "results/cells.h"

int pairing_open(struct pairing *p, const struct store *store, const struct spec *s, struct err *e)
{
    *p = (struct pairing){.store = store, .spec = s};
    return store ? plan_make(&p->plan, s, e) : 0;
}

void pairing_release(struct pairing *p)
{
    plan_release(&p->plan);
    *p = (struct pairing){0};
}

void pairing_texts_release(struct pairing_texts *t)
{
    free(t->loss);
    *t = (struct pairing_texts){0};
}

/* The evidence of the cell of row i of the selection's table; no texts when there is none. */
static int read_cell(struct evidence *v, const struct pairing *p, const struct selection *s,
                     size_t i, struct err *e)
{
    const struct cell *cell = cell_of_row(&p->plan, p->spec, &s->rows[i], i);
    bool found;
    return cell_read_evidence(v, &found, p->store, cell ? cell->id : "", &s->rows[i], e);
}

static bool same_tokens(const struct pairing_texts *a, const struct pairing_texts *b)
{
    return a->n == b->n && memcmp(a->weight, b->weight, a->n * sizeof *a->weight) == 0 &&
           memcmp(a->baseline, b->baseline, a->n * sizeof *a->baseline) == 0;
}

static int by_text(struct pairing_texts *t, const struct evidence *v, struct err *e)
{
    size_t room = v->n_texts;
    *t = (struct pairing_texts){.loss = mem_new(3 * room, sizeof *t->loss, e)};
    if (!t->loss) {
        return -1;
    }
    t->baseline = t->loss + room;
    t->weight = t->baseline + room;
    evidence_by_text(v, v->baseline_nll, t->baseline, t->weight);
    t->n = evidence_by_text(v, v->nll, t->loss, t->weight);
    return 0;
}

/* Adds the cell of row i; *ok turns false when it cannot be added. */
static int add_cell(struct pairing_texts *sum, const struct pairing *p, const struct selection *s,
                    size_t i, bool *ok, struct err *e)
{
    struct evidence v;
    struct pairing_texts one = {0};
    int status = read_cell(&v, p, s, i, e) || by_text(&one, &v, e) ? -1 : 0;
    evidence_release(&v);
    if (status || one.n == 0) {
        *ok = false;
    } else if (sum->n == 0) {
        *sum = one;
        return 0;
    } else if ((*ok = same_tokens(sum, &one))) {
        for (size_t k = 0; k < sum->n; k++) {
            sum->loss[k] += one.loss[k];
        }
    }
    pairing_texts_release(&one);
    return status;
}

int pairing_read(struct pairing_texts *out, const struct pairing *p, const struct selection *s,
                 struct err *e)
{
    size_t seeds = 0;
    bool ok = p->store != NULL;
    int status = 0;
    *out = (struct pairing_texts){0};
    for (size_t i = 0; i < s->n && ok && !status; i++) {
        struct selection one = *s;
        one.rows = &s->rows[i];
        one.n = 1;
        if (selection_first(&one)) {
            status = add_cell(out, p, s, i, &ok, e);
            seeds++;
        }
    }
    if (status || !ok) {
        pairing_texts_release(out);
    }
    for (size_t k = 0; k < out->n && seeds > 1; k++) {
        out->loss[k] /= (double)seeds;
    }
    return status;
}

int pairing_compare(struct paired *out, bool *known, const struct pairing_texts *a,
                    const struct pairing_texts *b, struct err *e)
{
    *known = a->n > 0 && b->n > 0 && same_tokens(a, b);
    const struct paired_data data = {.n = a->n, .a = a->loss, .b = b->loss, .w = a->weight};
    return *known ? paired_compare(out, &data, 0, e) : 0;
}

int pairing_of(struct paired *out, bool *known, const struct pairing *p, const struct selection *a,
               const struct selection *b, struct err *e)
{
    struct pairing_texts ta = {0}, tb = {0};
    *known = false;
    int status = pairing_read(&ta, p, a, e) || pairing_read(&tb, p, b, e) ||
                         pairing_compare(out, known, &ta, &tb, e)
                     ? -1
                     : 0;
    pairing_texts_release(&ta);
    pairing_texts_release(&tb);
    return status;
}
