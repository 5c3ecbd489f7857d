#include "cluster/slurm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/process.h"

/* The first line of what a program said, for a sentence. */
static int first_line(const char *text)
{
    size_t n = strcspn(text, "\r\n");
    return n > 400 ? 400 : (int)n;
}

/* Runs a command of Slurm; a failure is told in its own words. */
static int ask(const char *const argv[], struct buf *printed, struct err *e)
{
    struct buf messages = BUF_INIT;
    bool missing = false;
    int code = 0;
    int status = process_run_both(argv, printed, &messages, &code, &missing, e);
    if (status && missing) {
        err_set(e,
                "there is no %s on this machine: --engine slurm is for a login node of a cluster "
                "with Slurm; without --engine the cells run here",
                argv[0]);
    } else if (!status && code != 0) {
        const char *said = messages.len ? messages.s : buf_text(printed);
        status = err_set(e, "%s failed (exit status %d)%s%.*s", argv[0], code,
                         *said ? " and said: " : " and said nothing", first_line(said), said);
    }
    buf_release(&messages);
    return status;
}

/* A number from 1 up, and what follows it. */
static bool read_number(const char *text, long min, long *out, const char **end)
{
    char *after;
    if (*text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    *out = strtol(text, &after, 10);
    *end = after;
    return !errno && *out >= min;
}

int slurm_job_parse(long *job, const char *text, struct err *e)
{
    size_t n = strlen(text);
    while (n && strchr(" \r\n", text[n - 1])) {
        n--;
    }
    const char *line = text, *end;
    for (size_t i = 0; i < n; i++) {
        line = text[i] == '\n' ? text + i + 1 : line;
    }
    if (!read_number(line, 1, job, &end) || (end != text + n && *end != ';')) {
        return err_set(e,
                       "sbatch printed \"%.*s\" where the number of the job was expected: look at "
                       "squeue for whether it was sent",
                       first_line(line), line);
    }
    return 0;
}

int slurm_send(const char *const arguments[], long *job, struct err *e)
{
    struct buf printed = BUF_INIT;
    int status = ask(arguments, &printed, e);
    status = status ? status : slurm_job_parse(job, buf_text(&printed), e);
    buf_release(&printed);
    return status;
}

/* "JOB TASK STATE NAME"; *is_task is false for a job that is no array. */
static int parse_line(struct slurm_task *t, char *line, bool *is_task, struct err *e)
{
    char whole[128], *rest = line;
    const char *end;
    snprintf(whole, sizeof whole, "%s", line);
    const char *job = strsep(&rest, " "), *task = strsep(&rest, " "), *state = strsep(&rest, " ");
    *is_task = false;
    if (!task || !state || !*state || !rest || !read_number(job, 1, &t->job, &end) || *end) {
        return err_set(e, "squeue printed \"%s\" where JOB TASK STATE NAME was expected", whole);
    }
    if (strcmp(task, "N/A") == 0) {
        return 0;
    }
    if (!read_number(task, 0, &t->task, &end) || *end) {
        return err_set(e, "squeue printed \"%s\" where JOB TASK STATE NAME was expected", whole);
    }
    snprintf(t->name, sizeof t->name, "%s", rest);
    t->running = strcmp(state, "PENDING") != 0;
    *is_task = true;
    return 0;
}

int slurm_queue_parse(struct slurm_queue *q, const char *text, struct err *e)
{
    size_t capacity = 0;
    char *copy = mem_string(text, e), *rest = copy;
    int status = copy ? 0 : -1;
    *q = (struct slurm_queue){0};
    while (!status && rest) {
        char *line = strsep(&rest, "\n");
        bool is_task = false;
        size_t n = strlen(line);
        while (n && strchr(" \r", line[n - 1])) {
            line[--n] = '\0';
        }
        if (n &&
            !(status = mem_grow((void *)&q->tasks, &capacity, q->n + 1, sizeof *q->tasks, e))) {
            status = parse_line(&q->tasks[q->n], line, &is_task, e);
            q->n += is_task;
        }
    }
    free(copy);
    if (status) {
        slurm_queue_release(q);
    }
    return status;
}

int slurm_queue_read(struct slurm_queue *q, struct err *e)
{
    static const char *const argv[] = {"squeue",   "--noheader",       "--array", "--me",
                                       "--format", SLURM_QUEUE_FORMAT, NULL};
    struct buf printed = BUF_INIT;
    *q = (struct slurm_queue){0};
    int status = ask(argv, &printed, e);
    status = status ? status : slurm_queue_parse(q, buf_text(&printed), e);
    buf_release(&printed);
    return status;
}

void slurm_queue_release(struct slurm_queue *q)
{
    free(q->tasks);
    *q = (struct slurm_queue){0};
}
