/* Methods of a budget, by stored bits, with the study's tiers at their three prices; and seconds.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/number.h"
#include "report/tables.h"

enum price { PRICE_PACKED, PRICE_IDEAL_MAP, PRICE_ENTROPY, PRICES };

static const struct {
    const char *column, *words;
} prices[PRICES] = {{"bits_per_weight", "packed"},
                    {"bits_ideal_map", "ideal map"},
                    {"bits_entropy", "entropy-coded"}};

/* A row of the table: a point at one of its prices. */
struct line {
    const struct contest_point *point;
    enum price price;
    double bits; /* what it is sorted by: the budget, or the price of what has none */
    size_t index;
};

static int in_order(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->point->panel != y->point->panel) {
        return x->point->panel < y->point->panel ? -1 : 1;
    }
    if (x->bits != y->bits) { /* unknown ones last */
        return isnan(y->bits) || x->bits < y->bits ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static size_t lines_of(struct line *lines, const struct contest *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        const double bits[PRICES] = {p->packed, p->ideal_map, p->entropy};
        for (int k = 0; k < (p->three_prices ? PRICES : 1); k++) {
            lines[n] = (struct line){.point = p, .price = (enum price)k, .index = n};
            lines[n++].bits = isfinite(p->budget) ? p->budget : bits[k];
        }
    }
    qsort(lines, n, sizeof *lines, in_order);
    return n;
}

static void columns(struct layout *l)
{
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Scope");
    layout_column(l, LAYOUT_LEFT, "Method");
    layout_column(l, LAYOUT_RIGHT, "Budget\n(bits)");
    layout_column(l, LAYOUT_RIGHT, "Stored\n(bits)");
    layout_column(l, LAYOUT_RIGHT, "Predicted\ncost");
    layout_column(l, LAYOUT_RIGHT, "Optimality\ngap");
    layout_column(l, LAYOUT_RIGHT, "Predicted\nΔ (nats)");
    layout_column(l, LAYOUT_RIGHT, "Measured\nΔ (nats)");
    layout_column(l, LAYOUT_RIGHT, "Measured\nΔ Loss");
    layout_column(l, LAYOUT_RIGHT, "Relative\nMSE");
}

/* What not every method has: a dash where it does not apply. */
static void optional_cell(struct layout *l, const struct selection *s, const char *column,
                          int decimals, const char *unit, bool with_sign)
{
    struct summary sum = selection_summary(s, column);
    struct number number =
        with_sign ? number_signed(sum, decimals, unit) : number_plain(sum, decimals, unit);
    layout_cell(l, "%s", sum.n ? number.text : "–");
}

static void cost_cell(struct layout *l, const struct selection *s)
{
    double cost = selection_mean(s, "predicted_cost");
    layout_cell(l, "%s", isfinite(cost) ? number_significant(cost).text : "–");
}

static void add_line(struct layout *l, const struct contest *c, const struct line *line)
{
    const struct contest_point *p = line->point;
    const struct selection *s = &p->rows;
    tables_from(l, *s);
    layout_cell(l, "%s", c->panels[p->panel].model);
    layout_cell(l, "%s", c->panels[p->panel].scope);
    layout_cell(l, "%s%s%s", p->label, p->three_prices ? ", " : "",
                p->three_prices ? prices[line->price].words : "");
    optional_cell(l, s, "budget_bits", 2, "", false);
    layout_cell(l, "%s",
                number_plain(selection_summary(s, prices[line->price].column), 3, "").text);
    cost_cell(l, s);
    optional_cell(l, s, "optimality_gap_pct", 2, "%", true);
    optional_cell(l, s, "predicted_delta_nats", 4, "", true);
    layout_cell(l, "%s", number_signed(selection_summary(s, "delta_nats"), 4, "").text);
    layout_cell(l, "%s", number_signed(selection_summary(s, "delta_pct"), 2, "%").text);
    layout_cell(l, "%s", number_plain(selection_summary(s, "relative_mse"), 5, "").text);
}

int tables_allocators(struct layout *l, const struct spec *s, const struct contest *c,
                      const struct pairing *p, struct err *e)
{
    struct line *lines = mem_new(PRICES * c->n_points, sizeof *lines, e);
    layout_name(l, "allocators");
    if (!lines) {
        return -1;
    }
    buf_addf(&l->caption, "%s. Methods at the same stored bits per weight; protocol %s.",
             report_title(s), c->protocol);
    columns(l);
    size_t n = lines_of(lines, c);
    for (size_t i = 0; i < n; i++) {
        add_line(l, c, &lines[i]);
    }
    free(lines);
    layout_note(l, "Budget: stored bits per weight in scope that were asked for. Stored: what is "
                   "paid, everything included, packed as in the file; methods whose tiers must be "
                   "told to the decoder have a row for each of three prices: packed, plain codes "
                   "with an ideal map, codes and map at their entropy.");
    layout_note(l,
                "Predicted cost: weighted squared error by the table of costs. Optimality gap: "
                "its excess over the best known bound of any choice within the budget. Predicted "
                "Δ: second-order change of the loss by the calibration text's Fisher "
                "information. Measured Δ: on the texts of the experiment. Costs compare between "
                "methods of the same sensitivity and players alone; shapley minimises a table that "
                "is weighted by measured losses, and its gap is that of the unweighted one.");
    tables_note_seeds(l, s);
    return notes_allocators(l, c, p, e);
}

/* What the points of one line and panel took, all together. */
struct spent {
    struct summary variant_s, solve_s;
};

static struct spent spent_by(const struct contest *c, size_t panel, size_t line,
                             const struct record *rows, const struct cell_timing *timing, size_t n)
{
    struct spent spent = {0};
    for (size_t i = 0; i < c->n_points; i++) {
        const struct contest_point *p = &c->points[i];
        struct summary seeds = selection_summary(&p->rows, "loss_nats");
        double wall_s = 0;
        if (p->panel != panel || p->line != line || seeds.n == 0) {
            continue;
        }
        for (size_t k = 0; k < n; k++) { /* a variant's work is spread over its protocols */
            struct selection one = {.rows = &rows[k],
                                    .n = 1,
                                    .model = p->first->model,
                                    .method = p->first->method,
                                    .variant = p->first->variant};
            if (selection_first(&one)) {
                wall_s += timing[k].wall_s;
                if (strcmp(rows[k].protocol, c->protocol) == 0) {
                    summary_add(&spent.solve_s, timing[k].solve_s);
                }
            }
        }
        summary_add(&spent.variant_s, wall_s / (double)seeds.n);
    }
    return spent;
}

void tables_seconds(struct layout *l, const struct spec *s, const struct contest *c,
                    const struct record *rows, const struct cell_timing *timing, size_t n)
{
    layout_name(l, "seconds");
    buf_addf(&l->caption, "%s. Seconds, as measured on the machine of each cell.", report_title(s));
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Scope");
    layout_column(l, LAYOUT_LEFT, "Method");
    layout_column(l, LAYOUT_RIGHT, "Variants");
    layout_column(l, LAYOUT_RIGHT, "Table and\nsolver (s)");
    layout_column(l, LAYOUT_RIGHT, "All in\nall (s)");
    for (size_t panel = 0; panel < c->n_panels; panel++) {
        for (size_t line = 0; line < c->n_lines; line++) {
            struct spent spent = spent_by(c, panel, line, rows, timing, n);
            if (spent.variant_s.n == 0) {
                continue;
            }
            layout_cell(l, "%s", c->panels[panel].model);
            layout_cell(l, "%s", c->panels[panel].scope);
            layout_cell(l, "%s", c->lines[line].label);
            layout_cell(l, "%zu", spent.variant_s.n);
            layout_cell(l, "%s", spent.solve_s.n ? number_plain(spent.solve_s, 2, "").text : "–");
            layout_cell(l, "%s", number_plain(spent.variant_s, 2, "").text);
        }
    }
    layout_note(l, "Mean over the variants of a method (budgets and what else is swept), ± their "
                   "standard deviation. All in all: allocation, quantization and the losses of all "
                   "protocols.");
}
