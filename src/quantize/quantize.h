/*
 * quantize: weights and an allocation in; dequantized weights and the bill out.
 *
 * Scopes: head (the tied embedding), blocks (the attention and MLP matrices), all (both). Each
 * tensor in scope gets its own grids: one a tier, min-max over the tier's weights of both signs
 * together (the study's), or one a group of g weights along a stored row (the last of a row may be
 * shorter). Work inside a tensor is cut into fixed chunks: the same bytes for any number of
 * threads. Reads the weights twice and writes them once; nothing else of their size is allocated.
 */
#ifndef NS_QUANTIZE_QUANTIZE_H
#define NS_QUANTIZE_QUANTIZE_H

#include "base/allocation.h"
#include "base/schema.h"
#include "model/gpt2.h"
#include "quantize/bill.h"
#include "quantize/grid.h"

/* The parameters that every method shares: scope, group, grid_dtype. */
extern const struct param quantize_params[];
extern const size_t quantize_n_params;

/* What a tensor's quantization needs to know beside the allocation. */
struct grid_options {
    size_t group; /* weights a group; 0: one grid a tier over the tensor */
    enum grid_dtype dtype;
};

struct grid_options grid_options_of(const struct params *p);

/*
 * out_rc[rows][cols] = the dequantized weights; *bill is the tensor's own. With a group, the
 * allocation has one tier. `what` names the tensor in errors. Opens a team of threads of its own.
 */
int quantize_tensor(float *out_rc, struct bill *bill, const float *w_rc, size_t rows, size_t cols,
                    const struct allocation *a, const struct grid_options *o, const char *what,
                    struct err *e);

/* Who gives the bits to a tensor: filled in by the caller, who knows the allocators. */
struct quantize_allocator {
    int (*allocate)(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e);
    void *context;
};

/*
 * Makes *variant (by gpt2_share) with the tensors of p's scope replaced by what they decode to; the
 * bill sums over the model. Release the variant with gpt2_close(), before its base.
 */
int quantize_model(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                   const struct params *p, const struct quantize_allocator *allocator,
                   struct err *e);

/* The bill of a model that nothing was done to: every tensor untouched. */
struct bill bill_of_baseline(const struct gpt2 *m);

#endif
