#include "report/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Where texts are cut; 0 when it is not the same for all that the spec is scored on. */
static long cut_of(const struct spec *s)
{
    long cut = s->n_evaluations ? s->evaluations[0].max_tokens : 0;
    for (size_t i = 0; i < s->n_evaluations; i++) {
        cut = s->evaluations[i].max_tokens == cut ? cut : 0;
    }
    return cut;
}

void report_scored_on(const struct spec *s, const char *protocol, const struct record *rows,
                      size_t n, struct buf *out)
{
    long long texts = RECORD_NONE;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].protocol, protocol) == 0) {
            if (texts != RECORD_NONE && texts != rows[i].texts) {
                return;
            }
            texts = rows[i].texts;
        }
    }
    if (texts == RECORD_NONE) {
        return;
    }
    buf_addf(out, ": %lld text%s", texts, texts == 1 ? "" : "s");
    bool whole = strcmp(protocol, "paper") != 0 && strcmp(protocol, "text") != 0;
    if (!whole && cut_of(s)) {
        buf_addf(out, ", each cut to %ld tokens", cut_of(s));
    }
}

const char *report_title(const struct spec *s)
{
    return *s->title ? s->title : s->name;
}

const char *report_protocol(const struct spec *s, size_t i)
{
    return s->known->protocols[s->protocols[i]];
}

bool report_has_protocol(const struct spec *s, const char *name)
{
    for (size_t i = 0; i < s->n_protocols; i++) {
        if (strcmp(report_protocol(s, i), name) == 0) {
            return true;
        }
    }
    return false;
}

/* A method of a study has one variant; were there several, the first one stands for it. */
static struct selection one_variant(struct selection s)
{
    const struct record *first = selection_first(&s);
    s.variant = first ? first->variant : NULL;
    return s;
}

static struct study_line line(const struct spec *s, const struct record *rows, size_t n,
                              size_t model, size_t tiers)
{
    struct study_line l;
    const char *name = s->models[model].name;
    const char *method = s->methods[s->report.tiers[tiers]].name;
    if (tiers == 0) {
        snprintf(l.label, sizeof l.label, "%s", name);
    } else {
        snprintf(l.label, sizeof l.label, "%s (%s)", name, method);
    }
    l.model = (struct selection){.rows = rows, .n = n, .model = name};
    l.baseline = l.uniform = l.tiers = l.model;
    l.baseline.method = s->methods[0].name;
    l.uniform.method = s->methods[s->report.uniform].name;
    l.tiers.method = method;
    l.uniform = one_variant(l.uniform);
    l.tiers = one_variant(l.tiers);
    return l;
}

int study_make(struct study *out, const struct spec *s, const struct record *rows, size_t n,
               struct err *e)
{
    *out = (struct study){0};
    out->protocol = report_has_protocol(s, "paper") ? "paper" : report_protocol(s, 0);
    out->text =
        strcmp(out->protocol, "text") != 0 && report_has_protocol(s, "text") ? "text" : NULL;
    size_t count;
    if (__builtin_mul_overflow(s->n_models, s->report.n_tiers, &count)) {
        return err_set(e, "%s: %zu models with %zu methods are too many for a table", s->name,
                       s->n_models, s->report.n_tiers);
    }
    out->lines = mem_new(count, sizeof *out->lines, e);
    if (!out->lines) {
        return -1;
    }
    for (size_t m = 0; m < s->n_models; m++) {
        for (size_t t = 0; t < s->report.n_tiers; t++) {
            out->lines[out->n++] = line(s, rows, n, m, t);
        }
    }
    return 0;
}

void study_release(struct study *s)
{
    free(s->lines);
    *s = (struct study){0};
}
