/* The table of sections (declared in bench.h), and what they share. */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"

const struct bench_section bench_sections[] = {
    {"limits", "multiply-adds a second and bandwidth of memory", bench_measure_limits},
    {"load", "opening a model file and making its weights ready", bench_load},
    {"forward", "forward pass with losses against its floor of products", bench_forward},
    {"products", "OpenBLAS' products at the shapes of a forward pass", bench_products},
    {"scaling", "forward pass on 1, 2, 4, … threads", bench_scaling},
    {"quantize", "quantizers against the bandwidth of memory", bench_quantize},
    {"game", "table of costs and Nash equilibrium against memory", bench_game},
    {"study", "the study's first table, opening and quantizers included", bench_study},
    {0}};

const struct bench_section *bench_section_named(const char *name)
{
    for (const struct bench_section *s = bench_sections; s->name; s++) {
        if (strcmp(s->name, name) == 0) {
            return s;
        }
    }
    return NULL;
}

void bench_model_name(char *out, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    snprintf(out, size, "%.*s", dot ? (int)(dot - name) : (int)strlen(name), name);
}

double bench_memory_s(const struct bench_limits *l, double read_bytes, double write_bytes)
{
    return read_bytes / l->read_bytes + write_bytes / l->write_bytes;
}
