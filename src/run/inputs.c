#include "run/inputs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/version.h"

int input_digests_read(struct input_digests *d, const struct spec *s, struct err *e)
{
    *d = (struct input_digests){0};
    if (!(d->models = mem_new(s->n_models, sizeof *d->models, e)) ||
        !(d->texts = mem_new(s->n_texts, sizeof *d->texts, e))) {
        return -1;
    }
    for (size_t i = 0; i < s->n_texts; i++) {
        if (digest_file(d->texts[i], s->texts[i].path, e)) {
            return err_prefix(e, "texts %s of %s", s->texts[i].name, s->path);
        }
    }
    if (s->calibration.path && digest_file(d->calibration, s->calibration.path, e)) {
        return err_prefix(e, "calibration %s of %s", s->calibration.name, s->path);
    }
    for (size_t i = 0; i < s->n_models; i++) {
        if (digest_file(d->models[i], s->models[i].path, e)) {
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
                                  .model = d->models[c->model],
                                  .texts = d->texts[cell_evaluation(s, c)->texts],
                                  .calibration =
                                      cell_uses_calibration(s, c) ? d->calibration : NULL,
                                  .algorithm = NASHSWARM_ALGORITHM};
}
