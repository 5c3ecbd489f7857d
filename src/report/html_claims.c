/* The verdicts of claims.json as a table. */
#include <jansson.h>

#include "base/json_file.h"
#include "report/html.h"
#include "report/layout.h"

static const struct {
    const char *key, *head;
    enum layout_align align;
} columns[] = {{"claim", "Claim", LAYOUT_LEFT},       {"models", "Models", LAYOUT_LEFT},
               {"protocol", "Protocol", LAYOUT_LEFT}, {"published", "Published", LAYOUT_RIGHT},
               {"ours", "Ours", LAYOUT_RIGHT},        {"verdict", "Verdict", LAYOUT_LEFT},
               {"why", "Why", LAYOUT_LEFT},           {"id", "Id", LAYOUT_LEFT}};
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
    for (size_t c = 0; c < N_COLUMNS; c++) {
        layout_column(l, columns[c].align, columns[c].head);
    }
    for (size_t i = 0; !status && i < json_array_size(claims); i++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            struct buf text = BUF_INIT;
            put_value(&text, json_object_get(json_array_get(claims, i), columns[c].key));
            layout_cell(l, "%s", text.len ? buf_text(&text) : "–");
            buf_release(&text);
        }
    }
    json_decref(root);
    return status;
}
