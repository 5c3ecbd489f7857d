#include "results/agreement_words.h"

#include <stdio.h>
#include <string.h>

enum { ITEM_TEXT = 128, ITEMS_SHOWN = 3 };

/* A list of a spec whose items have names. */
struct list {
    const char *what;
    size_t (*length)(const struct spec *s);
    void (*item)(char out[ITEM_TEXT], const struct spec *s, size_t i);
};

static size_t n_methods(const struct spec *s)
{
    return s->n_methods;
}

static void method_item(char out[ITEM_TEXT], const struct spec *s, size_t i)
{
    snprintf(out, ITEM_TEXT, "%s", s->methods[i].name);
}

static size_t n_models(const struct spec *s)
{
    return s->n_models;
}

static void model_item(char out[ITEM_TEXT], const struct spec *s, size_t i)
{
    snprintf(out, ITEM_TEXT, "%s", s->models[i].name);
}

static size_t n_protocols(const struct spec *s)
{
    return s->n_protocols;
}

static void protocol_item(char out[ITEM_TEXT], const struct spec *s, size_t i)
{
    snprintf(out, ITEM_TEXT, "%s", s->known->protocols[s->protocols[i]]);
}

static size_t n_seeds(const struct spec *s)
{
    return s->n_seeds;
}

static void seed_item(char out[ITEM_TEXT], const struct spec *s, size_t i)
{
    snprintf(out, ITEM_TEXT, "%ld", s->seeds[i]);
}

static const struct list lists[] = {{"method", n_methods, method_item},
                                    {"model", n_models, model_item},
                                    {"protocol", n_protocols, protocol_item},
                                    {"seed", n_seeds, seed_item}};

static bool has_item(const struct list *l, const struct spec *s, const char *item)
{
    char other[ITEM_TEXT];
    for (size_t i = 0; i < l->length(s); i++) {
        l->item(other, s, i);
        if (strcmp(other, item) == 0) {
            return true;
        }
    }
    return false;
}

/* ", " between the parts of the sentence. */
static void begin_part(struct buf *out)
{
    buf_adds(out, out->len ? ", " : "");
}

/* "methods fish, bird are not in it": the items of one spec that the other lacks. */
static void add_absent(struct buf *out, const struct list *l, const struct spec *has,
                       const struct spec *lacks, const char *where, const char *end)
{
    char item[ITEM_TEXT];
    struct buf names = BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < l->length(has); i++) {
        l->item(item, has, i);
        if (has_item(l, lacks, item)) {
            continue;
        }
        if (n++ < ITEMS_SHOWN) {
            buf_addf(&names, "%s%s", n > 1 ? ", " : "", item);
        }
    }
    if (n > 0) {
        begin_part(out);
        buf_addf(out, "%s%s %s", l->what, n > 1 ? "s" : "", buf_text(&names));
        if (n > ITEMS_SHOWN) {
            buf_addf(out, " and %zu more", n - ITEMS_SHOWN);
        }
        buf_addf(out, " %s not in %s%s", n > 1 ? "are" : "is", where, end);
    }
    buf_release_part(&names, out);
}

static void add_lists(struct buf *out, const struct agreement *a)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        add_absent(out, &lists[i], a->then, a->now, a->now->path, " any more");
        add_absent(out, &lists[i], a->now, a->then, "it", "");
    }
}

/* A line "  bits: 4" of a canonical text: where its key starts, how long it is, and the value. */
struct line {
    const char *key, *value;
    size_t key_bytes, value_bytes;
    bool of_method;
};

static struct line take_line(const char **text)
{
    struct line l = {.key = *text};
    size_t n = strcspn(*text, "\n");
    *text += n + ((*text)[n] == '\n');
    l.of_method = *l.key == ' ' || strncmp(l.key, "method:", 7) == 0;
    size_t blanks = strspn(l.key, " ");
    l.key += blanks;
    n -= blanks;
    l.key_bytes = strcspn(l.key, ":\n");
    l.value = l.key + l.key_bytes + 2;
    l.value_bytes = n > l.key_bytes + 2 ? n - l.key_bytes - 2 : 0;
    return l;
}

static bool same_key(const struct line *a, const struct line *b)
{
    return a->key_bytes == b->key_bytes && memcmp(a->key, b->key, a->key_bytes) == 0;
}

static bool same_value(const struct line *a, const struct line *b)
{
    return a->value_bytes == b->value_bytes && memcmp(a->value, b->value, a->value_bytes) == 0;
}

/* "uniform4.bits is 3 now and 4 in it": where two cells of one name first differ. */
static void add_change(struct buf *out, const struct agreement *a)
{
    struct buf is_text = BUF_INIT, was_text = BUF_INIT;
    cell_describe(a->now, a->is, &is_text);
    cell_describe(a->then, a->was, &was_text);
    const char *is_at = buf_text(&is_text), *was_at = buf_text(&was_text);
    while (*is_at && *was_at) {
        struct line is = take_line(&is_at), was = take_line(&was_at);
        if (!same_key(&is, &was)) {
            break; /* the methods have other parameters: counts must do */
        }
        if (!same_value(&is, &was)) {
            begin_part(out);
            buf_addf(out, "%s%s%.*s is %.*s now and %.*s in it",
                     is.of_method ? a->now->methods[a->is->method].name : "",
                     is.of_method ? "." : "", (int)is.key_bytes, is.key, (int)is.value_bytes,
                     is.value, (int)was.value_bytes, was.value);
            break;
        }
    }
    buf_release_part(&is_text, out);
    buf_release_part(&was_text, out);
}

static void add_counts(struct buf *out, const struct agreement *a)
{
    bool named = out->len;
    if (a->missing) {
        begin_part(out);
        buf_addf(out, "%zu cell%s of %s %s not in it", a->missing, a->missing == 1 ? "" : "s",
                 a->now->path, a->missing == 1 ? "is" : "are");
        if (!named) {
            buf_addf(out, " (%s%s)", a->first_missing->id, a->missing > 1 ? ", ..." : "");
        }
    }
    if (a->gone) {
        begin_part(out);
        buf_addf(out, "%zu of its rows %s of no cell of %s", a->gone, a->gone == 1 ? "is" : "are",
                 a->now->path);
    }
}

static void add_texts(struct buf *out, const struct agreement *a)
{
    for (size_t i = 0; i <= a->now->n_texts; i++) {
        if (a->texts_changed[i]) {
            begin_part(out);
            buf_addf(out, "%s has changed since",
                     i < a->now->n_texts ? a->now->texts[i].path : a->now->calibration.path);
        }
    }
}

void agreement_describe(struct buf *out, const struct agreement *a, const char *folder)
{
    struct buf parts = BUF_INIT;
    bool other_spec = a->gone > 0 || a->missing > 0;
    if (other_spec && a->then) {
        add_lists(&parts, a);
    }
    if (a->is) {
        add_change(&parts, a);
    }
    if (other_spec) {
        add_counts(&parts, a);
    }
    add_texts(&parts, a);
    if (parts.len) {
        buf_addf(out, "%s/table.json is of %s: %s", folder,
                 other_spec ? "another spec" : "other texts", buf_text(&parts));
    }
    buf_release_part(&parts, out);
}
