#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tensor/matmul.h"

#define CORE "OPENBLAS_CORETYPE"

const char *blas_core_instead(const char *chosen, bool has_avx2)
{
    return has_avx2 && strcmp(chosen, "Prescott") == 0 ? "Haswell" : NULL;
}

void blas_choose_core(char **argv)
{
    char path[PATH_MAX];
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const char *core = blas_core_instead(blas_core(), has_avx2);
    if (!core || getenv(CORE)) {
        return;
    }
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n > 0 && setenv(CORE, core, 1) == 0) {
        path[n] = '\0';
        execv(path, argv);
    }
}
