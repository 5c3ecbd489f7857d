#include "cluster/submission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/shell.h"
#include "spec/paths.h"

#define NAME_LEAD "nashswarm."

/* A folder of its own below results/NAME/slurm; its last part is appended to `stamp`. */
static int make_folder(struct buf *folder, struct buf *stamp, const struct store *store,
                       const char *class_name, struct err *e)
{
    char when[32];
    time_t now = time(NULL);
    struct tm parts;
    struct buf above = BUF_INIT;
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &parts));
    buf_addf(&above, "%s/slurm", buf_text(&store->results));
    int status = buf_check(&above, e) || file_make_dirs(above.s, e) ? -1 : 0;
    bool made = false;
    for (int i = 1; !made && !status; i++) {
        buf_clear(stamp);
        buf_addf(stamp, "%s-%s", when, class_name);
        if (i > 1) {
            buf_addf(stamp, "-%d", i);
        }
        buf_clear(folder);
        buf_addf(folder, "%s/%s", above.s, buf_text(stamp));
        status = buf_check(folder, e);
        made = !status && mkdir(folder->s, 0777) == 0;
        if (!status && !made && errno != EEXIST) {
            status = err_errno(e, errno, "cannot make the folder %s", folder->s);
        }
    }
    buf_release(&above);
    return status;
}

static int write_tasks(const char *folder, const struct plan *p, const struct tasks *b,
                       size_t first, size_t last, struct err *e)
{
    struct buf ids = BUF_INIT;
    int status = 0;
    for (size_t t = first; t < last && !status; t++) {
        char name[48];
        snprintf(name, sizeof name, "task-%zu", t - first);
        buf_clear(&ids);
        for (size_t i = b->starts[t]; i < b->starts[t + 1]; i++) {
            buf_addf(&ids, "%s\n", p->cells[b->cells[i]].id);
        }
        status = file_write_text(folder, name, &ids, e);
    }
    buf_release(&ids);
    return status;
}

/* A path below the folder, as a word of the script. */
static void add_below(struct buf *out, const char *folder, const char *name)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/%s", folder, name);
    shell_add_word(out, buf_text(&path));
    buf_release(&path);
}

static int write_script(const char *folder, const char *program, const char *root, struct err *e)
{
    struct buf out = BUF_INIT;
    buf_adds(&out,
             "#!/bin/bash\n# One task: the cells of task-K. It may be run again at any time.\n"
             "export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}\n"
             "exec");
    shell_add_word(&out, program);
    buf_adds(&out, " run");
    add_below(&out, folder, "spec.yaml");
    buf_adds(&out, " --out");
    shell_add_word(&out, root);
    buf_adds(&out, " --only-from");
    add_below(&out, folder, "task-");
    buf_adds(&out, "\"$SLURM_ARRAY_TASK_ID\" --no-report --keep-going --quiet\n");
    int status = file_write_text(folder, "job.sh", &out, e);
    buf_release(&out);
    return status;
}

static int write_spec(const char *folder, const struct spec *s, struct err *e)
{
    struct buf yaml = BUF_INIT;
    spec_write(s, &yaml);
    int status = file_write_text(folder, "spec.yaml", &yaml, e);
    buf_release(&yaml);
    return status;
}

int submission_make(struct submission *m, const struct store *store, const struct spec *s,
                    const char *class_name, const struct plan *p, const struct tasks *b,
                    size_t first, size_t last, const char *program, const char *root, struct err *e)
{
    struct buf folder = BUF_INIT, stamp = BUF_INIT;
    char *absolute = NULL;
    *m = (struct submission){0};
    int status = make_folder(&folder, &stamp, store, class_name, e);
    if (status || !(absolute = path_absolute(folder.s, e))) {
        status = -1;
        goto out;
    }
    buf_adds(&m->folder, absolute);
    snprintf(m->name, sizeof m->name, NAME_LEAD "%s.%s", s->name, stamp.s);
    status = buf_check(&m->folder, e) || write_spec(absolute, s, e) ||
                     write_tasks(absolute, p, b, first, last, e) ||
                     write_script(absolute, program, root, e)
                 ? -1
                 : 0;
out:
    if (status) {
        submission_release(m);
    }
    free(absolute);
    buf_release(&folder);
    buf_release(&stamp);
    return status;
}

void submission_release(struct submission *m)
{
    buf_release(&m->folder);
}

/* sbatch takes % in the name of a file for a pattern. */
static void add_log(struct buf *out, const char *folder)
{
    buf_adds(out, "--output=");
    for (const char *c = folder; *c; c++) {
        buf_adds(out, *c == '%' ? "%" : "");
        buf_addc(out, *c);
    }
    buf_adds(out, "/log-%a");
}

int submission_send(const struct submission *m, size_t n_tasks, const char *const *options,
                    size_t n_options, long *job, struct err *e)
{
    enum { OWN = 9 };
    struct buf array = BUF_INIT, log = BUF_INIT, name = BUF_INIT, script = BUF_INIT;
    struct buf number = BUF_INIT;
    const char **argv = mem_new(n_options + OWN, sizeof *argv, e);
    size_t n = 0;
    buf_addf(&array, "--array=0-%zu", n_tasks - 1);
    add_log(&log, buf_text(&m->folder));
    buf_addf(&name, "--job-name=%s", m->name);
    buf_addf(&script, "%s/job.sh", buf_text(&m->folder));
    int status = !argv || buf_check(&array, e) || buf_check(&log, e) || buf_check(&name, e) ||
                         buf_check(&script, e)
                     ? -1
                     : 0;
    if (!status) {
        argv[n++] = "sbatch";
        argv[n++] = "--requeue";
        argv[n++] = "--open-mode=append";
        argv[n++] = log.s;
        for (size_t i = 0; i < n_options; i++) {
            argv[n++] = options[i];
        }
        argv[n++] = "--parsable";
        argv[n++] = array.s;
        argv[n++] = name.s;
        argv[n++] = script.s;
        status = slurm_send(argv, job, e);
    }
    if (!status) {
        buf_addf(&number, "%ld\n", *job);
        status = file_write_text(m->folder.s, "job", &number, e);
    }
    free((void *)argv);
    buf_release(&array);
    buf_release(&log);
    buf_release(&name);
    buf_release(&script);
    buf_release(&number);
    return status;
}

/* The ids of a plan's cells in order, for looking them up. */
struct ids {
    struct id_at {
        const char *id;
        size_t cell;
    } * all;
    size_t n;
};

static int order_ids(const void *a, const void *b)
{
    return strcmp(((const struct id_at *)a)->id, ((const struct id_at *)b)->id);
}

static int ids_make(struct ids *ids, const struct plan *p, struct err *e)
{
    *ids = (struct ids){.all = mem_new(p->n, sizeof *ids->all, e), .n = p->n};
    for (size_t i = 0; ids->all && i < p->n; i++) {
        ids->all[i] = (struct id_at){p->cells[i].id, i};
    }
    if (ids->all) {
        qsort(ids->all, ids->n, sizeof *ids->all, order_ids);
    }
    return ids->all ? 0 : -1;
}

/* The part of a job's name that is its folder's, NULL for the job of another experiment. */
static const char *stamp_of(const struct slurm_task *t, const char *experiment)
{
    size_t lead = strlen(NAME_LEAD), n = strlen(experiment);
    bool ours = strncmp(t->name, NAME_LEAD, lead) == 0 &&
                strncmp(t->name + lead, experiment, n) == 0 && t->name[lead + n] == '.' &&
                !strchr(t->name + lead + n, '/');
    return ours ? t->name + lead + n + 1 : NULL;
}

/* Whether the folder's job is this one; one that was sent and not noted is taken by its name. */
static bool is_job(const char *folder, long job)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct err ignored;
    buf_addf(&path, "%s/job", folder);
    bool is = !file_exists(buf_text(&path)) || file_read_stored(&text, path.s, &ignored) ||
              strtol(buf_text(&text), NULL, 10) == job;
    buf_release(&path);
    buf_release(&text);
    return is;
}

static void mark(const char *text, const struct ids *ids, bool *cells)
{
    char id[CELL_TEXT];
    for (const char *line = text; *line; line += strspn(line, "\n")) {
        size_t n = strcspn(line, "\n");
        snprintf(id, sizeof id, "%.*s", n < sizeof id ? (int)n : 0, line);
        struct id_at wanted = {id, 0};
        const struct id_at *at = bsearch(&wanted, ids->all, ids->n, sizeof wanted, order_ids);
        if (at) {
            cells[at->cell] = true;
        }
        line += n;
    }
}

static void note_job(struct queued *out, long job)
{
    char word[32];
    size_t n = (size_t)snprintf(word, sizeof word, " %ld", job);
    for (const char *at = buf_text(&out->jobs); (at = strstr(at, word)); at++) {
        if (at[n] == ' ' || at[n] == '\0') {
            return;
        }
    }
    buf_adds(&out->jobs, word);
}

/* One task of the queue, if it is of this experiment in this folder of results. */
static void take_task(struct queued *out, const char *folder, const struct slurm_task *t,
                      const struct ids *ids, bool *cells)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct err ignored;
    buf_addf(&path, "%s/task-%ld", folder, t->task);
    if (!path.failed && is_job(folder, t->job) && file_read_stored(&text, path.s, &ignored) == 0) {
        mark(buf_text(&text), ids, cells);
        out->running += t->running;
        out->waiting += !t->running;
        note_job(out, t->job);
    }
    buf_release(&path);
    buf_release(&text);
}

int submissions_queued(struct queued *out, const struct store *store, const struct spec *s,
                       const struct slurm_queue *q, const struct plan *p, bool *cells,
                       struct err *e)
{
    struct ids ids;
    struct buf folder = BUF_INIT;
    *out = (struct queued){0};
    if (ids_make(&ids, p, e)) {
        return -1;
    }
    for (size_t i = 0; i < q->n; i++) {
        const char *stamp = stamp_of(&q->tasks[i], s->name);
        if (stamp) {
            buf_clear(&folder);
            buf_addf(&folder, "%s/slurm/%s", buf_text(&store->results), stamp);
            take_task(out, buf_text(&folder), &q->tasks[i], &ids, cells);
        }
    }
    free(ids.all);
    buf_release(&folder);
    return buf_check(&out->jobs, e);
}
