/*
 * id_list: ids of cells from a file, one a line, as a task of many cells gets them.
 */
#ifndef NS_COMMANDS_ID_LIST_H
#define NS_COMMANDS_ID_LIST_H

#include "base/buf.h"

struct id_list {
    struct buf text;  /* of the file, its line ends turned into NULs */
    const char **ids; /* in strcmp's order, each once */
    size_t n;
};

/* Blanks around an id and empty lines do not count. A file without any id is refused. */
int id_list_read(struct id_list *l, const char *path, struct err *e);
void id_list_release(struct id_list *l);

#endif
