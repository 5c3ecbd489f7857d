/* Figures of what cells hold beside their records: gaps of tensors, and how solvers converged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/chosen.h"
#include "report/figure_data.h"
#include "results/cells.h"

enum { GAP_POINTS = 24, GAP_TENSORS = 64, CONVERGENCE_POINTS = 100 };

/* Chosen points with the details of the first cell of each. */
struct detailed {
    struct chosen chosen;
    struct cell_details *details; /* [chosen.n_points] */
};

static void detailed_release(struct detailed *d)
{
    for (size_t i = 0; d->details && i < d->chosen.n_points; i++) {
        details_release(&d->details[i]);
    }
    free(d->details);
    chosen_release(&d->chosen);
}

static int detailed_make(struct detailed *out, const struct figure_source *from, size_t limit,
                         bool (*wanted)(const struct record *), struct err *e)
{
    *out = (struct detailed){0};
    if (chosen_make(&out->chosen, from->rows, from->n, limit, wanted, e)) {
        return -1;
    }
    int status = 0;
    out->details = mem_new(out->chosen.n_points, sizeof *out->details, e);
    for (size_t i = 0; i < out->chosen.n_points && out->details && !status; i++) {
        size_t row = (size_t)(out->chosen.points[i].first - from->rows);
        status = cell_read_details(&out->details[i], from->store, from->cells[row].id, e);
    }
    if (!out->details || status) {
        detailed_release(out);
        return -1;
    }
    return 0;
}

static void end_block(struct buf *out)
{
    buf_adds(out, "\n\n");
}

/* The tensors of a group, as its points have them: `all` has room for GAP_TENSORS. */
struct tensor_line {
    size_t group;
    const char *tensor;
};

static size_t tensor_lines(struct tensor_line *all, const struct detailed *d, size_t *found)
{
    size_t n = 0;
    *found = 0;
    for (size_t g = 0; g < d->chosen.n_groups; g++) {
        for (size_t i = 0; i < d->chosen.n_points; i++) {
            const struct cell_details *one = &d->details[i];
            if (d->chosen.points[i].group != g || one->n_tensors == 0) {
                continue;
            }
            for (size_t t = 0; t < one->n_tensors; t++, ++*found) {
                if (n < GAP_TENSORS) {
                    all[n++] = (struct tensor_line){g, one->tensors[t].tensor};
                }
            }
            break; /* all points of a model and scope touch the same tensors */
        }
    }
    return n;
}

static void tensor_label(struct buf *out, const struct chosen *c, const struct tensor_line *l)
{
    static const char ending[] = ".weight";
    struct buf name = BUF_INIT;
    size_t n = strlen(l->tensor), cut = sizeof ending - 1;
    n -= n > cut && strcmp(l->tensor + n - cut, ending) == 0 ? cut : 0;
    if (c->n_groups > 1) {
        buf_addf(&name, "%s: ", c->groups[l->group].title);
    }
    buf_add(&name, l->tensor, n);
    figure_data_name(out, buf_text(&name));
    buf_addc(out, '\n');
    buf_release(&name);
}

/* The index of each point's label among the distinct ones, which are written. */
static size_t columns_of(struct buf *out, size_t *column, const struct detailed *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->chosen.n_points; i++) {
        size_t k = 0;
        while (k < i && strcmp(d->chosen.points[k].label, d->chosen.points[i].label) != 0) {
            k++;
        }
        column[i] = k < i ? column[k] : n++;
        if (k == i) {
            figure_data_name(out, d->chosen.points[i].label);
            buf_addc(out, '\n');
        }
    }
    end_block(out);
    return n;
}

static void gap_cells(struct buf *out, const struct detailed *d, const struct tensor_line *lines,
                      size_t n_lines, const size_t *column)
{
    for (size_t i = 0; i < d->chosen.n_points; i++) {
        const struct cell_details *one = &d->details[i];
        for (size_t t = 0; t < one->n_tensors; t++) {
            for (size_t l = 0; l < n_lines; l++) {
                if (lines[l].group == d->chosen.points[i].group &&
                    strcmp(lines[l].tensor, one->tensors[t].tensor) == 0 &&
                    isfinite(one->tensors[t].gap_bits)) {
                    buf_addf(out, "%zu %zu ", column[i], l);
                    figure_data_number(out, one->tensors[t].gap_bits);
                    buf_addc(out, '\n');
                }
            }
        }
    }
}

int figure_data_gaps(struct buf *out, const struct figure_source *from, struct err *e)
{
    struct detailed d;
    struct tensor_line lines[GAP_TENSORS];
    size_t column[GAP_POINTS], found;
    if (detailed_make(&d, from, GAP_POINTS, NULL, e)) {
        return -1;
    }
    size_t n = tensor_lines(lines, &d, &found);
    struct buf cells = BUF_INIT, names = BUF_INIT;
    columns_of(&names, column, &d);
    gap_cells(&cells, &d, lines, n, column);
    if (cells.len) {
        struct buf note = BUF_INIT;
        buf_adds(&note, buf_text(&d.chosen.note));
        if (found > n) {
            buf_addf(&note, "%sthe first %zu of %zu tensors", note.len ? "; " : "", n, found);
        }
        figure_data_name(out, buf_text(&note));
        buf_addf(out, "\n\n\n%s", buf_text(&names));
        for (size_t i = 0; i < n; i++) {
            tensor_label(out, &d.chosen, &lines[i]);
        }
        end_block(out);
        buf_adds(out, buf_text(&cells));
        buf_release(&note);
    }
    int status = buf_check(&names, e) || buf_check(&cells, e) || buf_check(out, e) ? -1 : 0;
    buf_release(&names);
    buf_release(&cells);
    detailed_release(&d);
    return status;
}

/* Solvers that leave a trace; what they sought must have been a budget. */
static bool is_solved(const struct record *r)
{
    return isfinite(r->predicted_cost);
}

static bool is_game(const struct solver_record *s)
{
    return strcmp(s->trace_name, "potential") == 0;
}

/* What the trace is measured from: a game's last potential, else the bound that no choice beats. */
static double reference(const struct solver_record *s)
{
    return is_game(s) ? s->trace[s->n_trace - 1] : s->bound;
}

/* Whether there is a way to show: what begins at its end, as a game in its equilibrium, has none.
 */
static bool has_way(const struct solver_record *s)
{
    bool away = false;
    for (size_t i = 0; i < s->n_trace; i++) {
        away = away || s->trace[i] > reference(s);
    }
    return away && s->n_trace > 1;
}

static bool is_drawable(const struct cell_details *d, bool game)
{
    return d->solved && d->solver.n_trace && is_game(&d->solver) == game &&
           isfinite(reference(&d->solver)) && reference(&d->solver) != 0 && has_way(&d->solver);
}

static size_t method_index(const struct detailed *d, size_t i, bool game)
{
    size_t index = 0;
    for (size_t k = 0; k < i; k++) {
        bool first = is_drawable(&d->details[k], game);
        for (size_t j = 0; j < k && first; j++) {
            first =
                !is_drawable(&d->details[j], game) ||
                strcmp(d->chosen.points[j].first->method, d->chosen.points[k].first->method) != 0;
        }
        if (strcmp(d->chosen.points[k].first->method, d->chosen.points[i].first->method) == 0 &&
            is_drawable(&d->details[k], game)) {
            return index;
        }
        index += first;
    }
    return index;
}

static void method_names(struct buf *out, const struct detailed *d, bool game)
{
    size_t n = 0;
    for (size_t i = 0; i < d->chosen.n_points; i++) {
        if (is_drawable(&d->details[i], game) && method_index(d, i, game) == n) {
            figure_data_name(out, d->chosen.points[i].first->method);
            buf_addc(out, '\n');
            n++;
        }
    }
    if (!n) {
        buf_adds(out, "\"\"\n");
    }
    end_block(out);
}

static void trace_block(struct buf *out, const struct solver_record *s, size_t method)
{
    double from = reference(s);
    for (size_t i = 0; i < s->n_trace; i++) {
        if (isfinite(s->trace[i])) {
            buf_addf(out, "%zu %zu ", method, i);
            figure_data_number(out, fmax(0, (s->trace[i] - from) / fabs(from)));
            buf_addc(out, '\n');
        }
    }
    end_block(out);
}

int figure_data_convergence(struct buf *out, const struct figure_source *from, struct err *e)
{
    struct detailed d;
    size_t n[2] = {0, 0};
    if (detailed_make(&d, from, CONVERGENCE_POINTS, is_solved, e)) {
        return -1;
    }
    for (size_t i = 0; i < d.chosen.n_points; i++) {
        n[0] += is_drawable(&d.details[i], true);
        n[1] += is_drawable(&d.details[i], false);
    }
    if (n[0] + n[1]) {
        figure_data_name(out, buf_text(&d.chosen.note));
        buf_addf(out, " %zu %zu\n\n\n", n[0], n[1]);
        method_names(out, &d, true);
        method_names(out, &d, false);
    }
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < d.chosen.n_points; i++) {
            if (is_drawable(&d.details[i], pass == 0)) {
                trace_block(out, &d.details[i].solver, method_index(&d, i, pass == 0));
            }
        }
    }
    detailed_release(&d);
    return buf_check(out, e);
}
