#include "commands/run_command.h"

#include <string.h>

#include "base/shell.h"

void run_command_add(struct buf *out, const char *verb, const struct experiment_request *request)
{
    const struct spec_overrides *overrides = &request->overrides;
    buf_addf(out, "nashswarm %s", verb);
    shell_add_word(out, request->spec);
    if (strcmp(request->out, ".") != 0) {
        buf_adds(out, " --out");
        shell_add_word(out, request->out);
    }
    if (overrides->models) {
        buf_adds(out, " --models");
        shell_add_word(out, overrides->models);
    }
    if (overrides->samples) {
        buf_addf(out, " --samples %ld", overrides->samples);
    }
    for (size_t i = 0; i < overrides->n_set; i++) {
        buf_adds(out, " --set");
        shell_add_word(out, overrides->set[i]);
    }
}
