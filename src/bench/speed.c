#include "bench/speed.h"

#include <math.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "bench/bandwidth.h"
#include "bench/latency.h"
#include "bench/random.h"
#include "model/gpt2_tokenizer.h"
#include "report/report.h"
#include "run/methods.h"
#include "tensor/matmul.h"

enum form { FLOATS, DEQUANTIZED, PACKED, FORMS };
static const char *const form_names[FORMS] = {"32-bit floats", "dequantized floats", "codes"};

/* The largest and smallest ratio of a form's time for a token to that of the floats. */
struct span {
    double low, high;
};

struct speed {
    struct layout *table;
    const struct spec *spec;
    const char *folder;
    size_t turns;
    const struct progress *progress; /* told in weights read: */
    size_t done, present, total;     /* by what is over, by what is measured now, in all */
    double bandwidth;                /* bytes a second */
    struct span spans[FORMS];
    struct buf absent; /* models that are not there */
    size_t measured;
};

/* Is it a model that somebody has yet to download? */
static bool is_absent(const struct spec_model *model)
{
    return model->get && !file_exists(model->path);
}

/* Weights that one turn of all forms of a model reads at least, and that all of the work reads. */
static int count_weights(struct speed *v, struct err *e)
{
    const struct spec *s = v->spec;
    for (size_t i = 0; i < s->n_models; i++) {
        struct gpt2 m;
        if (is_absent(&s->models[i])) {
            continue;
        }
        if (gpt2_open(&m, s->models[i].path, e)) {
            return -1;
        }
        v->total += (s->n_methods - 1) * FORMS * v->turns * gpt2_parameters(&m);
        gpt2_close(&m);
    }
    return 0;
}

static bool tell_weights(void *context, size_t turn, size_t turns)
{
    const struct speed *v = context;
    size_t now = v->done + v->present / turns * turn;
    return v->progress && v->progress->report &&
           v->progress->report(v->progress->context, now, v->total);
}

/* The spec's first text in the model's tokens; without a tokenizer, as many random ids as may be.
 */
static int one_text(struct sequences *out, const struct gpt2 *m, const struct spec *s,
                    struct err *e)
{
    const struct spec_texts *file = &s->texts[0];
    size_t room = (size_t)m->config.P > LATENCY_TOKENS ? (size_t)m->config.P - LATENCY_TOKENS : 1;
    size_t most = (size_t)s->evaluations[0].max_tokens;
    struct texts texts = {0};
    struct tokenizer *tokenizer = NULL;
    most = most < room ? most : room;
    if (m->vocab_json.n == 0) {
        return random_texts(out, 1, most, m->config.V, e);
    }
    int status = gpt2_tokenizer(&tokenizer, m, e) ||
                         texts_read(&texts, file->path, file->keep_line_ends, 1, e) ||
                         texts_encode(&texts, tokenizer, most, out, e)
                     ? -1
                     : 0;
    texts_release(&texts);
    tokenizer_free(tokenizer);
    return status;
}

/* Packs the base, opens the file in both forms and removes it: what is mapped stays. */
static int open_forms(struct gpt2 forms[FORMS], const struct spec_method *method,
                      const char *folder, struct err *e)
{
    struct workshop w = {.base = &forms[FLOATS]};
    struct bill bill;
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/packed-%ld.h5", folder, (long)getpid());
    int status =
        buf_check(&path, e) || run_quantize_packed(path.s, &bill, &w, method->kind, &method->params,
                                                   0, NULL, 0, "for measuring speed", e)
            ? -1
            : 0;
    if (!status) {
        status = gpt2_open(&forms[DEQUANTIZED], path.s, e) || gpt2_load(&forms[DEQUANTIZED], e) ||
                         gpt2_open(&forms[PACKED], path.s, e) || gpt2_load_codes(&forms[PACKED], e)
                     ? -1
                     : 0;
        unlink(path.s);
    }
    workshop_release(&w);
    buf_release(&path);
    return status;
}

/* Are the codes themselves multiplied, of some matrix at least? */
static bool keeps_codes(const struct gpt2 *m)
{
    bool kept = false;
    for (int t = 0; t < m->n_tensors; t++) {
        kept |= !m->tensors[t].f32;
    }
    return kept;
}

static void add_latency(struct layout *l, const struct latency *x)
{
    layout_cell(l, "%.2f [%.2f, %.2f]", 1e3 * x->median_s, 1e3 * x->low_s, 1e3 * x->high_s);
}

static void add_row(struct speed *v, const char *model, const char *method, size_t n_ids,
                    const struct latency_form *forms, enum form form)
{
    const struct latency_form *f = &forms[form];
    struct layout *l = v->table;
    double ratio = f->token.median_s / forms[FLOATS].token.median_s;
    v->spans[form].low = fmin(v->spans[form].low, ratio);
    v->spans[form].high = fmax(v->spans[form].high, ratio);
    layout_cell(l, "%s", model);
    layout_cell(l, "%s", method);
    layout_cell(l, "%s%s", form_names[form],
                form == PACKED && !keeps_codes(f->m) ? ", decoded on loading" : "");
    layout_cell(l, "%.2f", f->weight_bytes / 0x1p20);
    layout_cell(l, "%zu", n_ids);
    add_latency(l, &f->text);
    add_latency(l, &f->token);
    layout_cell(l, "%.2f", f->token_bytes / 0x1p20);
    layout_cell(l, "%.1f", f->token_bytes / f->token.median_s / 1e9);
    layout_cell(l, "%.2f×", forms[FLOATS].text.median_s / f->text.median_s);
    layout_cell(l, "%.2f×", 1 / ratio);
}

static int measure_method(struct speed *v, const struct spec_model *model, size_t method,
                          struct err *e)
{
    struct gpt2 forms[FORMS] = {0};
    struct latency_form latency[FORMS] = {0};
    struct sequences text = {0};
    int status = gpt2_open(&forms[FLOATS], model->path, e) || gpt2_load(&forms[FLOATS], e) ||
                         open_forms(forms, &v->spec->methods[method], v->folder, e) ||
                         one_text(&text, &forms[FLOATS], v->spec, e)
                     ? -1
                     : 0;
    for (int f = 0; f < FORMS; f++) {
        latency[f].m = &forms[f];
    }
    if (!status) {
        const struct progress turns = {.report = tell_weights, .context = v};
        v->present = FORMS * v->turns * gpt2_parameters(&forms[FLOATS]);
        status = latency_measure(latency, FORMS, text.ids, text.start[1], v->turns, &turns, e);
        v->done += v->present;
    }
    for (int f = 0; f < FORMS && !status; f++) {
        add_row(v, model->name, v->spec->methods[method].name, text.start[1], latency,
                (enum form)f);
    }
    v->measured += status == 0;
    sequences_release(&text);
    for (int f = 0; f < FORMS; f++) {
        gpt2_close(&forms[f]);
    }
    return status;
}

static void begin_table(struct speed *v)
{
    static const char *const heads[] = {
        "Weights in\nmemory (MB)", "Tokens of\nthe text", "Text (ms)",
        "One token\nmore (ms)",    "Read a\ntoken (MB)",  "GB/s",
        "Speed,\none text",        "Speed,\none token"};
    layout_name(v->table, "speed");
    buf_addf(&v->table->caption,
             "%s. Time of one text and of one token more, %d threads, as measured on this machine: "
             "median and quartiles of %zu turns.",
             v->spec->title && *v->spec->title ? v->spec->title : v->spec->name, compute_threads(),
             v->turns);
    layout_column(v->table, LAYOUT_LEFT, "Model");
    layout_column(v->table, LAYOUT_LEFT, "Method");
    layout_column(v->table, LAYOUT_LEFT, "Weights as");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        layout_column(v->table, LAYOUT_RIGHT, heads[i]);
    }
}

static void add_notes(struct speed *v)
{
    const struct span *same = &v->spans[DEQUANTIZED], *codes = &v->spans[PACKED];
    layout_note(v->table,
                "GB/s: bytes of weights that one token reads by its time; this machine reads "
                "memory at %.1f GB/s with as many threads (best of a few passes over 512 MB), and "
                "small models are read from its caches. Speed: against the 32-bit floats, which "
                "took turns with the others. MB are 2^20 bytes.",
                v->bandwidth / 1e9);
    if (v->measured > 0) {
        layout_note(
            v->table,
            "Dequantized floats are as many bytes as the floats were, so being quantized makes "
            "them no faster: that one token took %.2f to %.2f of the floats' time comes of "
            "where they lie (in memory of their own, not in the mapped file) and of chance. "
            "From the codes it took %.2f to %.2f.",
            same->low, same->high, codes->low, codes->high);
    }
    layout_note(
        v->table,
        "The study published, for one short text from 32-bit floats before and dequantized "
        "ones after, GPT-2 18.24 → 15.46 ms and Medium 28.61 → 28.81 ms; both read the same "
        "bytes, so the difference is no effect of quantization.");
    if (v->absent.len > 0) {
        layout_note(v->table, "Not measured, since their files are not there: %s.",
                    buf_text(&v->absent));
    }
}

int bench_speed(struct layout *table, const struct spec *s, const char *folder, size_t turns,
                const struct progress *progress, struct err *e)
{
    struct speed v = {.table = table,
                      .spec = s,
                      .folder = folder,
                      .turns = turns,
                      .progress = progress,
                      .absent = BUF_INIT};
    if (s->n_axes > 0) {
        return err_set(e, "%s sweeps parameters; speed is measured of single methods", s->path);
    }
    for (int f = 0; f < FORMS; f++) {
        v.spans[f] = (struct span){INFINITY, 0};
    }
    int status = count_weights(&v, e) || bandwidth_of_reading(&v.bandwidth, e) ? -1 : 0;
    begin_table(&v);
    for (size_t m = 0; m < s->n_models && !status; m++) {
        const struct spec_model *model = &s->models[m];
        bool gone = is_absent(model);
        if (gone) {
            buf_addf(&v.absent, "%s%s (%s)", v.absent.len ? ", " : "", model->name, model->get);
        }
        for (size_t k = 0; k < s->n_methods && !gone && !status; k++) {
            if (!run_is_baseline(s->methods[k].kind)) {
                status = measure_method(&v, model, k, e);
            }
        }
    }
    if (!status) {
        add_notes(&v);
        status = buf_check(&v.absent, e);
    }
    buf_release(&v.absent);
    return status;
}
