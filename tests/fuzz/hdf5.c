/*
 * HDF5 files: a model, a packed model or the evidence of a cell, changed as the input says: first
 * by HDF5 itself (other attributes, other arrays, links), then byte by byte, then cut.
 */
#include "fuzz/fuzz.h"

#include <hdf5.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "coding/packed.h"
#include "model/gpt2_file.h"
#include "results/evidence.h"

enum { MODEL, PACKED, EVIDENCE, BASES };
static struct buf bases[BASES];

static int pack(void *context, int t, struct packed_tensor *p, bool *is_packed, struct err *e)
{
    const struct gpt2 *m = context;
    struct coded_tensor c = {.rows = m->tensors[t].rows,
                             .cols = m->tensors[t].cols,
                             .unit = 2,
                             .n_options = 2,
                             .bits = {3, 2},
                             .dtype = GRID_F16};
    *is_packed = c.rows > 0;
    if (!*is_packed) {
        return 0;
    }
    fuzz_require(coded_allocate(&c, e) == 0, "no memory");
    for (size_t u = 0; u < coded_units(&c); u++) {
        c.option[u] = u % 2;
    }
    int status = packed_encode(p, &c, t % 2 ? CODING_PLAIN : CODING_ENTROPY, e);
    coded_release(&c);
    return status;
}

static void keep(int base, const char *path)
{
    struct err e;
    fuzz_require(file_read(&bases[base], path, &e) == 0, "a file cannot be read back");
}

static void make_models(void)
{
    static const struct gpt2_source source = {"config.json", "00"};
    struct gpt2_config config = {.V = 5, .P = 4, .C = 4, .L = 1, .H = 2, .F = 16};
    struct gpt2 m = {0};
    struct err e;
    config.ln_epsilon = 1e-5f;
    config.eos_token_id = config.bos_token_id = 4;
    fuzz_require(gpt2_layout(&m, &config, &e) == 0, "no memory");
    for (int t = 0; t < m.n_tensors; t++) {
        float *x = mem_floats(m.tensors[t].n, &e);
        fuzz_require(x != NULL, "no memory");
        memset(x, 0, m.tensors[t].n * sizeof *x);
        gpt2_replace(&m, t, x);
    }
    struct gpt2_packer packer = {pack, &m};
    const char *path = fuzz_path("base.h5");
    fuzz_require(gpt2_save(&m, path, &source, 1, "made", &e) == 0, "no model can be written");
    keep(MODEL, path);
    fuzz_require(gpt2_save_packed(&m, path, &source, 1, "made", &packer, &e) == 0,
                 "no packed model can be written");
    keep(PACKED, path);
    gpt2_close(&m);
}

static void make_evidence(void)
{
    struct evidence v;
    struct err e;
    const char *path = fuzz_path("base.h5");
    fuzz_require(evidence_new(&v, 2, 6, &e) == 0, "no memory");
    v.start[1] = 2;
    v.start[2] = 6;
    fuzz_require(evidence_write(&v, path, &e) == 0, "no evidence can be written");
    keep(EVIDENCE, path);
    evidence_release(&v);
}

static const char *pick(struct fuzz_input *in, const char *const *names)
{
    size_t n = 0;
    while (names[n]) {
        n++;
    }
    return names[fuzz_number(in, n - 1)];
}

static const char *pick_array(struct fuzz_input *in)
{
    static const char *const names[] = {"wte.weight",
                                        "ln_f.bias",
                                        "h.0.attn.c_attn.weight",
                                        "packed/wte.weight/codes",
                                        "packed/wpe.weight/map",
                                        "tokens_of_text",
                                        "nll",
                                        "tokenizer/vocab.json",
                                        "tokenizer",
                                        "packed",
                                        "source",
                                        NULL};
    return pick(in, names);
}

static hid_t pick_type(struct fuzz_input *in)
{
    hid_t types[] = {H5T_STD_I32LE,  H5T_STD_U8LE,      H5T_STD_U32LE, H5T_STD_I64BE,
                     H5T_IEEE_F32LE, H5T_IEEE_F64BE,    H5T_C_S1,      H5T_STD_REF_OBJ,
                     H5T_STD_B16LE,  H5T_NATIVE_LDOUBLE};
    hid_t type = H5Tcopy(types[fuzz_number(in, sizeof types / sizeof *types - 1)]);
    switch (fuzz_number(in, 7)) {
    case 0:
        H5Tset_size(type, 1 + fuzz_number(in, 300));
        break;
    case 1:
        H5Tset_precision(type, 1 + fuzz_number(in, 63));
        H5Tset_offset(type, fuzz_number(in, 31));
        break;
    case 2:
        if (H5Tget_class(type) == H5T_STRING) {
            H5Tset_size(type, H5T_VARIABLE);
        }
        break;
    case 3: {
        hid_t list = H5Tvlen_create(type);
        H5Tclose(type);
        type = list;
        break;
    }
    default:
        break;
    }
    return type;
}

static hid_t pick_space(struct fuzz_input *in, bool absurd)
{
    hsize_t dims[4] = {0};
    int rank = (int)fuzz_number(in, 5);
    for (int i = 0; i < rank && i < 4; i++) {
        dims[i] = fuzz_number(in, absurd ? UINT64_MAX : 40);
    }
    return rank == 0   ? H5Screate(H5S_SCALAR)
           : rank == 5 ? H5Screate(H5S_NULL)
                       : H5Screate_simple(rank, dims, NULL);
}

static void change_attribute(hid_t file, struct fuzz_input *in)
{
    static const char *const names[] = {"format",
                                        "format_version",
                                        "architecture",
                                        "activation_function",
                                        "tie_word_embeddings",
                                        "layer_norm_epsilon",
                                        "n_layer",
                                        "n_embd",
                                        "vocab_size",
                                        "n_positions",
                                        "n_head",
                                        "evidence_format",
                                        "mean_of_texts",
                                        "coding",
                                        "grid",
                                        "grids",
                                        "rows",
                                        "cols",
                                        "unit",
                                        "bits",
                                        "weights",
                                        "config.json",
                                        "special_token_ids",
                                        NULL};
    static const char *const groups[] = {"/", "/packed/wte.weight", "/source", NULL};
    unsigned char value[4096] = {0};
    const char *group = pick(in, groups), *name = pick(in, names);
    hid_t type = pick_type(in), space = pick_space(in, false);
    H5Adelete_by_name(file, group, name, H5P_DEFAULT);
    hid_t id =
        H5Acreate_by_name(file, group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    bool plain = H5Tget_class(type) != H5T_VLEN && H5Tis_variable_str(type) <= 0;
    for (size_t i = 0; i < 8; i++) {
        value[i] = (unsigned char)fuzz_number(in, 255);
    }
    if (id >= 0 && plain && n > 0 && (size_t)n * H5Tget_size(type) <= sizeof value) {
        H5Awrite(id, type, value);
    }
    H5Aclose(id);
    H5Sclose(space);
    H5Tclose(type);
}

static void change_array(hid_t file, struct fuzz_input *in)
{
    const char *name = pick_array(in);
    hid_t type = pick_type(in), space = pick_space(in, true), list = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[4] = {2, 2, 2, 2};
    switch (fuzz_number(in, 5)) {
    case 0:
        H5Pset_chunk(list, H5Sget_simple_extent_ndims(space), chunk);
        H5Pset_deflate(list, 1);
        break;
    case 1:
        H5Pset_layout(list, H5D_COMPACT);
        break;
    case 2:
        H5Pset_external(list, "/dev/null", 0, H5F_UNLIMITED);
        break;
    case 3:
        H5Pset_virtual(list, space, "/dev/null", "/x", space);
        break;
    default:
        H5Pset_alloc_time(list, H5D_ALLOC_TIME_LATE);
    }
    H5Ldelete(file, name, H5P_DEFAULT);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Pclose(list);
    H5Sclose(space);
    H5Tclose(type);
}

static void change_link(hid_t file, struct fuzz_input *in)
{
    const char *name = pick_array(in), *other = pick_array(in);
    uint64_t kind = fuzz_number(in, 4);
    H5Ldelete(file, name, H5P_DEFAULT);
    if (kind == 0) {
        H5Lcreate_soft(other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    } else if (kind == 1) {
        H5Lcreate_external("/dev/null", other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    } else if (kind == 2) {
        H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT);
    } else if (kind == 3) {
        H5Lcreate_hard(file, other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

/* Changes that leave a file whole. */
static void change_by_hdf5(const char *path, struct fuzz_input *in)
{
    uint64_t times = fuzz_number(in, 3);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = times ? H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT) : -1;
    for (uint64_t i = 0; i < times && file >= 0; i++) {
        switch (fuzz_number(in, 2)) {
        case 0:
            change_attribute(file, in);
            break;
        case 1:
            change_array(file, in);
            break;
        default:
            change_link(file, in);
        }
    }
    if (file >= 0) {
        H5Fclose(file);
    }
}

/* Overwrites bytes, each 3 bytes of place and 1 of value; a last odd byte cuts the file. */
static void damage(const char *path, struct fuzz_input *in)
{
    struct buf whole = BUF_INIT;
    struct err e;
    fuzz_require(file_read(&whole, path, &e) == 0 && whole.len, "a file cannot be read back");
    while (in->n >= 4) {
        size_t at = fuzz_number(in, 0xFFFFFF) % whole.len;
        whole.s[at] = (char)fuzz_number(in, 255);
    }
    if (in->n) {
        whole.len = whole.len * fuzz_number(in, 255) / 255;
    }
    fuzz_file("x.h5", (struct fuzz_input){(const uint8_t *)buf_text(&whole), whole.len});
    buf_release(&whole);
}

static void read_model(const char *path)
{
    struct gpt2_source sources[GPT2_SOURCES_MAX];
    struct gpt2 m;
    struct err e;
    size_t n;
    int status = gpt2_open(&m, path, &e);
    fuzz_check_error(status, &e);
    if (status) {
        return;
    }
    fuzz_check_error(gpt2_sources(&m, sources, &n, &e), &e);
    fuzz_check_error(gpt2_load(&m, &e), &e);
    gpt2_close(&m);
}

static void read_evidence(const char *path)
{
    struct evidence v;
    struct err e;
    double sums[64], weights[64];
    int status = evidence_read(&v, path, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        if (v.n_texts <= 64) {
            evidence_by_text(&v, v.nll, sums, weights);
        }
        evidence_release(&v);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_input in = {bytes, n};
    omp_set_num_threads(1);
    if (!bases[MODEL].len) {
        make_models();
        make_evidence();
    }
    uint64_t kind = fuzz_number(&in, BASES - 1);
    const struct buf *base = &bases[kind];
    const char *path = fuzz_file("x.h5", (struct fuzz_input){(const uint8_t *)base->s, base->len});
    change_by_hdf5(path, &in);
    damage(path, &in);
    /* Each look at a file costs a copy of this process. */
    if (kind == EVIDENCE) {
        read_evidence(path);
    } else {
        read_model(path);
    }
    return 0;
}
