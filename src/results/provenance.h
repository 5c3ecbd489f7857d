/*
 * provenance: where a result came from, as JSON: git revision and dirty flag, compiler and flags,
 * library versions, BLAS core name and threads, CPU, host, digests of model and text, start time,
 * wall seconds, those of the solver, peak memory, and what the command line changed in the spec.
 *
 * Written when a cell ends, so the start is wall_s before now. Revision and dirty flag are those of
 * the git checkout in the working folder when the first provenance was written, null outside one.
 * Everything that may differ between honest runs stands here and nowhere else.
 */
#ifndef NS_RESULTS_PROVENANCE_H
#define NS_RESULTS_PROVENANCE_H

#include "base/json_out.h"

struct provenance {
    const char *model_path, *model_sha256, *texts_path, *texts_sha256;
    const char *blas_config, *blas_core; /* handed in: only tensor/ knows BLAS */
    const char *blas_tiles;              /* "across texts" or "of each text" */
    const char *version;                 /* of nashswarm */
    const char *hdf5_version;            /* handed in: only base/h5 knows HDF5 */
    int threads;
    char *const *overrides; /* [n_overrides], options that changed the spec: "--samples 3" */
    size_t n_overrides;
    double wall_s;
    double solve_s; /* table of costs and solver; 0 or NaN (null): nothing was solved */
};

/* Writes one JSON object, where a value is due. A NULL text is written as null. */
void provenance_object(const struct provenance *p, struct json_out *j);

/* Appends it as a document of its own. */
void provenance_write(const struct provenance *p, struct buf *json);

#endif
