#include "base/allocation.h"

#include <stdlib.h>

void allocation_release(struct allocation *a)
{
    free(a->map);
    *a = (struct allocation){0};
}

size_t allocation_units(size_t rows, size_t cols, size_t unit)
{
    if (unit == UNIT_TENSOR) {
        return 1;
    }
    return rows * (cols / unit + (cols % unit != 0));
}
