#include "report/report.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "report/figure_data.h"
#include "report/gnuplot.h"
#include "results/cells.h"

static int compression(struct buf *out, const struct figure_source *from, struct err *e)
{
    return figure_data_compression(out, from->spec, from->study, e);
}

static int delta_loss(struct buf *out, const struct figure_source *from, struct err *e)
{
    return figure_data_delta_loss(out, from->spec, from->study, e);
}

static int pareto(struct buf *out, const struct figure_source *from, struct err *e)
{
    return figure_data_pareto(out, from->spec, from->rows, from->n, e);
}

static int allocators(struct buf *out, const struct figure_source *from, struct err *e)
{
    return figure_data_allocators(out, from->spec, from->contest, e);
}

static int rate_distortion(struct buf *out, const struct figure_source *from, struct err *e)
{
    return figure_data_rate_distortion(out, from->spec, from->contest, e);
}

enum {
    STUDY = 1 << REPORT_STUDY,
    SWEEP = 1 << REPORT_SWEEP,
    CONTEST = 1 << REPORT_ALLOCATORS,
    SEEDS = 1 << REPORT_SEEDS
};

/* In the order in which they are drawn; captions.c has a caption for each. */
static const struct figure {
    const char *stem;
    unsigned kinds;
    /* Leaves `out` empty where there is nothing to draw, and no figure either. */
    int (*fill)(struct buf *out, const struct figure_source *from, struct err *e);
} figures[] = {
    {"compression", STUDY, compression},
    {"delta_loss", STUDY, delta_loss},
    {"pareto", SWEEP, pareto},
    {"allocators", CONTEST, allocators},
    {"rate_distortion", CONTEST, rate_distortion},
    {"seeds", SEEDS, figure_data_seeds},
    {"protocols", STUDY | SWEEP | CONTEST | SEEDS, figure_data_protocols},
    {"bill", STUDY | SWEEP | CONTEST | SEEDS, figure_data_bill},
    {"gaps", STUDY | SWEEP | CONTEST, figure_data_gaps},
    {"convergence", STUDY | SWEEP | CONTEST, figure_data_convergence},
};

static int draw_all(const char *scripts, const char *folder, const struct figure_source *from,
                    struct buf *written, struct err *e)
{
    struct buf data = BUF_INIT;
    int status = 0;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0] && !status; i++) {
        const struct figure *f = &figures[i];
        if (!(f->kinds & 1u << from->spec->report.kind)) {
            continue;
        }
        buf_clear(&data);
        status = f->fill(&data, from, e);
        if (!status && data.len) {
            status = gnuplot_draw(scripts, folder, f->stem, &data, written, e);
        } else if (!status) {
            gnuplot_remove(folder, f->stem);
        }
    }
    buf_release(&data);
    return status;
}

int report_figures(const struct store *store, const struct spec *s, const struct record *rows,
                   size_t n, struct buf *written, struct err *e)
{
    struct buf scripts = BUF_INIT;
    struct study study = {0};
    struct contest contest = {0};
    struct cell_name *cells = mem_new(n, sizeof *cells, e);
    struct figure_source from = {store, s, rows, n, cells, &study, &contest};
    const char *folder = buf_text(&store->plots);
    int status = -1;
    if (!cells || cells_of_rows(cells, store, s, rows, n, e) || gnuplot_scripts(&scripts, e) ||
        file_make_dirs(folder, e) ||
        (s->report.kind == REPORT_STUDY && study_make(&study, s, rows, n, e)) ||
        (s->report.kind == REPORT_ALLOCATORS && contest_make(&contest, s, rows, n, e))) {
        goto out;
    }
    status = draw_all(scripts.s, folder, &from, written, e);
out:
    study_release(&study);
    contest_release(&contest);
    free(cells);
    buf_release(&scripts);
    return status;
}
