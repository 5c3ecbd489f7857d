/* A spec as YAML with every default filled in, independent of the folder that it stands in. */
#include <stdlib.h>

#include "spec/combinations.h"
#include "spec/evaluation.h"
#include "spec/paths.h"
#include "spec/spec.h"
#include "spec/yaml.h"

/* An absolute path, quoted. */
static void add_path(struct buf *out, const char *path)
{
    struct err ignored;
    char *absolute = path_absolute(path, &ignored);
    if (absolute) {
        yaml_quote(out, absolute);
    }
    out->failed = out->failed || !absolute;
    free(absolute);
}

static void add_key_text(struct buf *out, const char *key, const char *text)
{
    buf_adds(out, key);
    yaml_quote(out, text);
}

static void add_texts(struct buf *out, const char *key, const struct spec_texts *texts)
{
    add_key_text(out, key, texts->name);
    buf_adds(out, ", path: ");
    add_path(out, texts->path);
    buf_addf(out, ", keep_line_ends: %s", texts->keep_line_ends ? "true" : "false");
    if (texts->count) {
        buf_addf(out, ", count: %ld", texts->count);
    }
    buf_addc(out, '}');
}

/* A value of a parameter of a sweep. */
static void add_value(const struct spec *s, const struct param *row, const struct value *v,
                      struct buf *out)
{
    if (row == evaluation_row(NULL, SCHEMA_MAX + EVALUATION_TEXTS)) {
        add_texts(out, "{name: ", &s->texts[v->choice]);
    } else {
        evaluation_format(s, row, v, out);
    }
}

static void write_inputs(const struct spec *s, struct buf *out)
{
    buf_adds(out, "models:\n");
    for (size_t i = 0; i < s->n_models; i++) {
        add_key_text(out, "  - {name: ", s->models[i].name);
        buf_adds(out, ", path: ");
        add_path(out, s->models[i].path);
        buf_adds(out, "}\n");
    }
    add_texts(out, "texts: {name: ", &s->texts[0]);
    if (s->calibration.path) {
        add_texts(out, "\ncalibration: {name: ", &s->calibration);
    }
    for (size_t i = SCHEMA_MAX + EVALUATION_SAMPLES; i < SWEPT_MAX; i++) {
        const struct param *row = evaluation_row(NULL, i);
        struct value v = evaluation_get(&s->evaluations[0], i);
        buf_addf(out, "\n%s: ", row->name);
        evaluation_format(s, row, &v, out);
    }
    buf_adds(out, "\nprotocols: [");
    for (size_t i = 0; i < s->n_protocols; i++) {
        buf_addf(out, "%s%s", i ? ", " : "", s->known->protocols[s->protocols[i]]);
    }
    buf_adds(out, "]\nseeds: [");
    for (size_t i = 0; i < s->n_seeds; i++) {
        buf_addf(out, "%s%ld", i ? ", " : "", s->seeds[i]);
    }
    buf_adds(out, "]\n");
}

static void write_methods(const struct spec *s, struct buf *out)
{
    buf_adds(out, "methods:\n");
    for (size_t i = 0; i < s->n_methods; i++) {
        const struct spec_method *m = &s->methods[i];
        const struct schema *schema = &m->kind->schema;
        buf_addf(out, "  %s:\n    method: %s\n", m->name, m->kind->name);
        for (size_t k = 0; k < schema->n; k++) {
            if (combinations_axis(s, i, k) == s->n_axes) {
                buf_addf(out, "    %s: ", schema->rows[k]->name);
                value_format(&m->params.values[k], schema->rows[k], out);
                buf_addc(out, '\n');
            }
        }
    }
}

/* Whether the method's combinations are the grid of its axes. */
static bool is_grid(const struct spec *s, size_t method)
{
    size_t sizes[SWEPT_MAX], k = 0, n = 1;
    bool fits = true;
    if (!s->tables) {
        return true;
    }
    const struct spec_table *table = &s->tables[method];
    for (size_t i = 0; i < s->n_axes; i++) {
        if (s->axes[i].method == method) {
            sizes[k++] = s->axes[i].n;
            fits = fits && !__builtin_mul_overflow(n, s->axes[i].n, &n);
        }
    }
    for (size_t i = 0; k && i < table->n; i++) {
        size_t rest = i;
        for (size_t j = k; j-- > 0; rest /= sizes[j]) {
            if (table->digits[i * k + j] != rest % sizes[j]) {
                return false;
            }
        }
    }
    return !k || (fits && n == table->n);
}

static const struct param *axis_row(const struct spec *s, const struct spec_axis *axis)
{
    return evaluation_row(&s->methods[axis->method].kind->schema, axis->parameter);
}

static void write_axis(const struct spec *s, const struct spec_axis *axis, const char *lead,
                       struct buf *out)
{
    const struct param *row = axis_row(s, axis);
    buf_addf(out, "%smethods.%s.%s:\n", lead, s->methods[axis->method].name, row->name);
    for (size_t k = 0; k < axis->n; k++) {
        buf_adds(out, "    - ");
        add_value(s, row, &axis->values[k], out);
        buf_addc(out, '\n');
    }
}

/* Rows of a method's table as a zip: the values of each axis that move together. */
static void write_zip(const struct spec *s, size_t method, size_t from, size_t to, struct buf *out)
{
    const struct spec_table *table = &s->tables[method];
    size_t k = 0;
    buf_adds(out, "  - zip:\n");
    for (size_t i = 0; i < s->n_axes; i++) {
        const struct spec_axis *axis = &s->axes[i];
        if (axis->method != method) {
            continue;
        }
        const struct param *row = axis_row(s, axis);
        buf_addf(out, "      methods.%s.%s: [", s->methods[method].name, row->name);
        for (size_t j = from; j < to; j++) {
            buf_adds(out, j > from ? ", " : "");
            add_value(s, row, &axis->values[table->digits[j * table->width + k]], out);
        }
        buf_adds(out, "]\n");
        k++;
    }
}

/* A list with an item for each method, and more for one with more rows than a list may hold. */
static void write_parts(const struct spec *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_methods; i++) {
        const char *lead = "  - ";
        for (size_t k = 0; k < s->n_axes && is_grid(s, i); k++) {
            if (s->axes[k].method == i) {
                write_axis(s, &s->axes[k], lead, out);
                lead = "    ";
            }
        }
        for (size_t from = 0; !is_grid(s, i) && from < s->tables[i].n; from += YAML_WIDTH_MAX) {
            size_t rest = s->tables[i].n - from;
            write_zip(s, i, from, from + (rest < YAML_WIDTH_MAX ? rest : YAML_WIDTH_MAX), out);
        }
    }
}

static void write_sweep(const struct spec *s, struct buf *out)
{
    bool grids = true;
    for (size_t i = 0; i < s->n_methods; i++) {
        grids = grids && is_grid(s, i);
    }
    if (s->n_axes) {
        buf_adds(out, "sweep:\n");
    }
    for (size_t i = 0; i < s->n_axes && grids; i++) {
        write_axis(s, &s->axes[i], "  ", out);
    }
    if (!grids) {
        write_parts(s, out);
    }
}

static void write_overrides(const struct spec *s, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < s->n_models; i++) {
        const struct spec_model *m = &s->models[i];
        if (!m->n_overrides) {
            continue;
        }
        add_key_text(out, first ? "overrides:\n  " : "  ", m->name);
        buf_adds(out, ":\n");
        first = false;
        for (size_t k = 0; k < m->n_overrides; k++) {
            const struct spec_override *o = &m->overrides[k];
            const struct spec_method *method = &s->methods[o->method];
            const struct param *row = evaluation_row(&method->kind->schema, o->parameter);
            if (evaluation_is_key(o->parameter)) {
                buf_addf(out, "    %s: ", row->name);
            } else {
                buf_addf(out, "    methods.%s.%s: ", method->name, row->name);
            }
            add_value(s, row, &o->value, out);
            buf_addc(out, '\n');
        }
    }
}

static void write_report(const struct spec *s, struct buf *out)
{
    const struct spec_report *report = &s->report;
    if (report->kind != REPORT_STUDY) {
        buf_addf(out, "report:\n  kind: %s\n", spec_report_kinds[report->kind]);
        return;
    }
    add_key_text(out, "report:\n  kind: study\n  uniform: ", s->methods[report->uniform].name);
    buf_adds(out, "\n  tiers: [");
    for (size_t i = 0; i < report->n_tiers; i++) {
        add_key_text(out, i ? ", " : "", s->methods[report->tiers[i]].name);
    }
    buf_adds(out, "]\n");
    for (size_t i = 0; i < report->n_published; i++) {
        const struct spec_published *p = &report->published[i];
        add_key_text(out, i ? "    " : "  published:\n    ", s->models[p->model].name);
        buf_adds(out, ": {baseline: ");
        buf_add_real(out, p->baseline);
        buf_adds(out, ", uniform: ");
        buf_add_real(out, p->uniform);
        buf_adds(out, ", tiers: ");
        buf_add_real(out, p->tiers);
        buf_adds(out, "}\n");
    }
}

void spec_write(const struct spec *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_set; i++) {
        add_key_text(out, "# --set ", s->set[i]);
        buf_addc(out, '\n');
    }
    add_key_text(out, "name: ", s->name);
    add_key_text(out, "\ntitle: ", s->title);
    buf_addc(out, '\n');
    write_inputs(s, out);
    write_methods(s, out);
    write_sweep(s, out);
    write_overrides(s, out);
    write_report(s, out);
}
