#include "bench/output.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "base/version.h"
#include "report/gnuplot.h"
#include "results/provenance.h"
#include "tensor/matmul.h"

/* The numbers of a section, and for the roofline those of a subject, stand together. */
static bool has_numbers(const struct bench *b, const char *section)
{
    for (size_t i = 0; i < b->measures.n; i++) {
        if (strcmp(b->measures.numbers[i].section, section) == 0) {
            return true;
        }
    }
    return false;
}

static void add_section(const struct bench *b, const struct bench_section *s, struct buf *out)
{
    buf_addf(out, "\n## %s: %s\n\n", s->name, s->help);
    if (has_numbers(b, s->name)) {
        measures_table(&b->measures, s->name, out);
    } else {
        buf_adds(out, "not measured\n");
    }
}

void bench_markdown(const struct bench *b, struct buf *out)
{
    buf_addf(out,
             "# Speed on this machine\n\n%d threads, BLAS core %s. Best times of some runs; "
             "ratios of one run are what to compare.\n",
             compute_threads(), blas_core());
    for (const struct bench_section *s = bench_sections; s->name; s++) {
        add_section(b, s, out);
    }
}

static void write_json(const struct bench *b, double wall_s, struct buf *json)
{
    struct provenance p = {.blas_config = blas_config(),
                           .blas_core = blas_core(),
                           .version = NASHSWARM_VERSION,
                           .hdf5_version = h5_version(),
                           .threads = compute_threads(),
                           .wall_s = wall_s,
                           .solve_s = (double)NAN};
    struct json_out j = json_begin(json);
    json_open(&j, '{');
    json_key_int(&j, "format", 1);
    json_key(&j, "provenance");
    provenance_object(&p, &j);
    json_key(&j, "numbers");
    measures_json(&b->measures, &j);
    json_close(&j, '}');
}

/* plots/roofline.gp says what is in it. */
static void roofline_data(const struct bench *b, struct buf *data)
{
    const struct bench_limits *l = &b->limits;
    buf_addf(data, "%.6g %.6g %.6g %.6g\n\n\n", l->flops / 1e9, l->flops_one_thread / 1e9,
             l->read_bytes / 1e9, l->write_bytes / 1e9);
    for (size_t i = 0; i < b->measures.n; i++) {
        const struct bench_number *n = &b->measures.numbers[i];
        if (strcmp(n->section, "roofline") == 0 && strcmp(n->name, "intensity") == 0) {
            double speed = measures_value(&b->measures, "roofline", n->subject, "speed");
            buf_addf(data, "\"%s\" %.6g %.6g\n", n->subject, n->value, speed);
        }
    }
}

static int draw(const struct bench *b, const char *root, struct buf *written, struct err *e)
{
    struct buf scripts = BUF_INIT, folder = BUF_INIT, data = BUF_INIT;
    int status = 0;
    if (has_numbers(b, "limits") && has_numbers(b, "roofline")) {
        buf_addf(&folder, "%s/plots/bench", root);
        roofline_data(b, &data);
        status = buf_check(&folder, e) || buf_check(&data, e) || gnuplot_scripts(&scripts, e) ||
                         file_make_dirs(folder.s, e) ||
                         gnuplot_draw(scripts.s, folder.s, "roofline", &data, written, e)
                     ? -1
                     : 0;
    }
    buf_release(&scripts);
    buf_release(&folder);
    buf_release(&data);
    return status;
}

int bench_write(const struct bench *b, const char *root, double wall_s, struct buf *written,
                struct err *e)
{
    struct buf folder = BUF_INIT, json = BUF_INIT, markdown = BUF_INIT;
    buf_addf(&folder, "%s/results", root);
    write_json(b, wall_s, &json);
    bench_markdown(b, &markdown);
    int status = buf_check(&folder, e) || file_make_dirs(folder.s, e) ||
                         file_write_text(folder.s, "bench.json", &json, e) ||
                         file_write_text(folder.s, "bench.md", &markdown, e)
                     ? -1
                     : 0;
    if (!status) {
        buf_addf(written, "%s/bench.json\n%s/bench.md\n", folder.s, folder.s);
        status = draw(b, root, written, e);
    }
    buf_release(&folder);
    buf_release(&json);
    buf_release(&markdown);
    return status;
}
