/*
 * stored_file: the small files of the store, read and written whole.
 */
#ifndef NS_RESULTS_STORED_FILE_H
#define NS_RESULTS_STORED_FILE_H

#include "base/buf.h"
#include "base/err.h"

struct json_t;

/* The JSON value in the file (json_decref() it), or NULL with `e` set. Duplicate keys are refused.
 */
struct json_t *stored_file_read(const char *path, struct err *e);

/* Writes `text` as FOLDER/NAME; the folder is there. A text that ran out of memory is an error. */
int stored_file_write(const char *folder, const char *name, const struct buf *text, struct err *e);

#endif
