#include "run/inputs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/version.h"

int input_digests_read(struct input_digests *d, const struct spec *s, struct err *e)
{
    *d = (struct input_digests){0};
    if (!(d->models = mem_new(s->n_models, sizeof *d->models, e))) {
        return -1;
    }
    if (digest_file(d->texts, s->texts.path, e)) {
        return err_prefix(e, "texts %s of %s", s->texts.name, s->path);
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
    *d = (struct input_digests){0};
}

int cell_key(char key[DIGEST_HEX], const struct spec *s, const struct cell *c,
             const struct input_digests *d, struct err *e)
{
    struct buf text = BUF_INIT;
    cell_describe(s, c, &text);
    buf_addf(&text, "\nmodel sha256: %s\ntexts sha256: %s\nalgorithm: %d\n", d->models[c->model],
             d->texts, NASHSWARM_ALGORITHM);
    if (cell_uses_calibration(s, c)) {
        buf_addf(&text, "calibration sha256: %s\n", d->calibration);
    }
    int status = buf_check(&text, e);
    if (!status) {
        status = digest_bytes(key, text.s, text.len, e);
    }
    buf_release(&text);
    return status;
}
