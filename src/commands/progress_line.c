#include "commands/progress_line.h"

#include <stdio.h>

#include "base/clock.h"
#include "commands/command.h"

/* Of a line on a terminal, and of lines elsewhere; and before the first of them. */
static const double redraw_s = 0.1, line_s = 5, first_s = 0.8;

static const size_t large = 100000000;

static void show(const struct progress_line *l, size_t total, double spent_s)
{
    char step[32] = "";
    if (l->steps > 1) {
        snprintf(step, sizeof step, "step %d of %d, ", l->step, l->steps);
    }
    fprintf(stderr, "%snashswarm %s: %s%.0f %%, %.0f s left%s", l->terminal ? "\r\033[K" : "",
            l->command, step, 100 * (double)l->done / (double)total,
            spent_s * (double)(total - l->done) / (double)l->done, l->terminal ? "" : "\n");
    fflush(stderr);
}

static bool report(void *context, size_t done, size_t total)
{
    struct progress_line *l = context;
    double now_s = clock_s();
    if (done < l->done) {
        l->step += l->step < l->steps;
        l->step_s = now_s;
    }
    l->done = done;
    l->large = l->large || total >= large;
    bool due = l->told_s > 0 ? now_s - l->told_s >= (l->terminal ? redraw_s : line_s)
                             : now_s - l->begin_s >= first_s;
    if (due && done > 0 && (l->terminal || l->large)) {
        l->told_s = now_s;
        show(l, total, now_s - l->step_s);
    }
    return false;
}

struct progress progress_line_begin(struct progress_line *l, const char *command, int steps)
{
    *l = (struct progress_line){.command = command,
                                .steps = steps,
                                .step = 1,
                                .terminal = command_on_terminal(),
                                .begin_s = clock_s()};
    l->step_s = l->begin_s;
    return (struct progress){.report = report, .context = l};
}

void progress_line_end(const struct progress_line *l)
{
    if (l->terminal && l->told_s > 0) {
        fputs("\r\033[K", stderr);
    }
}
