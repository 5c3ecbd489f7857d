#include "base/h5_contents.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What is left of a report. */
struct rest {
    const char *at;
    size_t n;
};

static bool take(struct rest *r, void *out, size_t n)
{
    if (n > r->n) {
        return false;
    }
    if (n) {
        memcpy(out, r->at, n);
    }
    *r = (struct rest){r->at + n, r->n - n};
    return true;
}

/*
 * Texts are kept as offsets until all are there, since the memory moves as it grows; 0 stands for
 * the first one, which is empty.
 */
static bool take_text(struct rest *r, size_t n, struct buf *texts, size_t *offset)
{
    if (n > r->n || memchr(r->at, 0, n)) {
        return false;
    }
    *offset = texts->len;
    buf_add(texts, r->at, n);
    buf_add(texts, "", 1);
    *r = (struct rest){r->at + n, r->n - n};
    return !texts->failed;
}

/* Whether an array is one that h5_find() may hand out. */
static bool is_sane(const struct h5_array *a, uint64_t size)
{
    uint64_t n = 1, bytes, end;
    if ((unsigned)a->type > H5_F32 || a->rank < 0 || a->rank > H5_RANK_MAX ||
        !memchr(a->type_text, 0, sizeof a->type_text)) {
        return false;
    }
    for (int i = 0; i < a->rank; i++) {
        if (__builtin_mul_overflow(n, a->dims[i], &n)) {
            return false;
        }
    }
    return n > 0 && n == a->n && !__builtin_mul_overflow(n, h5_type_size(a->type), &bytes) &&
           !__builtin_add_overflow(a->offset, bytes, &end) && end <= size;
}

static bool says_why(enum h5_kind kind)
{
    return kind == H5_REFUSED || kind == H5_UNUSABLE || kind == H5_FAILURE;
}

/* Where an entry's texts are, until they can be pointed to. */
struct offsets {
    size_t path, name, text;
};

static bool take_entry(struct rest *r, struct h5_contents *c, struct h5_entry *entry,
                       struct offsets *at, uint64_t size, struct err *e)
{
    struct h5_header h;
    if (!take(r, &h, sizeof h) || h.kind >= H5_KINDS || (h.n_reals && h.kind != H5_REALS) ||
        (!h.n_text && says_why((enum h5_kind)h.kind)) ||
        (h.kind == H5_ARRAY && !is_sane(&h.array, size)) ||
        !take_text(r, h.n_path, &c->texts, &at->path) ||
        !take_text(r, h.n_name, &c->texts, &at->name) ||
        !take_text(r, h.n_text, &c->texts, &at->text)) {
        return false;
    }
    *entry =
        (struct h5_entry){.kind = (enum h5_kind)h.kind, .n_reals = h.n_reals, .array = h.array};
    if (h.kind != H5_REALS) {
        return true;
    }
    size_t n = h.n_reals < H5_REALS_MAX ? h.n_reals : H5_REALS_MAX;
    entry->reals = mem_new(n, sizeof *entry->reals, e);
    return entry->reals && take(r, entry->reals, n * sizeof *entry->reals);
}

static int by_name(const void *a, const void *b)
{
    const struct h5_entry *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : strcmp(x->name, y->name);
}

/* Points the entries to their texts. */
static void settle(struct h5_contents *c, const struct offsets *at)
{
    for (size_t i = 0; i < c->n; i++) {
        c->entries[i].path = c->texts.s + at[i].path;
        c->entries[i].name = c->texts.s + at[i].name;
        c->entries[i].text = c->texts.s + at[i].text;
    }
}

/*
 * All entries up to the last; false when something is missing or not as it must be, or when memory
 * lacked, which `e` tells alone.
 */
static bool take_all(struct h5_contents *c, struct rest r, uint64_t size, struct err *e)
{
    struct offsets *at = NULL;
    size_t room = 0;
    bool good = true, ended = false;
    while (good && !ended) {
        good = mem_grow(&c->entries, &c->capacity, c->n + 1, sizeof *c->entries, e) == 0 &&
               mem_grow(&at, &room, c->n + 1, sizeof *at, e) == 0;
        if (good) {
            c->entries[c->n] = (struct h5_entry){0};
            good = take_entry(&r, c, &c->entries[c->n], &at[c->n], size, e);
            ended = good && c->entries[c->n].kind == H5_END;
            c->n++;
        }
    }
    if (good) {
        settle(c, at);
    } else if (c->texts.failed) {
        buf_check(&c->texts, e);
    }
    free(at);
    return good;
}

int h5_contents_read(struct h5_contents **out, const struct buf *report, const char *path,
                     uint64_t size, struct err *e)
{
    struct h5_contents *c = mem_new(1, sizeof *c, e);
    struct err why = {.memory = false};
    int status = c ? 0 : -1;
    if (!status && !take_all(c, (struct rest){buf_text(report), report->len}, size, &why)) {
        status = err_set(e, "%s is damaged: the HDF5 library cannot say what is in it", path);
        *e = why.memory ? why : *e;
    }
    for (size_t i = 0; !status && i < c->n; i++) {
        if (c->entries[i].kind == H5_FAILURE) {
            status = err_set(e, "%s", c->entries[i].text);
        }
    }
    if (!status) {
        qsort(c->entries, c->n, sizeof *c->entries, by_name);
        *out = c;
    } else {
        h5_contents_free(c);
    }
    return status;
}

void h5_contents_free(struct h5_contents *c)
{
    for (size_t i = 0; c && i < c->n; i++) {
        free(c->entries[i].reals);
    }
    if (c) {
        buf_release(&c->texts);
        free(c->entries);
    }
    free(c);
}

const struct h5_entry *h5_contents_find(const struct h5_contents *c, const char *path,
                                        const char *name)
{
    struct h5_entry key = {.path = path, .name = name};
    return bsearch(&key, c->entries, c->n, sizeof *c->entries, by_name);
}
