/* base/schema: values from text, defaults, and what is refused. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/schema.h"

static const char *const cuts[] = {"exact", "sampled", NULL};
static const struct param rows[] = {
    {"bits", PARAM_INT, "bits", "4", 1, 8, NULL, "bits"},
    {"shares", PARAM_REALS, "%", NULL, 0, 100, NULL, "shares"},
    {"cut", PARAM_CHOICE, NULL, "exact", 0, 0, cuts, "cut"},
    {"grid_dtype", PARAM_INT, NULL, "", 1, 9, NULL, "absent unless set"},
};

static struct schema schema(void)
{
    struct schema s = {0};
    schema_add(&s, rows, 4);
    return s;
}

Test(base_schema, defaults_fill_what_is_absent)
{
    struct schema s = schema();
    struct params p;
    struct err e;
    params_init(&p, &s);
    cr_assert(params_complete(&p, &e) == -1, "a required value is missing");
    cr_assert(strcmp(e.text, "shares is missing: shares") == 0, "%s", e.text);
    cr_assert(value_parse(&p.values[1], &rows[1], "10,20.5,69.5", &e) == 0);
    cr_assert(params_complete(&p, &e) == 0);
    cr_assert(params_int(&p, "bits") == 4 && strcmp(params_choice(&p, "cut"), "exact") == 0);
    cr_assert(params_list(&p, "shares")->n == 3 && !params_has(&p, "grid_dtype"));
    cr_assert(schema_find(&s, "grid-dtype") == 3 && schema_find(&s, "grid") == -1);
}

Test(base_schema, bad_values_are_refused_with_the_reason)
{
    const struct {
        int row;
        const char *text, *message;
    } cases[] = {
        {0, "9", "bits: 9 is not between 1 and 8"},
        {0, "2.5", "bits: 2.5 is not a whole number"},
        {0, "0x4", "bits: \"0x4\" is not a number"},
        {0, "nan", "bits: \"nan\" is not a number"},
        {0, "", "bits: \"\" is not a number"},
        {0, "4,4", "bits: \"4,4\" is not a number"},
        {1, "10,,90", "shares: \"\" is not a number"},
        {1, "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "shares: more than 16 values"},
        {2, "Exact", "cut: \"Exact\" is not one of exact, sampled"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value v = {0};
        struct err e;
        cr_assert(value_parse(&v, &rows[cases[i].row], cases[i].text, &e) == -1);
        cr_assert(strcmp(e.text, cases[i].message) == 0, "%s", e.text);
        cr_assert(!v.present, "a refused value leaves the old one");
    }
}

Test(base_schema, what_is_formatted_reads_back)
{
    struct value v = {0}, again = {0};
    struct err e;
    struct buf b = BUF_INIT;
    cr_assert(value_parse(&v, &rows[1], "10,0.1,33.333333333333336", &e) == 0);
    value_format(&v, &rows[1], &b);
    cr_assert(strcmp(b.s, "[10, 0.1, 33.333333333333336]") == 0, "%s", b.s);
    cr_assert(value_parse(&again, &rows[1], "10,0.1,33.333333333333336", &e) == 0);
    cr_assert(value_equal(&v, &again, &rows[1]));
    cr_assert(value_parse(&again, &rows[1], "10,0.1", &e) == 0);
    cr_assert(!value_equal(&v, &again, &rows[1]));
    buf_release(&b);
}

Test(base_schema, the_nearest_name_is_near)
{
    const char *const names[] = {"models", "methods", "texts"};
    cr_assert(strcmp(nearest_name("model", names, 3), "models") == 0);
    cr_assert(strcmp(nearest_name("metods", names, 3), "methods") == 0);
    cr_assert(nearest_name("zebra", names, 3) == NULL && nearest_name("xy", names, 3) == NULL);
}
