/*
 * safetensors: reads Hugging Face's file format for tensors.
 *
 * Eight bytes with the length of a JSON header, the header (name → dtype, shape, data_offsets),
 * then the data. The file is mapped and every entry is checked when it is opened: offsets lie
 * inside the file, sizes are those of the shapes, no two entries overlap and no byte belongs to
 * none. After that, `data` may be read without further checks. It may be misaligned.
 */
#ifndef NS_MODEL_SAFETENSORS_H
#define NS_MODEL_SAFETENSORS_H

#include <stddef.h>

#include "base/err.h"
#include "base/file.h"

enum { SAFETENSORS_RANK_MAX = 8, SAFETENSORS_HEADER_MAX = 100000000 };

/* SAFE_OTHER: a type that no weight here is read from; its name is kept. */
enum safetensors_dtype { SAFE_OTHER, SAFE_F16, SAFE_BF16, SAFE_F32 };

struct safetensor {
    char *name;
    enum safetensors_dtype dtype;
    char dtype_name[16];
    int rank;
    size_t dims[SAFETENSORS_RANK_MAX];
    size_t begin, end; /* bytes, from the beginning of the data */
    const unsigned char *data;
};

struct safetensors {
    struct file_map file;
    struct safetensor *tensors; /* in the order of their data */
    size_t n;
};

int safetensors_open(struct safetensors *s, const char *path, struct err *e);
void safetensors_close(struct safetensors *s);

#endif
