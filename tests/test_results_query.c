#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "results/query.h"
#include "results_fixture.h"

static bool keeps(const struct record *r, const char *text)
{
    struct filter f;
    struct err e;
    cr_assert(filter_parse(&f, &record_table, text, &e) == 0, "%s", e.text);
    return filter_keeps(&f, r);
}

Test(results_query, filters_numbers_and_texts)
{
    struct record r = record_none();
    strcpy(r.method, "tiers");
    r.bits_per_weight = 3;
    r.texts = 20;
    static const char *const hold[] = {
        "bits_per_weight=3",    "bits_per_weight<=3.0", "bits_per_weight>=3", "bits_per_weight<3.1",
        "bits_per_weight>-1e9", "bits_per_weight!=4",   "texts=20",           "texts~2?",
        "method=tiers",         "method!=nash",         "method~t*s"};
    static const char *const fail[] = {
        "bits_per_weight=4",  "bits_per_weight<3", "bits_per_weight>3",
        "bits_per_weight!=3", "texts>=21",         "texts~3*",
        "method=tier",        "method!=tiers",     "method~*x"};
    for (size_t i = 0; i < sizeof hold / sizeof *hold; i++) {
        cr_expect(keeps(&r, hold[i]), "%s", hold[i]);
    }
    for (size_t i = 0; i < sizeof fail / sizeof *fail; i++) {
        cr_expect(!keeps(&r, fail[i]), "%s", fail[i]);
    }
}

Test(results_query, what_does_not_apply_is_neither_less_nor_more)
{
    struct record r = record_none();
    cr_expect(keeps(&r, "seed="));
    cr_expect(keeps(&r, "variant="));
    cr_expect(keeps(&r, "seed!=0"));
    cr_expect(!keeps(&r, "seed!="));
    cr_expect(!keeps(&r, "seed=0"));
    cr_expect(!keeps(&r, "seed<1e18"));
    cr_expect(!keeps(&r, "loss_nats>=-1e300"));
    r.seed = 0;
    cr_expect(keeps(&r, "seed!="));
    cr_expect(!keeps(&r, "seed="));
}

Test(results_query, sorts_stably_with_empty_values_last)
{
    struct record rows[5];
    const double loss[5] = {3, (double)NAN, 1, 3, 2};
    const size_t up[5] = {2, 4, 0, 3, 1}, down[5] = {0, 3, 4, 2, 1};
    const struct column *by;
    struct err e;
    for (int pass = 0; pass < 2; pass++) {
        const void *order[5];
        bool backwards;
        for (size_t i = 0; i < 5; i++) {
            rows[i] = record_none();
            rows[i].loss_nats = loss[i];
            order[i] = &rows[i];
        }
        cr_assert(query_order_parse(&by, &backwards, &record_table,
                                    pass ? "-loss_nats" : "loss_nats", &e) == 0);
        cr_assert(backwards == (pass == 1));
        query_sort(order, 5, by, backwards);
        for (size_t i = 0; i < 5; i++) {
            cr_expect(order[i] == &rows[(pass ? down : up)[i]], "pass %d, place %zu", pass, i);
        }
    }
}

Test(results_query, picks_columns_in_the_order_given)
{
    struct pick p = {.n = 0};
    struct err e;
    cr_assert(pick_parse(&p, &record_table, "seed,model", &e) == 0);
    cr_assert(p.n == 2 && strcmp(p.each[0]->name, "seed") == 0);
    p.n = 0;
    cr_assert(pick_parse(&p, &record_table, "all", &e) == 0);
    cr_assert(p.n == record_n_columns);
    p.n = 0;
    cr_assert(pick_parse(&p, &record_table, "model,modle", &e) == -1);
    cr_assert(strstr(e.text, "\"modle\"; did you mean model?"), "%s", e.text);
    p.n = 0;
    cr_assert(pick_parse(&p, &record_table, "all,all,all", &e) == -1);
    cr_assert(strstr(e.text, "too many"), "%s", e.text);
}
