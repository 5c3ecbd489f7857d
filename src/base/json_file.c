#include "base/json_file.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>

#include "base/file.h"

static _Thread_local jmp_buf *way_out; /* while a text is read */

/* Not back into jansson without memory: here and there it goes on with the NULL. */
static void *watched_malloc(size_t n)
{
    void *p = malloc(n);
    if (!p && way_out) {
        longjmp(*way_out, 1);
    }
    return p;
}

static void watch(void)
{
    json_set_alloc_funcs(watched_malloc, free);
}

struct json_t *json_text_read(const void *text, size_t n, struct json_problem *problem,
                              struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Thread_local json_error_t error;
    jmp_buf here;
    pthread_once(&once, watch);
    *problem = (struct json_problem){0};
    if (setjmp(here)) { /* what there was of the value is lost */
        way_out = NULL;
        err_set(e, "out of memory while JSON of %zu bytes was read", n);
        return NULL;
    }
    way_out = &here;
    json_t *root = json_loadb(n ? text : "", n, JSON_REJECT_DUPLICATES, &error);
    way_out = NULL;
    *problem = (struct json_problem){error.text, error.line, error.column, error.position};
    return root;
}

struct json_t *json_file_read(const char *path, struct err *e)
{
    struct file_map file;
    if (file_map_open(&file, path, e)) {
        return NULL;
    }
    struct json_problem problem;
    json_t *root = NULL;
    if (file.n == 0) {
        err_set(e, "%s is empty", path);
    } else if (!(root = json_text_read(file.bytes, file.n, &problem, e)) && problem.what) {
        err_set(e, "%s:%d:%d: not JSON: %s", path, problem.line, problem.column, problem.what);
    }
    file_map_close(&file);
    return root;
}
