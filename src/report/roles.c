#include "report/roles.h"

#include <stdio.h>
#include <string.h>

/* What the study set; every other parameter is at its default. */
static const struct {
    const char *kind, *parameter, *value;
} of_study[] = {{"uniform", "bits", "4"},
                {"tiers", "shares", "10,20,70"},
                {"tiers", "bits", "8,4,2"},
                {"tiers", "cut", "sampled"},
                {"tiers", "sample", "10000"}};

/* The study's parameters of a kind of method; false when the kind does not have them. */
static bool study_params(struct params *p, const struct method_kind *kind)
{
    struct err ignored;
    params_init(p, &kind->schema);
    for (size_t i = 0; i < sizeof of_study / sizeof *of_study; i++) {
        if (strcmp(of_study[i].kind, kind->name) != 0) {
            continue;
        }
        int row = schema_find(p->schema, of_study[i].parameter);
        if (row < 0 ||
            value_parse(&p->values[row], p->schema->rows[row], of_study[i].value, &ignored)) {
            return false;
        }
    }
    return params_complete(p, &ignored) == 0;
}

static bool is_of_study(const struct spec_method *m, const char *kind)
{
    struct params study;
    if (strcmp(m->kind->name, kind) != 0 || !study_params(&study, m->kind)) {
        return false;
    }
    for (size_t i = 0; i < study.schema->n; i++) {
        if (!value_equal(&m->params.values[i], &study.values[i], study.schema->rows[i])) {
            return false;
        }
    }
    return true;
}

static const char *name_of(const struct spec_method *m, const char *kind, const char *study_name)
{
    return is_of_study(m, kind) ? study_name : m->name;
}

const char *role_uniform(const struct spec *s)
{
    return name_of(&s->methods[s->report.uniform], "uniform", "Uniform 4-bit");
}

const char *role_uniform_short(const struct spec *s)
{
    return name_of(&s->methods[s->report.uniform], "uniform", "Uniform");
}

const char *role_tiers(const struct spec *s)
{
    return name_of(&s->methods[s->report.tiers[0]], "tiers", "Nash-Swarm");
}

const char *role_tiers_short(const struct spec *s)
{
    return name_of(&s->methods[s->report.tiers[0]], "tiers", "Nash");
}

void role_of_tiers(const struct spec *s, size_t tiers, char *out, size_t size)
{
    const char *name = s->methods[s->report.tiers[tiers]].name;
    if (tiers == 0) {
        snprintf(out, size, "%s", role_tiers(s));
    } else if (is_of_study(&s->methods[s->report.tiers[0]], "tiers")) {
        snprintf(out, size, "Nash-Swarm (%s)", name);
    } else {
        snprintf(out, size, "%s", name);
    }
}

bool roles_are_all(const struct spec *s)
{
    return s->n_methods == 2 + s->report.n_tiers; /* the baseline and the uniform one */
}
