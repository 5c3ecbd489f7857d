/* One cell as text: what determines its result, and what its folder says of it. */
#include "plan/plan.h"

/* One line a parameter, in the order of the schema. */
static void add_parameters(const struct cell *c, const char *indent, struct buf *out)
{
    const struct schema *schema = c->params.schema;
    for (size_t i = 0; i < schema->n; i++) {
        buf_addf(out, "%s%s: ", indent, schema->rows[i]->name);
        value_format(&c->params.values[i], schema->rows[i], out);
        buf_addc(out, '\n');
    }
}

static void add_evaluation(const struct spec *s, const struct cell *c, struct buf *out)
{
    buf_addf(out, "protocol: %s\n", s->known->protocols[c->protocol]);
    if (c->has_seed) {
        buf_addf(out, "seed: %ld\n", c->seed);
    }
    if (s->samples) {
        buf_addf(out, "samples: %ld\n", s->samples);
    } else {
        buf_adds(out, "samples: all\n");
    }
    buf_addf(out, "max_tokens: %ld\nkeep_line_ends: %s\n", s->max_tokens,
             s->texts.keep_line_ends ? "true" : "false");
}

bool cell_uses_calibration(const struct spec *s, const struct cell *c)
{
    const struct method_kind *kind = s->methods[c->method].kind;
    return kind->uses_calibration && kind->uses_calibration(&c->params);
}

/* Model and texts, by name. Names cannot hold what would end a quoted text. */
static void add_inputs(const struct spec *s, const struct cell *c, struct buf *out)
{
    buf_addf(out, "model: \"%s\"\ntexts: \"%s\"\n", s->models[c->model].name, s->texts.name);
    if (cell_uses_calibration(s, c)) {
        buf_addf(out, "calibration: \"%s\"\ncalibration_keep_line_ends: %s\n", s->calibration.name,
                 s->calibration.keep_line_ends ? "true" : "false");
    }
}

void cell_describe(const struct spec *s, const struct cell *c, struct buf *out)
{
    buf_addf(out, "method: %s\n", s->methods[c->method].kind->name);
    add_parameters(c, "  ", out);
    add_evaluation(s, c, out);
    add_inputs(s, c, out);
}

void cell_write(const struct spec *s, const struct cell *c, struct buf *out)
{
    const struct spec_method *m = &s->methods[c->method];
    buf_addf(out, "id: \"%s\"\nexperiment: \"%s\"\n", c->id, s->name);
    add_inputs(s, c, out);
    buf_addf(out, "name: \"%s\"\nmethod: %s\nparameters:%s\n", m->name, m->kind->name,
             c->params.schema->n ? "" : " {}");
    add_parameters(c, "  ", out);
    add_evaluation(s, c, out);
}
