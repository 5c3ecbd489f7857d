#include "model/gpt2_packed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MAX_INSIDE = 96 };

/* How the grids map codes to weights; there is one way so far. */
static const char grid_kind[] = "scale-minimum";

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

static int read_tiers(struct packed_tensor *p, const struct h5 *h, const char *group, struct err *e)
{
    uint64_t bits[TIERS_MAX] = {0};
    size_t n_bits = 0, n_members = 0;
    if (read_counts(h, group, "bits", bits, &n_bits, e) ||
        read_counts(h, group, "weights", p->members, &n_members, e)) {
        return -1;
    }
    if (n_bits != n_members || n_bits == 0) {
        return err_set(e, "%s in %s has %zu bits and %zu weights; there must be one of each a tier",
                       group, h->path, n_bits, n_members);
    }
    p->n_tiers = (int)n_bits;
    for (size_t k = 0; k < n_bits; k++) {
        p->bits[k] = bits[k] < 1000 ? (int)bits[k] : 1000; /* packed_check() says what is allowed */
    }
    return 0;
}

static int read_attributes(struct packed_tensor *p, const struct h5 *h, const char *group,
                           struct err *e)
{
    static const char *const kinds[] = {grid_kind, NULL};
    const size_t size_max = (size_t)1 << 40;
    int coding = 0, kind = 0;
    if (read_word(h, group, "coding", coding_names, &coding, e) ||
        read_word(h, group, "grid", kinds, &kind, e) ||
        read_size(h, group, "rows", &p->rows, size_max, e) ||
        read_size(h, group, "cols", &p->cols, size_max, e) ||
        read_size(h, group, "group", &p->group, size_max, e)) {
        return -1;
    }
    p->coding = (enum coding)coding;
    return read_tiers(p, h, group, e);
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
    if (h5_find(h, path, &a, e)) {
        return -1;
    }
    bool grids = part == PACKED_GRIDS;
    if (grids ? (a.type != H5_F32 && a.type != H5_F16) || a.rank != 2 || a.dims[1] != 2
              : a.type != H5_U8 || a.rank != 1) {
        return err_set(e, "%s in %s has elements of type %s in %d dimensions; it must be %s", path,
                       h->path, a.type_text, a.rank,
                       grids ? "rows of two floats of 16 or 32 bits, scale and minimum"
                             : "one row of 8-bit unsigned integers");
    }
    if (grids) {
        p->dtype = a.type == H5_F16 ? GRID_F16 : GRID_F32;
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
    uint64_t dims[2] = {bytes->n, 2};
    enum h5_type type = H5_U8;
    if (part == PACKED_GRIDS) {
        type = p->dtype == GRID_F16 ? H5_F16 : H5_F32;
        dims[0] = bytes->n / packed_grid_bytes(p->dtype);
    }
    return h5_put_array(h, path, type, part == PACKED_GRIDS ? 2 : 1, dims, bytes->bytes, e);
}

int gpt2_packed_put(struct h5 *h, const char *name, const struct packed_tensor *p, struct err *e)
{
    char group[PATH_MAX_INSIDE];
    uint64_t rows = p->rows, cols = p->cols, of_group = p->group;
    group_path(group, name);
    if (h5_put_group(h, group, e) || h5_put_text(h, group, "coding", coding_names[p->coding], e) ||
        h5_put_text(h, group, "grid", grid_kind, e) ||
        h5_put_counts(h, group, "rows", &rows, 1, e) ||
        h5_put_counts(h, group, "cols", &cols, 1, e) ||
        h5_put_counts(h, group, "group", &of_group, 1, e) ||
        h5_put_ints(h, group, "bits", p->bits, (size_t)p->n_tiers, e) ||
        h5_put_counts(h, group, "weights", p->members, (size_t)p->n_tiers, e)) {
        return -1;
    }
    for (int i = 0; i < PACKED_PARTS; i++) {
        if (put_part(h, name, p, (enum packed_part_name)i, e)) {
            return -1;
        }
    }
    return 0;
}
