#include "allocate/method.h"

#include <string.h>

const struct allocate_method *const allocate_methods[] = {
    &allocate_uniform, &allocate_tiers, &allocate_random,    &allocate_optimal, &allocate_greedy,
    &allocate_nash,    &allocate_swarm, &allocate_waterfill, &allocate_shapley, NULL};

const struct allocate_method *allocate_method_named(const char *name)
{
    for (size_t i = 0; allocate_methods[i]; i++) {
        if (strcmp(allocate_methods[i]->name, name) == 0) {
            return allocate_methods[i];
        }
    }
    return NULL;
}
