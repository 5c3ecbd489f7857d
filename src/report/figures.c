#include "report/report.h"

#include "base/file.h"
#include "report/figure_data.h"
#include "report/gnuplot.h"

static int draw_study(const char *scripts, const char *folder, const struct spec *s,
                      const struct record *rows, size_t n, struct buf *written, struct err *e)
{
    struct study study;
    struct buf data = BUF_INIT;
    int status = study_make(&study, s, rows, n, e);
    if (status) {
        return status;
    }
    if (figure_data_compression(&data, s, &study, e) ||
        gnuplot_draw(scripts, folder, "compression", &data, written, e)) {
        status = -1;
        goto out;
    }
    buf_clear(&data);
    if (figure_data_delta_loss(&data, s, &study, e) ||
        gnuplot_draw(scripts, folder, "delta_loss", &data, written, e)) {
        status = -1;
    }
out:
    buf_release(&data);
    study_release(&study);
    return status;
}

static int draw_sweep(const char *scripts, const char *folder, const struct spec *s,
                      const struct record *rows, size_t n, struct buf *written, struct err *e)
{
    struct buf data = BUF_INIT;
    int status = figure_data_pareto(&data, s, rows, n, e) ||
                         gnuplot_draw(scripts, folder, "pareto", &data, written, e)
                     ? -1
                     : 0;
    buf_release(&data);
    return status;
}

static int draw_allocators(const char *scripts, const char *folder, const struct spec *s,
                           const struct record *rows, size_t n, struct buf *written, struct err *e)
{
    struct contest contest;
    struct buf data = BUF_INIT;
    int status = contest_make(&contest, s, rows, n, e);
    if (status) {
        return status;
    }
    status = figure_data_allocators(&data, s, &contest, e) ||
                     gnuplot_draw(scripts, folder, "allocators", &data, written, e)
                 ? -1
                 : 0;
    buf_clear(&data);
    if (!status && (figure_data_rate_distortion(&data, s, &contest, e) ||
                    gnuplot_draw(scripts, folder, "rate_distortion", &data, written, e))) {
        status = -1;
    }
    buf_release(&data);
    contest_release(&contest);
    return status;
}

/* Draws the figures of one kind of report. */
typedef int draw_report(const char *scripts, const char *folder, const struct spec *s,
                        const struct record *rows, size_t n, struct buf *written, struct err *e);

static draw_report *const draws[] = {[REPORT_STUDY] = draw_study,
                                     [REPORT_SWEEP] = draw_sweep,
                                     [REPORT_ALLOCATORS] = draw_allocators};

int report_figures(const struct store *store, const struct spec *s, const struct record *rows,
                   size_t n, struct buf *written, struct err *e)
{
    struct buf scripts = BUF_INIT;
    const char *folder = buf_text(&store->plots);
    int status = gnuplot_scripts(&scripts, s->path, e);
    if (!status && (status = file_make_dirs(folder, e)) == 0) {
        status = draws[s->report.kind](scripts.s, folder, s, rows, n, written, e);
    }
    buf_release(&scripts);
    return status;
}
