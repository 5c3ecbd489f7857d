#include "report/tables.h"

#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/report.h"
#include "report/roles.h"

void tables_note_seeds(struct layout *l, const struct spec *s)
{
    if (s->n_seeds > 1) {
        layout_note(l,
                    "±: mean and sample standard deviation over the seeds of a method with random "
                    "choices (%zu seeds).",
                    s->n_seeds);
    }
}

static void percent_cell(struct layout *l, struct selection s, const char *protocol,
                         const char *column, int decimals)
{
    struct selection under = selection_under(s, protocol);
    layout_cell(l, "%s", number_plain(selection_summary(&under, column), decimals, "%").text);
}

static void delta_cell(struct layout *l, struct selection s, const char *protocol)
{
    struct selection under = selection_under(s, protocol);
    layout_cell(l, "%s", number_signed(selection_summary(&under, "delta_pct"), 2, "%").text);
}

static void real_cell(struct layout *l, struct selection s, const char *protocol,
                      const char *column, int decimals)
{
    struct selection under = selection_under(s, protocol);
    layout_cell(l, "%s", number_plain(selection_summary(&under, column), decimals, "").text);
}

/* Mean under the protocol, NaN when there is none. */
static double mean_of(struct selection s, const char *protocol, const char *column)
{
    struct selection under = selection_under(s, protocol);
    return selection_mean(&under, column);
}

static void loss_caption(struct layout *l, const struct spec *s, const struct study *study,
                         const char *protocol)
{
    struct selection any = {.rows = study->n ? study->lines[0].model.rows : NULL,
                            .n = study->n ? study->lines[0].model.n : 0,
                            .protocol = protocol};
    const struct record *first = selection_first(&any);
    buf_addf(&l->caption, "%s. ", report_title(s));
    if (first && first->texts != RECORD_NONE) {
        buf_addf(&l->caption, "%lld texts; ", (long long)first->texts);
    }
    if (strcmp(protocol, "paper") == 0) {
        buf_adds(&l->caption, "the study's columns under its own protocol (paper).");
    } else {
        buf_addf(&l->caption, "the study's columns under the protocol %s%s.", protocol,
                 strcmp(protocol, study->protocol) == 0 ? ", because paper was not run" : "");
    }
}

/* Whether the table shows what was published: under the study's own protocol, the first of them. */
static bool shows_published(const struct spec *s, const struct study *study, const char *protocol)
{
    return s->report.n_published && strcmp(protocol, study->protocol) == 0;
}

static void published_columns(struct layout *l)
{
    layout_column(l, LAYOUT_RIGHT, "Published:\nBaseline");
    layout_column(l, LAYOUT_RIGHT, "Published:\nUniform Δ");
    layout_column(l, LAYOUT_RIGHT, "Published:\nNash Δ");
}

/* What is not a model as somebody trained it: its word in the column weights, and what is said. */
static const struct made_weights {
    const char *word, *note;
} made_weights[] = {
    {"synthetic", "Synthetic weights, of no trained model"},
    {"quantized", "Quantized copies, whose baseline is not the model as it was trained"},
};
enum { N_MADE = sizeof made_weights / sizeof *made_weights };

static bool is_made(const struct study_line *line, const struct made_weights *w)
{
    const struct record *r = selection_first(&line->model);
    return r && strcmp(r->weights, w->word) == 0;
}

static bool is_as_trained(const struct study_line *line)
{
    for (size_t k = 0; k < N_MADE; k++) {
        if (is_made(line, &made_weights[k])) {
            return false;
        }
    }
    return true;
}

/*
 * Only the first method in the role of Nash-Swarm is the one that was published, and nothing was of
 * synthetic weights or of a quantized copy.
 */
static void published_cells(struct layout *l, const struct spec *s, const struct study_line *line)
{
    const struct spec_published *p = spec_published_of(s, line->model.model);
    bool first = strcmp(line->tiers.method, s->methods[s->report.tiers[0]].name) == 0;
    if (!p || !first || !is_as_trained(line)) {
        for (int i = 0; i < 3; i++) {
            layout_cell(l, "–");
        }
        return;
    }
    double uniform = 100 * (p->uniform - p->baseline) / p->baseline;
    double tiers = 100 * (p->tiers - p->baseline) / p->baseline;
    layout_cell(l, "%s", number_plain(summary_one(p->baseline), 4, "").text);
    layout_cell(l, "%s", number_signed(summary_one(uniform), 2, "%").text);
    layout_cell(l, "%s", number_signed(summary_one(tiers), 2, "%").text);
}

/* A column of a method: "%s" in its head stands for what the method is called. */
__attribute__((format(printf, 2, 0))) static void role_column(struct layout *l, const char *head,
                                                              const char *role)
{
    char text[256];
    snprintf(text, sizeof text, head, role);
    layout_column(l, LAYOUT_RIGHT, text);
}

static void loss_columns(struct layout *l, const struct spec *s)
{
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_RIGHT, "Params");
    layout_column(l, LAYOUT_RIGHT, "Baseline\nLoss");
    role_column(l, "%s\nΔ Loss", role_uniform(s));
    role_column(l, "%s\nΔ Loss", role_tiers(s));
    layout_column(l, LAYOUT_RIGHT, "Comp.");
    layout_column(l, LAYOUT_LEFT, "Advantage");
    role_column(l, "%s Δ,\n95 %% interval", role_uniform_short(s));
    role_column(l, "%s Δ,\n95 %% interval", role_tiers_short(s));
    layout_column(l, LAYOUT_RIGHT, "Bits,\npacked");
    layout_column(l, LAYOUT_RIGHT, "Bits,\nideal map");
    layout_column(l, LAYOUT_RIGHT, "Bits,\nentropy");
}

/* Names the models whose weights were made in this way. */
static void note_made(struct layout *l, const struct spec *s, const struct study *study,
                      const struct made_weights *w)
{
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < study->n; i += s->report.n_tiers) {
        if (is_made(&study->lines[i], w)) {
            buf_addf(&names, "%s%s", names.len ? ", " : "", study->lines[i].label);
        }
    }
    if (names.len) {
        layout_note(l, "%s: %s.", w->note, buf_text(&names));
    }
    buf_release(&names);
}

static int loss_notes(struct layout *l, const struct study *study, const struct pairing *p,
                      const char *protocol, struct err *e)
{
    const struct spec *s = p->spec;
    layout_note(l, "Δ Loss: (quantized − baseline) / baseline. Comp.: 1 − payload / 32 bits of the "
                   "touched tensors alone, as the study counts; the tier map was not paid for.");
    layout_note(l,
                "Advantage: ratio of the two Δ losses, from unrounded values; within a factor of "
                "1.2 it is comparable.");
    if (notes_advantage(l, study, p, protocol, e)) {
        return -1;
    }
    layout_note(l,
                "95 %% interval of Δ Loss in %%: bootstrap over texts, what other texts from the "
                "same source would give; it says nothing of other models%s.",
                s->n_seeds > 1 ? ". Over several seeds, the mean of its ends" : " or seeds");
    if (strcmp(protocol, "paper") == 0) {
        layout_note(l,
                    "The study pads each text to %ld tokens and counts the padding among its "
                    "targets: see the table of the protocol text for the text alone.",
                    s->evaluations[0].max_tokens);
    }
    layout_note(l,
                "Bits: stored bits per weight of %s with tier map and grids paid for: "
                "packed as in the file; plain codes with the map at its entropy; codes and map "
                "at their entropy.",
                role_tiers(s));
    tables_note_seeds(l, s);
    return 0;
}

/* A line is made from the three methods that it sets against each other, under one protocol. */
static void study_from(struct layout *l, const struct study_line *line, const char *protocol)
{
    tables_from(l, selection_under(line->baseline, protocol));
    tables_from(l, selection_under(line->uniform, protocol));
    tables_from(l, selection_under(line->tiers, protocol));
}

static void interval_cell(struct layout *l, struct selection s, const char *protocol)
{
    struct selection under = selection_under(s, protocol);
    struct interval i = selection_interval(&under, "delta_pct_low", "delta_pct_high");
    layout_cell(l, "%s", number_interval(i, 2, true).text);
}

static void loss_line(struct layout *l, const struct study_line *line, const char *protocol)
{
    char advantage[ADVANTAGE_TEXT];
    report_advantage(advantage, mean_of(line->uniform, protocol, "delta_pct"),
                     mean_of(line->tiers, protocol, "delta_pct"));
    study_from(l, line, protocol);
    layout_cell(l, "%s", line->label);
    layout_cell(l, "%s", number_weights(mean_of(line->model, NULL, "parameters")).text);
    real_cell(l, line->baseline, protocol, "loss_nats", 4);
    delta_cell(l, line->uniform, protocol);
    delta_cell(l, line->tiers, protocol);
    percent_cell(l, line->tiers, protocol, "compression_pct", 1);
    layout_cell(l, "%s", advantage);
    interval_cell(l, line->uniform, protocol);
    interval_cell(l, line->tiers, protocol);
    real_cell(l, line->tiers, protocol, "bits_per_weight", 2);
    real_cell(l, line->tiers, protocol, "bits_ideal_map", 2);
    real_cell(l, line->tiers, protocol, "bits_entropy", 2);
}

int tables_loss(struct layout *l, const struct study *study, const struct pairing *p,
                const char *protocol, struct err *e)
{
    const struct spec *s = p->spec;
    bool own = strcmp(protocol, study->protocol) == 0;
    layout_name(l, own ? "loss" : "loss-%s", protocol);
    loss_caption(l, s, study, protocol);
    loss_columns(l, s);
    bool published = shows_published(s, study, protocol);
    if (published) {
        published_columns(l);
    }
    for (size_t i = 0; i < study->n; i++) {
        loss_line(l, &study->lines[i], protocol);
        if (published) {
            published_cells(l, s, &study->lines[i]);
        }
    }
    for (size_t k = 0; k < N_MADE; k++) {
        note_made(l, s, study, &made_weights[k]);
    }
    int status = loss_notes(l, study, p, protocol, e);
    if (published) {
        layout_note(l, "Published: the study's own losses; its Δ from them, as it prints it.");
    }
    return status;
}

/* "18.40 (87.5 %)": payload in MiB, compression as the study counts. */
static void size_cell(struct layout *l, struct selection s, const char *protocol)
{
    struct selection under = selection_under(s, protocol);
    struct summary size = selection_summary(&under, "payload_mib");
    struct summary share = selection_summary(&under, "compression_pct");
    if (size.n == 0 || share.n == 0) {
        layout_cell(l, "%s", number_missing);
    } else {
        layout_cell(l, "%s (%s)", number_plain(size, 2, "").text, number_plain(share, 1, "%").text);
    }
}

static void size_columns(struct layout *l, const struct spec *s)
{
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_RIGHT, "Size\n(MB)");
    role_column(l, "%s\nsize (%%)", role_uniform(s));
    role_column(l, "%s\nsize (%%)", role_tiers(s));
    layout_column(l, LAYOUT_RIGHT, "Advantage");
    role_column(l, "Of the model,\npayload:\n%s", role_uniform_short(s));
    role_column(l, "Of the model,\npayload:\n%s", role_tiers(s));
    role_column(l, "Of the model,\nall stored:\n%s", role_uniform_short(s));
    role_column(l, "Of the model,\nall stored:\n%s", role_tiers(s));
}

void tables_size(struct layout *l, const struct spec *s, const struct study *study)
{
    const char *protocol = study->protocol;
    layout_name(l, "size");
    buf_addf(&l->caption, "%s. Sizes as the study counts them, and of the whole model.",
             report_title(s));
    size_columns(l, s);
    for (size_t i = 0; i < study->n; i++) {
        const struct study_line *line = &study->lines[i];
        double points = mean_of(line->tiers, protocol, "compression_pct") -
                        mean_of(line->uniform, protocol, "compression_pct");
        study_from(l, line, protocol);
        layout_cell(l, "%s", line->label);
        layout_cell(l, "%s",
                    number_plain(summary_one(mean_of(line->model, NULL, "model_mib")), 2, "").text);
        size_cell(l, line->uniform, protocol);
        size_cell(l, line->tiers, protocol);
        layout_cell(l, "%s", number_signed(summary_one(points), 1, "points").text);
        percent_cell(l, line->uniform, protocol, "model_removed_pct", 1);
        percent_cell(l, line->tiers, protocol, "model_removed_pct", 1);
        percent_cell(l, line->uniform, protocol, "model_removed_stored_pct", 1);
        percent_cell(l, line->tiers, protocol, "model_removed_stored_pct", 1);
    }
    layout_note(l,
                "Size: the whole model in 32-bit floats, in MB of 2^20 bytes. The sizes after it "
                "are the payload of the touched tensors alone, with its compression in "
                "parentheses.");
    layout_note(l, "Advantage: difference of the two compressions. The study did not pay for the "
                   "tier map, nor for the grids.");
    layout_note(l, "Of the model, payload: share of the whole model that is gone when the payload "
                   "replaces the touched tensors.");
    layout_note(l, "Of the model, all stored: the same with tier map and grids counted, packed. "
                   "Tensors that are left alone count at 32 bits in both, as the whole does; the "
                   "bill, as a table and as a figure, counts them as stored.");
    tables_note_seeds(l, s);
}
