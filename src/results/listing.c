#include "results/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_file.h"
#include "base/mem.h"

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(struct listing *l, DIR *folder, struct err *e)
{
    size_t room = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (mem_grow(&l->ids, &room, l->n + 1, sizeof *l->ids, e) ||
            !(l->ids[l->n] = mem_string(entry->d_name, e))) {
            return -1;
        }
        l->n++;
    }
    if (l->n > 0) {
        qsort(l->ids, l->n, sizeof *l->ids, compare);
    }
    return 0;
}

int listing_read(struct listing *l, const struct store *s, struct err *e)
{
    struct buf path = BUF_INIT;
    *l = (struct listing){0};
    buf_addf(&path, "%s/cells", s->results.s);
    int status = buf_check(&path, e);
    DIR *folder = status ? NULL : opendir(path.s);
    if (folder) {
        status = list(l, folder, e);
        closedir(folder);
    } else if (!status && errno != ENOENT) {
        status = err_set(e, "%s cannot be read: %s", path.s, strerror(errno));
    }
    buf_release(&path);
    if (status) {
        listing_release(l);
    }
    return status;
}

void listing_release(struct listing *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->ids[i]);
    }
    free(l->ids);
    *l = (struct listing){0};
}

bool listing_has(const struct listing *l, const char *id)
{
    return l->n > 0 && bsearch(&id, l->ids, l->n, sizeof *l->ids, compare);
}

/*
 * cells/ID/NAME, of which no allocation can fail: a result must not seem to be missing because
 * memory is. One that is cut names nothing, being longer than any path may be.
 */
struct cell_path {
    char s[PATH_MAX];
};

static struct cell_path path_of(const struct store *s, const char *id, const char *name)
{
    struct cell_path path;
    int n = snprintf(path.s, sizeof path.s, "%s/cells/%s/%s", s->results.s, id, name);
    if (n >= PATH_MAX) {
        path.s[0] = '\0';
    }
    return path;
}

/* The first bytes of a file that ends as a JSON object does; "" for others. */
static void read_head(char *head, size_t size, const char *path)
{
    struct stat st;
    char tail[2] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would keep it waiting */
    ssize_t n = 0;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 2 &&
        pread(fd, tail, 2, st.st_size - 2) == 2 && memcmp(tail, "}\n", 2) == 0) {
        n = pread(fd, head, size - 1, 0);
    }
    head[n > 0 ? n : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

/* What follows `"name": ` in the text, or NULL. */
static const char *member(const char *text, const char *name)
{
    char key[32];
    int n = snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(text, key);
    return at ? at + n : NULL;
}

static void take_digest(char out[DIGEST_HEX], const char *text, const char *name)
{
    const char *at = member(text, name);
    out[0] = '\0';
    if (at && *at == '"' && strspn(at + 1, "0123456789abcdef") == DIGEST_HEX - 1) {
        memcpy(out, at + 1, DIGEST_HEX - 1);
        out[DIGEST_HEX - 1] = '\0';
    }
}

bool listing_head(struct result_head *head, const struct store *s, const char *id)
{
    enum { HEAD = 1024 }; /* store.c writes format, key and inputs first */
    char text[HEAD];
    *head = (struct result_head){0};
    read_head(text, sizeof text, path_of(s, id, "result.json").s);
    const char *format = member(text, "format"), *algorithm = member(text, "algorithm");
    take_digest(head->key, text, "key");
    take_digest(head->model, text, "model");
    take_digest(head->texts, text, "texts");
    take_digest(head->calibration, text, "calibration");
    head->algorithm = algorithm ? atoi(algorithm) : 0;
    return head->key[0] && format && atoi(format) == RESULT_FORMAT;
}

/* A text of one of the cell's JSON files. */
static bool take_text(struct buf *out, const struct store *s, const char *id, const char *file,
                      const char *key)
{
    struct err ignored;
    json_t *root = json_file_read(path_of(s, id, file).s, &ignored);
    const char *text = json_string_value(json_object_get(root, key));
    if (text) {
        buf_adds(out, text);
    }
    json_decref(root);
    return text != NULL;
}

bool listing_cell_text(struct buf *out, const struct store *s, const char *id)
{
    return take_text(out, s, id, "result.json", "cell");
}

bool listing_failure(struct buf *out, const struct store *s, const char *id)
{
    return take_text(out, s, id, "failed.json", "error");
}

/* A cost that a machine can have, from a file that anybody may have edited; else NaN. */
static double number_of(const json_t *object, const char *key)
{
    static const double most = 1e12;
    const json_t *value = json_object_get(object, key);
    double x = json_is_number(value) ? json_number_value(value) : (double)NAN;
    return x >= 0 && x <= most ? x : (double)NAN;
}

/* Bytes on disk of a cell's files, and of its evidence alone. */
static double folder_bytes(const struct store *s, const char *id, double *evidence_bytes)
{
    struct stat st;
    double bytes = 0;
    DIR *folder = opendir(path_of(s, id, "").s);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] != '.' && fstatat(dirfd(folder), entry->d_name, &st, 0) == 0) {
            bytes += (double)st.st_blocks * 512;
            if (strcmp(entry->d_name, EVIDENCE_FILE) == 0) {
                *evidence_bytes = (double)st.st_blocks * 512;
            }
        }
    }
    if (folder) {
        closedir(folder);
    }
    return folder ? bytes : (double)NAN;
}

/* What was scored and by which method, as the result has it. */
static void take_subject(struct result_cost *cost, const struct store *s, const char *id)
{
    static const char cut[] = "\nmax_tokens: ";
    struct err ignored;
    json_t *root = json_file_read(path_of(s, id, "result.json").s, &ignored);
    const json_t *record = json_object_get(root, "record");
    const char *model = json_string_value(json_object_get(record, "model"));
    const char *allocator = json_string_value(json_object_get(record, "allocator"));
    const char *cell = json_string_value(json_object_get(root, "cell"));
    const char *at = cell ? strstr(cell, cut) : NULL;
    snprintf(cost->model, sizeof cost->model, "%s", model ? model : "");
    snprintf(cost->allocator, sizeof cost->allocator, "%s", allocator ? allocator : "");
    cost->texts = number_of(record, "texts");
    cost->max_tokens = at ? strtod(at + strlen(cut), NULL) : (double)NAN;
    json_decref(root);
}

struct result_cost listing_cost(const struct store *s, const char *id)
{
    struct err ignored;
    struct result_cost cost = {.evidence_bytes = 0};
    json_t *root = json_file_read(path_of(s, id, "provenance.json").s, &ignored);
    cost.wall_s = number_of(root, "wall_s");
    cost.solve_s = number_of(root, "solve_s");
    cost.peak_memory_mib = number_of(json_object_get(root, "machine"), "peak_memory_mib");
    cost.disk_bytes = folder_bytes(s, id, &cost.evidence_bytes);
    take_subject(&cost, s, id);
    json_decref(root);
    return cost;
}
