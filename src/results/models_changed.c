#include "results/models_changed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest_cache.h"
#include "base/file.h"
#include "base/mem.h"
#include "results/cell_of_row.h"
#include "results/listing.h"

/* A model of the spec, looked at when the first of its results is. */
struct seen {
    bool looked, changed;
    char now[DIGEST_HEX]; /* "": nothing is known of the file */
};

static int look(struct seen *m, const char *path, struct err *e)
{
    struct err why = {.memory = false};
    m->looked = true;
    if (file_exists(path) && digest_cached(m->now, path, time(NULL), NULL, &why)) {
        m->now[0] = '\0';
    }
    if (why.memory) {
        *e = why;
        return -1;
    }
    return 0;
}

static int look_at_rows(struct seen *models, const struct store *s, const struct spec *spec,
                        const struct plan *plan, const struct record *rows, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct cell *c = cell_of_row(plan, spec, &rows[i], i);
        struct seen *m = c ? &models[c->model] : NULL;
        struct result_head head;
        if (!m || m->changed || !listing_head(&head, s, c->id) || !*head.model) {
            continue;
        }
        if (!m->looked && look(m, spec->models[c->model].path, e)) {
            return -1;
        }
        m->changed = *m->now && strcmp(m->now, head.model) != 0;
    }
    return 0;
}

int models_changed(struct buf *sentence, const struct store *s, const struct spec *spec,
                   const struct record *rows, size_t n, struct err *e)
{
    struct plan plan = {0};
    struct seen *models = mem_new(spec->n_models, sizeof *models, e);
    int status =
        !models || plan_make(&plan, spec, e) || look_at_rows(models, s, spec, &plan, rows, n, e)
            ? -1
            : 0;
    bool any = false;
    for (size_t i = 0; i < spec->n_models && !status; i++) {
        if (models[i].changed) {
            buf_addf(sentence, "%s%s",
                     any ? ", " : "the results are not of these models as they are now: ",
                     spec->models[i].path);
            any = true;
        }
    }
    plan_release(&plan);
    free(models);
    return status ? status : buf_check(sentence, e);
}
