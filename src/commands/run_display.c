#include "commands/run_display.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "commands/command.h"
#include "results/journal.h"

static const char red[] = "\033[31m", green[] = "\033[32m", plain[] = "\033[m";

void run_display_begin(struct run_display *d)
{
    const char *no_color = getenv("NO_COLOR");
    d->terminal = command_on_terminal() && !d->quiet && !d->json;
    d->colored = d->color == COLOR_ALWAYS ||
                 (d->color == COLOR_AUTO && command_on_terminal() && !(no_color && *no_color));
    d->start_s = clock_s();
}

/* An event as it is made: the object is open. */
struct event {
    struct buf text;
    struct json_out j;
};

static void event_begin(struct event *v, const char *name)
{
    char now[CLOCK_UTC];
    clock_utc(now, time(NULL));
    v->text = (struct buf)BUF_INIT;
    v->j = json_begin(&v->text);
    json_open_flat(&v->j, '{');
    json_key_text(&v->j, "event", name);
    json_key_text(&v->j, "t", now);
}

static void event_end(struct event *v, struct run_display *d)
{
    json_close(&v->j, '}');
    if (!d->broken) {
        d->broken = command_print("run", &v->text) != EXIT_DONE;
    }
    buf_release(&v->text);
}

static void planned(void *context, size_t cells, size_t stored)
{
    struct run_display *d = context;
    d->cells = cells;
    d->done = d->stored = stored;
    d->start_s = clock_s();
    if (d->json) {
        struct event v;
        event_begin(&v, "planned");
        json_key_int(&v.j, "cells", (int64_t)cells);
        json_key_int(&v.j, "stored", (int64_t)stored);
        event_end(&v, d);
    } else if (!d->quiet) {
        fprintf(stderr, "%zu cells, %zu of them stored already\n", cells, stored);
    }
}

/* Its place among those at work, or NULL; of "", a free one. */
static char *running(struct run_display *d, const char *id)
{
    for (size_t i = 0; i < DISPLAY_RUNNING; i++) {
        if (strcmp(d->running[i], id) == 0) {
            return d->running[i];
        }
    }
    return NULL;
}

/* The cell that the line names; NULL when none is at work. */
static const char *first_running(const struct run_display *d)
{
    for (size_t i = 0; i < DISPLAY_RUNNING; i++) {
        if (d->running[i][0]) {
            return d->running[i];
        }
    }
    return NULL;
}

static void ended(struct run_display *d, const struct cell *c)
{
    char *place = running(d, c->id);
    if (place) {
        d->texts = place == first_running(d) ? 0 : d->texts;
        *place = '\0';
    }
    d->done++;
}

/* "12 s", "3 min", "2.1 h". */
static void add_span(struct buf *out, double s)
{
    if (s < 99.5) {
        buf_addf(out, "%.0f s", s);
    } else if (s < 5970) {
        buf_addf(out, "%.0f min", s / 60);
    } else {
        buf_addf(out, "%.1f h", s / 3600);
    }
}

/* Speed and time left, by the cells of this run; a first guess after the first of them. */
static void add_speed(const struct run_display *d, double now_s, struct buf *out)
{
    size_t done = d->done - d->stored;
    double each_s = done ? (now_s - d->start_s) / (double)done : 0;
    if (!(each_s > 0)) {
        return;
    }
    buf_addf(out, each_s < 1 ? "  %.1f cells/s" : "  %.1f s/cell",
             each_s < 1 ? 1 / each_s : each_s);
    if (!d->chosen) {
        buf_adds(out, "  ");
        add_span(out, each_s * (double)(d->cells - d->done));
        buf_adds(out, " left");
    }
}

void run_display_line(const struct run_display *d, double now_s, size_t width, struct buf *out)
{
    size_t n = 0, begin = out->len;
    const char *first = first_running(d);
    for (size_t i = 0; i < DISPLAY_RUNNING; i++) {
        n += d->running[i][0] != '\0';
    }
    buf_addf(out, "[%zu/%zu] %.60s", d->done + (n > 0), d->cells, first ? first : "");
    if (n > 1) {
        buf_addf(out, " and %zu more", n - 1);
    }
    if (d->texts) {
        buf_addf(out, "  %zu/%zu texts", d->texts_done, d->texts);
    }
    add_speed(d, now_s, out);
    if (!out->failed && width && out->len - begin >= width) {
        out->len = begin + width - 1; /* the last column would wrap on some terminals */
        out->s[out->len] = '\0';
    }
}

static void draw(struct run_display *d, double now_s)
{
    struct winsize size;
    struct buf line = BUF_INIT;
    size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    run_display_line(d, now_s, width, &line);
    fprintf(stderr, "\r\033[K%s", buf_text(&line));
    fflush(stderr);
    d->drawn_s = now_s;
    buf_release(&line);
}

void run_display_clear(const struct run_display *d)
{
    fputs(d->terminal ? "\r\033[K" : "", stderr);
}

static void began(void *context, const struct cell *c)
{
    struct run_display *d = context;
    char *place = running(d, "");
    if (place) {
        snprintf(place, CELL_TEXT, "%s", c->id);
        d->texts = place == first_running(d) ? 0 : d->texts;
    }
    if (d->json) {
        struct event v;
        event_begin(&v, "started");
        json_key_text(&v.j, "id", c->id);
        event_end(&v, d);
    }
}

static bool within_cell(void *context, const struct cell *c, size_t done, size_t total)
{
    static const double pause_s = 0.1;
    struct run_display *d = context;
    double now_s = clock_s();
    const char *place = running(d, c->id);
    if (place == first_running(d)) {
        d->texts_done = done;
        d->texts = total;
    }
    if (d->terminal && now_s - d->drawn_s >= pause_s) {
        draw(d, now_s);
    }
    return d->broken || d->stop();
}

static void finished(void *context, const struct cell *c, const struct record *r, double wall_s)
{
    struct run_display *d = context;
    ended(d, c);
    if (d->json) {
        struct event v;
        event_begin(&v, "finished");
        json_key_text(&v.j, "id", c->id);
        json_key_real(&v.j, "loss_nats", r->loss_nats);
        json_key_real(&v.j, "wall_s", wall_s);
        event_end(&v, d);
    } else if (!d->quiet) {
        run_display_clear(d);
        fprintf(stderr, "%s[%zu/%zu]%s %s  loss %.4f  %.2f s\n", d->colored ? green : "", d->done,
                d->cells, d->colored ? plain : "", c->id, r->loss_nats, wall_s);
    }
}

static void tell_alone(const struct run_display *d, const char *id)
{
    enum { LINES = 5 };
    struct buf alone = BUF_INIT;
    journal_tail(d->store, id, LINES, "    ", &alone);
    buf_adds(&alone, "  to run it alone: ");
    d->command(d->command_context, id, &alone);
    fprintf(stderr, "%s\n", buf_text(&alone));
    buf_release(&alone);
}

void run_display_tell_failed(const struct run_display *d)
{
    if (d->failed[0]) {
        tell_alone(d, d->failed);
    }
}

/* A failure that ends the run is told at its end. */
static void failed(void *context, const struct cell *c, const struct err *why)
{
    struct run_display *d = context;
    ended(d, c);
    if (d->json) {
        struct event v;
        event_begin(&v, "failed");
        json_key_text(&v.j, "id", c->id);
        json_key_text(&v.j, "error", why->text);
        event_end(&v, d);
    }
    if (d->keep_going) {
        run_display_clear(d);
        fprintf(stderr, "[%zu/%zu] %s  %sfailed%s: %s\n", d->done, d->cells, c->id,
                d->colored ? red : "", d->colored ? plain : "", why->text);
        tell_alone(d, c->id);
    } else {
        snprintf(d->failed, sizeof d->failed, "%s", c->id);
    }
}

static void command_of(void *context, const struct cell *c, struct buf *out)
{
    const struct run_display *d = context;
    d->command(d->command_context, c->id, out);
}

struct run_listener run_display_listener(struct run_display *d)
{
    return (struct run_listener){.planned = planned,
                                 .began = began,
                                 .finished = finished,
                                 .failed = failed,
                                 .command = command_of,
                                 .within = within_cell,
                                 .context = d};
}

void run_display_table(struct run_display *d, const char *path)
{
    if (d->json) {
        struct event v;
        event_begin(&v, "table");
        json_key_text(&v.j, "path", path);
        event_end(&v, d);
    }
}

void run_display_done(struct run_display *d, const struct run_result *r, int status,
                      bool interrupted)
{
    if (d->json) {
        struct event v;
        event_begin(&v, "done");
        json_key_int(&v.j, "ran", (int64_t)r->ran);
        json_key_int(&v.j, "stored", (int64_t)d->stored);
        json_key_int(&v.j, "failed", (int64_t)r->failed);
        json_key_int(&v.j, "missing", (int64_t)(r->cells - d->stored - r->ran));
        json_key_int(&v.j, "status", status);
        json_key(&v.j, "interrupted");
        json_bool_out(&v.j, interrupted);
        event_end(&v, d);
    }
}
