/* Panels of seeds: payload bits, change of the loss, and the chance of a wrong ranking. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/figure_data.h"
#include "report/seeds.h"

static void name_line(struct buf *out, const char *name)
{
    figure_data_name(out, name);
    buf_addc(out, '\n');
}

static void names(struct buf *out, const struct figure_source *from, const struct seeds *seeds)
{
    name_line(out, seeds->random ? seeds->random : "");
    name_line(out, seeds->other ? seeds->other : "");
    buf_adds(out, "\n\n");
    for (size_t m = 0; m < from->spec->n_models; m++) {
        name_line(out, from->spec->models[m].name);
    }
    buf_adds(out, "\n\n");
    for (size_t p = 0; p < from->spec->n_protocols; p++) {
        name_line(out, report_protocol(from->spec, p));
    }
    buf_adds(out, "\n\n");
}

/* A row a seed: its rank from 0 to 1, the value, and the value of the other method. */
static size_t distribution(struct buf *out, const struct seeds_line *l, const char *column,
                           double *work)
{
    size_t n = seeds_sorted(work, &l->random, column);
    double other = selection_mean(&l->other, column);
    for (size_t i = 0; i < n; i++) {
        const double row[] = {((double)i + 0.5) / (double)n, work[i], other};
        for (size_t k = 0; k < 3; k++) {
            figure_data_number(out, row[k]);
            buf_addc(out, k < 2 ? ' ' : '\n');
        }
    }
    buf_adds(out, n ? "\n\n" : "NaN NaN NaN\n\n\n");
    return n;
}

static void chances(struct buf *out, const struct seeds_line *l)
{
    size_t known = 0;
    for (size_t i = 0; i < SEEDS_SIZES; i++) {
        if (isfinite(l->wrong[i])) {
            buf_addf(out, "%zu ", seeds_sizes[i]);
            figure_data_number(out, 100 * l->wrong[i]);
            buf_addc(out, '\n');
            known++;
        }
    }
    buf_adds(out, known ? "\n\n" : "NaN NaN\n\n\n");
}

int figure_data_seeds(struct buf *out, const struct figure_source *from, struct err *e)
{
    struct seeds seeds;
    size_t drawn = 0;
    if (seeds_make(&seeds, from->spec, from->rows, from->n, e)) {
        return -1;
    }
    double *work = mem_new(from->n, sizeof *work, e);
    int status = -1;
    if (!work || seeds_rank(&seeds, from->store, from->rows, from->cells, e)) {
        goto out;
    }
    names(out, from, &seeds);
    for (size_t i = 0; i < seeds.n; i++) {
        drawn += distribution(out, &seeds.lines[i], "bits_payload", work);
        drawn += distribution(out, &seeds.lines[i], "delta_pct", work);
        chances(out, &seeds.lines[i]);
    }
    status = seeds.random && drawn
                 ? buf_check(out, e)
                 : err_set(e,
                           "%s: there is no method with results of several seeds to draw: give it "
                           "some in \"seeds\" and run `nashswarm run %s` first",
                           from->spec->name, from->spec->path);
out:
    free(work);
    seeds_release(&seeds);
    return status;
}
