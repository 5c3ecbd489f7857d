/* nashswarm inspect: what a model file holds. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "commands/bill_output.h"
#include "commands/command.h"
#include "commands/packed_output.h"
#include "commands/progress_line.h"
#include "model/gpt2_file.h"
#include "model/gpt2_keys.h"
#include "model/gpt2_stats.h"
#include "quantize/quantize.h"

struct options {
    const char *path;
    bool json;
};

/* All that is printed, in either form. */
struct inspection {
    struct gpt2 model;
    struct gpt2_source sources[GPT2_SOURCES_MAX];
    size_t n_sources;
    struct gpt2_stats *stats; /* one a tensor */
    bool packed;
    struct bill bill; /* of a packed file */
};

static int format_version(const struct inspection *in)
{
    return in->packed ? GPT2_PACKED_VERSION : GPT2_FORMAT_VERSION;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'j':
        o->json = true;
        return 0;
    case ARGP_KEY_ARG:
        command_take_argument(&o->path, arg, "model", state);
        return 0;
    case ARGP_KEY_END:
        if (!o->path) {
            argp_error(state, "which model? Give a .h5 file");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_rows[] = {
    {"json", 'j', NULL, 0, "print JSON instead of a table", 0}, {0}};

static const struct argp argp = {
    option_rows,
    parse,
    "MODEL.h5",
    "Show the configuration of a model file and its tensors: shape, "
    "stored type, scope, statistics, share of the parameters; of a packed one "
    "also what it costs.",
    NULL,
    NULL,
    NULL};

static const char *dtype_name(const struct gpt2_tensor *t)
{
    return t->packed ? "codes" : t->dtype == DTYPE_F16 ? "f16" : "f32";
}

static double share(const struct gpt2 *m, size_t n)
{
    return (double)n / (double)gpt2_parameters(m);
}

static double stored_bytes(const struct gpt2 *m)
{
    struct bill whole = bill_of_baseline(m);
    return (double)whole.untouched.packed_bits / 8;
}

static void json_config(struct json_out *j, struct gpt2_config c)
{
    json_key(j, "config");
    json_open(j, '{');
    for (int i = 0; i < GPT2_KEYS; i++) {
        int value = *gpt2_key_value(&c, &gpt2_keys[i]);
        json_key(j, gpt2_keys[i].name);
        if (value < 0) {
            json_null_out(j);
        } else {
            json_int(j, value);
        }
    }
    json_key(j, "layer_norm_epsilon");
    char epsilon[32]; /* the shortest text of the 32-bit number, not of its widening */
    snprintf(epsilon, sizeof epsilon, "%.7g", (double)c.ln_epsilon);
    json_real_out(j, strtod(epsilon, NULL));
    json_key_text(j, "activation_function", "gelu_new");
    json_close(j, '}');
}

static void json_tensor(struct json_out *j, const struct gpt2 *m, const struct gpt2_tensor *t,
                        const struct gpt2_stats *s)
{
    json_open(j, '{');
    json_key_text(j, "name", t->name);
    json_key(j, "shape");
    json_open_flat(j, '[');
    if (t->rows) {
        json_int(j, (int64_t)t->rows);
    }
    json_int(j, (int64_t)t->cols);
    json_close(j, ']');
    json_key_text(j, "dtype", dtype_name(t));
    json_key_text(j, "scope", gpt2_scope_name(t->scope));
    json_key_real(j, "mean", s->mean);
    json_key_real(j, "std", s->std);
    json_key_real(j, "min", s->min);
    json_key_real(j, "max", s->max);
    json_key_int(j, "parameters", (int64_t)t->n);
    json_key_real(j, "share", share(m, t->n));
    if (t->packed) {
        packed_json(j, t);
    }
    json_close(j, '}');
}

static void print_json(struct buf *out, const struct inspection *in)
{
    const struct gpt2 *m = &in->model;
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_text(&j, "path", m->path);
    json_key_text(&j, "format", in->packed ? GPT2_FORMAT_PACKED : GPT2_FORMAT_MODEL);
    json_key_int(&j, "format_version", format_version(in));
    json_config(&j, m->config);
    json_key_int(&j, "parameters", (int64_t)gpt2_parameters(m));
    json_key(&j, "synthetic");
    json_bool_out(&j, m->synthetic);
    if (*m->quantized) {
        json_key_text(&j, "quantized", m->quantized);
    } else {
        json_key(&j, "quantized");
        json_null_out(&j);
    }
    json_key(&j, "sources");
    json_open(&j, '{');
    for (size_t i = 0; i < in->n_sources; i++) {
        json_key_text(&j, in->sources[i].name, in->sources[i].sha256);
    }
    json_close(&j, '}');
    json_key(&j, "special_token_ids");
    json_open_flat(&j, '[');
    for (int i = 0; i < m->n_special; i++) {
        json_int(&j, m->special_token_ids[i]);
    }
    json_close(&j, ']');
    json_key(&j, "tensors");
    json_open(&j, '[');
    for (int i = 0; i < m->n_tensors; i++) {
        json_tensor(&j, m, &m->tensors[i], &in->stats[i]);
    }
    json_close(&j, ']');
    if (in->packed) {
        bill_json(&j, &in->bill, packed_steps(m));
    }
    json_close(&j, '}');
}

static void print_header(struct buf *out, const struct inspection *in)
{
    struct gpt2_config c = in->model.config;
    buf_addf(out, "%s (GPT-2%s, format version %d)\n", in->model.path, in->packed ? ", packed" : "",
             format_version(in));
    for (int i = 0; i < GPT2_KEYS; i++) {
        int value = *gpt2_key_value(&c, &gpt2_keys[i]);
        if (value >= 0) {
            buf_addf(out, "  %-20s %d\n", gpt2_keys[i].name, value);
        }
    }
    if (in->model.synthetic) {
        buf_addf(out, "  %-20s yes: hashes of their places, not trained\n", "synthetic weights");
    }
    if (*in->model.quantized) {
        buf_addf(out, "  %-20s %s\n", "quantized", in->model.quantized);
    }
    buf_addf(out, "  %-20s %.7g\n", "layer_norm_epsilon", (double)c.ln_epsilon);
    buf_addf(out, "  %-20s", "special_token_ids");
    for (int i = 0; i < in->model.n_special; i++) {
        buf_addf(out, " %d", in->model.special_token_ids[i]);
    }
    buf_adds(out, in->model.n_special ? "\n" : " none\n");
    for (size_t i = 0; i < in->n_sources; i++) {
        buf_addf(out, "  %-20s SHA-256 %s\n", in->sources[i].name, in->sources[i].sha256);
    }
}

static void print_totals(struct buf *out, const struct gpt2 *m)
{
    static const enum gpt2_scope scopes[] = {SCOPE_HEAD, SCOPE_BLOCKS, SCOPE_NONE};
    buf_addf(out, "\n%-8s %14s %8s\n", "scope", "parameters", "share");
    for (size_t s = 0; s < sizeof scopes / sizeof scopes[0]; s++) {
        size_t n = 0;
        for (int i = 0; i < m->n_tensors; i++) {
            n += m->tensors[i].scope == scopes[s] ? m->tensors[i].n : 0;
        }
        buf_addf(out, "%-8s %14zu %7.3f%%\n", gpt2_scope_name(scopes[s]), n, 100 * share(m, n));
    }
    size_t n = gpt2_parameters(m);
    buf_addf(out, "%-8s %14zu %7.3f%%\n", "total", n, 100.0);
    buf_addf(out, "%.2f MiB as stored, %.2f MiB in 32-bit floats\n",
             (double)stored_bytes(m) / 0x1p20, 4 * (double)n / 0x1p20);
}

static void print_table(struct buf *out, const struct inspection *in)
{
    const struct gpt2 *m = &in->model;
    print_header(out, in);
    buf_addf(out, "\n%-24s %13s %5s %-6s %10s %10s %10s %10s %8s\n", "tensor", "shape", "dtype",
             "scope", "mean", "std", "min", "max", "share");
    for (int i = 0; i < m->n_tensors; i++) {
        const struct gpt2_tensor *t = &m->tensors[i];
        const struct gpt2_stats *s = &in->stats[i];
        char shape[48];
        if (t->rows) {
            snprintf(shape, sizeof shape, "%zu x %zu", t->rows, t->cols);
        } else {
            snprintf(shape, sizeof shape, "%zu", t->cols);
        }
        buf_addf(out, "%-24s %13s %5s %-6s %10.3g %10.3g %10.3g %10.3g %7.3f%%\n", t->name, shape,
                 dtype_name(t), gpt2_scope_name(t->scope), s->mean, s->std, s->min, s->max,
                 100 * share(m, t->n));
    }
    print_totals(out, m);
    if (in->packed) {
        packed_print(out, m);
        buf_addc(out, '\n');
        bill_print(out, &in->bill, packed_steps(m));
        bill_print_file(out, &in->bill, m, m->file.n);
    }
}

static int take_stats(struct inspection *in, struct err *e)
{
    const struct gpt2 *m = &in->model;
    size_t done = 0, all = gpt2_parameters(m);
    in->stats = mem_new((size_t)m->n_tensors, sizeof *in->stats, e);
    int status = in->stats ? 0 : -1;
    for (int i = 0; i < m->n_tensors && !status; i++) {
        done += m->tensors[i].n;
        status =
            gpt2_stats(&in->stats[i], &m->tensors[i], e) || progress_tell(m->progress, done, all, e)
                ? -1
                : 0;
    }
    return status;
}

static int inspect(struct inspection *in, const char *path, const struct progress *progress,
                   struct err *e)
{
    struct gpt2 *m = &in->model;
    if (gpt2_open(m, path, e)) {
        return -1;
    }
    m->progress = progress;
    if (gpt2_load(m, e) || gpt2_sources(m, in->sources, &in->n_sources, e)) {
        return -1;
    }
    in->packed = gpt2_is_packed(m);
    if (in->packed && bill_of_packed(&in->bill, m, e)) {
        return -1;
    }
    return take_stats(in, e);
}

enum { INSPECT_STEPS = 2 }; /* weights looked at, their statistics */

int cmd_inspect(int argc, char **argv)
{
    struct options o = {0};
    struct inspection in = {0};
    struct buf out = BUF_INIT;
    struct err e;
    int status;
    command_parse(&argp, argc, argv, &o);
    struct progress_line line;
    struct progress progress = progress_line_begin(&line, "inspect", INSPECT_STEPS);
    int failed = inspect(&in, o.path, &progress, &e);
    progress_line_end(&line);
    if (failed) {
        status = command_fail("inspect", EXIT_FAILED, &e);
    } else {
        if (o.json) {
            print_json(&out, &in);
        } else {
            print_table(&out, &in);
        }
        status = command_print("inspect", &out);
    }
    free(in.stats);
    gpt2_close(&in.model);
    buf_release(&out);
    return status;
}
