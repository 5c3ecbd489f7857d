/*
 * git: which revision of the source the working folder holds, for provenance.
 *
 * git is asked once a process, on first use, by any thread. Without git, or outside a checkout,
 * nothing is known, which is no error.
 */
#ifndef NS_RESULTS_GIT_H
#define NS_RESULTS_GIT_H

#include <stdbool.h>

struct git_state {
    bool known;
    bool dirty; /* files differ from the revision, or are not in it and not ignored, or may */
    char revision[72]; /* hexadecimal: 40 digits, or 64 in SHA-256 repositories */
};

const struct git_state *git_state(void);

#endif
