#include "commands/progress_line.h"

#include <stdio.h>

#include "base/clock.h"
#include "commands/command.h"

/* Of a line on a terminal, and of lines elsewhere; and before the first of them. */
static const double redraw_s = 0.1, line_s = 5, first_s = 0.9;

static bool report(void *context, size_t done, size_t total)
{
    struct progress_line *l = context;
    double now_s = clock_s(), spent_s = now_s - l->start_s;
    bool due =
        l->told_s > 0 ? now_s - l->told_s >= (l->terminal ? redraw_s : line_s) : spent_s >= first_s;
    if (!due || done == 0) {
        return false;
    }
    l->told_s = now_s;
    fprintf(stderr, "%snashswarm %s: %.0f %% of %.4g million %s, %.0f s left%s",
            l->terminal ? "\r\033[K" : "", l->command, 100 * (double)done / (double)total,
            1e-6 * (double)total, l->unit, spent_s * (double)(total - done) / (double)done,
            l->terminal ? "" : "\n");
    fflush(stderr);
    return false;
}

struct progress progress_line_begin(struct progress_line *l, const char *command, const char *unit)
{
    *l = (struct progress_line){command, unit, command_on_terminal(), clock_s(), 0};
    return (struct progress){report, l};
}

void progress_line_end(const struct progress_line *l)
{
    if (l->terminal && l->told_s > 0) {
        fputs("\r\033[K", stderr);
    }
}
