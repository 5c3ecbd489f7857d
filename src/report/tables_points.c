#include "report/tables.h"

#include <stdio.h>
#include <string.h>

#include "report/number.h"

static const double mib_bits = 8.0 * 1024 * 1024;

static struct summary scaled(struct summary s, double factor)
{
    return (struct summary){
        .n = s.n, .mean = s.mean * factor, .squares = s.squares * factor * factor};
}

/* The bits of a column, spread over the weights in scope. */
static void per_weight(struct layout *l, const struct selection *s, const char *column)
{
    struct summary weights = selection_summary(s, "scope_weights");
    struct summary bits = selection_summary(s, column);
    if (weights.n == 0 || weights.mean <= 0) {
        layout_cell(l, "%s", number_missing);
    } else {
        layout_cell(l, "%s", number_plain(scaled(bits, 1 / weights.mean), 3, "").text);
    }
}

static void in_mib(struct layout *l, struct summary bits)
{
    layout_cell(l, "%s", number_plain(scaled(bits, 1 / mib_bits), 2, "").text);
}

/* Everything stored for the weights in scope, packed, in bits. */
static struct summary stored_bits(const struct selection *s)
{
    return scaled(selection_summary(s, "bits_per_weight"), selection_mean(s, "scope_weights"));
}

static void method_cell(struct layout *l, const struct record *r)
{
    if (*r->variant) {
        layout_cell(l, "%s, %s", r->method, r->variant);
    } else {
        layout_cell(l, "%s", r->method);
    }
}

void tables_from(struct layout *l, struct selection s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (selection_has(&s, i)) {
            layout_from(l, i);
        }
    }
}

static void bill_columns(struct layout *l)
{
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Method");
    layout_column(l, LAYOUT_RIGHT, "Weights\nin scope");
    layout_column(l, LAYOUT_RIGHT, "Payload,\npacked");
    layout_column(l, LAYOUT_RIGHT, "Payload,\nideal");
    layout_column(l, LAYOUT_RIGHT, "Map,\npacked");
    layout_column(l, LAYOUT_RIGHT, "Map,\nideal");
    layout_column(l, LAYOUT_RIGHT, "Grids");
    layout_column(l, LAYOUT_RIGHT, "Stored,\npacked");
    layout_column(l, LAYOUT_RIGHT, "Stored,\nideal map");
    layout_column(l, LAYOUT_RIGHT, "Stored,\nentropy");
    layout_column(l, LAYOUT_RIGHT, "In scope\n(MiB)");
    layout_column(l, LAYOUT_RIGHT, "Untouched\n(MiB)");
}

void tables_bill(struct layout *l, const struct spec *s, const struct record *rows, size_t n)
{
    layout_name(l, "bill");
    buf_addf(&l->caption, "%s. The bit bill: bits per weight in scope, and MiB.", report_title(s));
    bill_columns(l);
    for (size_t i = 0; i < n; i++) {
        if (!selection_opens(rows, i) || strcmp(rows[i].allocator, "baseline") == 0) {
            continue;
        }
        /* The bill is the same under every protocol: one stands for all. */
        struct selection line = selection_under(selection_of(rows, n, i), rows[i].protocol);
        tables_from(l, line);
        layout_cell(l, "%s", rows[i].model);
        method_cell(l, &rows[i]);
        layout_cell(l, "%s", number_weights(record_number(&rows[i], "scope_weights")).text);
        per_weight(l, &line, "payload_packed_bits");
        per_weight(l, &line, "payload_ideal_bits");
        per_weight(l, &line, "map_packed_bits");
        per_weight(l, &line, "map_ideal_bits");
        per_weight(l, &line, "grid_bits");
        layout_cell(l, "%s", number_plain(selection_summary(&line, "bits_per_weight"), 3, "").text);
        layout_cell(l, "%s", number_plain(selection_summary(&line, "bits_ideal_map"), 3, "").text);
        layout_cell(l, "%s", number_plain(selection_summary(&line, "bits_entropy"), 3, "").text);
        in_mib(l, stored_bits(&line));
        in_mib(l, selection_summary(&line, "untouched_bits"));
    }
    layout_note(
        l, "Payload: the codes, packed (at a fixed width, or range-coded where the method says "
           "so), or at their entropy within their tiers. Map: which tier each weight is in, packed "
           "or at the entropy of the tiers. Grids: scales and minima.");
    layout_note(l, "Stored: payload, map and grids together: packed as in the file; plain codes "
                   "with an ideal map; codes and map at their entropy.");
    layout_note(l,
                "In scope: what the file holds for the quantized tensors. Untouched: tensors out "
                "of scope, as stored.");
    tables_note_seeds(l, s);
}

/* The unquantized model has no stored form of its own: what it lacks does not apply to it. */
static void sweep_cell(struct layout *l, const struct record *r, struct summary s, int decimals)
{
    bool applies = s.n > 0 || strcmp(r->allocator, "baseline") != 0;
    layout_cell(l, "%s", applies ? number_plain(s, decimals, "").text : "–");
}

static void sweep_columns(struct layout *l)
{
    layout_column(l, LAYOUT_LEFT, "Model");
    layout_column(l, LAYOUT_LEFT, "Method");
    layout_column(l, LAYOUT_LEFT, "Variant");
    layout_column(l, LAYOUT_RIGHT, "Stored bits,\npacked");
    layout_column(l, LAYOUT_RIGHT, "Stored bits,\nideal map");
    layout_column(l, LAYOUT_RIGHT, "Stored bits,\nentropy");
    layout_column(l, LAYOUT_RIGHT, "Payload\nbits");
    layout_column(l, LAYOUT_RIGHT, "Loss");
    layout_column(l, LAYOUT_RIGHT, "Δ Loss");
    layout_column(l, LAYOUT_RIGHT, "95 %\ninterval");
    layout_column(l, LAYOUT_RIGHT, "Relative\nMSE");
}

static void sweep_line(struct layout *l, const struct record *r, struct selection s)
{
    struct interval i = selection_interval(&s, "delta_pct_low", "delta_pct_high");
    tables_from(l, s);
    layout_cell(l, "%s", r->model);
    layout_cell(l, "%s", r->method);
    layout_cell(l, "%s", *r->variant ? r->variant : "–");
    sweep_cell(l, r, selection_summary(&s, "bits_per_weight"), 3);
    sweep_cell(l, r, selection_summary(&s, "bits_ideal_map"), 3);
    sweep_cell(l, r, selection_summary(&s, "bits_entropy"), 3);
    sweep_cell(l, r, selection_summary(&s, "bits_payload"), 3);
    layout_cell(l, "%s", number_plain(selection_summary(&s, "loss_nats"), 4, "").text);
    layout_cell(l, "%s", number_signed(selection_summary(&s, "delta_pct"), 2, "%").text);
    layout_cell(l, "%s", number_interval(i, 2, true).text);
    sweep_cell(l, r, selection_summary(&s, "relative_mse"), 5);
}

void tables_sweep(struct layout *l, const struct spec *s, const char *protocol,
                  const struct record *rows, size_t n)
{
    bool first = strcmp(protocol, report_protocol(s, 0)) == 0;
    layout_name(l, first ? "sweep" : "sweep-%s", protocol);
    buf_addf(&l->caption, "%s. Stored bits per weight in scope against loss; protocol %s",
             report_title(s), protocol);
    report_scored_on(s, protocol, rows, n, &l->caption);
    buf_addc(&l->caption, '.');
    sweep_columns(l);
    for (size_t i = 0; i < n; i++) {
        if (selection_opens(rows, i)) {
            sweep_line(l, &rows[i], selection_under(selection_of(rows, n, i), protocol));
        }
    }
    layout_note(l, "Stored bits: payload, tier map and grids: packed as in the file; plain codes "
                   "with an ideal map; codes and map at their entropy. Payload bits: the codes "
                   "alone, which is all that the study counts.");
    layout_note(l, "Δ Loss: (quantized − baseline) / baseline on the same tokens, with its 95 %% "
                   "interval over texts in %%. Relative MSE: squared error over the variance of "
                   "the weights in scope.");
    tables_note_seeds(l, s);
}
