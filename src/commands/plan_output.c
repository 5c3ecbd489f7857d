#include "commands/plan_output.h"

#include <math.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "commands/command.h"
#include "run/survey.h"

enum { IDS_SHOWN = 3, REASONS_SHOWN = 20 };

static size_t to_run(const struct survey *v)
{
    return v->plan.n - v->counts[SURVEY_DONE];
}

static bool has_reason(const struct survey *v, size_t cell, size_t reason)
{
    return v->states[cell] != SURVEY_DONE && v->why[cell] == reason;
}

/* One reason: how many cells, and the first of their ids. */
static void add_reason(struct buf *out, const struct survey *v, size_t reason, size_t count)
{
    size_t shown = 0;
    buf_addf(out, "%7zu  %s\n         ", count, v->reasons[reason]);
    for (size_t i = 0; i < v->plan.n && shown < IDS_SHOWN; i++) {
        if (has_reason(v, i, reason)) {
            buf_addf(out, "%s%s", shown++ ? ", " : "", v->plan.cells[i].id);
        }
    }
    buf_adds(out, count > shown ? ", …\n" : "\n");
}

static int add_reasons(struct buf *out, const struct survey *v, struct err *e)
{
    size_t *counts = mem_new(v->n_reasons, sizeof *counts, e);
    for (size_t i = 0; counts && i < v->plan.n; i++) {
        if (v->states[i] != SURVEY_DONE) {
            counts[v->why[i]]++;
        }
    }
    for (size_t i = 0; counts && i < v->n_reasons && i < REASONS_SHOWN; i++) {
        add_reason(out, v, i, counts[i]);
    }
    if (v->n_reasons > REASONS_SHOWN) {
        buf_addf(out, "         and for %zu more reasons: --all lists every cell with its own\n",
                 v->n_reasons - REASONS_SHOWN);
    }
    free(counts);
    return counts ? 0 : -1;
}

static void add_cells(struct buf *out, const struct survey *v)
{
    for (size_t i = 0; i < v->plan.n; i++) {
        bool done = v->states[i] == SURVEY_DONE;
        buf_addf(out, "  %-8s%s%s%s\n", survey_state_names[v->states[i]], v->plan.cells[i].id,
                 done ? "" : "  ", done ? "" : v->reasons[v->why[i]]);
    }
}

static void add_duration(struct buf *out, double seconds)
{
    if (seconds < 120) {
        buf_addf(out, "%.3g s", seconds);
    } else if (seconds < 7200) {
        buf_addf(out, "%.0f min", seconds / 60);
    } else {
        buf_addf(out, "%.1f h", seconds / 3600);
    }
}

static void add_estimates(struct buf *out, const struct survey *v)
{
    size_t cells = to_run(v), known = v->wall_s.cells;
    if (cells == 0) {
        return;
    }
    if (known == 0) {
        buf_adds(out, "time, memory and disk: not measured (no stored cell of these models and "
                      "methods)\n");
        return;
    }
    buf_adds(out, "time    about ");
    add_duration(out, v->wall_s.value);
    buf_adds(out, ", one variant at a time\nmemory  ");
    if (isnan(v->memory_mib.value)) {
        buf_adds(out, "not measured");
    } else {
        buf_addf(out, "up to %.0f MiB", v->memory_mib.value);
    }
    buf_addf(out, "\ndisk    about %.3g MiB\n", v->disk_bytes.value / (1 << 20));
    buf_addf(out, "as %zu stored %s of the same models and methods took", v->wall_s.measured,
             v->wall_s.measured == 1 ? "cell" : "cells");
    buf_adds(out, v->scaled ? ", scaled to the texts of these" : "");
    if (known < cells) {
        buf_addf(out, "; %zu of the %zu to run are not measured, nor in these numbers",
                 cells - known, cells);
    }
    buf_addc(out, '\n');
}

static int add_text(struct buf *out, const struct survey *v, bool all, struct err *e)
{
    buf_addf(out, "%zu cells: %zu done, %zu to run", v->plan.n, v->counts[SURVEY_DONE], to_run(v));
    if (v->counts[SURVEY_STALE] || v->counts[SURVEY_FAILED]) {
        buf_addf(out, " (%zu missing, %zu stale, %zu failed)", v->counts[SURVEY_MISSING],
                 v->counts[SURVEY_STALE], v->counts[SURVEY_FAILED]);
    }
    buf_addc(out, '\n');
    if (all) {
        add_cells(out, v);
    } else if (add_reasons(out, v, e)) {
        return -1;
    }
    add_estimates(out, v);
    return 0;
}

static void add_json_estimate(struct json_out *j, const char *key, const struct survey_estimate *x)
{
    json_key(j, key);
    json_open_flat(j, '{');
    json_key_real(j, "value", x->value);
    json_key_int(j, "cells", (int64_t)x->cells);
    json_key_int(j, "measured", (int64_t)x->measured);
    json_close(j, '}');
}

static void add_json_cell(struct json_out *j, const struct survey *v, const struct spec *s,
                          size_t i)
{
    const struct cell *c = &v->plan.cells[i];
    json_open_flat(j, '{');
    json_key_text(j, "id", c->id);
    json_key_text(j, "state", survey_state_names[v->states[i]]);
    json_key_text(j, "reason", v->states[i] == SURVEY_DONE ? NULL : v->reasons[v->why[i]]);
    json_key_text(j, "model", s->models[c->model].name);
    json_key_text(j, "method", s->methods[c->method].name);
    json_key_text(j, "variant", c->variant);
    json_key_text(j, "protocol", s->known->protocols[c->protocol]);
    json_close(j, '}');
}

static void add_json(struct buf *out, const struct survey *v, const struct spec *s)
{
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_text(&j, "experiment", s->name);
    json_key_int(&j, "cells_total", (int64_t)v->plan.n);
    for (int i = 0; i < SURVEY_STATES; i++) {
        json_key_int(&j, survey_state_names[i], (int64_t)v->counts[i]);
    }
    json_key(&j, "estimates");
    json_open(&j, '{');
    add_json_estimate(&j, "wall_s", &v->wall_s);
    add_json_estimate(&j, "memory_mib", &v->memory_mib);
    add_json_estimate(&j, "disk_bytes", &v->disk_bytes);
    json_close(&j, '}');
    json_key(&j, "cells");
    json_open(&j, '[');
    for (size_t i = 0; i < v->plan.n; i++) {
        add_json_cell(&j, v, s, i);
    }
    json_close(&j, ']');
    json_close(&j, '}');
}

int plan_print(const struct experiment *x, const struct plan_output *how, const char *command)
{
    struct survey v;
    struct buf out = BUF_INIT;
    struct err e;
    int status = survey_make(&v, &x->spec, &x->store, &e);
    if (!status && how->json) {
        add_json(&out, &v, &x->spec);
    } else if (!status) {
        status = add_text(&out, &v, how->all, &e);
    }
    status = status ? command_fail(command, EXIT_FAILED, &e) : command_print(command, &out);
    buf_release(&out);
    survey_release(&v);
    return status;
}
