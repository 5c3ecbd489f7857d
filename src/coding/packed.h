/*
 * packed: a quantized tensor as the bytes that a file holds.
 *
 * Three parts: the codes, the map (which tier each weight is in; no bytes with one tier) and the
 * grids. data/README.md describes each to the bit. Plain coding packs codes and tiers at their
 * fixed widths; entropy coding gives both to the range coder. Neither knows files: a tensor that
 * was read points into what its reader mapped, one that was made owns its bytes.
 *
 * Decoding trusts nothing: whatever numbers and bytes come in, there are weights or an error.
 */
#ifndef NS_CODING_PACKED_H
#define NS_CODING_PACKED_H

#include "base/buf.h"
#include "coding/coded.h"

enum coding { CODING_PLAIN, CODING_ENTROPY };
extern const char *const coding_names[]; /* "plain", "entropy"; ended by NULL */

enum packed_part_name { PACKED_CODES, PACKED_MAP, PACKED_GRIDS, PACKED_PARTS };
extern const char *const packed_part_names[PACKED_PARTS]; /* "codes", "map", "grids" */

struct packed_part {
    const uint8_t *bytes;
    size_t n;
    struct buf own; /* what `bytes` points to, when it was made here */
};

struct packed_tensor {
    size_t rows, cols, group; /* as in coded_tensor */
    int n_tiers;
    int bits[TIERS_MAX];
    uint64_t members[TIERS_MAX]; /* weights of each tier */
    enum grid_dtype dtype;
    enum coding coding;
    struct packed_part part[PACKED_PARTS];
};

void packed_release(struct packed_tensor *p);

/* Bytes of a grid: scale and minimum. */
size_t packed_grid_bytes(enum grid_dtype dtype);

static inline int64_t packed_bits(const struct packed_tensor *p, enum packed_part_name part)
{
    return 8 * (int64_t)p->part[part].n;
}

/* Makes the bytes. Release *p either way. */
int packed_encode(struct packed_tensor *p, const struct coded_tensor *c, enum coding coding,
                  struct err *e);

/*
 * Do the numbers agree with each other and with the sizes of the parts? The errors of this and
 * of what follows want the tensor's name in front.
 */
int packed_check(const struct packed_tensor *p, struct err *e);

/* Checks, then reads the bytes into *c, which the caller releases either way. */
int packed_decode(struct coded_tensor *c, const struct packed_tensor *p, struct err *e);

/* out_rc[rows][cols] = the weights that the bytes stand for. */
int packed_values(float *out_rc, const struct packed_tensor *p, struct err *e);

#endif
