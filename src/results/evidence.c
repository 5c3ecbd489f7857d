#include "results/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"

enum { EVIDENCE_FORMAT = 1 };

/* The arrays of tokens, by name. */
struct column {
    const char *name;
    size_t offset; /* of the pointer in struct evidence */
};

static const struct column columns[] = {
    {"nll", offsetof(struct evidence, nll)},
    {"baseline_nll", offsetof(struct evidence, baseline_nll)},
    {"kl", offsetof(struct evidence, kl)},
    {"probability_change", offsetof(struct evidence, probability_change)},
};

enum { N_COLUMNS = sizeof columns / sizeof *columns };

static float **column_of(struct evidence *v, size_t i)
{
    return (float **)(void *)((char *)v + columns[i].offset);
}

int evidence_new(struct evidence *v, size_t n_texts, size_t n_tokens, struct err *e)
{
    *v = (struct evidence){.n_texts = n_texts, .n_tokens = n_tokens};
    bool ok = (v->start = mem_new(n_texts + 1, sizeof *v->start, e)) &&
              (v->top1_agrees = mem_new(n_tokens, 1, e));
    for (size_t i = 0; i < N_COLUMNS && ok; i++) {
        ok = (*column_of(v, i) = mem_new(n_tokens, sizeof(float), e));
    }
    if (!ok) {
        evidence_release(v);
    }
    return ok ? 0 : -1;
}

void evidence_release(struct evidence *v)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        free(*column_of(v, i));
    }
    free(v->start);
    free(v->top1_agrees);
    *v = (struct evidence){0};
}

/* How many tokens each text has, as a file has it. */
static int write_texts(struct h5 *h, const struct evidence *v, struct err *e)
{
    uint64_t n = v->n_texts;
    uint32_t *tokens = mem_new(v->n_texts, sizeof *tokens, e);
    if (!tokens) {
        return -1;
    }
    for (size_t i = 0; i < v->n_texts; i++) {
        tokens[i] = (uint32_t)(v->start[i + 1] - v->start[i]);
    }
    int status = h5_put_array(h, "tokens_of_text", H5_U32, 1, &n, tokens, e);
    free(tokens);
    return status;
}

int evidence_write(const struct evidence *v, const char *path, struct err *e)
{
    struct h5 h = H5_INIT;
    uint64_t n = v->n_tokens;
    struct evidence *mutable = (struct evidence *)v;
    int status = h5_create_small(&h, path, e) ||
                         h5_put_int(&h, "/", "evidence_format", EVIDENCE_FORMAT, e) ||
                         h5_put_int(&h, "/", "mean_of_texts", v->mean_of_texts, e) ||
                         write_texts(&h, v, e)
                     ? -1
                     : 0;
    for (size_t i = 0; i < N_COLUMNS && !status && n; i++) {
        status = h5_put_array(&h, columns[i].name, H5_F32, 1, &n, *column_of(mutable, i), e);
    }
    if (!status && n) {
        status = h5_put_array(&h, "top1_agrees", H5_U8, 1, &n, v->top1_agrees, e);
    }
    if (!status) {
        status = h5_publish(&h, e);
    }
    h5_close(&h);
    return status;
}

/* The bytes of an array of the file, of this type; *n elements. */
static int read_array(void **out, size_t *n, const struct h5 *h, const char *name,
                      enum h5_type type, struct err *e)
{
    struct h5_array a;
    if (h5_find(h, name, &a, e)) {
        return -1;
    }
    if (a.type != type || a.rank != 1) {
        return err_set(e,
                       "%s: %s is no array of the kind that a cell's tokens are kept in; remove "
                       "the folder and run the cell again",
                       h->path, name);
    }
    size_t size = h5_type_size(type);
    if (!(*out = mem_new(a.n, size, e))) {
        return -1;
    }
    memcpy(*out, h->map.bytes + a.offset, a.n * size);
    *n = a.n;
    return 0;
}

static int wrong_length(const struct h5 *h, const char *name, struct err *e)
{
    return err_set(e,
                   "%s: %s has not one value for each token; remove the folder and run the cell "
                   "again",
                   h->path, name);
}

static int read_texts(struct evidence *v, const struct h5 *h, struct err *e)
{
    void *raw = NULL;
    if (read_array(&raw, &v->n_texts, h, "tokens_of_text", H5_U32, e)) {
        return -1;
    }
    const uint32_t *tokens = raw;
    v->start = mem_new(v->n_texts + 1, sizeof *v->start, e);
    for (size_t i = 0; i < v->n_texts && v->start; i++) {
        v->start[i + 1] = v->start[i] + tokens[i];
    }
    free(raw);
    v->n_tokens = v->start ? v->start[v->n_texts] : 0;
    return v->start ? 0 : -1;
}

static int read_columns(struct evidence *v, const struct h5 *h, struct err *e)
{
    size_t n;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        void *bytes = NULL;
        if (read_array(&bytes, &n, h, columns[i].name, H5_F32, e)) {
            return -1;
        }
        *column_of(v, i) = bytes;
        if (n != v->n_tokens) {
            return wrong_length(h, columns[i].name, e);
        }
    }
    void *agrees = NULL;
    if (read_array(&agrees, &n, h, "top1_agrees", H5_U8, e)) {
        return -1;
    }
    v->top1_agrees = agrees;
    return n == v->n_tokens ? 0 : wrong_length(h, "top1_agrees", e);
}

int evidence_read(struct evidence *v, const char *path, struct err *e)
{
    struct h5 h = H5_INIT;
    int format = 0, mean_of_texts = 0;
    *v = (struct evidence){0};
    int status = h5_open(&h, path, e) || h5_get_int(&h, "/", "evidence_format", &format, e) ||
                         h5_get_int(&h, "/", "mean_of_texts", &mean_of_texts, e)
                     ? -1
                     : 0;
    if (!status && format != EVIDENCE_FORMAT) {
        status = err_set(e, "%s is of format %d, not of %d; run the cell again", path, format,
                         EVIDENCE_FORMAT);
    }
    if (!status && (status = read_texts(v, &h, e)) == 0 && v->n_tokens > 0) {
        status = read_columns(v, &h, e);
    }
    v->mean_of_texts = mean_of_texts != 0;
    h5_close(&h);
    if (status) {
        evidence_release(v);
    }
    return status;
}

void evidence_of_text(const struct evidence *v, const float *nll, size_t i, double *sum,
                      double *weight)
{
    size_t tokens = v->start[i + 1] - v->start[i];
    double total = 0;
    for (size_t t = v->start[i]; t < v->start[i + 1]; t++) {
        total += nll[t];
    }
    *sum = v->mean_of_texts && tokens > 0 ? total / (double)tokens : total;
    *weight = v->mean_of_texts && tokens > 0 ? 1 : (double)tokens;
}

size_t evidence_by_text(const struct evidence *v, const float *nll, double *sum, double *weight)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_texts; i++) {
        if (v->start[i + 1] > v->start[i]) {
            evidence_of_text(v, nll, i, &sum[n], &weight[n]);
            n++;
        }
    }
    return n;
}

double evidence_mean(const struct evidence *v, const float *nll)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < v->n_texts; i++) {
        double of_text, weight;
        evidence_of_text(v, nll, i, &of_text, &weight);
        sum += of_text;
        n += weight;
    }
    return n > 0 ? sum / n : (double)NAN;
}

bool evidence_same_tokens(const struct evidence *a, const struct evidence *b)
{
    return a->n_texts == b->n_texts && a->n_tokens == b->n_tokens &&
           a->mean_of_texts == b->mean_of_texts &&
           memcmp(a->start, b->start, (a->n_texts + 1) * sizeof *a->start) == 0 &&
           (a->n_tokens == 0 ||
            memcmp(a->baseline_nll, b->baseline_nll, a->n_tokens * sizeof(float)) == 0);
}
