#include "results/stored_file.h"

#include <jansson.h>

#include "base/file.h"

struct json_t *stored_file_read(const char *path, struct err *e)
{
    struct file_map file;
    if (file_map_open(&file, path, e)) {
        return NULL;
    }
    json_error_t problem;
    const char *bytes = file.bytes ? (const char *)file.bytes : "";
    json_t *root = json_loadb(bytes, file.n, JSON_REJECT_DUPLICATES, &problem);
    if (!root) {
        err_set(e, "%s:%d: %s", path, problem.line, problem.text);
    }
    file_map_close(&file);
    return root;
}

int stored_file_write(const char *folder, const char *name, const struct buf *text, struct err *e)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/%s", folder, name);
    int status = buf_check(&path, e) || buf_check(text, e)
                     ? -1
                     : file_write(path.s, buf_text(text), text->len, e);
    buf_release(&path);
    return status;
}
