/*
 * json_file: JSON documents, read by jansson. Duplicate keys are refused.
 *
 * jansson says "invalid" of a text that it has no memory for, at a place where nothing is wrong,
 * and crashes on some. So it is left for good at the first allocation that fails, and a lack of
 * memory is told as what it is.
 */
#ifndef NS_BASE_JSON_FILE_H
#define NS_BASE_JSON_FILE_H

#include <stddef.h>

#include "base/err.h"

struct json_t;

/* What is wrong with a text. */
struct json_problem {
    const char *what;     /* words of jansson's, good until the thread reads the next text */
    int line, column, at; /* at: bytes from the start */
};

/*
 * The value of a text (json_decref() it); or NULL, with `problem` filled in and the sentence left
 * to the caller, or, where problem->what is NULL, with `e` set: memory lacked.
 */
struct json_t *json_text_read(const void *text, size_t n, struct json_problem *problem,
                              struct err *e);

/* The value in the file, or NULL with `e` set. */
struct json_t *json_file_read(const char *path, struct err *e);

#endif
