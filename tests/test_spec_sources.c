#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "plan/plan.h"
#include "spec_known.h"

#define NO_CONFIGS                                                                                 \
    "there is no configs/ with shared settings in the folder of the spec or one above it, in the " \
    "working directory, or where the program was installed or built; NASHSWARM_CONFIGS can name "  \
    "one\n"

static const struct text_file {
    const char *name, *text;
} files[] = {
    {"spec.yaml", "name: x\nmodels: [./m.h5]\ntexts: ./t.txt\nmethods:\n"
                  "  t.1: {method: tiers, shares: [10, 90], bits: [8, 4]}\n"
                  "  u: {method: uniform}\n"
                  "sweep:\n  methods.u.bits: [2, 3]\n  methods.t.1.group: [8, 16]\n"
                  "  zip: {methods.u.group: [8, 9], methods.u.scope: [head, all]}\n"},
    {"list.yaml", "name: x\nmodels: [./m.h5]\ntexts: ./t.txt\nmethods: [u, u]\n"},
    {"child.yaml", "extends: spec.yaml\nname: y\nmethods:\n  u: {group: 64}\n  v: {use: u, bits: 2}"
                   "\nsweep: {methods.u.bits: {range: [5, 7]}}\n"},
    {"bad_child.yaml", "extends: child.yaml\nsamples: none\nmethods: {u: {bits: 9}, w: {}}\n"},
    {"lost.yaml", "extends: nowhere.yaml\n"},
    {"loop.yaml", "extends: ./loop2.yaml\n"},
    {"loop2.yaml", "extends: loop.yaml\n"},
    {"number.yaml", "name: x\nextends: [spec.yaml]\n"},
    {"scalar.yaml", "extends: plain.yaml\n"},
    {"plain.yaml", "just text\n"},
    {"base_at_fault.yaml", "extends: with_fault.yaml\nname: z\n"},
    {"with_fault.yaml",
     "models: [./m.h5]\ntexts: ./t.txt\nmethods:\n  u: {method: uniform, bit: 4}\n"},
    {"c0.yaml", "extends: c1.yaml\n"},
    {"c1.yaml", "extends: c2.yaml\n"},
    {"c2.yaml", "extends: c3.yaml\n"},
    {"c3.yaml", "extends: c4.yaml\n"},
    {"c4.yaml", "extends: c5.yaml\n"},
    {"c5.yaml", "extends: c6.yaml\n"},
    {"c6.yaml", "extends: c7.yaml\n"},
    {"c7.yaml", "extends: c8.yaml\n"},
    {"c8.yaml", "extends: spec.yaml\n"},
};

/* Reads one of the files, from the folder that they stand in, with up to three texts of --set. */
static int read_with(const char *name, const char *const set[3], struct spec *s,
                     struct buf *problems)
{
    struct buf folder = BUF_INIT;
    struct err e;
    struct spec_overrides o = {.set = set};
    while (set && o.n_set < 3 && set[o.n_set]) {
        o.n_set++;
    }
    test_folder(&folder);
    cr_assert(chdir(folder.s) == 0, "no folder %s", folder.s);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cr_assert(file_write(files[i].name, files[i].text, strlen(files[i].text), &e) == 0, "%s",
                  e.text);
    }
    int status = spec_read(s, name, test_known(), &o, problems, &e);
    cr_assert(chdir("/") == 0, "no /");
    test_remove_folder(folder.s);
    buf_release(&folder);
    return status;
}

static const struct good_case {
    const char *file, *set[3], *parts[4]; /* of the spec that is written */
} good_cases[] = {
    {"spec.yaml", {"samples=3"}, {"# --set \"samples=3\"\n", "samples: 3\n"}},
    {"spec.yaml", {"methods.u.bits=7", "seeds=[4, 5]"}, {"    bits: 7\n", "seeds: [4, 5]\n"}},
    {"spec.yaml", {"methods.t.1.group=32"}, {"    group: 32\n", "methods.u.bits: ["}},
    {"spec.yaml", {"methods.u.group=null"}, {"    group: null\n", "methods.u.scope:\n"}},
    {"spec.yaml",
     {"methods.u.group=5", "methods.u.scope=all"},
     {"    group: 5\n", "    scope: all\n", "methods.u.bits:\n    - 2\n    - 3\n"}},
    {"spec.yaml", {"methods.w={use: u, bits: 6}"}, {"  w:\n    method: uniform\n"}},
    {"spec.yaml", {"sweep.methods.u.bits={range: [5, 7]}"}, {"methods.u.bits: [5, 5, 6, 6]"}},
    {"spec.yaml", {"sweep={methods.u.bits: [5]}"}, {"methods.u.bits:\n    - 5\n"}},
    {"spec.yaml", {"report.kind=sweep"}, {"report:\n  kind: sweep\n"}},
    {"spec.yaml", {"models=[sub/n.h5]"}, {"/sub/n.h5\"}\n"}},
    {"child.yaml",
     {NULL},
     {"name: \"y\"", "  v:\n    method: uniform\n", "    group: 64\n", "/m.h5"}},
    {"child.yaml", {"methods.v.bits=5"}, {"    bits: 5\n"}},
    {"c1.yaml", {NULL}, {"name: \"x\""}},
};

Test(spec_sources, joins_files_and_options)
{
    for (size_t i = 0; i < sizeof good_cases / sizeof *good_cases; i++) {
        const struct good_case *c = &good_cases[i];
        struct spec s;
        struct buf problems = BUF_INIT, text = BUF_INIT;
        int status = read_with(c->file, c->set, &s, &problems);
        cr_assert(status == 0, "%s %s\n%s", c->file, c->set[0] ? c->set[0] : "",
                  buf_text(&problems));
        spec_write(&s, &text);
        for (size_t k = 0; k < 4 && c->parts[k]; k++) {
            cr_expect(strstr(text.s, c->parts[k]) != NULL, "%s %s: no %s in\n%s", c->file,
                      c->set[0] ? c->set[0] : "", c->parts[k], text.s);
        }
        spec_release(&s);
        buf_release(&problems);
        buf_release(&text);
    }
}

static const struct bad_case {
    const char *file, *set[3], *problems;
} bad_cases[] = {
    {"spec.yaml", {"samples"}, "--set: KEY=VALUE is wanted, not \"samples\"\n"},
    {"spec.yaml", {"=3"}, "--set: KEY=VALUE is wanted, not \"=3\"\n"},
    {"spec.yaml", {"methods..bits=3"}, "--set: KEY=VALUE is wanted, not \"methods..bits=3\"\n"},
    {"spec.yaml", {"samples= "}, "--set: nothing stands after the = of \"samples= \"\n"},
    {"spec.yaml",
     {"samples=[3"},
     "--set:1:1: this is not YAML: while parsing a flow sequence, did not find expected ',' or "
     "']'\n"
     "    samples=[3\n"
     "    ^\n"},
    {"spec.yaml",
     {"samples=0"},
     "--set:1:9: samples: 0 is not between 1 and 1000000000\n"
     "    samples=0\n"
     "            ^\n"},
    {"spec.yaml",
     {"sample=3"},
     "--set:1:1: an experiment: unknown key \"sample\"; did you mean \"samples\"?\n"
     "    sample=3\n"
     "    ^\n"},
    {"spec.yaml",
     {"samples.x=3"},
     "--set:1:1: samples: a whole number is wanted here, not a mapping\n"
     "    samples.x=3\n"
     "    ^\n"},
    {"spec.yaml",
     {"name.x=3"},
     "--set:1:6: --set: \"x\" cannot be set in what is no mapping: set the whole of it\n"
     "    name.x=3\n"
     "         ^\n"},
    {"spec.yaml",
     {"methods.ü.bits=3"},
     "--set:1:9: --set: there is no method \"ü\"; known are t.1, u\n"
     "    methods.ü.bits=3\n"
     "            ^\n"},
    {"spec.yaml",
     {"methods.u.bit=3"},
     "--set:1:11: methods.u (uniform): unknown key \"bit\"; did you mean \"bits\"?\n"
     "    methods.u.bit=3\n"
     "              ^\n"},
    {"spec.yaml",
     {"methods.u.bits=[3, 4]", "methods.t.1.cut=\"now\""},
     "--set:1:16: bits: a whole number is wanted here, not a list\n"
     "    methods.u.bits=[3, 4]\n"
     "                   ^\n"
     "--set:1:17: cut: there is no choice \"now\"; known are exact, sampled\n"
     "    methods.t.1.cut=\"now\"\n"
     "                    ^\n"},
    {"spec.yaml",
     {"models=[books-1]"},
     "--set:1:9: models: \"books-1\" cannot be looked up, and no other name can: " NO_CONFIGS
     "    models=[books-1]\n"
     "            ^\n"},
    {"list.yaml",
     {"methods.u.bits=3"},
     "list.yaml:4:11: methods: \"u\" cannot be looked up, and no other name can: " NO_CONFIGS
     "    methods: [u, u]\n"
     "              ^\n"
     "list.yaml:4:14: methods: \"u\" is listed twice\n"
     "    methods: [u, u]\n"
     "                 ^\n"},
    {"bad_child.yaml",
     {NULL},
     "bad_child.yaml:2:10: samples: \"none\" is not a number\n"
     "    samples: none\n"
     "             ^\n"
     "bad_child.yaml:3:21: bits: 9 is not between 1 and 8\n"
     "    methods: {u: {bits: 9}, w: {}}\n"
     "                        ^\n"
     "bad_child.yaml:3:25: methods: \"w\" cannot be looked up, and no other name can: " NO_CONFIGS
     "    methods: {u: {bits: 9}, w: {}}\n"
     "                            ^\n"},
    {"lost.yaml",
     {NULL},
     "lost.yaml:1:10: extends: cannot open nowhere.yaml: No such file or directory\n"
     "    extends: nowhere.yaml\n"
     "             ^\n"},
    {"loop.yaml",
     {NULL},
     "loop2.yaml:1:10: extends: loop.yaml is this file or extends it already\n"
     "    extends: loop.yaml\n"
     "             ^\n"},
    {"number.yaml",
     {NULL},
     "number.yaml:2:10: extends: a text is wanted here, not a list\n"
     "    extends: [spec.yaml]\n"
     "             ^\n"},
    {"scalar.yaml",
     {NULL},
     "plain.yaml:1:1: a mapping (lines of \"key: value\") is wanted here, not \"just text\"\n"
     "    just text\n"
     "    ^\n"},
    {"base_at_fault.yaml",
     {NULL},
     "with_fault.yaml:4:24: methods.u (uniform): unknown key \"bit\"; did you mean \"bits\"?\n"
     "      u: {method: uniform, bit: 4}\n"
     "                           ^\n"},
    {"c0.yaml",
     {NULL},
     "c8.yaml:1:10: extends: over 8 files extend each other\n"
     "    extends: spec.yaml\n"
     "             ^\n"},
};

Test(spec_sources, says_where_what_is_wrong_was_written)
{
    for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
        const struct bad_case *c = &bad_cases[i];
        struct spec s;
        struct buf problems = BUF_INIT;
        cr_assert(read_with(c->file, c->set, &s, &problems) == -1, "%s %s is taken", c->file,
                  c->set[0] ? c->set[0] : "");
        cr_expect(strcmp(buf_text(&problems), c->problems) == 0, "%s %s:\n%s", c->file,
                  c->set[0] ? c->set[0] : "", buf_text(&problems));
        buf_release(&problems);
    }
}
