/* The tables of a report on seeds: what the seed does, and what a test on few texts is worth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/number.h"
#include "report/tables.h"

static void range_cell(struct layout *l, const double *sorted, size_t n, int decimals, bool sign)
{
    if (n == 0) {
        layout_cell(l, "%s", number_missing);
        return;
    }
    struct summary low = summary_one(sorted[0]), high = summary_one(sorted[n - 1]);
    layout_cell(l, "%s to %s",
                (sign ? number_signed(low, decimals, "") : number_plain(low, decimals, "")).text,
                (sign ? number_signed(high, decimals, "") : number_plain(high, decimals, "")).text);
}

static void seeds_line(struct layout *l, const struct seeds_line *line, double *work)
{
    size_t n = seeds_sorted(work, &line->random, "bits_payload");
    layout_cell(l, "%s", line->model);
    layout_cell(l, "%s", line->protocol);
    layout_cell(l, "%zu", n);
    layout_cell(l, "%s",
                number_plain(selection_summary(&line->random, "bits_payload"), 4, "").text);
    range_cell(l, work, n, 4, false);
    layout_cell(l, "%s",
                number_plain(selection_summary(&line->random, "bits_per_weight"), 4, "").text);
    layout_cell(l, "%s", number_signed(selection_summary(&line->random, "delta_pct"), 2, "%").text);
    range_cell(l, work, seeds_sorted(work, &line->random, "delta_pct"), 2, true);
    layout_cell(l, "%s", number_signed(selection_summary(&line->other, "delta_pct"), 2, "%").text);
}

static const char *name_of(const char *method)
{
    return method ? method : "no method";
}

int tables_seeds(struct layout *l, const struct spec *s, const struct seeds *seeds, size_t n_rows,
                 struct err *e)
{
    double *work = mem_new(n_rows, sizeof *work, e);
    char head[160];
    if (!work) {
        return -1;
    }
    layout_name(l, "seeds");
    buf_addf(&l->caption, "%s. %s over its seeds.", report_title(s), name_of(seeds->random));
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Protocol");
    layout_column(l, LAYOUT_RIGHT, "Seeds");
    layout_column(l, LAYOUT_RIGHT, "Payload\nbits");
    layout_column(l, LAYOUT_RIGHT, "Payload\nbits, range");
    layout_column(l, LAYOUT_RIGHT, "Stored\nbits");
    layout_column(l, LAYOUT_RIGHT, "Δ Loss");
    layout_column(l, LAYOUT_RIGHT, "Δ Loss,\nrange (%)");
    snprintf(head, sizeof head, "Δ Loss,\n%s", name_of(seeds->other));
    layout_column(l, LAYOUT_RIGHT, head);
    for (size_t i = 0; i < seeds->n; i++) {
        seeds_line(l, &seeds->lines[i], work);
    }
    layout_note(l,
                "Bits: per weight in scope; payload: the codes alone, as the study counts; stored: "
                "with tier map and grids. Range: the smallest and the largest of all seeds.");
    tables_note_seeds(l, s);
    free(work);
    return 0;
}

void tables_ranking(struct layout *l, const struct spec *s, const struct seeds *seeds)
{
    layout_name(l, "ranking");
    buf_addf(&l->caption, "%s. Chance that a test on few texts ranks %s and %s wrongly.",
             report_title(s), name_of(seeds->random), name_of(seeds->other));
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Protocol");
    layout_column(l, LAYOUT_RIGHT, "Texts");
    for (size_t i = 0; i < SEEDS_SIZES; i++) {
        char head[32];
        snprintf(head, sizeof head, "Of %zu", seeds_sizes[i]);
        layout_column(l, LAYOUT_RIGHT, head);
    }
    for (size_t k = 0; k < seeds->n; k++) {
        const struct seeds_line *line = &seeds->lines[k];
        layout_cell(l, "%s", line->model);
        layout_cell(l, "%s", line->protocol);
        layout_cell(l, "%zu", line->texts);
        for (size_t i = 0; i < SEEDS_SIZES; i++) {
            bool known = isfinite(line->wrong[i]);
            layout_cell(l, "%s",
                        known ? number_plain(summary_one(100 * line->wrong[i]), 1, "%").text : "–");
        }
    }
    layout_note(l, "Texts: with evidence token by token. Of n: a test takes n of them at random, "
                   "without replacement, and one seed; it is wrong when it orders the two methods "
                   "otherwise than all texts and all seeds together do. 10,000 draws each.");
}
