#include "commands/id_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

static int order_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void drop_doubles(struct id_list *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (!kept || strcmp(l->ids[kept - 1], l->ids[i]) != 0) {
            l->ids[kept++] = l->ids[i];
        }
    }
    l->n = kept;
}

int id_list_read(struct id_list *l, const char *path, struct err *e)
{
    *l = (struct id_list){0};
    size_t capacity = 0;
    int status = file_read(&l->text, path, e);
    if (!status && l->text.len && strlen(l->text.s) != l->text.len) {
        status = err_set(e, "%s is no list of ids of cells: there is a zero byte in it", path);
    }
    char *rest = NULL,
         *line = l->text.len && !status ? strtok_r(l->text.s, " \t\r\n", &rest) : NULL;
    for (; line && !status; line = strtok_r(NULL, " \t\r\n", &rest)) {
        status = mem_grow((void *)&l->ids, &capacity, l->n + 1, sizeof *l->ids, e);
        if (!status) {
            l->ids[l->n++] = line;
        }
    }
    if (!status && l->n == 0) {
        status = err_set(e, "%s has no id of a cell in it: one a line is wanted", path);
    }
    if (status) {
        id_list_release(l);
        return -1;
    }
    qsort((void *)l->ids, l->n, sizeof *l->ids, order_ids);
    drop_doubles(l);
    return 0;
}

void id_list_release(struct id_list *l)
{
    buf_release(&l->text);
    free((void *)l->ids);
    *l = (struct id_list){0};
}
