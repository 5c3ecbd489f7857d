#include "model/gpt2_load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "coding/packed.h"
#include "coding/product.h"
#include "model/gpt2.h"

bool halves_to_floats(float *out, const unsigned char *half, size_t n)
{
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, half + 2 * i, sizeof h);
        out[i] = half_to_float(h);
        bad |= !half_is_finite(h);
    }
    return !bad;
}

void bfloats_to_floats(float *out, const unsigned char *bits, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t upper;
        memcpy(&upper, bits + 2 * i, sizeof upper);
        out[i] = float_from_bits((uint32_t)upper << 16);
    }
}

/* By bits, since compilers make no vector code of isfinite(). */
bool floats_finite(const float *x, size_t n)
{
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        bad |= (float_to_bits(x[i]) & 0x7F800000u) == 0x7F800000u;
    }
    return !bad;
}

bool halves_finite(const unsigned char *half, size_t n)
{
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, half + 2 * i, sizeof h);
        bad |= !half_is_finite(h);
    }
    return !bad;
}

/* A chunk of a tensor: the unit of work, the same whatever the number of threads. */
struct job {
    int tensor;
    size_t begin, end;
    bool bad; /* holds a NaN or an infinity */
};

static bool usable_in_place(const struct gpt2_tensor *t)
{
    return t->stored && t->dtype == DTYPE_F32 && (size_t)t->stored % sizeof(float) == 0;
}

/* Are the codes multiplied as they lie? Their grids are looked through in place of weights. */
static int keep_codes(const struct gpt2 *m, const struct gpt2_tensor *t, bool *kept, struct err *e)
{
    struct packed_matrix matrix;
    *kept = t->packed && !t->f32 && packed_matrix_of(&matrix, t->packed);
    return *kept && packed_matrix_check(&matrix, e) ? err_prefix(e, "%s in %s", t->name, m->path)
                                                    : 0;
}

/*
 * Points f32 at the mapped weights, or at fresh memory that holds what the codes stand for, or that
 * do_job() has yet to fill.
 */
static int provide_f32(const struct gpt2 *m, struct gpt2_tensor *t, struct err *e)
{
    if (t->f32) {
        return 0;
    }
    if (usable_in_place(t)) {
        t->f32 = t->stored;
        return 0;
    }
    float *fresh = mem_floats(t->n, e);
    t->f32 = fresh;
    t->owns_f32 = fresh != NULL;
    if (fresh && t->packed && packed_values(fresh, t->packed, e)) {
        return err_prefix(e, "%s in %s", t->name, m->path);
    }
    return fresh ? 0 : -1;
}

/*
 * A packed file may claim far more weights than it has bytes: codes of 0 bits take none. Filling
 * the memory of the machine with them would have the system kill programs.
 */
static int check_memory(const struct gpt2 *m, bool codes, struct err *e)
{
    double bytes = 0, most = (double)machine_memory_installed();
    for (int i = 0; i < m->n_tensors; i++) {
        const struct gpt2_tensor *t = &m->tensors[i];
        struct packed_matrix matrix;
        bool is_there = t->f32 || usable_in_place(t) ||
                        (codes && t->packed && packed_matrix_of(&matrix, t->packed));
        bytes += is_there ? 0 : (double)t->n * sizeof *t->f32;
    }
    return most == 0 || bytes <= most
               ? 0
               : err_set(e,
                         "the weights of %s take %.1f GB of memory, and this machine has %.1f GB",
                         m->path, bytes * 1e-9, most * 1e-9);
}

static struct job *make_jobs(const struct gpt2 *m, size_t *n_jobs, struct err *e)
{
    size_t n = 0;
    for (int i = 0; i < m->n_tensors; i++) {
        n += m->tensors[i].f32 ? chunk_count(m->tensors[i].n) : 0;
    }
    struct job *jobs = mem_new(n, sizeof *jobs, e);
    *n_jobs = n;
    n = 0;
    for (int i = 0; jobs && i < m->n_tensors; i++) {
        for (size_t c = 0; m->tensors[i].f32 && c < chunk_count(m->tensors[i].n); c++) {
            jobs[n++] = (struct job){i, chunk_begin(c), chunk_end(c, m->tensors[i].n), false};
        }
    }
    return jobs;
}

static void do_job(const struct gpt2 *m, struct job *job)
{
    const struct gpt2_tensor *t = &m->tensors[job->tensor];
    size_t n = job->end - job->begin;
    const unsigned char *stored = t->stored;
    /* Owned by t and written by this job alone until gpt2_load() is over. */
    float *out = (float *)(size_t)(t->f32 + job->begin);
    if (stored && t->dtype == DTYPE_F16) {
        job->bad = !halves_to_floats(out, stored + job->begin * 2, n);
        return;
    }
    if (stored && t->owns_f32) {
        memcpy(out, stored + job->begin * sizeof *out, n * sizeof *out);
    }
    job->bad = !floats_finite(out, n);
}

int gpt2_refuse_weight(const struct gpt2 *m, const struct gpt2_tensor *t, size_t i, float x,
                       struct err *e)
{
    const char *what = isnan(x) ? "NaN" : "infinite";
    if (t->rows == 0) {
        return err_set(e, "%s in %s is %s at element %zu; a model must be all finite numbers",
                       t->name, m->path, what, i);
    }
    return err_set(e, "%s in %s is %s at row %zu, column %zu; a model must be all finite numbers",
                   t->name, m->path, what, i / t->cols, i % t->cols);
}

/* The first weight of a job that is not finite. */
static int refuse_job(const struct gpt2 *m, const struct job *job, struct err *e)
{
    const struct gpt2_tensor *t = &m->tensors[job->tensor];
    size_t i = job->begin;
    while (isfinite(t->f32[i])) {
        i++;
    }
    return gpt2_refuse_weight(m, t, i, t->f32[i], e);
}

/* All of them, so many at a time between two reports. */
static int do_jobs(const struct gpt2 *m, struct job *jobs, size_t n, struct err *e)
{
    enum { AT_A_TIME = 512 }; /* 128 MiB of floats */
    for (size_t begin = 0; begin < n; begin += AT_A_TIME) {
        size_t end = begin + AT_A_TIME < n ? begin + AT_A_TIME : n;
#pragma omp parallel for schedule(dynamic, 4)
        for (size_t i = begin; i < end; i++) {
            do_job(m, &jobs[i]);
        }
        if (progress_tell(m->progress, end * PARALLEL_CHUNK, n * PARALLEL_CHUNK, e)) {
            return -1;
        }
    }
    return 0;
}

static int load(struct gpt2 *m, bool codes, struct err *e)
{
    if (check_memory(m, codes, e)) {
        return -1;
    }
    for (int i = 0; i < m->n_tensors; i++) {
        bool kept = false;
        if ((codes && keep_codes(m, &m->tensors[i], &kept, e)) ||
            (!kept && provide_f32(m, &m->tensors[i], e))) {
            return -1;
        }
    }
    size_t n_jobs;
    struct job *jobs = make_jobs(m, &n_jobs, e);
    if (!jobs) {
        return -1;
    }
    int status = do_jobs(m, jobs, n_jobs, e);
    for (size_t i = 0; i < n_jobs && !status; i++) {
        if (jobs[i].bad) {
            status = refuse_job(m, &jobs[i], e);
        }
    }
    free(jobs);
    return status;
}

int gpt2_load(struct gpt2 *m, struct err *e)
{
    return load(m, false, e);
}

int gpt2_load_codes(struct gpt2 *m, struct err *e)
{
    return load(m, true, e);
}
