/*
 * sealed: JSON documents that tell whether somebody has changed them since they were written.
 *
 * The last member of the document, "content_sha256", is the digest of the document without it, byte
 * for byte, so that an edit of any kind is noticed. It keeps nobody from writing another digest
 * too: it is against slips and damage.
 */
#ifndef NS_RESULTS_SEALED_H
#define NS_RESULTS_SEALED_H

#include "base/buf.h"

/* Adds the member to a document of json_out.h that is complete. */
int sealed_close(struct buf *document, struct err *e);

/*
 * −1, with a sentence, when the document that was read from the file was changed, or has no digest
 * though its "format" is `since` or later.
 */
struct json_t;
int sealed_check(const struct json_t *root, const char *path, int since, struct err *e);

#endif
