/*
 * packed: a quantized tensor as the bytes that a file holds.
 *
 * Four parts: the codes, the map (the option of each unit; no bytes with one option), the grids and
 * the books (none but with codebooks). data/README.md describes each to the bit. Plain coding packs
 * codes and map at their fixed widths; entropy coding gives both to range coders, levels to
 * step_coder.h. Options of 0 bits have neither codes nor grids. Neither coding knows files: a
 * tensor that was read points into what its reader mapped, one that was made owns its bytes.
 *
 * Decoding trusts nothing: whatever numbers and bytes come in, there are weights or an error.
 */
#ifndef NS_CODING_PACKED_H
#define NS_CODING_PACKED_H

#include "base/buf.h"
#include "coding/coded.h"

enum coding { CODING_PLAIN, CODING_ENTROPY };
extern const char *const coding_names[]; /* "plain", "entropy"; ended by NULL */

enum packed_part_name { PACKED_CODES, PACKED_MAP, PACKED_GRIDS, PACKED_BOOKS, PACKED_PARTS };
extern const char *const packed_part_names[PACKED_PARTS]; /* "codes", "map", "grids", "books" */

struct packed_part {
    const uint8_t *bytes;
    size_t n;
    struct buf own; /* what `bytes` points to, when it was made here */
};

/* The numbers are those of coded_tensor. */
struct packed_tensor {
    size_t rows, cols, unit;
    enum grid_kind kind;
    bool own_grids;
    int n_options;
    int bits[TIERS_MAX];
    uint64_t members[TIERS_MAX]; /* weights of each option */
    enum grid_dtype dtype;
    enum coding coding; /* GRID_STEP has no plain one */
    struct packed_part part[PACKED_PARTS];
};

void packed_release(struct packed_tensor *p);

/*
 * Numbers stored of a grid: scale and minimum 2, scale or step 1, and 0 for a codebook that its
 * option uses as it is.
 */
size_t packed_grid_numbers(enum grid_kind kind, bool own_grids);

/* Bytes of a number of grids and books, and of a grid of scale and minimum. */
size_t packed_number_bytes(enum grid_dtype dtype);
size_t packed_grid_bytes(enum grid_dtype dtype);

static inline int64_t packed_bits(const struct packed_tensor *p, enum packed_part_name part)
{
    return 8 * (int64_t)p->part[part].n;
}

/* What the bill calls grids: these and the books. */
static inline int64_t packed_grid_bits(const struct packed_tensor *p)
{
    return packed_bits(p, PACKED_GRIDS) + packed_bits(p, PACKED_BOOKS);
}

/*
 * Makes the bytes. Grids and books are representable in the tensor's dtype. Steps are finite and
 * above 0; with them, `coding` is CODING_ENTROPY. Release *p either way.
 */
int packed_encode(struct packed_tensor *p, const struct coded_tensor *coded, enum coding coding,
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
