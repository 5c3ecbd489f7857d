#include "evaluate/moments.h"

#include <omp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/simd.h"
#include "model/forward.h"
#include "tensor/matmul.h"

/* Positions of a batch; channels of one piece of work: a line of floats, and a tile of a matrix. */
enum { BATCH_ROWS = 2048, STRIP = 64, MOMENT_TILE = 128 };

struct gathering {
    struct moments *out;
    float *tile_s; /* MOMENT_TILE² floats for each thread s */
};

SIMD_CLONES static void add_squares(double *sum, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum[i] += (double)x[i] * x[i];
    }
}

/* Work-shared over strips of channels: Σ x² over all rows in order. */
static void add_channels(double *sum_k, const float *x_rk, size_t k, size_t rows)
{
#pragma omp for schedule(static)
    for (size_t c = 0; c < k; c += STRIP) {
        size_t n = k - c < STRIP ? k - c : STRIP;
        for (size_t r = 0; r < rows; r++) {
            add_squares(sum_k + c, x_rk + r * k + c, n);
        }
    }
}

/* Adds xᵀ·x of each text to one tile of the sum. */
static void add_tile(double *sum_kk, const float *x_rk, size_t k, const struct batch *b, size_t i,
                     size_t j, float *tile)
{
    size_t m = k - i < MOMENT_TILE ? k - i : MOMENT_TILE;
    size_t n = k - j < MOMENT_TILE ? k - j : MOMENT_TILE;
    for (size_t text = 0; text < b->n_texts; text++) {
        const struct batch_text *t = &b->texts[text];
        const float *x_tk = x_rk + t->first_row * k;
        matmul_left_transposed(tile, n, x_tk + i, k, x_tk + j, k, m, t->n_total, n, 1.0f);
        for (size_t p = 0; p < m; p++) {
            for (size_t q = 0; q < n; q++) {
                sum_kk[(i + p) * k + j + q] += (double)tile[p * n + q];
            }
        }
    }
}

/* Work-shared over tiles on and above the diagonal; finish() mirrors them. */
static void add_full(const struct gathering *g, double *sum_kk, const float *x_rk, size_t k,
                     const struct batch *b)
{
    size_t n = (k + MOMENT_TILE - 1) / MOMENT_TILE;
    float *tile = g->tile_s + (size_t)omp_get_thread_num() * MOMENT_TILE * MOMENT_TILE;
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < n * n; item++) {
        size_t i = item / n, j = item % n;
        if (i <= j) {
            add_tile(sum_kk, x_rk, k, b, i * MOMENT_TILE, j * MOMENT_TILE, tile);
        }
    }
}

static void look(void *context, int tensor, const float *x_rk, size_t k, const struct batch *b)
{
    const struct gathering *g = context;
    const struct moment *of = &g->out->of[tensor];
    if (of->mean_square_k) {
        add_channels(of->mean_square_k, x_rk, k, b->rows);
    }
    if (of->full_kk) {
        add_full(g, of->full_kk, x_rk, k, b);
    }
}

static int gathering_init(struct gathering *g, const struct gpt2 *m, const enum moment_kind *kind_t,
                          struct err *e)
{
    struct moments *out = g->out;
    out->n_tensors = m->n_tensors;
    size_t threads = (size_t)omp_get_max_threads();
    if (!(out->of = mem_new((size_t)m->n_tensors, sizeof *out->of, e)) ||
        !(g->tile_s = mem_floats(threads * MOMENT_TILE * MOMENT_TILE, e))) {
        return -1;
    }
    for (int t = 0; t < m->n_tensors; t++) {
        const struct gpt2_tensor *tensor = &m->tensors[t];
        if (kind_t[t] == MOMENT_NONE) {
            continue;
        }
        if (!gpt2_in_scope(tensor, SCOPE_ALL)) {
            return err_set(e, "%s of %s is not a matrix that inputs are multiplied by",
                           tensor->name, m->path);
        }
        struct moment *of = &out->of[t];
        of->k = t == m->wte ? tensor->cols : tensor->rows;
        if (!(of->mean_square_k = mem_new(of->k, sizeof(double), e)) ||
            (kind_t[t] == MOMENT_FULL &&
             !(of->full_kk = mem_new(of->k * of->k, sizeof(double), e)))) {
            return -1;
        }
    }
    return 0;
}

static int check_sequences(const struct gpt2 *m, const struct sequences *s, struct err *e)
{
    if (s->n == 0) {
        return err_set(e, "there are no calibration texts");
    }
    for (size_t i = 0; i < s->n; i++) {
        size_t n = s->start[i + 1] - s->start[i];
        if (n == 0 || n > (size_t)m->config.P) {
            return err_set(e, "text %zu has %zu tokens, but %s takes 1 to %d", i + 1, n, m->path,
                           m->config.P);
        }
    }
    return 0;
}

/* One batch from text `first` on; `texts` has room for all that are left. */
static int add_batch(struct gathering *g, struct batch_text *texts, const struct gpt2 *m,
                     const struct sequences *s, size_t first, size_t *n_texts, struct err *e)
{
    struct batch b = {.texts = texts};
    struct input_probe probe = {.look = look, .context = g};
    for (size_t rows = 0; first + b.n_texts < s->n && rows < BATCH_ROWS; b.n_texts++) {
        const size_t *start = s->start + first + b.n_texts;
        size_t n = start[1] - start[0];
        texts[b.n_texts] = (struct batch_text){.ids = s->ids + start[0], .n_text = n, .n_total = n};
        rows += n;
    }
    float *hidden_rc = NULL;
    int status = batch_layout(&b, e);
    if (!status && !(hidden_rc = mem_floats(b.rows * (size_t)m->config.C, e))) {
        status = -1;
    }
    if (!status) {
        status = forward_probed(hidden_rc, m, &b, &probe, e);
    }
    *n_texts = b.n_texts;
    g->out->positions += b.rows;
    free(hidden_rc);
    batch_release(&b);
    return status;
}

/* Sums become means, and the tiles below the diagonal are those above it. */
static void finish(struct moments *mo)
{
    double N = (double)mo->positions;
    for (int t = 0; t < mo->n_tensors; t++) {
        const struct moment *of = &mo->of[t];
        for (size_t i = 0; i < of->k; i++) {
            of->mean_square_k[i] /= N;
            for (size_t j = i; of->full_kk && j < of->k; j++) {
                of->full_kk[j * of->k + i] = of->full_kk[i * of->k + j] /= N;
            }
        }
    }
}

int moments_compute(struct moments *out, const struct gpt2 *m, const struct sequences *s,
                    const enum moment_kind *kind_t, const struct progress *progress, struct err *e)
{
    *out = (struct moments){0};
    struct gathering g = {.out = out};
    struct batch_text *texts = NULL;
    int status = check_sequences(m, s, e);
    if (!status) {
        status = gathering_init(&g, m, kind_t, e);
    }
    if (!status && !(texts = mem_new(s->n, sizeof *texts, e))) {
        status = -1;
    }
    for (size_t i = 0, n = 0; i < s->n && !status; i += n) {
        status = add_batch(&g, texts, m, s, i, &n, e);
        if (!status) {
            status = progress_tell(progress, i + n, s->n, e);
        }
    }
    if (!status) {
        finish(out);
    }
    free(texts);
    free(g.tile_s);
    if (status) {
        moments_release(out);
    }
    return status;
}

void moments_release(struct moments *mo)
{
    for (int t = 0; mo->of && t < mo->n_tensors; t++) {
        free(mo->of[t].mean_square_k);
        free(mo->of[t].full_kk);
    }
    free(mo->of);
    *mo = (struct moments){0};
}
