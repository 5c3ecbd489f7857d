/* A packed tensor whose numbers and bytes may all lie: there are weights, or one sentence. */
#include "fuzz/fuzz.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "coding/packed.h"

enum { WEIGHTS_MAX = 1 << 16 };

static void read_numbers(struct packed_tensor *p, struct fuzz_input *in)
{
    p->rows = fuzz_number(in, 255);
    p->cols = fuzz_number(in, 255);
    p->unit = fuzz_number(in, 255);
    p->unit = p->unit == 255 ? UNIT_TENSOR : p->unit;
    p->kind = (enum grid_kind)fuzz_number(in, GRID_KINDS - 1);
    p->own_grids = fuzz_number(in, 1);
    p->dtype = (enum grid_dtype)fuzz_number(in, GRID_F16);
    p->coding = (enum coding)fuzz_number(in, CODING_ENTROPY);
    p->n_options = (int)fuzz_number(in, TIERS_MAX);
    uint64_t left = p->rows * p->cols;
    for (int k = 0; k < p->n_options; k++) {
        p->bits[k] = (int)fuzz_number(in, 15) - 1;
        p->members[k] = k + 1 < p->n_options ? fuzz_number(in, 4095) : left;
        left -= p->members[k]; /* wraps where they are too many, as a file may lie */
    }
}

/* What was decoded is encoded in no other weights. */
static void encode_again(const struct packed_tensor *p, const float *values)
{
    struct coded_tensor c = {0};
    struct packed_tensor again = {0};
    struct err e;
    size_t n = p->rows * p->cols;
    float *same = mem_floats(n, &e);
    fuzz_require(packed_decode(&c, p, &e) == 0, "what has values cannot be decoded");
    fuzz_require(packed_encode(&again, &c, p->coding, &e) == 0, "codes cannot be encoded");
    fuzz_require(same && packed_values(same, &again, &e) == 0, "what was encoded has no values");
    fuzz_require(memcmp(same, values, n * sizeof *same) == 0, "values change as they are encoded");
    free(same);
    packed_release(&again);
    coded_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_input in = {bytes, n};
    struct packed_tensor p = {0};
    struct err e;
    omp_set_num_threads(1);
    read_numbers(&p, &in);
    for (int i = 0; i < PACKED_PARTS; i++) {
        size_t size = i + 1 < PACKED_PARTS ? fuzz_number(&in, 4095) : in.n;
        size = size < in.n ? size : in.n;
        p.part[i] = (struct packed_part){.bytes = in.bytes, .n = size};
        in = (struct fuzz_input){in.bytes + size, in.n - size};
    }
    float *values = mem_floats(WEIGHTS_MAX, &e);
    fuzz_require(values != NULL, "no memory");
    int status = packed_values(values, &p, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        encode_again(&p, values);
    }
    free(values);
    return 0;
}
