#include "base/json_file.h"

#include <jansson.h>

#include "base/file.h"

struct json_t *json_file_read(const char *path, struct err *e)
{
    struct file_map file;
    if (file_map_open(&file, path, e)) {
        return NULL;
    }
    json_error_t problem;
    json_t *root = NULL;
    if (file.n == 0) {
        err_set(e, "%s is empty", path);
    } else if (!(root = json_loadb((const char *)file.bytes, file.n, JSON_REJECT_DUPLICATES,
                                   &problem))) {
        err_set(e, "%s:%d:%d: not JSON: %s", path, problem.line, problem.column, problem.text);
    }
    file_map_close(&file);
    return root;
}
