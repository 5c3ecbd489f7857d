#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>

#include "results_fixture.h"

static int parse(struct record *r, const char *json, struct err *e)
{
    json_t *object = json_loads(json, 0, NULL);
    cr_assert(object != NULL, "the test's own JSON is wrong: %s", json);
    int status = record_read_json(r, object, "there.json", e);
    json_decref(object);
    return status;
}

static void to_json(const struct record *r, struct buf *out)
{
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    record_write_json(r, &j);
    json_close(&j, '}');
}

Test(results_record, starts_with_every_column_empty)
{
    struct record r = record_none();
    for (size_t i = 0; i < record_n_columns; i++) {
        if (record_columns[i].type != COLUMN_IS_TEXT) {
            cr_assert(isnan(record_number(&r, record_columns[i].name)), "%s",
                      record_columns[i].name);
        }
    }
    cr_assert(r.model[0] == '\0' && r.seed == RECORD_NONE);
}

Test(results_record, survives_json_to_the_last_bit)
{
    struct fixture f;
    struct record back;
    struct buf json = BUF_INIT, again = BUF_INIT;
    struct err e;
    fixture_study(&f);
    f.rows[2].loss_nats = 1.0 / 3;
    f.rows[2].baseline_loss_nats = (double)NAN; /* or it would contradict the rest */
    f.rows[2].parameters = INT64_MAX;
    f.rows[2].perplexity = INFINITY;
    snprintf(f.rows[2].variant, sizeof f.rows[2].variant, "a=\"1\", b=[2]\\");
    to_json(&f.rows[2], &json);
    cr_assert(parse(&back, json.s, &e) == 0, "%s", e.text);
    cr_assert(back.loss_nats == 1.0 / 3 && back.parameters == INT64_MAX);
    cr_assert(back.seed == RECORD_NONE && isnan(back.perplexity));
    cr_assert(strcmp(back.variant, f.rows[2].variant) == 0);
    to_json(&back, &again);
    cr_assert(strcmp(json.s, again.s) == 0);
    buf_release(&json);
    buf_release(&again);
}

Test(results_record, ignores_unknown_members_and_leaves_missing_ones_empty)
{
    struct record r;
    struct err e;
    cr_assert(parse(&r,
                    "{\"model\": \"m\", \"method\": \"u\", \"protocol\": \"text\", \"colour\": 1, "
                    "\"loss_nats\": 2, \"seed\": null}",
                    &e) == 0);
    cr_assert(r.loss_nats == 2 && r.seed == RECORD_NONE && isnan(r.perplexity));
}

Test(results_record, refuses_a_wrong_type_by_name)
{
    static const char *const wrong[][2] = {{"{\"loss_nats\": \"2\"}", "loss_nats"},
                                           {"{\"seed\": 1.5}", "seed"},
                                           {"{\"model\": 3}", "model"},
                                           {"[1]", "object"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct record r;
        struct err e;
        cr_assert(parse(&r, wrong[i][0], &e) == -1, "%s", wrong[i][0]);
        cr_assert(strstr(e.text, "there.json") && strstr(e.text, wrong[i][1]), "%s", e.text);
    }
}

Test(results_record, refuses_a_text_that_does_not_fit)
{
    char json[300];
    struct record r;
    struct err e;
    snprintf(json, sizeof json, "{\"scope\": \"%0200d\"}", 7);
    cr_assert(parse(&r, json, &e) == -1);
    cr_assert(strstr(e.text, "scope has 200 bytes, at most 15 fit") != NULL, "%s", e.text);
}

Test(results_record, writes_csv_as_rfc_4180)
{
    struct record r = record_none();
    struct buf csv = BUF_INIT, head = BUF_INIT;
    snprintf(r.model, sizeof r.model, "a,\"b\"");
    r.seed = -3;
    r.loss_nats = 0.1;
    r.perplexity = INFINITY;
    record_write_csv_header(&head);
    record_write_csv(&r, &csv);
    cr_assert(strncmp(head.s, "model,method,variant,protocol,seed,", 35) == 0, "%s", head.s);
    cr_assert(strncmp(csv.s, "\"a,\"\"b\"\"\",,,,-3,", 16) == 0, "%s", csv.s);
    cr_assert(strstr(csv.s, ",0.1,,") != NULL, "%s", csv.s);
    cr_assert(csv.s[csv.len - 1] == '\n');
    buf_release(&csv);
    buf_release(&head);
}

Test(results_record, describes_every_column)
{
    for (size_t i = 0; i < record_n_columns; i++) {
        cr_assert(record_columns[i].help[0] != '\0', "%s", record_columns[i].name);
        for (size_t j = 0; j < i; j++) {
            cr_assert(strcmp(record_columns[i].name, record_columns[j].name) != 0);
        }
    }
}

Test(results_record, refuses_numbers_that_others_contradict)
{
    static const struct {
        const char *members, *said;
    } cases[] = {
        {"\"loss_nats\": 5.25, \"baseline_loss_nats\": 5, \"delta_nats\": 0.25, \"delta_pct\": 5, "
         "\"perplexity\": 190.56626845862997, \"delta_pct_low\": 5, \"delta_pct_high\": 6",
         NULL},
        {"\"loss_nats\": 5.25, \"baseline_loss_nats\": 5, \"delta_pct\": -3.5",
         "delta_pct is -3.5, but loss_nats and baseline_loss_nats make it 5"},
        {"\"loss_nats\": 5.25, \"baseline_loss_nats\": 5, \"delta_nats\": 0.3",
         "delta_nats is 0.3, but"},
        {"\"loss_nats\": 5.25, \"perplexity\": 180", "perplexity is 180, but loss_nats make"},
        {"\"delta_pct\": 2, \"delta_pct_low\": 1, \"delta_pct_high\": 1.5",
         "delta_pct is 2, outside of its own interval, 1 to 1.5"},
        {"\"delta_nats\": 2, \"delta_low_nats\": 3, \"delta_high_nats\": 4", "outside of its own"},
        {"\"delta_pct\": 2, \"delta_pct_low\": null, \"delta_pct_high\": null", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        struct record r;
        struct err e = {.text = ""};
        json_error_t at;
        snprintf(text, sizeof text,
                 "{\"model\": \"m\", \"method\": \"q\", \"protocol\": \"text\", %s}",
                 cases[i].members);
        json_t *object = json_loads(text, 0, &at);
        cr_assert(object != NULL, "%s", at.text);
        int status = record_read_json(&r, object, "there.json", &e);
        cr_expect(status == (cases[i].said ? -1 : 0), "%s: %s", cases[i].members, e.text);
        cr_expect(!cases[i].said || strstr(e.text, cases[i].said), "%s", e.text);
        json_decref(object);
    }
}
