#include "report/figure_data.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/number.h"
#include "report/roles.h"

static void end_block(struct buf *out)
{
    buf_adds(out, "\n\n");
}

static double parameters(const struct study_line *l)
{
    return selection_mean(&l->model, "parameters");
}

static int by_parameters(const void *a, const void *b)
{
    const struct study_line *const *left = a, *const *right = b;
    double x = parameters(*left), y = parameters(*right);
    return (x > y) - (x < y);
}

/* The models of known size, smallest first: one line of the study each, its first. */
static int models_by_size(const struct spec *s, const struct study *study,
                          const struct study_line ***models, size_t *n, struct err *e)
{
    *n = 0;
    *models = mem_new(s->n_models, sizeof **models, e);
    if (!*models) {
        return -1;
    }
    for (size_t i = 0; i < study->n; i += s->report.n_tiers) {
        if (parameters(&study->lines[i]) > 0) {
            (*models)[(*n)++] = &study->lines[i];
        }
    }
    if (*n == 0) {
        free(*models);
        *models = NULL;
        return err_set(e, "%s: there is no result to draw: run `nashswarm run %s` first", s->name,
                       s->path);
    }
    qsort(*models, *n, sizeof **models, by_parameters);
    return 0;
}

/* Methods of the figure: 0 is the uniform one, then those in the role of Nash-Swarm. */
static struct selection method_of(const struct study_line *first, size_t method)
{
    return method == 0 ? first->uniform : first[method - 1].tiers;
}

static void method_names(struct buf *out, const struct spec *s)
{
    figure_data_name(out, role_uniform(s));
    buf_addc(out, '\n');
    for (size_t t = 0; t < s->report.n_tiers; t++) {
        char role[256];
        role_of_tiers(s, t, role, sizeof role);
        figure_data_name(out, role);
        buf_addc(out, '\n');
    }
    end_block(out);
}

static void model_columns(struct buf *out, const struct study_line *model)
{
    figure_data_name(out, model->model.model);
    buf_addc(out, ' ');
    figure_data_number(out, parameters(model));
    buf_addf(out, " \"%s\" ", number_weights(parameters(model)).text);
}

static void mean_and_deviation(struct buf *out, const struct summary *s)
{
    figure_data_number(out, summary_mean(s));
    buf_addc(out, ' ');
    figure_data_number(out, s->n > 1 ? summary_deviation(s) : 0);
}

int figure_data_compression(struct buf *out, const struct spec *s, const struct study *study,
                            struct err *e)
{
    const struct study_line **models;
    size_t n;
    if (models_by_size(s, study, &models, &n, e)) {
        return -1;
    }
    method_names(out, s);
    for (size_t k = 0; k <= s->report.n_tiers; k++) {
        for (size_t m = 0; m < n; m++) {
            struct selection all = method_of(models[m], k);
            struct selection one = selection_under(all, study->protocol);
            struct summary touched = selection_summary(&one, "compression_pct");
            model_columns(out, models[m]);
            mean_and_deviation(out, &touched);
            buf_addc(out, ' ');
            figure_data_number(out, selection_mean(&one, "model_removed_pct"));
            buf_addc(out, '\n');
        }
        end_block(out);
    }
    free(models);
    return buf_check(out, e);
}

static void delta_block(struct buf *out, const struct study_line *const *models, size_t n,
                        size_t method, const char *protocol, enum figure_bars bars)
{
    for (size_t m = 0; m < n; m++) {
        struct selection all = method_of(models[m], method);
        struct selection one = selection_under(all, protocol);
        model_columns(out, models[m]);
        figure_data_number(out, selection_mean(&one, "delta_pct"));
        buf_addc(out, ' ');
        figure_data_bar(out, figure_bar_of(&one, &figure_delta_pct, bars));
        buf_addc(out, '\n');
    }
    end_block(out);
}

int figure_data_delta_loss(struct buf *out, const struct spec *s, const struct study *study,
                           struct err *e)
{
    const struct study_line **models;
    size_t n;
    if (models_by_size(s, study, &models, &n, e)) {
        return -1;
    }
    enum figure_bars bars =
        figure_bars_of(study->lines[0].model.rows, study->lines[0].model.n, &figure_delta_pct);
    method_names(out, s);
    figure_data_name(out, figure_bars_text(bars));
    buf_adds(out, "\n\n\n");
    figure_data_name(out, study->protocol);
    buf_addc(out, '\n');
    if (study->text) {
        figure_data_name(out, study->text);
        buf_addc(out, '\n');
    }
    end_block(out);
    for (size_t k = 0; k <= s->report.n_tiers; k++) {
        delta_block(out, models, n, k, study->protocol, bars);
        if (study->text) {
            delta_block(out, models, n, k, study->text, bars);
        }
    }
    free(models);
    return buf_check(out, e);
}
