/* A Hugging Face folder: config.json, NUL, added_tokens.json, NUL, model.safetensors. */
#include "fuzz/fuzz.h"

#include <omp.h>

#include "model/gpt2_file.h"
#include "model/hf_config.h"
#include "model/safetensors.h"

/* Every byte that an entry claims is there. */
static void read_tensors(const char *path)
{
    struct safetensors s;
    struct err e;
    unsigned sum = 0;
    int status = safetensors_open(&s, path, &e);
    fuzz_check_error(status, &e);
    for (size_t i = 0; !status && i < s.n; i++) {
        for (size_t k = 0; k < s.tensors[i].end - s.tensors[i].begin; k++) {
            sum += s.tensors[i].data[k];
        }
    }
    fuzz_require(sum < UINT32_MAX, "the bytes add up to more than they can");
    if (!status) {
        safetensors_close(&s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_input in = {bytes, n};
    struct gpt2_config config;
    struct err e;
    omp_set_num_threads(1);
    fuzz_folder("hf");
    const char *config_path = fuzz_file("hf/config.json", fuzz_part(&in));
    fuzz_file("hf/added_tokens.json", fuzz_part(&in));
    fuzz_file("hf/vocab.json", (struct fuzz_input){(const uint8_t *)"{}", 2});
    fuzz_file("hf/merges.txt", (struct fuzz_input){(const uint8_t *)"#version\n", 9});
    const char *weights = fuzz_file("hf/model.safetensors", in);
    fuzz_check_error(hf_config_read(&config, config_path, &e), &e);
    read_tensors(weights);
    fuzz_check_error(gpt2_import(fuzz_path("hf"), fuzz_path("imported.h5"), NULL, &e), &e);
    return 0;
}
