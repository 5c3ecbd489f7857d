#include "results/timing.h"

#include <jansson.h>
#include <math.h>

#include "base/json_file.h"
#include "results/cell_of_row.h"

static double number_at(const json_t *object, const char *key)
{
    const json_t *x = json_object_get(object, key);
    return json_is_number(x) ? json_number_value(x) : (double)NAN;
}

static int read_one(struct cell_timing *t, const struct store *s, const char *id, struct err *e)
{
    struct buf path = BUF_INIT;
    struct err ignored;
    buf_addf(&path, "%s/cells/%s/provenance.json", buf_text(&s->results), id);
    int status = buf_check(&path, e);
    if (!status) {
        json_t *root = json_file_read(path.s, &ignored);
        t->wall_s = number_at(root, "wall_s");
        t->solve_s = number_at(root, "solve_s");
        json_decref(root);
    }
    buf_release(&path);
    return status;
}

int timing_read(struct cell_timing *timing, const struct store *s, const struct spec *spec,
                const struct record *rows, size_t n, struct err *e)
{
    struct plan plan;
    if (plan_make(&plan, spec, e)) {
        return -1;
    }
    int status = 0;
    for (size_t i = 0; i < n && !status; i++) {
        timing[i] = (struct cell_timing){(double)NAN, (double)NAN};
        const struct cell *c = cell_of_row(&plan, spec, &rows[i], i);
        status = c ? read_one(&timing[i], s, c->id, e) : 0;
    }
    plan_release(&plan);
    return status;
}
