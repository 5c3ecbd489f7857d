/*
 * share: where the files are that the program needs at run time. They go with the program, never
 * with the working folder or a spec, which may be anybody's: gnuplot runs what its scripts say.
 */
#ifndef NS_BASE_SHARE_H
#define NS_BASE_SHARE_H

#include "base/buf.h"

/*
 * Where `make install` put it: the path of share/nashswarm/NAME beside the bin/ that the running
 * program stands in, whether it is there or not; "" when the program cannot tell where it stands.
 */
void share_path(struct buf *out, const char *name);

/* The same for a program that stands where it was built: SOURCE/NAME of SOURCE/build/release. */
void share_source_path(struct buf *out, const char *name);

#endif
