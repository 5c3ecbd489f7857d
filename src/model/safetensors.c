#include "model/safetensors.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_file.h"
#include "base/mem.h"

static const struct {
    const char *name;
    size_t size; /* bytes of an element */
    enum safetensors_dtype dtype;
} dtypes[] = {{"F32", 4, SAFE_F32},   {"F16", 2, SAFE_F16},   {"BF16", 2, SAFE_BF16},
              {"F64", 8, SAFE_OTHER}, {"I64", 8, SAFE_OTHER}, {"U64", 8, SAFE_OTHER},
              {"I32", 4, SAFE_OTHER}, {"U32", 4, SAFE_OTHER}, {"I16", 2, SAFE_OTHER},
              {"U16", 2, SAFE_OTHER}, {"I8", 1, SAFE_OTHER},  {"U8", 1, SAFE_OTHER},
              {"BOOL", 1, SAFE_OTHER}};

/* A whole number from 0 to SIZE_MAX, or −1. */
static int whole(const json_t *value, size_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return -1;
    }
    *out = (size_t)json_integer_value(value);
    return 0;
}

static int read_shape(struct safetensor *t, const json_t *entry)
{
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape) || json_array_size(shape) > SAFETENSORS_RANK_MAX) {
        return -1;
    }
    t->rank = (int)json_array_size(shape);
    for (int i = 0; i < t->rank; i++) {
        if (whole(json_array_get(shape, (size_t)i), &t->dims[i])) {
            return -1;
        }
    }
    return 0;
}

/* Fills dtype; the size of an element, or 0 when the type is not known, comes back in *size. */
static int read_dtype(struct safetensor *t, const json_t *entry, size_t *size)
{
    const char *name = json_string_value(json_object_get(entry, "dtype"));
    if (!name) {
        return -1;
    }
    *size = 0;
    snprintf(t->dtype_name, sizeof t->dtype_name, "%s", name);
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        if (strcmp(dtypes[i].name, name) == 0) {
            t->dtype = dtypes[i].dtype;
            *size = dtypes[i].size;
        }
    }
    return 0;
}

static int read_entry(struct safetensor *t, const char *path, const char *name, const json_t *entry,
                      size_t n_data, struct err *e)
{
    t->name = mem_string(name, e);
    if (!t->name) {
        return -1;
    }
    size_t bytes;
    const json_t *offsets = json_object_get(entry, "data_offsets");
    if (read_dtype(t, entry, &bytes) || read_shape(t, entry) || !json_is_array(offsets) ||
        json_array_size(offsets) != 2 || whole(json_array_get(offsets, 0), &t->begin) ||
        whole(json_array_get(offsets, 1), &t->end)) {
        return err_set(e,
                       "the entry %.100s of %s is no tensor: it must have dtype, shape (at most %d "
                       "whole numbers) and two data_offsets",
                       name, path, SAFETENSORS_RANK_MAX);
    }
    if (t->begin > t->end || t->end > n_data) {
        return err_set(e,
                       "the tensor %.100s of %s has the offsets %zu to %zu, outside its %zu bytes "
                       "of data; the file may be cut short",
                       name, path, t->begin, t->end, n_data);
    }
    if (bytes == 0) {
        return 0;
    }
    for (int i = 0; i < t->rank; i++) {
        if (__builtin_mul_overflow(bytes, t->dims[i], &bytes)) {
            return err_set(e, "the shape of the tensor %.100s of %s overflows", name, path);
        }
    }
    if (bytes != t->end - t->begin) {
        return err_set(e,
                       "the tensor %.100s of %s has %zu bytes of data, but its shape and type %s "
                       "take %zu",
                       name, path, t->end - t->begin, t->dtype_name, bytes);
    }
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const struct safetensor *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return x->end < y->end ? -1 : x->end > y->end;
}

/* The entries, sorted, must follow each other from the first byte to the last. */
static int check_places(const struct safetensors *s, const char *path, size_t n_data, struct err *e)
{
    size_t at = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct safetensor *t = &s->tensors[i];
        if (t->begin != at) {
            return err_set(e, "the data of the tensor %.100s of %s %s", t->name, path,
                           t->begin < at ? "overlap those of another tensor"
                                         : "stand after bytes that belong to no tensor");
        }
        at = t->end;
    }
    return at == n_data ? 0
                        : err_set(e, "%s has %zu bytes after its last tensor", path, n_data - at);
}

static int read_header(struct safetensors *s, const char *path, json_t *header,
                       const unsigned char *data, size_t n_data, struct err *e)
{
    const char *name;
    json_t *entry;
    s->tensors = mem_new(json_object_size(header), sizeof *s->tensors, e);
    if (!s->tensors) {
        return -1;
    }
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0) {
            continue;
        }
        struct safetensor *t = &s->tensors[s->n++];
        if (read_entry(t, path, name, entry, n_data, e)) {
            return -1;
        }
        t->data = data + t->begin;
    }
    if (s->n) {
        qsort(s->tensors, s->n, sizeof *s->tensors, by_place);
    }
    return check_places(s, path, n_data, e);
}

int safetensors_open(struct safetensors *s, const char *path, struct err *e)
{
    *s = (struct safetensors){0};
    json_t *header = NULL;
    int status = file_map_open(&s->file, path, e);
    if (status) {
        return -1;
    }
    uint64_t n_header = 0;
    if (s->file.n >= sizeof n_header) {
        memcpy(&n_header, s->file.bytes, sizeof n_header);
    }
    if (s->file.n < sizeof n_header || n_header > s->file.n - sizeof n_header ||
        n_header > SAFETENSORS_HEADER_MAX) {
        status = err_set(e,
                         "%s is not a safetensors file, or is cut short: its header does not fit "
                         "in its %zu bytes",
                         path, s->file.n);
        goto out;
    }
    const unsigned char *text = s->file.bytes + sizeof n_header, *data = text + n_header;
    struct json_problem problem;
    header = json_text_read(text, (size_t)n_header, &problem, e);
    if (!header && !problem.what) {
        status = err_prefix(e, "the header of %s", path);
        goto out;
    }
    if (!json_is_object(header)) {
        status = err_set(e, "the header of %s is not a JSON object: %s (byte %d)", path,
                         header ? "it is of another type" : problem.what, header ? 0 : problem.at);
        goto out;
    }
    status = read_header(s, path, header, data, s->file.n - sizeof n_header - (size_t)n_header, e);
out:
    json_decref(header);
    if (status) {
        safetensors_close(s);
    }
    return status;
}

void safetensors_close(struct safetensors *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->tensors[i].name);
    }
    free(s->tensors);
    file_map_close(&s->file);
    *s = (struct safetensors){0};
}
