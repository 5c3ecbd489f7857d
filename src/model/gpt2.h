/*
 * gpt2: a GPT-2 model in memory: configuration, tensors, tokenizer files.
 *
 * A model is opened from one HDF5 file (data/README.md describes the format). 32-bit weights are
 * mapped, never copied; 16-bit ones are mapped too, and widened once, in gpt2_load(), to an owned
 * 32-bit copy. A variant (a quantized model) borrows every tensor of its base but those it
 * replaced, so the base must outlive it. A packed file holds some tensors as codes
 * (coding/packed.h); gpt2_load() decodes them, and nothing else tells such a model from others.
 * After gpt2_load() a model is only read, by any number of threads.
 *
 * This header has no arithmetic: the forward pass is model/forward.h.
 */
#ifndef NS_MODEL_GPT2_H
#define NS_MODEL_GPT2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"
#include "base/file_stamp.h"
#include "base/progress.h"

struct packed_tensor;

enum gpt2_scope { SCOPE_NONE = 0, SCOPE_HEAD = 1, SCOPE_BLOCKS = 2, SCOPE_ALL = 3 };
enum gpt2_dtype { DTYPE_F32, DTYPE_F16 };
enum { GPT2_MARK = 160 };

struct gpt2_config {
    int V, P, C, L, H, F; /* vocabulary, positions, width, layers, heads, inner width of the MLP */
    float ln_epsilon;
    int eos_token_id, bos_token_id; /* −1 when the file names none */
};

struct gpt2_tensor {
    char name[48];
    size_t rows, cols; /* rows is 0 for a vector */
    size_t n;          /* elements */
    enum gpt2_scope scope;
    enum gpt2_dtype dtype; /* as stored */
    const void *stored;    /* n elements of dtype, mapped; NULL if replaced or packed */
    const struct packed_tensor *packed; /* codes in place of `stored`; NULL for the others */
    const float *f32;                   /* n floats, NULL before gpt2_load() */
    bool owns_f32;
};

/* Indices into gpt2.tensors, from gpt2_tensors.def, of the tensors of a layer and of the others. */
struct gpt2_layer_tensors {
    int ln_1_weight, ln_1_bias, c_attn_weight, c_attn_bias, attn_c_proj_weight, attn_c_proj_bias;
    int ln_2_weight, ln_2_bias, c_fc_weight, c_fc_bias, mlp_c_proj_weight, mlp_c_proj_bias;
};

struct gpt2 {
    struct gpt2_config config;
    int n_tensors; /* 4 + 12 L */
    struct gpt2_tensor *tensors;
    int wte, wpe, ln_f_weight, ln_f_bias;
    struct gpt2_layer_tensors *layers; /* L of them */
    /* The tokenizer's files as they were, borrowed from the map; n = 0 when the file has none. */
    struct file_map vocab_json, merges_txt;
    int special_token_ids[16], n_special;
    char *path;                      /* for messages */
    struct file_stamp stamp;         /* of that file as it was opened; variants: their base's */
    bool synthetic;                  /* made by model/synth.h, or quantized from what was */
    char quantized[GPT2_MARK];       /* method and bits that were applied to it; "": none known */
    const struct progress *progress; /* told of loading and saving, in weights; borrowed, or NULL */
    struct file_map file;            /* the mapped model file; empty in variants */
    struct packed_tensor *packed; /* one a tensor if the file is a packed one; NULL in variants */
};

/* Checks a configuration: positive, H divides C, sizes that do not overflow. `path` for messages.
 */
int gpt2_config_check(const struct gpt2_config *c, const char *path, struct err *e);

/* Lays out `tensors`, `layers` and the indices for a configuration; pointers stay NULL. */
int gpt2_layout(struct gpt2 *m, const struct gpt2_config *config, struct err *e);

/* Opens a model file: configuration, shapes and offsets are checked, no weight is read. */
int gpt2_open(struct gpt2 *m, const char *path, struct err *e);

/* Makes every tensor's f32 available and refuses NaN and infinities, in parallel. Once. */
int gpt2_load(struct gpt2 *m, struct err *e);

/*
 * The same, but tensors whose codes can be multiplied as they are (coding/product.h) stay codes in
 * the mapped file: their f32 stays NULL, and model/stepper.h alone can use such a model. Once, in
 * place of gpt2_load().
 */
int gpt2_load_codes(struct gpt2 *m, struct err *e);

/*
 * Refuses a model whose file was rewritten or replaced since gpt2_open(): weights are mapped, so
 * what was made of them may be of two files. To be asked when all is read. A model that has no file
 * passes.
 */
int gpt2_check_unchanged(const struct gpt2 *m, struct err *e);

/* A variant of `base` that shares all its tensors. Replace some with gpt2_replace(). */
int gpt2_share(struct gpt2 *variant, const struct gpt2 *base, struct err *e);

/* Gives tensor t of a variant new 32-bit weights; takes ownership of `f32` (from mem_floats). */
void gpt2_replace(struct gpt2 *variant, int t, float *f32);

void gpt2_close(struct gpt2 *m);

/* Is some tensor stored in codes? */
bool gpt2_is_packed(const struct gpt2 *m);

/* Number of weights in all; bytes as the study counts them are 4 times that. */
size_t gpt2_parameters(const struct gpt2 *m);

/* 1 when tensor t is touched by the scope. */
static inline bool gpt2_in_scope(const struct gpt2_tensor *t, enum gpt2_scope scope)
{
    return (t->scope & scope) != 0;
}

/* "head", "blocks", "all"; −1 for another word. */
int gpt2_scope_named(const char *name);

/* The same words, and "none". */
const char *gpt2_scope_name(enum gpt2_scope scope);

#endif
