/* The line of a run on a terminal. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "commands/run_display.h"
#include "scratch.h"

static void expect_line(const struct run_display *d, double now_s, size_t width, const char *wanted)
{
    struct buf line = BUF_INIT;
    run_display_line(d, now_s, width, &line);
    cr_expect_str_eq(buf_text(&line), wanted);
    buf_release(&line);
}

Test(commands_run_display, the_line_tells_cells_texts_speed_and_the_time_left)
{
    static struct run_display d = {.cells = 30, .stored = 4, .done = 4};
    d.running[1] = (struct display_variant){.id = "a.b.c", .cells = 1, .began_s = 10};
    expect_line(&d, 10, 80, "[5/30] a.b.c");
    d.running[1].step = (struct run_step){"texts", true, 10, 3, 12};
    expect_line(&d, 13, 80, "[5/30] a.b.c  3/12 texts  5 min left"); /* 12 s each */
    d.done = 10;                                                     /* six in 12 s */
    d.ended_s = 12;
    d.running[1].began_s = d.running[1].step.began_s = 12;
    expect_line(&d, 12.5, 80, "[11/30] a.b.c  3/12 texts  2.0 s/cell  40 s left");
    d.chosen = true;
    expect_line(&d, 12.5, 80, "[11/30] a.b.c  3/12 texts  2.0 s/cell");
    d.chosen = false;
    d.ended_s = 6 * 600;
    d.running[1] = (struct display_variant){.id = "a.b.c", .cells = 1, .began_s = 3600};
    expect_line(&d, 3600, 80, "[11/30] a.b.c  600.0 s/cell  3.3 h left");
    d.ended_s = 3;
    d.running[1].began_s = 3;
    expect_line(&d, 3, 80, "[11/30] a.b.c  2.0 cells/s  10 s left");
}

/* A cell of a minute after one of a second: the time left falls as the clock goes, or is not told.
 */
Test(commands_run_display, the_time_left_counts_how_far_the_cell_at_work_is)
{
    static struct run_display d = {.cells = 3, .done = 1, .ended_s = 1};
    d.running[0] = (struct display_variant){.id = "long", .cells = 1, .began_s = 1};
    expect_line(&d, 1.5, 80, "[2/3] long  1.0 s/cell  2 s left");
    expect_line(&d, 5, 80, "[2/3] long  1.0 s/cell");
    d.running[0].step = (struct run_step){"tensors measured", false, 2, 3, 30};
    expect_line(&d, 5, 80, "[2/3] long  3/30 tensors measured  1.0 s/cell");
    d.running[0].step = (struct run_step){"losses", true, 5, 10, 60};
    expect_line(&d, 15, 80, "[2/3] long  10/60 losses  1.0 s/cell  82 s left");
    d.running[0].step.done = 40;
    expect_line(&d, 45, 80, "[2/3] long  40/60 losses  1.0 s/cell  52 s left");
    d.cells = 2;
    expect_line(&d, 45, 80, "[2/2] long  40/60 losses  1.0 s/cell  20 s left");
}

Test(commands_run_display, two_at_work_share_what_is_left)
{
    static struct run_display d = {.cells = 6};
    for (size_t i = 0; i < 2; i++) {
        d.running[i] = (struct display_variant){.id = "one", .cells = 1};
        d.running[i].step = (struct run_step){"texts", true, 0, 1, 2};
    }
    expect_line(&d, 10, 80, "[1/6] one and 1 more  1/2 texts  50 s left");
}

static bool go_on(void)
{
    return false;
}

/* Standard error is the file "said" meanwhile. */
static int begin_saying(struct scratch *s)
{
    *s = scratch_new();
    int kept = dup(STDERR_FILENO);
    cr_assert(freopen(scratch_path(s, "said"), "w", stderr) != NULL);
    return kept;
}

static void expect_said(struct scratch *s, int kept, const char *expected)
{
    struct buf said = BUF_INIT;
    struct err e;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    cr_assert(file_read(&said, scratch_path(s, "said"), &e) == 0, "%s", e.text);
    cr_expect_str_eq(buf_text(&said), expected);
    buf_release(&said);
    scratch_remove(s);
}

/* Ids alone do not tell the cells of a sweep from each other. */
Test(commands_run_display, a_cell_of_a_sweep_is_told_with_its_values)
{
    static struct run_display d = {.stop = go_on};
    struct scratch s;
    struct run_listener l = run_display_listener(&d);
    struct record r = {.loss_nats = 5.25};
    int kept = begin_saying(&s);
    run_display_begin(&d);
    l.planned(l.context, 2, 0);
    l.finished(l.context, &(struct cell){.id = "base"}, &r, 0.5);
    l.finished(l.context, &(struct cell){.id = "tiers", .variant = "bits=[8, 4, 2] samples=20"}, &r,
               0.5);
    expect_said(&s, kept,
                "2 cells, 0 of them stored already\n[1/2] base  loss 5.2500  0.50 s\n"
                "[2/2] tiers  loss 5.2500  0.50 s  bits=[8, 4, 2] samples=20\n");
}

Test(commands_run_display, off_a_terminal_a_line_a_minute)
{
    static struct run_display d = {.stop = go_on};
    struct scratch s;
    struct run_listener l = run_display_listener(&d);
    struct cell c = {.id = "long"};
    struct run_step step = {"losses", false, 0, 10, 60};
    int kept = begin_saying(&s);
    run_display_begin(&d);
    l.planned(l.context, 2, 0);
    l.began(l.context, &c, 1);
    l.within(l.context, &c, &step);
    d.drawn_s -= 61;
    l.within(l.context, &c, &step);
    l.within(l.context, &c, &step);
    d.quiet = true;
    d.drawn_s -= 61;
    l.within(l.context, &c, &step);
    expect_said(&s, kept, "2 cells, 0 of them stored already\n[1/2] long  10/60 losses\n");
}

Test(commands_run_display, several_cells_at_work_and_a_narrow_terminal)
{
    static struct run_display d = {.cells = 9};
    static const char *const ids[] = {"one", "", "two", "three"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(d.running[i].id, sizeof d.running[i].id, "%s", ids[i]);
    }
    expect_line(&d, 1, 80, "[1/9] one and 2 more");
    expect_line(&d, 1, 10, "[1/9] one");
    expect_line(&d, 1, 8, "[1/9] o");
    expect_line(&d, 1, 0, "[1/9] one and 2 more");
}
