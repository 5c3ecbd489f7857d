#include "report/seeds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/study.h"
#include "results/cells.h"
#include "stats/quantile.h"
#include "stats/ranking.h"

const size_t seeds_sizes[SEEDS_SIZES] = {5, 10, 15, 20, 30, 40, 50, 64, 80, 100, 128};

enum { RANKING_SEED = 0 };

/* Whether the method has rows of more than one seed on some model. */
static bool is_random(const char *method, const struct record *rows, size_t n)
{
    int64_t seed = RECORD_NONE;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].method, method) == 0 && rows[i].seed != RECORD_NONE) {
            if (seed != RECORD_NONE && rows[i].seed != seed) {
                return true;
            }
            seed = rows[i].seed;
        }
    }
    return false;
}

static void choose_methods(struct seeds *out, const struct spec *s, const struct record *rows,
                           size_t n)
{
    size_t random = 0, other = 0; /* 0 is the baseline, which stands for none */
    for (size_t k = 1; k < s->n_methods && !random; k++) {
        random = is_random(s->methods[k].name, rows, n) ? k : 0;
    }
    for (size_t k = 1; k < s->n_methods && !other; k++) {
        other = k != random ? k : 0;
    }
    out->random = random ? s->methods[random].name : NULL;
    out->other = other ? s->methods[other].name : NULL;
}

int seeds_make(struct seeds *out, const struct spec *s, const struct record *rows, size_t n,
               struct err *e)
{
    *out = (struct seeds){.lines = mem_new(s->n_models * s->n_protocols, sizeof *out->lines, e)};
    if (!out->lines) {
        return -1;
    }
    choose_methods(out, s, rows, n);
    for (size_t m = 0; m < s->n_models; m++) {
        for (size_t p = 0; p < s->n_protocols; p++) {
            struct seeds_line *l = &out->lines[out->n++];
            *l = (struct seeds_line){.model = s->models[m].name,
                                     .protocol = report_protocol(s, p),
                                     .model_index = m,
                                     .protocol_index = p};
            struct selection all = {
                .rows = rows, .n = n, .model = l->model, .protocol = l->protocol};
            l->random = l->other = all;
            l->random.method = out->random ? out->random : "";
            l->other.method = out->other ? out->other : "";
            for (size_t i = 0; i < SEEDS_SIZES; i++) {
                l->wrong[i] = (double)NAN;
            }
        }
    }
    return 0;
}

void seeds_release(struct seeds *s)
{
    free(s->lines);
    *s = (struct seeds){0};
}

size_t seeds_sorted(double *out, const struct selection *s, const char *column)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        double x = record_number(&s->rows[i], column);
        if (selection_has(s, i) && isfinite(x)) {
            out[n++] = x;
        }
    }
    quantile_sort(out, n);
    return n;
}

/* One run's difference on each text; out has room for v->n_texts. */
static int differences(double *out, size_t *n, const struct evidence *other,
                       const struct evidence *random, struct err *e)
{
    double *work = mem_new(2 * other->n_texts, sizeof *work, e);
    if (!work) {
        return -1;
    }
    double *sum = work, *weight = work + other->n_texts;
    *n = evidence_by_text(random, random->nll, out, weight);
    evidence_by_text(other, other->nll, sum, weight);
    for (size_t i = 0; i < *n; i++) {
        out[i] -= sum[i];
    }
    free(work);
    return 0;
}

/* All runs of a line against the other method: difference[run][text], for ranking.h. */
static int collect(double **difference, struct ranking_data *d, const struct seeds_line *l,
                   const struct evidence *other, const struct store *store,
                   const struct cell_name *cells, struct err *e)
{
    *difference = mem_new((l->random.n + 1) * (other->n_texts + 1), sizeof **difference, e);
    int status = *difference ? 0 : -1;
    for (size_t i = 0; i < l->random.n && !status; i++) {
        struct evidence v;
        bool found = false;
        if (!selection_has(&l->random, i)) {
            continue;
        }
        status = cell_read_evidence(&v, &found, store, cells[i].id, &l->random.rows[i], e);
        if (found && evidence_same_tokens(other, &v)) {
            status = differences(*difference + d->runs * d->n, &d->n, other, &v, e);
            d->runs++;
        }
        if (found) {
            evidence_release(&v);
        }
    }
    d->difference = *difference;
    return status;
}

static int rank_line(struct seeds_line *l, const struct store *store, const struct record *rows,
                     const struct cell_name *cells, struct err *e)
{
    const struct record *first = selection_first(&l->other);
    struct evidence other;
    struct ranking_data d = {0};
    double *difference = NULL;
    bool found = false;
    int status =
        first ? cell_read_evidence(&other, &found, store, cells[first - rows].id, first, e) : 0;
    if (!found) {
        return status;
    }
    status = collect(&difference, &d, l, &other, store, cells, e);
    l->texts = d.runs ? d.n : 0;
    for (size_t i = 0; i < SEEDS_SIZES && !status; i++) {
        if (seeds_sizes[i] <= l->texts) {
            status = ranking_wrong(&l->wrong[i], &d, seeds_sizes[i], RANKING_SEED, e);
        }
    }
    free(difference);
    evidence_release(&other);
    return status;
}

int seeds_rank(struct seeds *s, const struct store *store, const struct record *rows,
               const struct cell_name *cells, struct err *e)
{
    int status = 0;
    for (size_t i = 0; i < s->n && !status; i++) {
        status = rank_line(&s->lines[i], store, rows, cells, e);
    }
    return status;
}
