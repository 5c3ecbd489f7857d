/*
 * bill: the bits that a quantized model costs, to the last one (protocol.md, "The bit bill").
 *
 * Four lines, each in two forms. `packed` is 8 times the bytes that a file holds (coding/packed.h):
 * codes and the option (tier) of each unit at their fixed widths, ⌈log2(options in use)⌉ bits for
 * an option, or as the range coder wrote them; grids and codebooks at their width; tensors out of
 * scope as stored. `ideal` is the entropy of the same symbols: codes or levels within their
 * options, options by their frequencies over units; grids and untouched tensors count in full.
 *
 * The coder of levels (coding/step_coder.h) learns more than their frequencies, the magnitudes of
 * rows and columns: its packed payload may well be below the ideal one.
 */
#ifndef NS_QUANTIZE_BILL_H
#define NS_QUANTIZE_BILL_H

#include <stddef.h>
#include <stdint.h>

struct bill_line {
    double ideal_bits;
    int64_t packed_bits;
};

struct bill {
    struct bill_line payload, map, grid, untouched;
    int64_t code_bits; /* codes at their fixed widths, however stored: the study's size; levels,
                          which have no width, as stored */
    int64_t scope_weights;
    double squared_error, squared_deviation; /* Σ (w' − w)²; Σ (w − mean of its tensor)² */
};

void bill_add(struct bill *total, const struct bill *part);

/* What a chunk of a tensor leaves behind; chunks are combined in index order. */
struct chunk_sums {
    double sum, sum_squares, squared_error;
};

/* Adds the sums of a tensor of n weights; Σ (w − mean)² = Σ w² − (Σ w)²/n, in double. */
void bill_add_sums(struct bill *bill, const struct chunk_sums *s, size_t n_chunks, size_t n);

/* Σ_i n_i · log2(n / n_i) bits, n = Σ n_i: the ideal code length of n symbols. */
double entropy_bits(const uint64_t *count, size_t n_symbols);

/* Squared error over the variance of the weights in scope; NaN when they do not vary. */
double bill_relative_error(const struct bill *b);

/* Bits per weight over the weights in scope; NaN when there are none. */
double bill_payload(const struct bill *b);   /* as the study counts: codes alone */
double bill_ideal_map(const struct bill *b); /* plain codes, ideal map, grids */
double bill_entropy(const struct bill *b);   /* codes and map entropy-coded, grids */
double bill_packed(const struct bill *b);    /* as stored: "bits per weight" */

#endif
