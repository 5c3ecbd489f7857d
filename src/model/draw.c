#include "model/draw.h"

#include <math.h>

#include "tensor/tensor.h"

/* Puts x at the root of a heap with the least on top, and lets it sink. */
static void sink(float *heap, size_t n, float x)
{
    size_t i = 0;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        child += child + 1 < n && heap[child + 1] < heap[child];
        if (heap[child] >= x) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = x;
}

/* The k-th largest of n numbers. */
static float kth_largest(float *heap, const float *x, size_t n, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        heap[i] = -INFINITY;
    }
    for (size_t i = 0; i < n; i++) {
        if (x[i] > heap[0]) {
            sink(heap, k, x[i]);
        }
    }
    return heap[0];
}

/* Only the k largest stay above −∞. */
static void keep_top(const struct draw *d)
{
    float least = kth_largest(d->heap, d->p_v, d->V, d->top_k);
    size_t ties = d->top_k;
    for (size_t v = 0; v < d->V; v++) {
        ties -= d->p_v[v] > least;
    }
    for (size_t v = 0; v < d->V; v++) {
        if (d->p_v[v] == least && ties > 0) {
            ties--;
        } else if (d->p_v[v] <= least) {
            d->p_v[v] = -INFINITY;
        }
    }
}

int draw_id(const struct draw *d, const float *logits_v, double u)
{
    float max = -INFINITY;
    double sum = 0, below = 0;
    for (size_t v = 0; v < d->V; v++) {
        if (!isfinite(logits_v[v])) {
            return -1;
        }
        d->p_v[v] = d->allowed_v[v] ? logits_v[v] : -INFINITY;
        max = d->p_v[v] > max ? d->p_v[v] : max;
    }
    if (!isfinite(max)) {
        return -1;
    }
    if (d->top_k < d->V) {
        keep_top(d);
    }
    for (size_t v = 0; v < d->V; v++) {
        d->p_v[v] = (float)(((double)d->p_v[v] - max) / d->temperature);
    }
    exp_inplace(d->p_v, d->V);
    for (size_t v = 0; v < d->V; v++) {
        sum += d->p_v[v];
    }
    int id = -1;
    for (size_t v = 0; v < d->V; v++) {
        if (d->p_v[v] > 0) {
            id = (int)v;
            below += d->p_v[v];
            if (u * sum < below) {
                break;
            }
        }
    }
    return id;
}
