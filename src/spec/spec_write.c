/* A spec as YAML with every default filled in, independent of the folder that it stands in. */
#include <stdlib.h>

#include "spec/combinations.h"
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
    buf_addf(out, ", keep_line_ends: %s}\n", texts->keep_line_ends ? "true" : "false");
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
    add_texts(out, "texts: {name: ", &s->texts);
    if (s->calibration.path) {
        add_texts(out, "calibration: {name: ", &s->calibration);
    }
    if (s->samples) {
        buf_addf(out, "samples: %ld\n", s->samples);
    } else {
        buf_adds(out, "samples: all\n");
    }
    buf_addf(out, "max_tokens: %ld\nprotocols: [", s->max_tokens);
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

static void write_sweep(const struct spec *s, struct buf *out)
{
    if (s->n_axes) {
        buf_adds(out, "sweep:\n");
    }
    for (size_t i = 0; i < s->n_axes; i++) {
        const struct spec_axis *axis = &s->axes[i];
        const struct spec_method *m = &s->methods[axis->method];
        const struct param *row = m->kind->schema.rows[axis->parameter];
        buf_addf(out, "  methods.%s.%s:\n", m->name, row->name);
        for (size_t k = 0; k < axis->n; k++) {
            buf_adds(out, "    - ");
            value_format(&axis->values[k], row, out);
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
}

void spec_write(const struct spec *s, struct buf *out)
{
    add_key_text(out, "name: ", s->name);
    add_key_text(out, "\ntitle: ", s->title);
    buf_addc(out, '\n');
    write_inputs(s, out);
    write_methods(s, out);
    write_sweep(s, out);
    write_report(s, out);
}
