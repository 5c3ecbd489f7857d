#include "model/gpt2_packed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MAX_INSIDE = 96 };

/* Whose the grids are: of an option, or of a unit. */
static const char *const grids_names[] = {"option", "unit", NULL};

static void group_path(char path[PATH_MAX_INSIDE], const char *name)
{
    snprintf(path, PATH_MAX_INSIDE, "packed/%s", name);
}

static void part_path(char path[PATH_MAX_INSIDE], const char *name, enum packed_part_name part)
{
    snprintf(path, PATH_MAX_INSIDE, "packed/%s/%s", name, packed_part_names[part]);
}

bool gpt2_packed_has(const struct h5 *h, const char *name)
{
    char group[PATH_MAX_INSIDE];
    group_path(group, name);
    return h5_exists(h, "packed") && h5_exists(h, group);
}

/* A list of at most TIERS_MAX whole numbers from 0 to 2^53. */
static int read_counts(const struct h5 *h, const char *group, const char *name, uint64_t *out,
                       size_t *n, struct err *e)
{
    double x[TIERS_MAX];
    if (h5_get_reals(h, group, name, x, TIERS_MAX, n, e)) {
        return -1;
    }
    for (size_t i = 0; i < *n; i++) {
        if (!(x[i] >= 0 && x[i] <= 0x1p53) || x[i] != floor(x[i])) {
            return err_set(e, "the attribute %s of %s in %s has %.17g, which is no count", name,
                           group, h->path, x[i]);
        }
        out[i] = (uint64_t)x[i];
    }
    return 0;
}

/* One number that has to be at most `max`. */
static int read_size(const struct h5 *h, const char *group, const char *name, size_t *out,
                     size_t max, struct err *e)
{
    uint64_t counts[TIERS_MAX] = {0};
    size_t n = 0;
    if (read_counts(h, group, name, counts, &n, e)) {
        return -1;
    }
    if (n != 1 || counts[0] > max) {
        return err_set(e, "the attribute %s of %s in %s must be one number of at most %zu", name,
                       group, h->path, max);
    }
    *out = (size_t)counts[0];
    return 0;
}

/* Which of the words is it? */
static int read_word(const struct h5 *h, const char *group, const char *name,
                     const char *const *words, int *which, struct err *e)
{
    struct buf text = BUF_INIT;
    int status = h5_get_text(h, group, name, &text, e);
    *which = 0;
    while (!status && words[*which] && strcmp(words[*which], buf_text(&text)) != 0) {
        ++*which;
    }
    if (!status && !words[*which]) {
        status = err_set(e,
                         "the attribute %s of %s in %s is \"%.80s\", which this program does not "
                         "know",
                         name, group, h->path, buf_text(&text));
    }
    buf_release(&text);
    return status;
}

static int read_options(struct packed_tensor *p, const struct h5 *h, const char *group,
                        struct err *e)
{
    uint64_t bits[TIERS_MAX] = {0};
    size_t n_bits = 0, n_members = 0;
    if (read_counts(h, group, "bits", bits, &n_bits, e) ||
        read_counts(h, group, "weights", p->members, &n_members, e)) {
        return -1;
    }
    if (n_bits != n_members || n_bits == 0) {
        return err_set(e,
                       "%s in %s has %zu bits and %zu weights; there must be one of each an option",
                       group, h->path, n_bits, n_members);
    }
    p->n_options = (int)n_bits;
    for (size_t k = 0; k < n_bits; k++) {
        p->bits[k] = bits[k] < 1000 ? (int)bits[k] : 1000; /* packed_check() says what is allowed */
    }
    return 0;
}

static int read_attributes(struct packed_tensor *p, const struct h5 *h, const char *group,
                           struct err *e)
{
    const size_t size_max = (size_t)1 << 40;
    int coding = 0, kind = 0, own_grids = 0;
    if (read_word(h, group, "coding", coding_names, &coding, e) ||
        read_word(h, group, "grid", grid_kind_names, &kind, e) ||
        read_word(h, group, "grids", grids_names, &own_grids, e) ||
        read_size(h, group, "rows", &p->rows, size_max, e) ||
        read_size(h, group, "cols", &p->cols, size_max, e) ||
        read_size(h, group, "unit", &p->unit, size_max, e)) {
        return -1;
    }
    p->coding = (enum coding)coding;
    p->kind = (enum grid_kind)kind;
    p->own_grids = own_grids == 1;
    p->unit = p->unit ? p->unit : UNIT_TENSOR;
    return read_options(p, h, group, e);
}

/* Is the array of the form that a part has? Grids are rows of numbers, the others one row. */
static int check_form(const struct packed_tensor *p, enum packed_part_name part,
                      const struct h5_array *a, const char *path, const char *file, struct err *e)
{
    static const char *const forms[PACKED_PARTS] = {
        "one row of 8-bit unsigned integers", "one row of 8-bit unsigned integers",
        "rows of two floats of 16 or 32 bits", "one row of floats of 16 or 32 bits"};
    bool bytes = part == PACKED_CODES || part == PACKED_MAP, grids = part == PACKED_GRIDS;
    bool type = bytes ? a->type == H5_U8 : a->type == H5_F16 || a->type == H5_F32;
    size_t numbers = packed_grid_numbers(p->kind, p->own_grids);
    if (type && a->rank == (grids ? 2 : 1) && (!grids || a->dims[1] == numbers)) {
        return 0;
    }
    return err_set(e, "%s in %s has elements of type %s in %d dimensions; it must be %s", path,
                   file, a->type_text, a->rank,
                   grids && numbers < 2 ? "rows of one float of 16 or 32 bits" : forms[part]);
}

/* A part of the tensor where it is mapped; one that is not there has no bytes. */
static int find_part(struct packed_tensor *p, enum packed_part_name part, const struct h5 *h,
                     const struct file_map *file, const char *name, struct err *e)
{
    char path[PATH_MAX_INSIDE];
    struct h5_array a;
    part_path(path, name, part);
    if (!h5_exists(h, path)) {
        return 0;
    }
    if (h5_find(h, path, &a, e) || check_form(p, part, &a, path, h->path, e)) {
        return -1;
    }
    if (part == PACKED_GRIDS || part == PACKED_BOOKS) {
        enum grid_dtype dtype = a.type == H5_F16 ? GRID_F16 : GRID_F32;
        if (part == PACKED_BOOKS && p->part[PACKED_GRIDS].n > 0 && dtype != p->dtype) {
            return err_set(e, "%s in %s has %s-bit floats and the grids have not", path, h->path,
                           dtype == GRID_F16 ? "16" : "32");
        }
        p->dtype = dtype;
    }
    p->part[part].bytes = file->bytes + a.offset;
    p->part[part].n = (size_t)a.n * h5_type_size(a.type);
    return 0;
}

int gpt2_packed_open(struct gpt2 *m, int t, const struct h5 *h, struct err *e)
{
    struct gpt2_tensor *tensor = &m->tensors[t];
    struct packed_tensor *p = &m->packed[t];
    char group[PATH_MAX_INSIDE];
    group_path(group, tensor->name);
    if (h5_exists(h, tensor->name)) {
        return err_set(e, "%s has %s twice, as it is and packed", h->path, tensor->name);
    }
    if (read_attributes(p, h, group, e)) {
        return -1;
    }
    if (p->rows != tensor->rows || p->cols != tensor->cols) {
        return err_set(e, "%s in %s is %zu × %zu, but the sizes in its attributes say %zu × %zu",
                       group, h->path, p->rows, p->cols, tensor->rows, tensor->cols);
    }
    for (int i = 0; i < PACKED_PARTS; i++) {
        if (find_part(p, (enum packed_part_name)i, h, &m->file, tensor->name, e)) {
            return -1;
        }
    }
    if (packed_check(p, e)) {
        return err_prefix(e, "%s in %s", group, h->path);
    }
    tensor->packed = p;
    return 0;
}

static int put_part(struct h5 *h, const char *name, const struct packed_tensor *p,
                    enum packed_part_name part, struct err *e)
{
    char path[PATH_MAX_INSIDE];
    const struct packed_part *bytes = &p->part[part];
    part_path(path, name, part);
    if (bytes->n == 0) {
        return 0; /* HDF5 has no place for an array without elements */
    }
    uint64_t dims[2] = {bytes->n, packed_grid_numbers(p->kind, p->own_grids)};
    enum h5_type type = H5_U8;
    if (part == PACKED_GRIDS || part == PACKED_BOOKS) {
        type = p->dtype == GRID_F16 ? H5_F16 : H5_F32;
        dims[0] /= packed_number_bytes(p->dtype);
    }
    if (part == PACKED_GRIDS) {
        dims[0] /= dims[1];
    }
    return h5_put_array(h, path, type, part == PACKED_GRIDS ? 2 : 1, dims, bytes->bytes, e);
}

int gpt2_packed_put(struct h5 *h, const char *name, const struct packed_tensor *p, struct err *e)
{
    char group[PATH_MAX_INSIDE];
    uint64_t rows = p->rows, cols = p->cols, unit = p->unit == UNIT_TENSOR ? 0 : p->unit;
    group_path(group, name);
    if (h5_put_group(h, group, e) || h5_put_text(h, group, "coding", coding_names[p->coding], e) ||
        h5_put_text(h, group, "grid", grid_kind_names[p->kind], e) ||
        h5_put_text(h, group, "grids", grids_names[p->own_grids], e) ||
        h5_put_counts(h, group, "rows", &rows, 1, e) ||
        h5_put_counts(h, group, "cols", &cols, 1, e) ||
        h5_put_counts(h, group, "unit", &unit, 1, e) ||
        h5_put_ints(h, group, "bits", p->bits, (size_t)p->n_options, e) ||
        h5_put_counts(h, group, "weights", p->members, (size_t)p->n_options, e)) {
        return -1;
    }
    for (int i = 0; i < PACKED_PARTS; i++) {
        if (put_part(h, name, p, (enum packed_part_name)i, e)) {
            return -1;
        }
    }
    return 0;
}
