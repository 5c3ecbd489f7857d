/* The verdicts of claims.json as a table. */
#include <jansson.h>
#include <string.h>

#include "base/json_file.h"
#include "report/html.h"
#include "report/layout.h"

static const struct {
    const char *key, *head;
    enum layout_align align;
    const char *as; /* the key of what the value is, where the head may not say it */
} columns[] = {{"claim", "Claim", LAYOUT_LEFT, NULL},
               {"models", "Models", LAYOUT_LEFT, NULL},
               {"protocol", "Protocol", LAYOUT_LEFT, NULL},
               {"published", "Published", LAYOUT_RIGHT, "published_as"},
               {"ours", "Ours", LAYOUT_RIGHT, "ours_as"},
               {"verdict", "Verdict", LAYOUT_LEFT, NULL},
               {"why", "Why", LAYOUT_LEFT, NULL},
               {"id", "Id", LAYOUT_LEFT, NULL}};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

/* Texts as they are, numbers as written, lists with commas between. */
static void put_value(struct buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        buf_adds(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        buf_addf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        buf_add_real(out, json_real_value(value));
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        buf_adds(out, i ? ", " : "");
        put_value(out, json_array_get(value, i));
    }
}

/* One cell: "expected 4.16 bits" under Published, since nobody published it. */
static void put_cell(struct layout *l, const json_t *row, size_t c)
{
    struct buf text = BUF_INIT;
    const char *as = columns[c].as ? json_string_value(json_object_get(row, columns[c].as)) : NULL;
    put_value(&text, json_object_get(row, columns[c].key));
    bool said = as && text.len && strcmp(as, columns[c].key) != 0;
    layout_cell(l, "%s%s%s", said ? as : "", said ? " " : "", text.len ? buf_text(&text) : "–");
    buf_release(&text);
}

/* ": 119 reproduced, 5 contradicted". */
static void put_counts(struct buf *out, json_t *counts)
{
    const char *verdict;
    json_t *count;
    bool any = false;
    json_object_foreach(counts, verdict, count)
    {
        if (json_is_integer(count) && json_integer_value(count) > 0) {
            buf_addf(out, "%s%lld %s", any ? ", " : ": ", (long long)json_integer_value(count),
                     verdict);
            any = true;
        }
    }
}

int html_claims(struct layout *l, const char *path, struct err *e)
{
    json_t *root = json_file_read(path, e);
    int status = root ? 0 : -1;
    const json_t *claims = json_object_get(root, "claims");
    if (root && !json_is_array(claims)) {
        status = err_set(e, "%s is no list of claims: `nashswarm verify` writes it anew", path);
    }
    layout_name(l, "claims");
    buf_adds(&l->caption, "What was claimed, what was found");
    put_counts(&l->caption, json_object_get(root, "counts"));
    for (size_t c = 0; c < N_COLUMNS; c++) {
        layout_column(l, columns[c].align, columns[c].head);
    }
    for (size_t i = 0; !status && i < json_array_size(claims); i++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            put_cell(l, json_array_get(claims, i), c);
        }
    }
    json_decref(root);
    return status;
}
