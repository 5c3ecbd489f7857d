/* bench: what was measured, as table and as JSON. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/bench.h"
#include "tensor/matmul.h"

static struct measures some(void)
{
    struct measures m = {0};
    measures_add(&m, "forward", "gpt2", "time", "s", 1.25);
    measures_add(&m, "quantize", "tiers", "time", "ms", 36.5);
    measures_add(&m, "forward", "gpt2", "over the floor", "", 1.0625);
    measures_add(&m, "forward", "gpt2-xl", "time", "s", (double)NAN);
    return m;
}

Test(bench_measures, a_table_has_a_row_a_subject_and_a_column_a_name)
{
    struct measures m = some();
    struct buf out = BUF_INIT;
    measures_table(&m, "forward", &out);
    cr_assert(strcmp(buf_text(&out), "| | time (s) | over the floor |\n"
                                     "|---|---:|---:|\n"
                                     "| gpt2 | 1.250 | 1.062 |\n"
                                     "| gpt2-xl | not measured | |\n") == 0,
              "%s", buf_text(&out));
    buf_release(&out);
    measures_release(&m);
}

Test(bench_measures, json_has_every_number_and_null_for_what_was_not_measured)
{
    struct measures m = some();
    struct buf out = BUF_INIT;
    struct json_out j = json_begin(&out);
    measures_json(&m, &j);
    cr_assert(strstr(buf_text(&out), "\"section\": \"quantize\", \"subject\": \"tiers\", \"name\": "
                                     "\"time\", \"unit\": \"ms\", \"value\": 36.5}"),
              "%s", buf_text(&out));
    cr_assert(strstr(buf_text(&out), "\"subject\": \"gpt2-xl\", \"name\": \"time\", \"unit\": "
                                     "\"s\", \"value\": null}"),
              "%s", buf_text(&out));
    buf_release(&out);
    measures_release(&m);
}

Test(bench_measures, values_are_found_by_their_names)
{
    struct measures m = some();
    cr_assert(measures_value(&m, "quantize", "tiers", "time") == 36.5);
    cr_assert(isnan(measures_value(&m, "quantize", "gpt2", "time")));
    measures_release(&m);
}

Test(bench_sections, are_found_by_name_and_a_model_is_called_as_its_file)
{
    char name[16];
    for (const struct bench_section *s = bench_sections; s->name; s++) {
        cr_assert(bench_section_named(s->name) == s && s->run && *s->help);
    }
    cr_assert(!bench_section_named("speed"));
    bench_model_name(name, sizeof name, "data/some.folder/gpt2-xl.h5");
    cr_assert(strcmp(name, "gpt2-xl") == 0);
    bench_model_name(name, sizeof name, "plain");
    cr_assert(strcmp(name, "plain") == 0);
}

static void tell_nobody(const char *section, const char *subject)
{
    (void)section;
    (void)subject;
}

Test(bench_sections, quantizers_and_the_game_are_measured_on_a_matrix)
{
    static const char *const subjects[][3] = {{"quantize", "uniform 4-bit, 64 × 768", "time"},
                                              {"quantize", "tiers, exact cut, 64 × 768", "time"},
                                              {"roofline", "tiers, sampled cut", "speed"},
                                              {"roofline", "table of costs", "intensity"},
                                              {"game", "table of costs", "time"},
                                              {"game", "nash", "times one thread's speed"}};
    struct bench b = {.limits = {1e9, 1e9, 1e9, 1e9}, .tell = tell_nobody};
    struct err e;
    cr_assert(compute_init(2, &e) == 0 && bench_quantize_matrix(&b, 64, 768, &e) == 0 &&
                  bench_game_matrix(&b, 64, 768, &e) == 0,
              "%s", e.text);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        cr_expect(measures_value(&b.measures, subjects[i][0], subjects[i][1], subjects[i][2]) > 0,
                  "%s of %s", subjects[i][2], subjects[i][1]);
    }
    /* 49152 weights, 768 groups of 8 costs in 32 bits; a billion bytes a second. */
    cr_expect_float_eq(measures_value(&b.measures, "game", "nash", "bound of memory"), 0.024576,
                       1e-9);
    measures_release(&b.measures);
}
