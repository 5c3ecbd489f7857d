#include "base/allocation.h"

#include <stdlib.h>

void allocation_release(struct allocation *a)
{
    free(a->map);
    *a = (struct allocation){0};
}
