#include "commands/run_display.h"

#include <math.h>
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
    d->start_s = d->ended_s = d->drawn_s = clock_s();
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

static void unfit(void *context, const struct cell *c, const struct err *why)
{
    struct run_display *d = context;
    if (d->json) {
        struct event v;
        event_begin(&v, "unfit");
        json_key_text(&v.j, "id", c->id);
        json_key_text(&v.j, "error", why->text);
        event_end(&v, d);
    }
    fprintf(stderr, "nashswarm run: %s; it does not count\n", why->text);
}

static void planned(void *context, size_t cells, size_t stored)
{
    struct run_display *d = context;
    d->cells = cells;
    d->done = d->stored = stored;
    d->start_s = d->ended_s = clock_s();
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

static void noted(void *context, const char *lines)
{
    const struct run_display *d = context;
    run_display_clear(d);
    for (const char *end; *lines; lines = end) {
        end = lines + strcspn(lines, "\n");
        end += *end == '\n';
        fprintf(stderr, "nashswarm run: %.*s", (int)(end - lines), lines);
    }
}

/* Its place among those at work, or NULL; of "", a free one. */
static struct display_variant *running(struct run_display *d, const char *id)
{
    for (size_t i = 0; i < DISPLAY_RUNNING; i++) {
        if (strcmp(d->running[i].id, id) == 0) {
            return &d->running[i];
        }
    }
    return NULL;
}

/* A variant's cells are done one after the other, the first of them first. */
static void ended(struct run_display *d, const struct cell *c)
{
    struct display_variant *place = running(d, c->id);
    if (place) {
        *place = (struct display_variant){.id = ""};
    }
    d->done++;
    d->ended_s = clock_s();
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

/* Seconds of the run for each of its cells that are done; 0 before the first. */
static double seconds_a_cell(const struct run_display *d)
{
    size_t done = d->done - d->stored;
    return done ? (d->ended_s - d->start_s) / (double)done : 0;
}

/*
 * What a variant at work still takes, or NaN: by its last step, else by the `usual_s` of a variant
 * as long as it has not taken more than that.
 */
static double variant_left(const struct display_variant *v, double usual_s, double now_s)
{
    const struct run_step *s = &v->step;
    double left_s = usual_s - (now_s - v->began_s);
    if (s->last && s->done) {
        return (now_s - s->began_s) * (double)(s->total - s->done) / (double)s->done;
    }
    return left_s > 0 ? left_s : (double)NAN;
}

/* Of all cells, with those at work counted as far as they are; NaN: it cannot be known. */
static double run_left(const struct run_display *d, size_t n, double now_s)
{
    double each_s = seconds_a_cell(d), at_work = n ? (double)n : 1;
    double cells = (double)(d->done - d->stored), spent_s = each_s * cells, left_s = 0;
    double to_begin = (double)(d->cells - d->done);
    for (size_t i = 0; i < DISPLAY_RUNNING; i++) {
        const struct display_variant *v = &d->running[i];
        if (v->id[0]) {
            double mine_s = variant_left(v, each_s * at_work * (double)v->cells, now_s);
            spent_s += (now_s - v->began_s + mine_s) / at_work;
            left_s += mine_s / at_work;
            cells += (double)v->cells;
            to_begin -= (double)v->cells;
        }
    }
    return cells > 0 ? left_s + spent_s / cells * fmax(to_begin, 0) : (double)NAN;
}

/* Speed, by the cells that are done, and the time left. */
static void add_speed(const struct run_display *d, size_t n, double now_s, struct buf *out)
{
    double each_s = seconds_a_cell(d), left_s = d->chosen ? (double)NAN : run_left(d, n, now_s);
    if (each_s > 0) {
        buf_addf(out, each_s < 1 ? "  %.1f cells/s" : "  %.1f s/cell",
                 each_s < 1 ? 1 / each_s : each_s);
    }
    if (isfinite(left_s)) {
        buf_adds(out, "  ");
        add_span(out, left_s);
        buf_adds(out, " left");
    }
}

void run_display_line(const struct run_display *d, double now_s, size_t width, struct buf *out)
{
    size_t n = 0, begin = out->len;
    const struct display_variant *first = NULL;
    for (size_t i = 0; i < DISPLAY_RUNNING; i++) {
        bool here = d->running[i].id[0] != '\0';
        first = here && !first ? &d->running[i] : first;
        n += here;
    }
    buf_addf(out, "[%zu/%zu] %.60s", d->done + (n > 0), d->cells, first ? first->id : "");
    if (n > 1) {
        buf_addf(out, " and %zu more", n - 1);
    }
    if (first && first->step.total) {
        buf_addf(out, "  %zu/%zu %s", first->step.done, first->step.total, first->step.what);
    }
    add_speed(d, n, now_s, out);
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
    run_display_line(d, now_s, d->terminal ? width : 0, &line);
    fprintf(stderr, d->terminal ? "\r\033[K%s" : "%s\n", buf_text(&line));
    fflush(stderr);
    d->drawn_s = now_s;
    buf_release(&line);
}

void run_display_clear(const struct run_display *d)
{
    fputs(d->terminal ? "\r\033[K" : "", stderr);
}

static void began(void *context, const struct cell *c, size_t n)
{
    struct run_display *d = context;
    struct display_variant *place = running(d, "");
    d->waiting = false;
    if (place) {
        *place = (struct display_variant){.cells = n, .began_s = clock_s()};
        snprintf(place->id, sizeof place->id, "%s", c->id);
    }
    if (d->json) {
        struct event v;
        event_begin(&v, "started");
        json_key_text(&v.j, "id", c->id);
        event_end(&v, d);
    }
}

static bool within_cell(void *context, const struct cell *c, const struct run_step *step)
{
    static const double redraw_s = 0.1, line_s = 60;
    struct run_display *d = context;
    double now_s = clock_s();
    struct display_variant *place = running(d, c->id);
    if (place) {
        place->step = *step;
    }
    if (!d->quiet && !d->json && now_s - d->drawn_s >= (d->terminal ? redraw_s : line_s)) {
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
        fprintf(stderr, "%s[%zu/%zu]%s %s  loss %.4f  %.2f s%s%s\n", d->colored ? green : "",
                d->done, d->cells, d->colored ? plain : "", c->id, r->loss_nats, wall_s,
                c->variant[0] ? "  " : "", c->variant);
    }
}

static void found(void *context, const struct cell *c)
{
    struct run_display *d = context;
    d->stored++;
    d->done++;
    if (d->json) {
        struct event v;
        event_begin(&v, "found");
        json_key_text(&v.j, "id", c->id);
        event_end(&v, d);
    } else if (!d->quiet) {
        run_display_clear(d);
        fprintf(stderr, "[%zu/%zu] %s  done by another run\n", d->done, d->cells, c->id);
    }
}

static bool waits(void *context, const struct cell *c, size_t n)
{
    struct run_display *d = context;
    if (!d->waiting && !d->json && !d->quiet) {
        struct buf more = BUF_INIT;
        if (n > 1) {
            buf_addf(&more, " and %zu more", n - 1);
        }
        run_display_clear(d);
        fprintf(stderr, "waiting for %s%s: another run is at it\n", c->id, buf_text(&more));
        buf_release(&more);
    }
    d->waiting = true;
    return d->broken || d->stop();
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
    return (struct run_listener){.unfit = unfit,
                                 .planned = planned,
                                 .noted = noted,
                                 .began = began,
                                 .finished = finished,
                                 .found = found,
                                 .waits = waits,
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
