/*
 * quantize: weights and an allocation in; dequantized weights and the bill out.
 *
 * Scopes: head (the tied embedding), blocks (the attention and MLP matrices), all (both). Each
 * tensor in scope gets its own grids: one a tier, min-max over the tier's weights of both signs
 * together (the study's), or one a group of g weights along a stored row (the last of a row may be
 * shorter). Work inside a tensor is cut into fixed chunks: the same bytes for any number of
 * threads. Reads the weights twice and writes them once; codes and tiers, a byte each a weight, are
 * only held where the packed form is asked for or has to be known (entropy coding), for one tensor
 * at a time.
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

/* The parameters that every method shares: scope, group, grid_dtype, coding. */
extern const struct param quantize_params[];
extern const size_t quantize_n_params;

/* What a tensor's quantization needs to know beside the allocation. */
struct grid_options {
    size_t group; /* weights a group; 0: one grid a tier over the tensor */
    enum grid_dtype dtype;
    enum coding coding; /* of the packed form, and so of the bill's packed lines */
};

struct grid_options grid_options_of(const struct params *p);

/*
 * out_rc[rows][cols] = the dequantized weights; *bill is the tensor's own. With a group, the
 * allocation has one tier. `what` names the tensor in errors. Opens a team of threads of its own.
 */
int quantize_tensor(float *out_rc, struct bill *bill, const float *w_rc, size_t rows, size_t cols,
                    const struct allocation *a, const struct grid_options *o, const char *what,
                    struct err *e);

/* The same, and the packed form, whose bytes are those of the bill. Release *packed either way. */
int quantize_tensor_packed(float *out_rc, struct bill *bill, struct packed_tensor *packed,
                           const float *w_rc, size_t rows, size_t cols, const struct allocation *a,
                           const struct grid_options *o, const char *what, struct err *e);

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

/*
 * Writes base, quantized in the same way, as a packed model file at `path`; each tensor's codes are
 * written before the next one is quantized. `sources` and `note` as in gpt2_save().
 */
int quantize_save(const char *path, struct bill *bill, const struct gpt2 *base,
                  const struct params *p, const struct quantize_allocator *allocator,
                  const struct gpt2_source *sources, size_t n_sources, const char *note,
                  struct err *e);

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
