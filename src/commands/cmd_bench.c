/* nashswarm bench: how fast this machine is, against what it could be, in one run. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bench/output.h"
#include "commands/command.h"
#include "model/gpt2.h"
#include "tensor/matmul.h"

enum { KEY_TEXTS = 1000, KEY_ONLY, KEY_OUT, TEXTS_MAX = 10000 };

struct options {
    const char **models;
    size_t n_models, models_capacity, n_texts;
    size_t texts[BENCH_TEXTS_MAX];
    bool only[32]; /* of the sections */
    bool some;     /* only these */
    const char *out;
    long threads;
};

static void take_model(struct options *o, const char *path, struct argp_state *state)
{
    struct err e;
    if (mem_grow(&o->models, &o->models_capacity, o->n_models + 1, sizeof *o->models, &e)) {
        argp_failure(state, EXIT_FAILED, 0, "%s", e.text);
    }
    o->models[o->n_models++] = path;
}

static void take_texts(struct options *o, const char *text, struct argp_state *state)
{
    long n;
    command_take_number(&n, "--texts", text, 1, TEXTS_MAX, state);
    if (o->n_texts == BENCH_TEXTS_MAX) {
        argp_error(state, "--texts can be given %d times at the most", BENCH_TEXTS_MAX);
    }
    o->texts[o->n_texts++] = (size_t)n;
}

static void take_section(struct options *o, const char *name, struct argp_state *state)
{
    const struct bench_section *s = bench_section_named(name);
    if (!s) {
        argp_error(state, "\"%s\" is no section: --help lists them", name);
        return;
    }
    o->only[s - bench_sections] = o->some = true;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        take_model(o, arg, state);
        return 0;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        return 0;
    case KEY_TEXTS:
        take_texts(o, arg, state);
        return 0;
    case KEY_ONLY:
        take_section(o, arg, state);
        return 0;
    case KEY_OUT:
        o->out = arg;
        return 0;
    case ARGP_KEY_END:
        if (o->n_models == 0) {
            argp_error(state, "which model? Give a .h5 file");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_rows[] = {
    {"texts", KEY_TEXTS, "N", 0,
     "measure forward passes on N texts of 64 tokens; again for another N (20)", 0},
    {"only", KEY_ONLY, "SECTION", 0, "measure this section; again for another (all of them)", 0},
    {"out", KEY_OUT, "ROOT", 0,
     "also write ROOT/results/bench.json and bench.md, and plots/bench/roofline.*", 0},
    COMMAND_THREADS_ROW,
    {0}};

/* The sections, after the options. */
static char *list_sections(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)text;
    }
    struct buf list = BUF_INIT;
    buf_adds(&list, "Sections, in the order in which they run:\n\n");
    for (const struct bench_section *s = bench_sections; s->name; s++) {
        buf_addf(&list, "  %-10s %s\n", s->name, s->help);
    }
    return list.s;
}

static const struct argp argp = {option_rows,
                                 parse,
                                 "MODEL.h5...",
                                 "Measure forward passes, quantizers, the game of bits and the "
                                 "study's table on this machine, against limits that are measured "
                                 "in the same run.\v ",
                                 NULL,
                                 list_sections,
                                 NULL};

static void tell(const char *section, const char *subject)
{
    fprintf(stderr, "nashswarm bench: %s: %s\n", section, subject);
}

static int measure(struct bench *b, const struct options *o, struct err *e)
{
    for (size_t i = 0; bench_sections[i].name; i++) {
        bool wanted = !o->some || o->only[i];
        if (wanted && bench_sections[i].run(b, e)) {
            return -1;
        }
    }
    return measures_check(&b->measures, e);
}

/* What cannot be opened is said before anything is measured. */
static int check_models(const struct options *o, struct err *e)
{
    for (size_t i = 0; i < o->n_models; i++) {
        struct gpt2 m = {0};
        int status = gpt2_open(&m, o->models[i], e);
        gpt2_close(&m);
        if (status) {
            return -1;
        }
    }
    return 0;
}

static int bench(struct buf *out, struct bench *b, const struct options *o, struct err *e)
{
    double start = clock_s();
    struct buf written = BUF_INIT;
    int status =
        compute_init((int)o->threads, e) || check_models(o, e) || measure(b, o, e) ? -1 : 0;
    if (!status) {
        bench_markdown(b, out);
    }
    if (!status && o->out) {
        status = bench_write(b, o->out, clock_s() - start, &written, e);
        buf_addf(out, "\nWritten:\n%s", buf_text(&written));
    }
    buf_release(&written);
    return status;
}

int cmd_bench(int argc, char **argv)
{
    struct options o = {0};
    struct buf out = BUF_INIT;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    if (o.n_texts == 0) {
        o.texts[o.n_texts++] = 20;
    }
    struct bench b = {.models = o.models,
                      .n_models = o.n_models,
                      .texts = o.texts,
                      .n_texts = o.n_texts,
                      .limits = {(double)NAN, (double)NAN, (double)NAN, (double)NAN},
                      .tell = tell};
    int status = bench(&out, &b, &o, &e) ? command_fail("bench", EXIT_FAILED, &e)
                                         : command_print("bench", &out);
    measures_release(&b.measures);
    buf_release(&out);
    free(o.models);
    return status;
}
