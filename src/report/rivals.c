#include "report/rivals.h"

#include <math.h>

#include "report/number.h"

enum { NAMED = 6 };

struct rivals {
    size_t others, compared, within;
    struct buf names;
};

static void add_name(struct rivals *r, const struct contest_point *other, const struct paired *d)
{
    if (r->within++ >= NAMED) {
        return;
    }
    buf_addf(&r->names, "%s%s ", r->within > 1 ? ", " : "", other->label);
    if (d->delta_ci.low == 0 && d->delta_ci.high == 0) {
        buf_adds(&r->names, "(the same)");
    } else {
        buf_addf(&r->names, "%s", number_interval(d->delta_ci, 4, true).text);
    }
}

static int compare_all(struct rivals *r, const struct contest *c, const struct contest_point *best,
                       const struct pairing *p, struct err *e)
{
    struct pairing_texts ours = {0};
    int status = pairing_read(&ours, p, &best->rows, e);
    for (size_t i = 0; i < c->n_points && !status; i++) {
        const struct contest_point *other = &c->points[i];
        struct pairing_texts theirs = {0};
        struct paired d;
        bool known = false;
        if (other == best || other->panel != best->panel || other->budget != best->budget ||
            !isfinite(other->delta_nats)) {
            continue;
        }
        r->others++;
        status = pairing_read(&theirs, p, &other->rows, e) ||
                         pairing_compare(&d, &known, &ours, &theirs, e)
                     ? -1
                     : 0;
        if (!status && known) {
            r->compared++;
            if (d.delta_ci.low <= 0) {
                add_name(r, other, &d);
            }
        }
        pairing_texts_release(&theirs);
    }
    pairing_texts_release(&ours);
    return status;
}

int rivals_add(struct buf *text, const struct contest *c, const struct contest_point *best,
               const struct pairing *p, struct err *e)
{
    struct rivals r = {.names = BUF_INIT};
    int status = compare_all(&r, c, best, p, e);
    if (status || r.others == 0) {
        buf_release(&r.names);
        return status;
    }
    buf_adds(text, " (");
    if (r.compared == 0) {
        buf_adds(text, "no tokens are stored to set it against the others");
    } else if (r.compared < r.others) {
        buf_addf(text, "no tokens are stored to set it against %zu of %zu others; ",
                 r.others - r.compared, r.others);
    }
    if (r.within > 0) {
        buf_addf(text, "not told from it: %s", buf_text(&r.names));
        if (r.within > NAMED) {
            buf_addf(text, " and %zu more", r.within - NAMED);
        }
    } else if (r.compared > 0) {
        buf_addf(text, "told from %s%zu at that budget", r.compared > 1 ? "all " : "the other ",
                 r.compared);
    }
    buf_adds(text, ")");
    text->failed = text->failed || r.names.failed;
    buf_release(&r.names);
    return 0;
}
