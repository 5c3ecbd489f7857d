#include "spec/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"

struct builder {
    yaml_parser_t parser;
    struct document *d;
    struct problems *problems;
    struct err *e;
    bool no_memory; /* `e` is set */
};

static int build(struct builder *b, const yaml_event_t *event, int depth, struct node *out);

void document_release(struct document *d)
{
    node_release(&d->root);
    source_release(&d->source);
}

static struct place place_of(const struct builder *b, yaml_mark_t mark)
{
    size_t lines = b->d->source.n_lines;
    size_t line = mark.line < lines ? mark.line + 1 : lines;
    return (struct place){&b->d->source, line, mark.column + 1};
}

/* Reports what libyaml says, where it says it. */
static int syntax_problem(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        b->no_memory = true;
        return err_set(b->e, "out of memory while reading %s", b->d->source.path);
    }
    struct place at = p->error == YAML_READER_ERROR ? source_place(&b->d->source, p->problem_offset)
                                                    : place_of(b, p->problem_mark);
    const char *context = p->context ? p->context : "";
    problems_add(b->problems, at, "this is not YAML: %s%s%s", context, *context ? ", " : "",
                 p->problem ? p->problem : "unknown problem");
    return -1;
}

/* 0, or −1 with a problem or error recorded; the caller deletes the event. */
static int next_event(struct builder *b, yaml_event_t *event)
{
    return yaml_parser_parse(&b->parser, event) ? 0 : syntax_problem(b);
}

static char *copy_text(struct builder *b, const char *text)
{
    char *copy = mem_string(text, b->e);
    b->no_memory = b->no_memory || !copy;
    return copy;
}

/* A fresh node at the end of the parent, or NULL. */
static struct node *append(struct builder *b, struct node *parent)
{
    if (parent->n == YAML_WIDTH_MAX) {
        problems_add(b->problems, parent->at, "over %d items stand here, more than are read",
                     YAML_WIDTH_MAX);
        return NULL;
    }
    if (mem_grow(&parent->items, &parent->capacity, parent->n + 1, sizeof *parent->items, b->e)) {
        b->no_memory = true;
        return NULL;
    }
    struct node *node = &parent->items[parent->n++];
    *node = (struct node){0};
    return node;
}

static void refuse_properties(struct builder *b, struct place at, const yaml_char_t *anchor,
                              const yaml_char_t *tag)
{
    if (anchor) {
        problems_add(b->problems, at,
                     "anchors (&%s) are not supported: write the value out, or give a method "
                     "\"use:\"",
                     shown((const char *)anchor).text);
    }
    if (tag) {
        problems_add(b->problems, at,
                     "tags (%s) are not supported: types come from what the key expects",
                     shown((const char *)tag).text);
    }
}

static int build_scalar(struct builder *b, const yaml_event_t *event, struct node *out)
{
    const char *text = (const char *)event->data.scalar.value;
    refuse_properties(b, out->at, event->data.scalar.anchor, event->data.scalar.tag);
    if (strlen(text) != event->data.scalar.length) {
        problems_add(b->problems, out->at, "this text has a NUL character in it: take it out");
        return 0;
    }
    out->kind = NODE_SCALAR;
    out->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    out->text = copy_text(b, text);
    return out->text ? 0 : -1;
}

static int build_list(struct builder *b, int depth, struct node *out)
{
    out->kind = NODE_LIST;
    for (;;) {
        yaml_event_t event;
        if (next_event(b, &event)) {
            return -1;
        }
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        struct node *item = end ? NULL : append(b, out);
        int status = item ? build(b, &event, depth + 1, item) : end ? 0 : -1;
        yaml_event_delete(&event);
        if (end || status) {
            return status;
        }
    }
}

/* The key of the pair that starts with this event; it is NULL, and reported, when it is unusable.
 */
static int build_key(struct builder *b, const struct node *map, const yaml_event_t *event,
                     int depth, struct node *key)
{
    if (build(b, event, depth + 1, key)) {
        return -1;
    }
    if (key->kind == NODE_LIST || key->kind == NODE_MAP) {
        problems_add(b->problems, key->at, "a key must be a single name, not a list or mapping");
    } else if (key->kind == NODE_SCALAR) {
        const struct node *first = node_get(map, key->text);
        if (!first) {
            return 0;
        }
        problems_add(b->problems, key->at, "the key \"%s\" is already on line %zu",
                     shown(key->text).text, first->key_at.line);
    }
    free(key->text);
    key->text = NULL;
    return 0;
}

/* One key and its value. A pair whose key is unusable is read and dropped. */
static int build_pair(struct builder *b, const yaml_event_t *key_event, int depth, struct node *map)
{
    struct node key = {0}, unused = {0};
    yaml_event_t event = {0};
    int status = build_key(b, map, key_event, depth, &key);
    if (!status) {
        status = next_event(b, &event);
    }
    if (!status) {
        struct node *value = key.text ? append(b, map) : &unused;
        status = value ? build(b, &event, depth + 1, value) : -1;
        if (value && key.text) {
            value->key = key.text;
            value->key_at = key.at;
            key.text = NULL;
        }
    }
    yaml_event_delete(&event);
    node_release(&unused);
    node_release(&key);
    return status;
}

static int build_map(struct builder *b, int depth, struct node *out)
{
    out->kind = NODE_MAP;
    for (;;) {
        yaml_event_t event;
        if (next_event(b, &event)) {
            return -1;
        }
        bool end = event.type == YAML_MAPPING_END_EVENT;
        int status = end ? 0 : build_pair(b, &event, depth, out);
        yaml_event_delete(&event);
        if (end || status) {
            return status;
        }
    }
}

/* The node that starts with this event, with all below it. */
static int build(struct builder *b, const yaml_event_t *event, int depth, struct node *out)
{
    out->at = out->key_at = place_of(b, event->start_mark);
    if (depth > YAML_DEPTH_MAX) {
        problems_add(b->problems, out->at, "this is nested over %d levels deep", YAML_DEPTH_MAX);
        return -1;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return build_scalar(b, event, out);
    case YAML_SEQUENCE_START_EVENT:
        refuse_properties(b, out->at, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
        return build_list(b, depth, out);
    case YAML_MAPPING_START_EVENT:
        refuse_properties(b, out->at, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
        return build_map(b, depth, out);
    case YAML_ALIAS_EVENT:
        problems_add(b->problems, out->at,
                     "aliases (*%s) are not supported: write the value out, or give a method "
                     "\"use:\"",
                     shown((const char *)event->data.alias.anchor).text);
        return 0;
    default:
        BUG("libyaml gave event %d where a node starts", (int)event->type);
    }
}

/* The events of a whole stream: its start, one document or none, its end. */
static int build_stream(struct builder *b)
{
    bool seen = false;
    int status = 0;
    for (bool end = false; !end && !status;) {
        yaml_event_t event;
        if (next_event(b, &event)) {
            return -1;
        }
        struct place at = place_of(b, event.start_mark);
        end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            if (seen) {
                problems_add(b->problems, at, "a second document starts here: a file holds one");
                status = -1;
            } else if (event.data.document_start.version_directive ||
                       event.data.document_start.tag_directives.start !=
                           event.data.document_start.tag_directives.end) {
                problems_add(b->problems, at,
                             "directives (%%YAML, %%TAG) are not supported: take them out");
            }
            seen = true;
        } else if (!end && event.type != YAML_STREAM_START_EVENT &&
                   event.type != YAML_DOCUMENT_END_EVENT) {
            status = build(b, &event, 1, &b->d->root);
        }
        yaml_event_delete(&event);
    }
    if (!status && !seen) {
        problems_add(b->problems, (struct place){&b->d->source, 1, 1}, "the file is empty");
    }
    return status;
}

static int parse(struct document *d, const char *text, struct problems *p, struct err *e)
{
    struct builder b = {.d = d, .problems = p, .e = e};
    if (!yaml_parser_initialize(&b.parser)) {
        return err_set(e, "out of memory while reading %s", d->source.path);
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, strlen(text));
    if (build_stream(&b)) {
        node_release(&d->root);
    }
    yaml_parser_delete(&b.parser);
    return b.no_memory ? -1 : 0;
}

/* Whether the bytes are UTF-8 without a NUL; the first that is not is reported. */
static bool is_text(const struct source *s, struct problems *p)
{
    const char *text = buf_text(&s->bytes);
    for (size_t i = 0, length; i < s->bytes.len; i += length) {
        length = utf8_valid_length(text + i, s->bytes.len - i);
        if (!length) {
            problems_add(p, source_place(s, i),
                         "byte 0x%02X is not UTF-8: save the file as UTF-8 text",
                         (unsigned)(unsigned char)text[i]);
            return false;
        }
        if (!text[i]) {
            problems_add(p, source_place(s, i), "a NUL byte stands here: this is not a text file");
            return false;
        }
    }
    return true;
}

/* The file's bytes, less a byte order mark. Over the limit nothing is kept but the problem. */
static int load(struct source *s, struct problems *p, bool *usable, struct err *e)
{
    struct file_map map;
    if (file_map_open(&map, s->path, e)) {
        return -1;
    }
    size_t skip = map.n >= 3 && memcmp(map.bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    *usable = map.n <= YAML_BYTES_MAX;
    if (*usable) {
        buf_add(&s->bytes, map.n ? map.bytes + skip : NULL, map.n - skip);
    } else {
        problems_add(p, (struct place){s, 1, 1},
                     "the file is over %d MiB long, more than an experiment can need",
                     YAML_BYTES_MAX >> 20);
    }
    file_map_close(&map);
    return buf_check(&s->bytes, e) || source_index(s, e) ? -1 : 0;
}

int document_read(struct document *d, const char *path, int rank, struct problems *p, struct err *e)
{
    bool usable;
    *d = (struct document){.source.rank = rank};
    d->source.path = mem_string(path, e);
    if (!d->source.path || load(&d->source, p, &usable, e)) {
        return -1;
    }
    return usable && is_text(&d->source, p) ? parse(d, buf_text(&d->source.bytes), p, e) : 0;
}

int document_parse(struct document *d, const char *name, const char *text, size_t skip, int rank,
                   struct problems *p, struct err *e)
{
    struct buf blanked = BUF_INIT;
    *d = (struct document){.source.rank = rank};
    d->source.path = mem_string(name, e);
    buf_adds(&d->source.bytes, text);
    if (!d->source.path || buf_check(&d->source.bytes, e) || source_index(&d->source, e)) {
        return -1;
    }
    if (!is_text(&d->source, p)) {
        return 0;
    }
    for (size_t i = 0; i < skip; i += utf8_valid_length(text + i, skip - i)) {
        buf_addc(&blanked, ' '); /* one for each character, so that columns stay */
    }
    buf_adds(&blanked, text + skip);
    int status = buf_check(&blanked, e) || parse(d, buf_text(&blanked), p, e) ? -1 : 0;
    buf_release(&blanked);
    return status;
}
