#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/gpt2.h"
#include "run/methods.h"
#include "support.h"

/* The parameters of a method from "name=value" texts, ended by NULL. */
static struct params params_of(const struct method_kind *kind, const char *const *given)
{
    struct params p;
    struct err e;
    params_init(&p, &kind->schema);
    for (; *given; given++) {
        char name[64];
        const char *equals = strchr(*given, '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - *given), *given);
        int row = schema_find(&kind->schema, name);
        cr_assert(row >= 0, "no parameter %s", name);
        cr_assert(value_parse(&p.values[row], kind->schema.rows[row], equals + 1, &e) == 0, "%s",
                  e.text);
    }
    cr_assert(params_complete(&p, &e) == 0, "%s", e.text);
    return p;
}

static void open_base(struct gpt2 *base)
{
    struct err e;
    cr_assert(gpt2_open(base, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(base, &e) == 0, "%s", e.text);
}

static struct quantized quantized(struct workshop *w, const char *method, const char *const *given)
{
    const struct method_kind *kind = run_method_named(method);
    struct params p = params_of(kind, given);
    struct quantized q;
    struct err e;
    cr_assert(run_quantize(&q, w, kind, &p, 0, &e) == 0, "%s: %s", method, e.text);
    return q;
}

/* Rows, groups, tensors; widths and steps: what is stored keeps the budget, and more bits err less.
 */
Test(run_budget, is_kept_from_below_whatever_the_players)
{
    static const char *const forms[][7] = {
        {"grid=minmax", "granularity=row", "sensitivity=none"},
        {"grid=lloyd-max", "granularity=group", "group=40", "sensitivity=none", "grid_dtype=f16"},
        {"grid=mse", "granularity=row", "sensitivity=none", "coding=entropy", "grid_dtype=f16"},
        {"grid=sign-magnitude", "granularity=row", "sensitivity=none", "grid_dtype=f16"},
        {"grid=step", "granularity=row", "sensitivity=none", "coding=entropy"},
        {"grid=step", "granularity=group", "group=32", "sensitivity=none", "coding=entropy"},
    };
    static const double budgets[] = {3, 3.7, 5};
    struct gpt2 base;
    open_base(&base);
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        struct workshop w = {.base = &base};
        double error = INFINITY;
        for (size_t b = 0; b < 3; b++) {
            char bits[64];
            const char *given[8] = {bits};
            snprintf(bits, sizeof bits, "bits_per_weight=%g", budgets[b]);
            memcpy(given + 1, forms[f], sizeof forms[f]);
            struct quantized q = quantized(&w, "optimal", given);
            double stored = bill_packed(&q.bill);
            cr_assert(stored <= budgets[b] && stored >= 0.998 * budgets[b], "%s: %g of %g bits",
                      forms[f][0], stored, budgets[b]);
            cr_assert(bill_relative_error(&q.bill) < error, "%s: more bits err more", forms[f][0]);
            error = bill_relative_error(&q.bill);
            cr_assert(isnan(q.predicted_nats), "a loss is predicted from nothing");
            quantized_release(&q);
        }
        workshop_release(&w);
    }
    gpt2_close(&base);
}

/* What the solver was promised is what the quantizer then does: the table's error is the real one.
 */
Test(run_budget, predicted_cost_is_the_measured_error)
{
    static const char *const given[] = {"grid=mse", "sensitivity=none", "bits_per_weight=3",
                                        "scope=all", NULL};
    struct gpt2 base;
    open_base(&base);
    struct workshop w = {.base = &base};
    struct quantized q = quantized(&w, "nash", given);
    cr_assert(fabs(q.solution.total.distortion - q.bill.squared_error) <=
                  1e-5 * q.bill.squared_error,
              "predicted %g, measured %g", q.solution.total.distortion, q.bill.squared_error);
    cr_assert(q.solution.largest_gain <= 1e-9 * q.bill.squared_error);
    quantized_release(&q);
    workshop_release(&w);
    gpt2_close(&base);
}

/* Weights may be finite and what they would lose not: that is told before a game is made of it. */
Test(run_budget, costs_that_overflow_are_an_error_that_names_model_and_tensor)
{
    static const char *const given[] = {"sensitivity=none", "grid=sign-magnitude", NULL};
    struct params p = params_of(run_method_named("optimal"), given);
    struct gpt2 base, variant;
    struct err e;
    open_base(&base);
    cr_assert(gpt2_share(&variant, &base, &e) == 0, "%s", e.text);
    float *w = mem_floats(base.tensors[base.wte].n, &e);
    cr_assert(w != NULL);
    for (size_t i = 0; i < base.tensors[base.wte].n; i++) {
        w[i] = 1e38f * base.tensors[base.wte].f32[i];
    }
    gpt2_replace(&variant, base.wte, w);
    struct workshop shop = {.base = &variant};
    cr_assert(workshop_players(&shop, &p, &e) == -1);
    cr_assert(strstr(e.text, "books-1m.h5: wte.weight: ") && strstr(e.text, "not finite"), "%s",
              e.text);
    workshop_release(&shop);
    gpt2_close(&variant);
    gpt2_close(&base);
}

Test(run_budget, methods_and_budgets_share_a_table_of_costs)
{
    const struct method_kind *optimal = run_method_named("optimal"),
                             *nash = run_method_named("nash");
    static const char *const three[] = {"sensitivity=none", "bits_per_weight=3", NULL};
    static const char *const four[] = {"sensitivity=none", "bits_per_weight=4", "separation=1",
                                       NULL};
    static const char *const other[] = {"sensitivity=none", "grid=mse", NULL};
    struct gpt2 base;
    struct err e;
    open_base(&base);
    struct workshop w = {.base = &base};
    struct params a = params_of(optimal, three), b = params_of(nash, four),
                  c = params_of(nash, other);
    cr_assert(workshop_players(&w, &a, &e) == 0, "%s", e.text);
    const float *table = w.players->distortion_io;
    cr_assert(workshop_players(&w, &b, &e) == 0 && w.players->distortion_io == table,
              "another method and budget measured again");
    cr_assert(workshop_players(&w, &c, &e) == 0 && w.players->distortion_io != table,
              "another grid has the same table");
    cr_assert(workshop_players(&w, &a, &e) == 0 && w.players->distortion_io == table,
              "the first table was not kept");
    workshop_release(&w);
    gpt2_close(&base);
}
