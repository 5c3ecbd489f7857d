/*
 * synth: models of the official shapes whose weights are hashes of their places, for benchmarks and
 * tests without a download.
 *
 * Weight i of tensor t is a function of t and i alone, so the same bytes come out on every machine,
 * and anybody can make them again: z = mix((t + 1) · 0x9E3779B97F4A7C15 + i), mix being the
 * finalizer of splitmix64 (Steele, Lea, Flood, OOPSLA 2014), u = 2 · ((z >> 40) · 2⁻²⁴) − 1, and
 * from u the weight, each operation rounded to a 32-bit float:
 *
 *   wte 0.4·u³   wpe 0.05·u   weights of layer norms 1 + 0.1·u   biases 0.02·u   matrices 0.06·u
 *
 * t counts the tensors in the order of gpt2_tensors.def. The file is marked (gpt2.synthetic), and
 * so is every file that is quantized from it: nothing measured on it is a result about a trained
 * model.
 */
#ifndef NS_MODEL_SYNTH_H
#define NS_MODEL_SYNTH_H

#include "base/progress.h"
#include "model/gpt2.h"

/* The shapes of the study: "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"; ended by no name. */
struct synth_shape {
    const char *name;
    int P, C, L, H; /* the vocabulary has SYNTH_VOCABULARY entries, F is 4 C */
};
enum { SYNTH_VOCABULARY = 50257 };
extern const struct synth_shape synth_shapes[];
const struct synth_shape *synth_shape_named(const char *name);

/* The configuration of a shape; its end-of-text token is the last id, as in the official models. */
struct gpt2_config synth_config(const struct synth_shape *s);

/* Weights [begin, begin + n) of tensor t of m, which has its layout; by as many threads as wanted.
 */
void synth_weights(float *out, const struct gpt2 *m, int t, size_t begin, size_t n);

/*
 * Writes such a model of any configuration to `path`, whole or not at all; no more than a part of a
 * tensor is in memory. With `vocabulary`, an open model, the file gets that one's tokenizer and its
 * end-of-text token, which texts are padded with, in place of that of `config`; without, it scores
 * token ids alone. `name` says
 * in the file which shape it is. Progress is in weights.
 */
int synth_write(const char *path, const char *name, const struct gpt2_config *config,
                const struct gpt2 *vocabulary, const struct progress *progress, struct err *e);

#endif
