/*
 * gpt2_file: writing model files.
 *
 * One self-contained HDF5 file: configuration as attributes of the root, one contiguous data set a
 * tensor, the tokenizer's files byte for byte, the digests of the sources. data/README.md is the
 * documentation of the format for others.
 */
#ifndef NS_MODEL_GPT2_FILE_H
#define NS_MODEL_GPT2_FILE_H

#include "base/progress.h"
#include "model/gpt2.h"

#define GPT2_FORMAT_MODEL "nashswarm-model"
#define GPT2_FORMAT_PACKED "nashswarm-packed"
enum { GPT2_FORMAT_VERSION = 1, GPT2_PACKED_VERSION = 2, GPT2_SOURCES_MAX = 8 };

struct gpt2_source {
    char name[64];   /* "model.safetensors" */
    char sha256[65]; /* lower-case hexadecimal */
};

/*
 * Writes m to `path`, whole or not at all. A tensor with `stored` keeps its stored form; a replaced
 * one is written in 32-bit floats. `note` says in a sentence how the file was made (attribute
 * "description").
 */
int gpt2_save(const struct gpt2 *m, const char *path, const struct gpt2_source *sources,
              size_t n_sources, const char *note, struct err *e);

/*
 * Who packs the tensors of a file that is being written. Called for each tensor in order; *packed
 * (empty at first) is written and released before the next call. When *is_packed comes back false
 * the tensor is written as gpt2_save() does.
 */
struct gpt2_packer {
    int (*pack)(void *context, int t, struct packed_tensor *packed, bool *is_packed, struct err *e);
    void *context;
};

/* The same as gpt2_save() in the format "nashswarm-packed". */
int gpt2_save_packed(const struct gpt2 *m, const char *path, const struct gpt2_source *sources,
                     size_t n_sources, const char *note, const struct gpt2_packer *packer,
                     struct err *e);

/* Who makes weights [begin, end) of tensor t, of its dtype, of a file that is being written. */
struct gpt2_maker {
    int (*make)(void *context, int t, size_t begin, size_t end, void *out, struct err *e);
    int (*made)(void *context, struct err *e); /* when all is there; −1: no file; may be NULL */
    void *context;
};

/*
 * The same as gpt2_save() for a model that has its layout and no weights: they are made in order,
 * part by part, and nowhere but in the file afterwards.
 */
int gpt2_save_made(const struct gpt2 *m, const char *path, const struct gpt2_source *sources,
                   size_t n_sources, const char *note, const struct gpt2_maker *maker,
                   struct err *e);

/* The sources recorded in an open model's file, at most GPT2_SOURCES_MAX, in the order of names. */
int gpt2_sources(const struct gpt2 *m, struct gpt2_source *out, size_t *n, struct err *e);

/* The names of the files that are read of a Hugging Face folder; NULL ends them. */
extern const char *const gpt2_import_names[];

/*
 * Reads a Hugging Face folder and writes the model file; no more than a part of a tensor is in
 * memory. Progress is in weights, about.
 */
int gpt2_import(const char *folder, const char *path, const struct progress *progress,
                struct err *e);

#endif
