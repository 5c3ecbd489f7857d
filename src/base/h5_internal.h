/*
 * h5_internal: what the files of h5 that call HDF5 share. Include it in no other file.
 */
#ifndef NS_BASE_H5_INTERNAL_H
#define NS_BASE_H5_INTERNAL_H

#include <hdf5.h>

#include "base/h5.h"

/* One lock around all of HDF5, with an empty error stack inside. The same thread may take it again.
 */
void h5_lock(void);
void h5_unlock(void);

/* Sets the sentence with ": " and the cause that HDF5's error stack gives. Always returns −1. */
int h5_fail(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * How files are accessed: no lock files, and when writing a fixed version of the format and arrays
 * that are aligned without waste. Negative on failure.
 */
hid_t h5_access_list(bool writing);

/* IEEE's 16-bit float, little-endian, which HDF5 has no name for before 1.14.4; close with
 * H5Tclose. */
hid_t h5_half_type(void);

#endif
