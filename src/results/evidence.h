/*
 * evidence: what a cell's numbers are made of, token by token, as stored beside its result.
 *
 * tokens.h5 in a cell's folder has one value for each scored token, text by text in the order of
 * the file, in 32-bit floats; `start` says where each text begins, so that errors can be clustered
 * by text and any two cells that were scored on the same tokens compared in pairs. A text of which
 * nothing is scored has no tokens. Of the protocol paper the tokens include the pads, as in the
 * study, and a model's loss is the mean of its texts' means; of the others it is the mean over
 * tokens.
 *
 *   nll, baseline_nll     −log p(token), nats, of the quantized and of the unquantized model
 *   kl                    Σ_v p_base(v)·log(p_base(v) / p(v)), nats, over the vocabulary
 *   probability_change    p(token) − p_base(token)
 *   top1_agrees           1: the likeliest token is the baseline's
 */
#ifndef NS_RESULTS_EVIDENCE_H
#define NS_RESULTS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct evidence {
    size_t n_texts, n_tokens;
    size_t *start; /* [n_texts + 1], indices of tokens */
    float *nll, *baseline_nll, *kl, *probability_change;
    unsigned char *top1_agrees;
    bool mean_of_texts;
};

#define EVIDENCE_FILE "tokens.h5"

/* Arrays for so many texts and tokens, to be filled in. */
int evidence_new(struct evidence *out, size_t n_texts, size_t n_tokens, struct err *e);
void evidence_release(struct evidence *v);

int evidence_write(const struct evidence *v, const char *path, struct err *e);

/* Anything but such a file is refused, with its path. */
int evidence_read(struct evidence *out, const char *path, struct err *e);

/*
 * What paired statistics want of `nll`, one of the arrays above: of each text that has tokens, the
 * sum and the number of tokens, or for a mean of texts its mean and 1. Returns the number of such
 * texts; the arrays have room for n_texts.
 */
size_t evidence_by_text(const struct evidence *v, const float *nll, double *sum, double *weight);

/* The same of text i alone, whether it has tokens or not: then both are 0. */
void evidence_of_text(const struct evidence *v, const float *nll, size_t i, double *sum,
                      double *weight);

/* The loss that it makes: the mean over tokens, or of the texts' means; NaN without tokens. */
double evidence_mean(const struct evidence *v, const float *nll);

/* Whether two cells were scored on the same tokens: their texts, and the baseline's losses there.
 */
bool evidence_same_tokens(const struct evidence *a, const struct evidence *b);

#endif
