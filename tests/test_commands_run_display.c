/* The line of a run on a terminal. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "commands/run_display.h"

static void expect_line(const struct run_display *d, double now_s, size_t width, const char *wanted)
{
    struct buf line = BUF_INIT;
    run_display_line(d, now_s, width, &line);
    cr_expect_str_eq(buf_text(&line), wanted);
    buf_release(&line);
}

Test(commands_run_display, the_line_tells_cells_texts_speed_and_the_time_left)
{
    static struct run_display d = {.cells = 30, .stored = 4, .done = 4, .running = {"", "a.b.c"}};
    expect_line(&d, 10, 80, "[5/30] a.b.c");
    d.texts = 20;
    d.texts_done = 3;
    d.done = 10; /* six in 12 s */
    expect_line(&d, 12, 80, "[11/30] a.b.c  3/20 texts  2.0 s/cell  40 s left");
    expect_line(&d, 3, 80, "[11/30] a.b.c  3/20 texts  2.0 cells/s  10 s left");
    expect_line(&d, 6 * 600, 80, "[11/30] a.b.c  3/20 texts  600.0 s/cell  3.3 h left");
    expect_line(&d, 6 * 60, 80, "[11/30] a.b.c  3/20 texts  60.0 s/cell  20 min left");
    d.chosen = true;
    expect_line(&d, 12, 80, "[11/30] a.b.c  3/20 texts  2.0 s/cell");
}

Test(commands_run_display, several_cells_at_work_and_a_narrow_terminal)
{
    static struct run_display d = {.cells = 9, .running = {"one", "", "two", "three"}};
    expect_line(&d, 1, 80, "[1/9] one and 2 more");
    expect_line(&d, 1, 10, "[1/9] one");
    expect_line(&d, 1, 8, "[1/9] o");
    expect_line(&d, 1, 0, "[1/9] one and 2 more");
}
