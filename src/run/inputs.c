#include "run/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest_cache.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/version.h"
#include "model/texts.h"

/* Where it is known what brings a file, its absence is told in these words. */
static int check_there(const char *what, const char *name, const char *path, const char *get,
                       const struct spec *s, struct err *e)
{
    if (!get || file_exists(path)) {
        return 0;
    }
    return err_set(e, "%s %s of %s: there is no %s yet; the command \"%s\" brings it", what, name,
                   s->path, path, get);
}

/* All of them, before the bytes of any are read. */
static int check_all_there(const struct spec *s, struct err *e)
{
    for (size_t i = 0; i < s->n_texts; i++) {
        const struct spec_texts *t = &s->texts[i];
        if (check_there("texts", t->name, t->path, t->get, s, e)) {
            return -1;
        }
    }
    for (size_t i = 0; i < s->n_models; i++) {
        const struct spec_model *m = &s->models[i];
        if (check_there("model", m->name, m->path, m->get, s, e)) {
            return -1;
        }
    }
    return 0;
}

/* Whether the file has as many texts as it is said to. */
static int check_count(const struct spec_texts *t, struct err *e)
{
    struct texts read = {0};
    if (t->count == 0) {
        return 0;
    }
    if (texts_read(&read, t->path, t->keep_line_ends, 0, e)) {
        return -1;
    }
    size_t n = read.n;
    texts_release(&read);
    return n == (size_t)t->count
               ? 0
               : err_set(e, "%s has %zu texts, not %ld as the key count says: it is another file",
                         t->path, n, t->count);
}

/* Whether another evaluation before this one asks the same of the same texts. */
static bool is_asked_before(const struct spec *s, const bool *used, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (used[k] && s->evaluations[k].texts == s->evaluations[i].texts &&
            s->evaluations[k].samples == s->evaluations[i].samples) {
            return true;
        }
    }
    return false;
}

static int add_few_texts(struct buf *lines, const struct spec_texts *t, long samples, struct err *e)
{
    struct texts read = {0};
    struct err why = {.memory = false};
    if (texts_read(&read, t->path, t->keep_line_ends, (size_t)samples, &why) == 0) {
        if (read.n < (size_t)samples) {
            buf_addf(lines, "%s has %zu text%s; all are scored, not %ld\n", t->path, read.n,
                     read.n == 1 ? "" : "s", samples);
        }
        texts_release(&read);
    } else if (why.memory) {
        *e = why;
        return -1;
    }
    return 0;
}

int inputs_few_texts(struct buf *lines, const struct spec *s, const struct plan *p, struct err *e)
{
    bool *used = mem_new(s->n_evaluations, sizeof *used, e);
    int status = used ? 0 : -1;
    for (size_t i = 0; i < p->n && !status; i++) {
        used[p->cells[i].evaluation] = true;
    }
    for (size_t i = 0; i < s->n_evaluations && !status; i++) {
        const struct spec_evaluation *v = &s->evaluations[i];
        if (used[i] && v->samples && !is_asked_before(s, used, i)) {
            status = add_few_texts(lines, &s->texts[v->texts], v->samples, e);
        }
    }
    free(used);
    return status ? status : buf_check(lines, e);
}

static int refuse_changed(const struct input *in, struct err *e)
{
    return err_set(e, "%s changed while it was read; run again", in->path);
}

/* The digest of a file that stays as it is meanwhile. */
static int digest_input(struct input *in, const char *path, bool big, struct err *e)
{
    struct file_stamp after;
    in->path = path;
    if (file_stamp_read(&in->stamp, path, e) ||
        (big ? digest_cached(in->sha256, path, time(NULL), NULL, e)
             : digest_file(in->sha256, path, e)) ||
        file_stamp_read(&after, path, e)) {
        return -1;
    }
    return file_stamp_same(&in->stamp, &after) ? 0 : refuse_changed(in, e);
}

static int digest_texts(struct input *in, const struct spec_texts *t, struct err *e)
{
    return digest_input(in, t->path, false, e) || check_count(t, e) ? -1 : 0;
}

int input_digests_read(struct input_digests *d, const struct spec *s, struct err *e)
{
    *d = (struct input_digests){0};
    if (!(d->models = mem_new(s->n_models, sizeof *d->models, e)) ||
        !(d->texts = mem_new(s->n_texts, sizeof *d->texts, e))) {
        return -1;
    }
    if (check_all_there(s, e)) {
        return -1;
    }
    for (size_t i = 0; i < s->n_texts; i++) {
        if (digest_texts(&d->texts[i], &s->texts[i], e)) {
            return err_prefix(e, "texts %s of %s", s->texts[i].name, s->path);
        }
    }
    if (s->calibration.path && digest_texts(&d->calibration, &s->calibration, e)) {
        return err_prefix(e, "calibration %s of %s", s->calibration.name, s->path);
    }
    for (size_t i = 0; i < s->n_models; i++) {
        if (digest_input(&d->models[i], s->models[i].path, true, e)) {
            return err_prefix(e, "model %s of %s", s->models[i].name, s->path);
        }
    }
    return 0;
}

void input_digests_release(struct input_digests *d)
{
    free(d->models);
    free(d->texts);
    *d = (struct input_digests){0};
}

/* A new name or other rights move the time of change too: then the bytes have the last word. */
static int check_input(struct input *in, struct err *e)
{
    struct input now;
    if (!in->path) {
        return 0;
    }
    if (file_stamp_read(&now.stamp, in->path, e)) {
        return err_prefix(e, "%s changed while it was read", in->path);
    }
    if (file_stamp_same(&in->stamp, &now.stamp)) {
        return 0;
    }
    if (!file_stamp_alike(&in->stamp, &now.stamp)) {
        return refuse_changed(in, e);
    }
    if (digest_input(&now, in->path, true, e)) {
        return -1;
    }
    if (strcmp(in->sha256, now.sha256) != 0) {
        return refuse_changed(in, e);
    }
    *in = now;
    return 0;
}

int cell_inputs_check(struct input_digests *d, const struct spec *s, const struct cell *c,
                      struct err *e)
{
    return check_input(&d->models[c->model], e) ||
                   check_input(&d->texts[cell_evaluation(s, c)->texts], e) ||
                   (cell_uses_calibration(s, c) && check_input(&d->calibration, e))
               ? -1
               : 0;
}

int cell_key(char key[DIGEST_HEX], const struct spec *s, const struct cell *c,
             const struct input_digests *d, struct err *e)
{
    struct result_inputs in = cell_inputs(s, c, d, NULL);
    char text[5 * DIGEST_HEX + 128];
    int n = snprintf(text, sizeof text,
                     "cell sha256: %s\nmodel sha256: %s\ntexts sha256: %s\nalgorithm: %d\n"
                     "calibration sha256: %s\n",
                     c->digest, in.model, in.texts, in.algorithm,
                     in.calibration ? in.calibration : "none");
    return digest_bytes(key, text, (size_t)n, e);
}

struct result_inputs cell_inputs(const struct spec *s, const struct cell *c,
                                 const struct input_digests *d, const char *key)
{
    return (struct result_inputs){.key = key,
                                  .model = d->models[c->model].sha256,
                                  .texts = d->texts[cell_evaluation(s, c)->texts].sha256,
                                  .calibration =
                                      cell_uses_calibration(s, c) ? d->calibration.sha256 : NULL,
                                  .algorithm = NASHSWARM_ALGORITHM};
}
