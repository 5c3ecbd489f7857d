/*
 * run_display: what is shown while a run goes.
 *
 * On a terminal a line redrawn: cells done, those at work, how far the first of them is, speed and
 * the time left as far as it can be known, with the cells that are done above it. Elsewhere a line
 * a cell, and the other one once a minute. As JSON, one object a line for programs, on standard
 * output. Failures are shown in each of them.
 *
 * Its functions are a run's listener; they are called by one thread at a time.
 */
#ifndef NS_COMMANDS_RUN_DISPLAY_H
#define NS_COMMANDS_RUN_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "results/store.h"
#include "run/run.h"

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum { DISPLAY_RUNNING = 64 };

/* A variant at work. */
struct display_variant {
    char id[CELL_TEXT]; /* of its first cell; "" for a free place */
    size_t cells;       /* that it has yet to give */
    double began_s;
    struct run_step step;
};

struct run_display {
    /* Set by the caller. */
    const struct store *store;
    bool quiet, json, keep_going;
    bool chosen; /* not all missing cells will be run, so nothing is said of the time left */
    enum color_choice color;
    bool (*stop)(void); /* whether the user wants the run to end */
    void (*command)(void *context, const char *id, struct buf *out); /* that runs a cell alone */
    void *command_context;
    /* Its own. */
    bool terminal, colored, broken; /* broken: events cannot be written any more */
    size_t cells, stored, done;     /* done: of all, those stored before and those failed too */
    struct display_variant running[DISPLAY_RUNNING];
    bool waiting;           /* for other runs, which has been told */
    char failed[CELL_TEXT]; /* the cell that ended the run, or "" */
    /* Of clock_s(): when cells began to be run, the last was done, the line was last shown. */
    double start_s, ended_s, drawn_s;
};

/* Works out what standard error can show; the caller's fields are set. */
void run_display_begin(struct run_display *d);

struct run_listener run_display_listener(struct run_display *d);

/* Takes the redrawn line away, so that others can be printed. */
void run_display_clear(const struct run_display *d);

/* How far the cell that ended the run got, and how to try it again; nothing when none did. */
void run_display_tell_failed(const struct run_display *d);

/* Events of the end: a table or folder that was written; and that the run is over. */
void run_display_table(struct run_display *d, const char *path);
void run_display_done(struct run_display *d, const struct run_result *r, int status,
                      bool interrupted);

/*
 * The line of a terminal `width` columns wide, cut where it would not fit; without what moves the
 * cursor. `now_s` is a time of clock_s().
 */
void run_display_line(const struct run_display *d, double now_s, size_t width, struct buf *out);

#endif
