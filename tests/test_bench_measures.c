/* bench: what was measured, as table and as JSON. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/bench.h"

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
