#include "base/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The number after `key` in a file of lines "key number ..."; or the first number, without a key.
 */
static size_t number_in(const char *path, const char *key)
{
    char line[256];
    unsigned long long number = 0;
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f)) {
        size_t skip = strlen(key);
        found = strncmp(line, key, skip) == 0 && sscanf(line + skip, "%llu", &number) == 1;
    }
    if (f) {
        fclose(f);
    }
    return found ? (size_t)number : 0;
}

size_t machine_memory_available(void)
{
    size_t available = number_in("/proc/meminfo", "MemAvailable:") << 10;
    /* "max" is no number: no limit. What is used includes files that would be given up. */
    size_t limit = number_in("/sys/fs/cgroup/memory.max", "");
    size_t used = number_in("/sys/fs/cgroup/memory.current", "");
    size_t files = number_in("/sys/fs/cgroup/memory.stat", "file ");
    size_t held = used > files ? used - files : 0;
    if (limit > held && (available == 0 || limit - held < available)) {
        available = limit - held;
    }
    return available;
}

size_t machine_memory_installed(void)
{
    return number_in("/proc/meminfo", "MemTotal:") << 10;
}
