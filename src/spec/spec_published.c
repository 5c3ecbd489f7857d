/* `report.published:`, losses that a study printed, beside which the tables show ours. */
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/reading.h"

enum { LOSSES = 3 };

static const struct param loss_rows[LOSSES] = {
    {.name = "baseline", .type = PARAM_REAL, .max = 100, .help = "in 32-bit floats, nats"},
    {.name = "uniform", .type = PARAM_REAL, .max = 100, .help = "of the uniform role, nats"},
    {.name = "tiers", .type = PARAM_REAL, .max = 100, .help = "of the tiers role, nats"},
};

/* Whether the file lists the model, and which of the spec's it is; n_models where it is left out.
 */
static bool find_model(struct reading *r, const struct node *node, size_t *out)
{
    const struct spec *s = r->spec;
    const char *known[YAML_WIDTH_MAX];
    size_t n = 0;
    for (*out = 0; *out < s->n_models; ++*out) {
        if (strcmp(s->models[*out].name, node->key) == 0) {
            return true;
        }
        if (n < YAML_WIDTH_MAX) {
            known[n++] = s->models[*out].name;
        }
    }
    for (size_t i = 0; i < r->n_listed; i++) {
        if (strcmp(r->listed[i], node->key) == 0) {
            return true;
        }
    }
    problems_add(&r->problems, node->key_at, "published: the experiment has no model \"%s\"%s",
                 shown(node->key).text, field_hint(node->key, known, n).text);
    return false;
}

static bool read_losses(struct reading *r, const struct node *node, struct spec_published *out)
{
    static const char *const keys[LOSSES] = {"baseline", "uniform", "tiers"};
    double *const losses[LOSSES] = {&out->baseline, &out->uniform, &out->tiers};
    bool fine = true;
    if (!field_is(&r->problems, node, NODE_MAP, "published: a mapping of three losses in nats")) {
        return false;
    }
    field_keys(&r->problems, node, "published", keys, LOSSES);
    for (size_t i = 0; i < LOSSES; i++) {
        struct value v = {0};
        const struct node *item = node_get(node, keys[i]);
        if (!item) {
            problems_add(&r->problems, node->at, "published: the key \"%s\" is missing", keys[i]);
        }
        fine = item && field_value(&r->problems, item, &loss_rows[i], &v) && fine;
        *losses[i] = v.numbers[0];
    }
    return fine;
}

int read_published_losses(struct reading *r, const struct node *node, struct err *e)
{
    struct spec_report *report = &r->spec->report;
    if (!field_is(&r->problems, node, NODE_MAP, "published: a mapping from names of models")) {
        return 0;
    }
    report->published = mem_new(node->n, sizeof *report->published, e);
    for (size_t i = 0; report->published && i < node->n; i++) {
        struct spec_published one = {0};
        if (node->items[i].key && find_model(r, &node->items[i], &one.model) &&
            read_losses(r, &node->items[i], &one) && one.model < r->spec->n_models) {
            report->published[report->n_published++] = one;
        }
    }
    return report->published ? 0 : -1;
}

const struct spec_published *spec_published_of(const struct spec *s, const char *model)
{
    for (size_t i = 0; i < s->report.n_published; i++) {
        if (strcmp(s->models[s->report.published[i].model].name, model) == 0) {
            return &s->report.published[i];
        }
    }
    return NULL;
}
