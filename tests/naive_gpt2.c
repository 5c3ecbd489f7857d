#include "naive_gpt2.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tensor/naive.h"
#include "tiny_model.h"

enum { ROWS = 16, WIDE = 32 }; /* positions; the widest activation but the logits */

struct naive {
    const struct gpt2 *m;
    int t;
    size_t i;
    double change;
};

void random_tiny_model(struct gpt2 *m, uint32_t stream)
{
    struct rng r = rng_stream(11, stream, RNG_TEST);
    struct err e;
    tiny_model(m);
    for (int t = 0; t < m->n_tensors; t++) {
        const char *name = m->tensors[t].name;
        bool norm = strstr(name, "ln_") && strstr(name, "weight");
        float *x = mem_floats(m->tensors[t].n, &e);
        for (size_t i = 0; i < m->tensors[t].n; i++) {
            x[i] = (float)(rng_uniform(&r) + rng_uniform(&r) - 1) * 0.7f + (norm ? 1.0f : 0.0f);
        }
        gpt2_replace(m, t, x);
    }
}

static double weight(const struct naive *a, int t, size_t i)
{
    return a->m->tensors[t].f32[i] + (t == a->t && i == a->i ? a->change : 0);
}

static void norm(const struct naive *a, double out[][WIDE], double in[][WIDE], size_t n, int scale,
                 int bias)
{
    size_t C = (size_t)a->m->config.C;
    for (size_t p = 0; p < n; p++) {
        double mean = 0, variance = 0;
        for (size_t c = 0; c < C; c++) {
            mean += in[p][c] / (double)C;
        }
        for (size_t c = 0; c < C; c++) {
            variance += (in[p][c] - mean) * (in[p][c] - mean) / (double)C;
        }
        double sigma = sqrt(variance + (double)a->m->config.ln_epsilon);
        for (size_t c = 0; c < C; c++) {
            out[p][c] = (in[p][c] - mean) / sigma * weight(a, scale, c) + weight(a, bias, c);
        }
    }
}

/* out (+)= in·W + b. */
static void linear(const struct naive *a, double out[][WIDE], double in[][WIDE], size_t n, int w,
                   int bias, bool add)
{
    size_t rows = a->m->tensors[w].rows, cols = a->m->tensors[w].cols;
    for (size_t p = 0; p < n; p++) {
        for (size_t j = 0; j < cols; j++) {
            double sum = weight(a, bias, j);
            for (size_t k = 0; k < rows; k++) {
                sum += in[p][k] * weight(a, w, k * cols + j);
            }
            out[p][j] = add ? out[p][j] + sum : sum;
        }
    }
}

static void attend(const struct naive *a, double out[][WIDE], double qkv[][WIDE], size_t n)
{
    size_t C = (size_t)a->m->config.C, H = (size_t)a->m->config.H, D = C / H;
    for (size_t h = 0; h < H; h++) {
        for (size_t p = 0; p < n; p++) {
            double e[ROWS], total = 0;
            for (size_t q = 0; q <= p; q++) {
                double score = 0;
                for (size_t d = h * D; d < (h + 1) * D; d++) {
                    score += qkv[p][d] * qkv[q][C + d];
                }
                total += e[q] = exp(score / sqrt((double)D));
            }
            for (size_t d = h * D; d < (h + 1) * D; d++) {
                out[p][d] = 0;
                for (size_t q = 0; q <= p; q++) {
                    out[p][d] += e[q] / total * qkv[q][2 * C + d];
                }
            }
        }
    }
}

static double text_loss(const struct naive *a, double hidden[][WIDE], const int *ids, size_t n)
{
    size_t C = (size_t)a->m->config.C, V = (size_t)a->m->config.V;
    double loss = 0;
    for (size_t p = 0; p + 1 < n; p++) {
        double total = 0, target = 0;
        for (size_t v = 0; v < V; v++) {
            double z = 0;
            for (size_t c = 0; c < C; c++) {
                z += hidden[p][c] * weight(a, a->m->wte, v * C + c);
            }
            total += exp(z);
            target = v == (size_t)ids[p + 1] ? z : target;
        }
        loss += log(total) - target;
    }
    return loss;
}

double naive_gpt2_loss(const struct gpt2 *m, const int *ids, size_t n, int t, size_t i,
                       double change)
{
    struct naive a = {m, t, i, change};
    static double x[ROWS][WIDE], h[ROWS][WIDE], wide[ROWS][WIDE];
    size_t C = (size_t)m->config.C;
    for (size_t p = 0; p < n; p++) {
        for (size_t c = 0; c < C; c++) {
            x[p][c] = weight(&a, m->wte, (size_t)ids[p] * C + c) + weight(&a, m->wpe, p * C + c);
        }
    }
    for (int l = 0; l < m->config.L; l++) {
        const struct gpt2_layer_tensors *of = &m->layers[l];
        norm(&a, h, x, n, of->ln_1_weight, of->ln_1_bias);
        linear(&a, wide, h, n, of->c_attn_weight, of->c_attn_bias, false);
        attend(&a, h, wide, n);
        linear(&a, x, h, n, of->attn_c_proj_weight, of->attn_c_proj_bias, true);
        norm(&a, h, x, n, of->ln_2_weight, of->ln_2_bias);
        linear(&a, wide, h, n, of->c_fc_weight, of->c_fc_bias, false);
        for (size_t p = 0; p < n; p++) {
            for (int j = 0; j < m->config.F; j++) {
                wide[p][j] = naive_gelu(wide[p][j]);
            }
        }
        linear(&a, x, wide, n, of->mlp_c_proj_weight, of->mlp_c_proj_bias, true);
    }
    norm(&a, h, x, n, m->ln_f_weight, m->ln_f_bias);
    return text_loss(&a, h, ids, n);
}
