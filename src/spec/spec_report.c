/* The report: which methods play which role in the study's tables. */
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/keys.h"
#include "spec/reading.h"

const char *const spec_report_kinds[] = {"study", "sweep", "allocators", "seeds", NULL};
enum { REPORT_KINDS = 4 };

static bool has_axis(const struct spec *s, size_t method)
{
    for (size_t i = 0; i < s->n_axes; i++) {
        if (s->axes[i].method == method) {
            return true;
        }
    }
    return false;
}

static bool is_kind(const struct spec *s, size_t method, const char *kind)
{
    return s->methods[method].kind && strcmp(s->methods[method].kind->name, kind) == 0;
}

/* A method that can play a role: not the baseline, and one row of a table, so not swept. */
static bool read_role(struct reading *r, const struct node *node, const char *label, size_t *out)
{
    const struct spec *s = r->spec;
    const char *known[YAML_WIDTH_MAX + 1];
    for (size_t i = 1; i < s->n_methods; i++) {
        known[i - 1] = s->methods[i].name;
    }
    size_t index;
    if (!field_known(&r->problems, node, label, "method", known, s->n_methods - 1, &index)) {
        return false;
    }
    if (has_axis(s, index + 1)) {
        problems_add(&r->problems, node->at,
                     "%s: \"%s\" is swept, and a row of the study's table is a single method",
                     label, known[index]);
        return false;
    }
    *out = index + 1;
    return true;
}

static bool is_in_tiers(const struct spec_report *report, size_t method)
{
    for (size_t i = 0; i < report->n_tiers; i++) {
        if (report->tiers[i] == method) {
            return true;
        }
    }
    return false;
}

static int read_tiers(struct reading *r, const struct node *node, struct err *e)
{
    struct spec_report *report = &r->spec->report;
    if (!field_is(&r->problems, node, NODE_LIST, "tiers: a list in [ ] of names of methods")) {
        return 0;
    }
    if (!node->n) {
        problems_add(&r->problems, node->at, "tiers: the list is empty");
    }
    report->tiers = mem_new(node->n, sizeof *report->tiers, e);
    if (!report->tiers) {
        return -1;
    }
    for (size_t i = 0; i < node->n; i++) {
        size_t method;
        if (!read_role(r, &node->items[i], "tiers", &method)) {
            continue;
        }
        bool twice = is_in_tiers(report, method);
        if (twice || method == report->uniform) {
            problems_add(&r->problems, node->items[i].at, "tiers: \"%s\" %s",
                         r->spec->methods[method].name,
                         twice ? "is listed twice" : "plays the uniform role already");
        } else {
            report->tiers[report->n_tiers++] = method;
        }
    }
    return 0;
}

/* The first method of kind uniform, and all of kind tiers, where none are named. */
static int default_roles(struct spec *s, bool uniform_named, bool tiers_named, struct err *e)
{
    for (size_t i = s->n_methods; i-- > 1 && !uniform_named;) {
        if (is_kind(s, i, "uniform") && !has_axis(s, i) && !is_in_tiers(&s->report, i)) {
            s->report.uniform = i;
        }
    }
    if (tiers_named) {
        return 0;
    }
    s->report.tiers = mem_new(s->n_methods, sizeof *s->report.tiers, e);
    if (!s->report.tiers) {
        return -1;
    }
    for (size_t i = 1; i < s->n_methods; i++) {
        if (is_kind(s, i, "tiers") && !has_axis(s, i) && i != s->report.uniform) {
            s->report.tiers[s->report.n_tiers++] = i;
        }
    }
    return 0;
}

/* Whether the kind is written; one that is wrong counts as written, and as a sweep. */
static bool read_report_kind(struct reading *r, const struct node *node, enum spec_report_kind *out)
{
    size_t kind;
    *out = REPORT_SWEEP;
    if (node &&
        field_known(&r->problems, node, "kind", "report", spec_report_kinds, REPORT_KINDS, &kind)) {
        *out = (enum spec_report_kind)kind;
    }
    return node != NULL;
}

/* Says what a report of kind study lacks. */
static void require_roles(struct reading *r, const struct node *kind)
{
    const struct spec_report *report = &r->spec->report;
    if (!report->uniform) {
        problems_add(&r->problems, kind->at,
                     "kind: a study needs a method in the uniform role: add one of kind uniform, "
                     "or name one with \"uniform\"");
    }
    if (!report->n_tiers) {
        problems_add(&r->problems, kind->at,
                     "kind: a study needs a method in the tiers role: add one of kind tiers, or "
                     "name some with \"tiers\"");
    }
}

int read_report(struct reading *r, const struct node *node, struct err *e)
{
    const char *keys[SPEC_KEYS_MAX];
    static const struct node none = {.kind = NODE_MAP};
    struct spec *s = r->spec;
    struct spec_report *report = &s->report;
    node = node ? node : &none;
    if (!field_is(&r->problems, node, NODE_MAP, "report: a mapping of kind, uniform and tiers")) {
        return 0;
    }
    field_keys(&r->problems, node, "report", keys, spec_key_names("report", false, keys));
    const struct node *kind = node_get(node, "kind"), *uniform = node_get(node, "uniform"),
                      *tiers = node_get(node, "tiers"), *published = node_get(node, "published");
    const struct node *role = uniform ? uniform : tiers ? tiers : published;
    size_t found = problems_count(&r->problems);
    enum spec_report_kind wanted;
    bool named = read_report_kind(r, kind, &wanted);
    bool study = wanted == REPORT_STUDY, can_be_study = named ? study : !s->n_axes;
    if (!can_be_study && problems_count(&r->problems) == found && role) {
        problems_add(&r->problems, role->key_at,
                     "report: a report of kind %s has no roles: leave \"%s\" out",
                     spec_report_kinds[wanted], role->key);
    }
    if (!can_be_study) {
        report->kind = wanted;
        return 0;
    }
    if (uniform) {
        read_role(r, uniform, "uniform", &report->uniform);
    }
    if ((tiers && read_tiers(r, tiers, e)) || default_roles(s, uniform, tiers, e)) {
        return -1;
    }
    if (study && problems_count(&r->problems) == found) {
        require_roles(r, kind);
    }
    report->kind = report->uniform && report->n_tiers ? REPORT_STUDY : REPORT_SWEEP;
    if (report->kind == REPORT_SWEEP && !study && role && problems_count(&r->problems) == found) {
        problems_add(&r->problems, role->key_at,
                     "report: no method is left for the %s role, so there is no study to report",
                     report->uniform ? "tiers" : "uniform");
    }
    if (report->kind == REPORT_SWEEP) {
        report->uniform = report->n_tiers = 0;
    }
    return published ? read_published_losses(r, published, e) : 0;
}
