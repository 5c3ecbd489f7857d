#include "results/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

static int log_path(struct buf *out, const struct store *s, const char *id, struct err *e)
{
    buf_addf(out, "%s/cells/%s/log", s->results.s, id);
    return buf_check(out, e);
}

/* A file of its own for every attempt: another run that is at the same cell keeps its old one. */
static int open_log(int *log, const struct store *s, const char *id, struct err *e)
{
    struct buf path = BUF_INIT, folder = BUF_INIT;
    int status = log_path(&path, s, id, e);
    if (!status) {
        file_folder(path.s, &folder);
        status = buf_check(&folder, e) || file_make_own_dir(folder.s, e) ? -1 : 0;
    }
    if (!status) {
        unlink(path.s); /* mostly there is none */
        *log = open(path.s, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
        status = *log < 0 ? err_errno(e, errno, "cannot write %s", path.s) : 0;
    }
    buf_release(&path);
    buf_release(&folder);
    return status;
}

int journal_open(struct journal *j, const struct store *s, const struct cell *cells, size_t n,
                 struct err *e)
{
    *j = (struct journal){.logs = mem_new(n, sizeof *j->logs, e), .told_s = clock_s()};
    int status = j->logs ? 0 : -1;
    for (size_t i = 0; i < n && !status; i++) {
        status = open_log(&j->logs[i], s, cells[i].id, e);
        j->n += !status;
    }
    if (status) {
        journal_close(j);
    }
    return status;
}

void journal_close(struct journal *j)
{
    for (size_t i = 0; i < j->n; i++) {
        close(j->logs[i]);
    }
    free(j->logs);
    *j = JOURNAL_INIT;
}

/* The line, with its time and its end. */
static void make_line(struct buf *line, const char *format, va_list arguments)
{
    char now[CLOCK_UTC], text[4096]; /* longer ones are cut */
    vsnprintf(text, sizeof text, format, arguments);
    for (char *c = text; *c; c++) {
        *c = *c == '\n' ? ' ' : *c;
    }
    clock_utc(now, time(NULL));
    buf_addf(line, "%s %s\n", now, text);
}

/* One write a line, straight to the file. */
static void add_line(int log, const struct buf *line)
{
    ssize_t ignored = line->failed ? 0 : write(log, line->s, line->len);
    (void)ignored;
}

void journal_add_to(const struct journal *j, size_t i, const char *format, ...)
{
    struct buf line = BUF_INIT;
    va_list arguments;
    va_start(arguments, format);
    make_line(&line, format, arguments);
    va_end(arguments);
    if (i < j->n) {
        add_line(j->logs[i], &line);
    }
    buf_release(&line);
}

static void add_to_all(const struct journal *j, const char *format, va_list arguments)
{
    struct buf line = BUF_INIT;
    make_line(&line, format, arguments);
    for (size_t i = 0; i < j->n; i++) {
        add_line(j->logs[i], &line);
    }
    buf_release(&line);
}

void journal_add(const struct journal *j, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (j) {
        add_to_all(j, format, arguments);
    }
    va_end(arguments);
}

void journal_add_seldom(struct journal *j, double now_s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (now_s - j->told_s >= JOURNAL_PAUSE_S) {
        j->told_s = now_s;
        add_to_all(j, format, arguments);
    }
    va_end(arguments);
}

/* Whether the line says these words after its time. */
static bool says(const char *line, const char *words)
{
    const char *blank = strchr(line, ' ');
    return blank && strncmp(blank + 1, words, strlen(words)) == 0;
}

/* Where the line begins that ends before `end`. */
static size_t line_before(const char *text, size_t end)
{
    size_t begin = end ? end - 1 : 0;
    while (begin && text[begin - 1] != '\n') {
        begin--;
    }
    return begin;
}

void journal_tail(const struct store *s, const char *id, size_t lines, const char *indent,
                  struct buf *out)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct err ignored;
    if (log_path(&path, s, id, &ignored) || file_read_stored(&text, path.s, &ignored)) {
        goto out;
    }
    const char *log = buf_text(&text);
    size_t end = text.len, begin = line_before(log, end);
    if (!says(log + begin, JOURNAL_ERROR)) {
        begin = end;
    }
    end = begin;
    for (size_t shown = 0; shown < lines && begin; shown++) {
        size_t line = line_before(log, begin);
        if (says(log + line, JOURNAL_STARTED)) {
            break;
        }
        begin = line;
    }
    for (size_t at = begin; at < end; at++) {
        if (at == begin || log[at - 1] == '\n') {
            buf_adds(out, indent);
        }
        buf_addc(out, log[at]);
    }
out:
    buf_release(&path);
    buf_release(&text);
}
