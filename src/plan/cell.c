/* One cell as text: what determines its result, and what its folder says of it. */
#include "plan/plan.h"

#include "spec/combinations.h"

/* One line a parameter, in the order of the schema. */
static void add_parameters(const struct params *p, const char *indent, struct buf *out)
{
    for (size_t i = 0; i < p->schema->n; i++) {
        buf_addf(out, "%s%s: ", indent, p->schema->rows[i]->name);
        value_format(&p->values[i], p->schema->rows[i], out);
        buf_addc(out, '\n');
    }
}

const struct spec_evaluation *cell_evaluation(const struct spec *s, const struct cell *c)
{
    return &s->evaluations[c->evaluation];
}

const struct spec_texts *cell_texts(const struct spec *s, const struct cell *c)
{
    return &s->texts[cell_evaluation(s, c)->texts];
}

static bool uses_calibration(const struct spec *s, const struct cell *c, const struct params *p)
{
    const struct method_kind *kind = s->methods[c->method].kind;
    return kind->uses_calibration && kind->uses_calibration(p);
}

/* A number, or the word that stands for none. */
static void add_number(struct buf *out, const char *key, long number, const char *word)
{
    if (number) {
        buf_addf(out, "%s: %ld\n", key, number);
    } else {
        buf_addf(out, "%s: %s\n", key, word);
    }
}

/* What the cell is scored on, of the keys that its protocol and its calibration depend on. */
static void add_evaluation(const struct spec *s, const struct cell *c, const struct params *p,
                           struct buf *out)
{
    unsigned keys = s->known->protocol_keys[c->protocol];
    buf_addf(out, "protocol: %s\n", s->known->protocols[c->protocol]);
    if (c->has_seed) {
        buf_addf(out, "seed: %ld\n", c->seed);
    }
    const struct spec_evaluation *e = cell_evaluation(s, c);
    add_number(out, "samples", e->samples, "all");
    if (keys & PROTOCOL_MAX_TOKENS || uses_calibration(s, c, p)) {
        buf_addf(out, "max_tokens: %ld\n", e->max_tokens);
    }
    if (keys & PROTOCOL_WINDOW) {
        add_number(out, "window", e->window, "context");
    }
    if (keys & PROTOCOL_STRIDE) {
        add_number(out, "stride", e->stride, "half");
    }
    buf_addf(out, "keep_line_ends: %s\n", cell_texts(s, c)->keep_line_ends ? "true" : "false");
}

void cell_params(const struct spec *s, const struct cell *c, struct params *out)
{
    combination_params(s, c->model, c->method, c->combination, out);
}

bool cell_same_variant(const struct cell *a, const struct cell *b)
{
    return a->model == b->model && a->method == b->method && a->combination == b->combination &&
           a->evaluation == b->evaluation && a->has_seed == b->has_seed && a->seed == b->seed;
}

bool cell_uses_calibration(const struct spec *s, const struct cell *c)
{
    struct params p;
    cell_params(s, c, &p);
    return uses_calibration(s, c, &p);
}

/* Model and texts, by name. Names cannot hold what would end a quoted text. */
static void add_inputs(const struct spec *s, const struct cell *c, const struct params *p,
                       struct buf *out)
{
    buf_addf(out, "model: \"%s\"\ntexts: \"%s\"\n", s->models[c->model].name,
             cell_texts(s, c)->name);
    if (uses_calibration(s, c, p)) {
        buf_addf(out, "calibration: \"%s\"\ncalibration_keep_line_ends: %s\n", s->calibration.name,
                 s->calibration.keep_line_ends ? "true" : "false");
    }
}

void cell_describe(const struct spec *s, const struct cell *c, struct buf *out)
{
    struct params p;
    cell_params(s, c, &p);
    buf_addf(out, "method: %s\n", s->methods[c->method].kind->name);
    add_parameters(&p, "  ", out);
    add_evaluation(s, c, &p, out);
    add_inputs(s, c, &p, out);
}

void cell_write(const struct spec *s, const struct cell *c, struct buf *out)
{
    const struct spec_method *m = &s->methods[c->method];
    struct params p;
    cell_params(s, c, &p);
    buf_addf(out, "id: \"%s\"\nexperiment: \"%s\"\n", c->id, s->name);
    add_inputs(s, c, &p, out);
    buf_addf(out, "name: \"%s\"\nmethod: %s\nparameters:%s\n", m->name, m->kind->name,
             p.schema->n ? "" : " {}");
    add_parameters(&p, "  ", out);
    add_evaluation(s, c, &p, out);
}
