/*
 * quantize: weights and an allocation in; dequantized weights and the bill out.
 *
 * Scopes: head (the tied embedding), blocks (the attention and MLP matrices), all (both). Within a
 * tensor, weights that share an option (a tier) share its bits, or its step. A grid is shared by a
 * unit of weights along a row (a group, a row; the last of a row may be shorter), or, where units
 * are single weights or the whole tensor, by all members of an option: the study's tiers. How its
 * levels are fitted is `grid` (grid.h, fit.h), how weights go to levels is `rounding`: to the
 * nearest, or with each weight's error handed on to those not yet rounded (feedback.c).
 *
 * Work inside a tensor is cut into fixed chunks: the same bytes for any number of threads. The
 * study's tiers hold no codes unless they are to be packed; all other ways hold a byte a weight,
 * two with steps, for one tensor at a time.
 */
#ifndef NS_QUANTIZE_QUANTIZE_H
#define NS_QUANTIZE_QUANTIZE_H

#include "base/allocation.h"
#include "base/schema.h"
#include "coding/packed.h"
#include "model/gpt2.h"
#include "model/gpt2_file.h"
#include "quantize/bill.h"
#include "quantize/grid.h"

/* The parameters that every method shares: scope, group, grid, rounding, grid_dtype, coding. */
extern const struct param quantize_params[];
extern const size_t quantize_n_params;

/* Checks them against each other; on −1, *which names the parameter to point at. */
int quantize_check(const struct params *p, const char **which, struct err *e);

enum rounding { ROUNDING_NEAREST, ROUNDING_FEEDBACK };
extern const char *const rounding_names[]; /* "nearest", "feedback"; ended by NULL */

/* What a tensor's quantization needs to know beside the allocation. */
struct grid_options {
    size_t
        group; /* weights a group, for allocations of one tier; 0: grids as the allocation says */
    enum grid_dtype dtype;
    enum coding coding; /* of the packed form, and so of the bill's packed lines */
    enum grid_fit fit;
    enum rounding rounding;
};

struct grid_options grid_options_of(const struct params *p);

/* A tensor to quantize. All is borrowed. */
struct quantize_source {
    const float *w_rc;
    size_t rows, cols;
    const char *what;        /* names the tensor in errors */
    const double *moment_kk; /* [k][k] second moments of the k input channels; NULL: not known */
    bool channels_are_rows;  /* block matrices are [in, out]; in the head channels are columns */
};

/*
 * out_rc[rows][cols] = the dequantized weights; *bill is the tensor's own. With a group, the
 * allocation has one tier. Opens teams of threads of its own.
 */
int quantize_tensor(float *out_rc, struct bill *bill, const struct quantize_source *src,
                    const struct allocation *a, const struct grid_options *o, struct err *e);

/* The same, and the packed form, whose bytes are those of the bill. Release *packed either way. */
int quantize_tensor_packed(float *out_rc, struct bill *bill, struct packed_tensor *packed,
                           const struct quantize_source *src, const struct allocation *a,
                           const struct grid_options *o, struct err *e);

/*
 * Who gives the bits to a tensor, and the second moments of its inputs: filled in by the caller,
 * who knows the allocators and calibration texts. Called for one tensor in scope after the other.
 */
struct quantize_allocator {
    int (*allocate)(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e);
    /* For ROUNDING_FEEDBACK alone; may be NULL without it. What it gives is borrowed until the
       next call. */
    int (*moments)(void *context, const struct gpt2_tensor *t, int index, const double **moment_kk,
                   struct err *e);
    void *context;
};

/*
 * Makes *variant (by gpt2_share) with the tensors of p's scope replaced by what they decode to; the
 * bill sums over the model, and bills_t (may be NULL) gets those of its n_tensors tensors, zero
 * where out of scope. Release the variant with gpt2_close(), before its base.
 */
int quantize_model(struct gpt2 *variant, struct bill *bill, struct bill *bills_t,
                   const struct gpt2 *base, const struct params *p,
                   const struct quantize_allocator *allocator, struct err *e);

/*
 * Writes base, quantized in the same way, as a packed model file at `path`; each tensor's codes are
 * written before the next one is quantized. `sources` and `note` as in gpt2_save().
 */
int quantize_save(const char *path, struct bill *bill, struct bill *bills_t,
                  const struct gpt2 *base, const struct params *p,
                  const struct quantize_allocator *allocator, const struct gpt2_source *sources,
                  size_t n_sources, const char *note, struct err *e);

/*
 * The bill of a model that nothing is done to: every tensor untouched. What is packed counts its
 * bytes.
 */
struct bill bill_of_baseline(const struct gpt2 *m);

/*
 * The bill of a packed file, from its bytes and the symbols that they decode to. The two sums of
 * squares are 0: the file does not hold what the weights were.
 */
int bill_of_packed(struct bill *bill, const struct gpt2 *m, struct err *e);

#endif
