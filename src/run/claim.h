/*
 * claim: which variants another run of the same folder is at. Inside of run/ alone.
 *
 * A claim is a lock of the open file on one byte of results/NAME/.claims, which stays empty: the
 * byte's place is taken from the variant's key. The kernel, on NFS the server, takes the lock away
 * with the process, however that ends, so nothing has to be cleaned up or kept alive. Such locks
 * exclude other processes and other opens of the file, not the threads that share this one: those
 * hand out variants among themselves. Where a file system has no locks everything is free.
 */
#ifndef NS_RUN_CLAIM_H
#define NS_RUN_CLAIM_H

#include <stdbool.h>

#include "results/store.h"

struct claims {
    int file; /* −1: there are no locks */
};

/* The folder of results is there. */
struct claims claims_open(const struct store *s);
void claims_close(struct claims *c);

/* Whether the variant is this run's now: false while another run has it. */
bool claim_take(const struct claims *c, const char key[DIGEST_HEX]);
void claim_give(const struct claims *c, const char key[DIGEST_HEX]);

#endif
