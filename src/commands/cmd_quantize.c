/* nashswarm quantize: one model, one method, a model file that every other command accepts. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file_stamp.h"
#include "commands/bill_output.h"
#include "commands/command.h"
#include "commands/method_options.h"
#include "commands/progress_line.h"
#include "model/gpt2_file.h"
#include "tensor/matmul.h"

struct options {
    const char *model, *out, *method, *calibration;
    long seed, threads;
    bool packed, dequantize; /* packed unless asked otherwise */
    const struct method_kind *kind;
    struct params params;
    struct method_options method_options;
};

enum { KEY_OUT = 'o', KEY_METHOD = 256, KEY_SEED, KEY_PACKED, KEY_DEQUANTIZE, KEY_CALIBRATION };
enum { CALIBRATION_TOKENS = 64 }; /* where a calibration text is cut, as in specs by default */

static char method_help[METHOD_HELP_MAX]; /* from the table of methods */

static struct argp_option option_rows[METHOD_OPTIONS_MAX + 9] = {
    {"output", KEY_OUT, "OUT.h5", 0, "the model file to write", 0},
    {"dequantize", KEY_DEQUANTIZE, 0, 0,
     "write what the codes decode to, in 32-bit floats, as an ordinary model file", 0},
    {"packed", KEY_PACKED, 0, 0,
     "write codes, map and grids as the bytes that are billed (the default)", 0},
    {"calibration", KEY_CALIBRATION, "FILE", 0,
     "texts that methods may learn from, one a line, such as data/calibration/books.txt", 0},
    {"seed", KEY_SEED, "N", 0, "seed of the random choices (default: 0)", 0},
    {"method", KEY_METHOD, "NAME", 0, method_help, 0},
    COMMAND_THREADS_ROW,
};
enum { FIXED_OPTIONS = 7 };
static const long seed_max = (1L << 53) - 1; /* as in specs: exact as a double */

static void check_options(struct options *o, struct argp_state *state)
{
    struct err e;
    if (!o->model || !o->out || !o->method) {
        argp_error(state, "%s",
                   !o->model ? "which model? Give a .h5 file"
                   : !o->out ? "where to? Give -o OUT.h5"
                             : "how? Give --method NAME");
    } else if (o->packed && o->dequantize) {
        argp_error(state, "in which form? Give one of --dequantize and --packed, not both");
    } else if (!(o->kind = run_method_named(o->method)) || run_is_baseline(o->kind)) {
        char names[METHOD_HELP_MAX];
        method_options_names(names);
        argp_error(state, "--method takes %s, not \"%s\"", names, o->method);
    } else if (method_options_params(&o->method_options, o->kind, &o->params, &e)) {
        argp_error(state, "%s", e.text);
    } else if (!o->calibration && o->kind->uses_calibration &&
               o->kind->uses_calibration(&o->params)) {
        argp_error(state,
                   "a sensitivity other than none, rounding: feedback and the method shapley learn "
                   "from texts: give --calibration FILE, one text a line");
    }
    command_keep_input(o->out, o->model, "model", state);
    command_keep_input(o->out, o->calibration, "calibration text", state);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case KEY_OUT:
        o->out = arg;
        break;
    case KEY_METHOD:
        o->method = arg;
        break;
    case KEY_CALIBRATION:
        o->calibration = arg;
        break;
    case KEY_DEQUANTIZE:
        o->dequantize = true;
        break;
    case KEY_PACKED:
        o->packed = true;
        break;
    case KEY_SEED:
        command_take_number(&o->seed, "--seed", arg, 0, seed_max, state);
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->model, arg, "model", state);
        break;
    case ARGP_KEY_END:
        check_options(o, state);
        break;
    default:
        return method_options_take(&o->method_options, key, arg) ? 0 : ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "MODEL.h5 --method NAME -o OUT.h5",
    "Quantize a model, write it, and say what it costs in bits. Every command that reads a model "
    "reads packed ones."
    "\vThe least harm at few bits that this program knows, here 3 stored bits a weight:\n"
    "  nashswarm quantize MODEL.h5 --method nash --grid step --coding entropy "
    "--bits-per-weight 3 --calibration TEXTS -o OUT.h5\n"
    "The defaults are the study's grids and plain codes.",
    0,
    0,
    0};

/* Sizes as the study counts them, at the prices of the bill, and line by line. */
static void write_bill(struct buf *out, const struct options *o, const struct gpt2 *m,
                       const struct bill *b)
{
    double mib = 8.0 * 1024 * 1024;
    double error = bill_relative_error(b);
    buf_addf(out, "%s: %lld of %zu weights quantized, relative squared error ", o->out,
             (long long)b->scope_weights, gpt2_parameters(m));
    buf_addf(out, isnan(error) ? "not defined: all of them are alike\n" : "%.6f\n", error);
    bool steps = grid_options_of(&o->params).fit == FIT_STEP;
    if (!steps) {
        buf_addf(out,
                 "as the study counts: %.2f MiB of %.2f MiB (the whole model), %.4f bits a weight, "
                 "compression %.2f %%\n",
                 (double)b->code_bits / mib, 32.0 * (double)gpt2_parameters(m) / mib,
                 bill_payload(b), 100 * (1 - bill_payload(b) / 32));
    }
    bill_print(out, b, steps);
}

static int write_size(struct buf *out, const struct options *o, const struct gpt2 *m,
                      const struct bill *b, struct err *e)
{
    struct file_stamp file;
    if (file_stamp_read(&file, o->out, e)) {
        return -1;
    }
    bill_print_file(out, o->dequantize ? NULL : b, m, (size_t)file.size);
    return 0;
}

/* "uniform bits: 4 scope: head …": how the file was made. */
static void describe(struct buf *out, const struct options *o)
{
    buf_addf(out, "%s of %s, %s:", o->kind->name, o->model,
             o->dequantize ? "dequantized" : "packed");
    for (size_t i = 0; i < o->kind->schema.n; i++) {
        buf_addf(out, " %s: ", o->kind->schema.rows[i]->name);
        value_format(&o->params.values[i], o->kind->schema.rows[i], out);
    }
    if (o->kind->uses_seed && o->kind->uses_seed(&o->params)) {
        buf_addf(out, " seed: %ld", o->seed);
    }
}

/* Marks what is to be written with method and bits: it is no longer the model. */
static int mark(struct gpt2 *base, const struct options *o, struct err *e)
{
    char before[GPT2_MARK];
    struct buf text = BUF_INIT;
    snprintf(before, sizeof before, "%s", base->quantized);
    buf_adds(&text, o->kind->name);
    for (size_t i = 0; i < o->kind->schema.n; i++) {
        const struct param *row = o->kind->schema.rows[i];
        if (strcmp(row->name, "bits") == 0 || strcmp(row->name, "bits_per_weight") == 0) {
            buf_addf(&text, ", %s: ", row->name);
            value_format(&o->params.values[i], row, &text);
        }
    }
    buf_addf(&text, "%s%s", *before ? "; before that " : "", before);
    int status = buf_check(&text, e);
    snprintf(base->quantized, sizeof base->quantized, "%s", buf_text(&text));
    buf_release(&text);
    return status;
}

static int open_calibration(struct workshop *w, const struct options *o, struct err *e)
{
    struct calibration_texts texts = {.path = o->calibration, .max_tokens = CALIBRATION_TOKENS};
    return o->calibration ? calibration_open(&w->calibration, w->base, &texts, e) : 0;
}

/* The file, packed or not, and its bill. */
static int write_file(struct bill *bill, const struct options *o, struct workshop *w,
                      const char *note, struct err *e)
{
    struct quantized q = {0};
    struct gpt2_source sources[GPT2_SOURCES_MAX];
    size_t n = 0;
    uint64_t seed = (uint64_t)o->seed;
    if (gpt2_sources(w->base, sources, &n, e)) {
        return -1;
    }
    if (!o->dequantize) {
        return run_quantize_packed(o->out, bill, w, o->kind, &o->params, seed, sources, n, note, e);
    }
    int status = run_quantize(&q, w, o->kind, &o->params, seed, e);
    if (!status) {
        *bill = q.bill;
        status = gpt2_save(&q.variant, o->out, sources, n, note, e);
    }
    quantized_release(&q);
    return status;
}

static int quantize(struct buf *out, const struct options *o, struct err *e)
{
    struct gpt2 base = {0};
    struct workshop w = {.base = &base};
    struct bill bill;
    struct buf note = BUF_INIT;
    describe(&note, o);
    struct progress_line line;
    struct progress progress = progress_line_begin(&line, "quantize", 2); /* read, written */
    int status = gpt2_open(&base, o->model, e);
    base.progress = &progress;
    if (!status && (mark(&base, o, e) || gpt2_load(&base, e) || buf_check(&note, e) ||
                    open_calibration(&w, o, e) || write_file(&bill, o, &w, note.s, e))) {
        status = -1;
    }
    progress_line_end(&line);
    if (!status) {
        write_bill(out, o, &base, &bill);
        status = write_size(out, o, &base, &bill, e);
    }
    buf_release(&note);
    workshop_release(&w);
    gpt2_close(&base);
    return status;
}

int cmd_quantize(int argc, char **argv)
{
    struct options o = {0};
    struct buf out = BUF_INIT;
    struct err e;
    method_options_help(method_help);
    method_options_init(&o.method_options, option_rows + FIXED_OPTIONS);
    command_parse(&argp, argc, argv, &o);
    int status = compute_init((int)o.threads, &e) || quantize(&out, &o, &e)
                     ? command_fail("quantize", EXIT_FAILED, &e)
                     : command_print("quantize", &out);
    buf_release(&out);
    return status;
}
