#include "run/estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/texts.h"

enum {
    READ = 16,       /* stored cells that are read of one model and method */
    READ_ALL = 1024, /* and of all of them */
};

/* Stored cells that stand for those of one model and method. */
struct sample {
    struct result_cost costs[READ];
    size_t n;
    bool wanted; /* some of them would be run */
};

struct estimator {
    struct survey *out;
    const struct spec *spec;
    const struct store *store;
    const struct listing *listing;
    struct sample *samples; /* [n_models][n_methods] */
    double *texts;          /* how many each of the spec's texts are */
    size_t read;
};

static struct sample *sample_of(const struct estimator *m, const struct cell *c)
{
    return &m->samples[c->model * m->spec->n_methods + c->method];
}

/* The first of the listed ids that is not below the prefix, or that does not begin with it. */
static size_t first_id(const struct listing *l, const char *prefix, bool after)
{
    size_t low = 0, high = l->n, n = strlen(prefix);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(l->ids[middle], prefix, n);
        if (order < 0 || (after && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Reads some of the cells whose ids begin so, evenly spread over them; keeps those that fit. */
static void read_some(struct estimator *m, struct sample *to, const char *prefix, const char *model,
                      const char *allocator)
{
    size_t begin = first_id(m->listing, prefix, false), end = first_id(m->listing, prefix, true);
    size_t n = end - begin, tries = n < READ ? n : READ;
    for (size_t i = 0; i < tries && m->read < READ_ALL; i++, m->read++) {
        struct result_cost cost = listing_cost(m->store, m->listing->ids[begin + i * n / tries]);
        if (strcmp(cost.model, model) == 0 && strcmp(cost.allocator, allocator) == 0 &&
            isfinite(cost.wall_s) && isfinite(cost.disk_bytes)) {
            to->costs[to->n++] = cost;
        }
    }
}

static void read_sample(struct estimator *m, struct sample *to, const struct cell *c)
{
    char prefix[CELL_TEXT];
    const char *model = m->spec->models[c->model].name;
    const struct spec_method *method = &m->spec->methods[c->method];
    snprintf(prefix, sizeof prefix, "%s.%s.", model, method->name);
    read_some(m, to, prefix, model, method->kind->name);
    if (to->n == 0) {
        snprintf(prefix, sizeof prefix, "%s.", model);
        read_some(m, to, prefix, model, method->kind->name);
    }
}

/* How many each of the texts are, of those that all are scored of. */
static int count_texts(struct estimator *m, struct err *e)
{
    for (size_t i = 0; i < m->spec->n_texts; i++) {
        const struct spec_texts *t = &m->spec->texts[i];
        struct texts read = {0};
        if (texts_read(&read, t->path, t->keep_line_ends, 0, e)) {
            return -1;
        }
        m->texts[i] = (double)read.n;
        texts_release(&read);
    }
    return 0;
}

/* How much more is scored of the cell than was of a stored one. */
static double growth(const struct estimator *m, const struct cell *c, const struct result_cost *of)
{
    const struct spec_evaluation *x = cell_evaluation(m->spec, c);
    double texts = m->texts[x->texts];
    texts = x->samples && (double)x->samples < texts ? (double)x->samples : texts;
    double by_texts = of->texts > 0 ? texts / of->texts : 1;
    return of->max_tokens > 0 && x->max_tokens > 0
               ? by_texts * (double)x->max_tokens / of->max_tokens
               : by_texts;
}

static void add(struct survey_estimate *to, double value)
{
    to->value = to->cells ? to->value + value : value;
    to->cells++;
}

static void add_cell(struct estimator *m, const struct cell *c)
{
    struct survey *v = m->out;
    const struct sample *from = sample_of(m, c);
    double wall_s = 0, disk_bytes = 0, n = (double)from->n;
    if (from->n == 0) {
        return;
    }
    for (size_t i = 0; i < from->n; i++) {
        const struct result_cost *of = &from->costs[i];
        double more = growth(m, c, of), solve_s = of->solve_s / (double)m->spec->n_protocols;
        double fixed_s = solve_s > 0 ? fmin(solve_s, of->wall_s) : 0;
        wall_s += fixed_s + more * (of->wall_s - fixed_s);
        disk_bytes += of->disk_bytes + (more - 1) * of->evidence_bytes;
        v->scaled |= fabs(more - 1) > 1e-9;
    }
    add(&v->wall_s, wall_s / n);
    add(&v->disk_bytes, disk_bytes / n);
}

static void note_sample(struct survey *v, const struct sample *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!(v->memory_mib.value >= s->costs[i].peak_memory_mib)) {
            v->memory_mib.value = s->costs[i].peak_memory_mib;
        }
    }
    v->wall_s.measured += s->n;
}

static int estimate(struct estimator *m, struct err *e)
{
    struct survey *v = m->out;
    for (size_t i = 0; i < v->plan.n; i++) {
        struct sample *s = sample_of(m, &v->plan.cells[i]);
        if (v->states[i] != SURVEY_DONE && !s->wanted) {
            s->wanted = true;
            read_sample(m, s, &v->plan.cells[i]);
            note_sample(v, s);
        }
    }
    if (v->wall_s.measured && count_texts(m, e)) {
        return -1;
    }
    for (size_t i = 0; i < v->plan.n; i++) {
        if (v->states[i] != SURVEY_DONE) {
            add_cell(m, &v->plan.cells[i]);
        }
    }
    v->memory_mib.cells = v->wall_s.cells;
    v->memory_mib.measured = v->disk_bytes.measured = v->wall_s.measured;
    return 0;
}

int estimate_make(struct survey *v, const struct spec *s, const struct store *store,
                  const struct listing *l, struct err *e)
{
    struct estimator m = {.out = v, .spec = s, .store = store, .listing = l};
    v->wall_s.value = v->disk_bytes.value = v->memory_mib.value = (double)NAN;
    int status = (m.samples = mem_new(s->n_models * s->n_methods, sizeof *m.samples, e)) &&
                         (m.texts = mem_new(s->n_texts, sizeof *m.texts, e))
                     ? estimate(&m, e)
                     : -1;
    free(m.samples);
    free(m.texts);
    return status;
}
