/*
 * share: where `make install` put the files that the program needs at run time.
 */
#ifndef NS_BASE_SHARE_H
#define NS_BASE_SHARE_H

#include "base/buf.h"

/*
 * The path of share/nashswarm/NAME beside the bin/ that the running program stands in, whether it
 * is there or not; "" when the program cannot tell where it stands.
 */
void share_path(struct buf *out, const char *name);

#endif
