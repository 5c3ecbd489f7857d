/*
 * json_file: a JSON document in a file, read by jansson.
 */
#ifndef NS_BASE_JSON_FILE_H
#define NS_BASE_JSON_FILE_H

#include "base/err.h"

struct json_t;

/* The value in the file (json_decref() it), or NULL with `e` set. Duplicate keys are refused. */
struct json_t *json_file_read(const char *path, struct err *e);

#endif
