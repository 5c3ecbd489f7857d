/*
 * provenance: where a result came from, as JSON: git revision and dirty flag, compiler and flags,
 * library versions, BLAS core name and threads, CPU, host, digests of model and text, seed, start
 * time, wall seconds, peak memory.
 */
#ifndef NS_RESULTS_PROVENANCE_H
#define NS_RESULTS_PROVENANCE_H

#include "base/buf.h"

struct provenance {
    const char *model_path, *model_sha256, *texts_path, *texts_sha256;
    const char *blas_config, *blas_core; /* handed in: only tensor/ knows BLAS */
    int threads;
    double wall_s;
};

void provenance_write(const struct provenance *p, struct buf *json);

#endif
