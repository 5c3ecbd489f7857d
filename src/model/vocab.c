#include "model/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "model/byte_alphabet.h"
#include "model/quote.h"

enum { KEY_MAX = 3 }; /* of one symbol of the byte alphabet, with the NUL */

static void symbol_key(char key[KEY_MAX], uint32_t code_point)
{
    if (code_point < 0x80) {
        key[0] = (char)code_point;
        key[1] = '\0';
    } else {
        key[0] = (char)(0xC0 | code_point >> 6);
        key[1] = (char)(0x80 | (code_point & 0x3F));
        key[2] = '\0';
    }
}

/* Spelled bytes → bytes, written to `out`, at most strlen(key) of them; −1 for a foreign symbol. */
static ptrdiff_t bytes_of_key(const struct byte_alphabet *a, const char *key, char *out)
{
    char *to = out;
    for (size_t left = strlen(key), length; left > 0; left -= length, key += length) {
        length = utf8_valid_length(key, left);
        uint32_t c = length ? utf8_code_point(key, length) : BYTE_ALPHABET_END;
        if (c >= BYTE_ALPHABET_END || a->byte[c] < 0) {
            return -1;
        }
        *to++ = (char)a->byte[c];
    }
    return to - out;
}

/* Puts key → id where tokens[id] is still free. */
static int enter(struct vocab *v, const char *name, const char *key, const json_t *value,
                 struct err *e)
{
    if (!json_is_integer(value)) {
        return err_set(e, "%s: vocab.json: the value of %s is no integer; it has to be an id", name,
                       quote(key, strlen(key)).text);
    }
    json_int_t id = json_integer_value(value);
    if (id < 0 || id >= v->n_ids) {
        return err_set(e,
                       "%s: vocab.json: %s has the id %lld; ids go from 0 to %d, as the model has "
                       "%d of them",
                       name, quote(key, strlen(key)).text, (long long)id, v->n_ids - 1, v->n_ids);
    }
    struct token *token = &v->tokens[id];
    if (token->key) {
        return err_set(e, "%s: vocab.json: %s and %s have the same id %lld", name,
                       quote(token->key, strlen(token->key)).text, quote(key, strlen(key)).text,
                       (long long)id);
    }
    token->key = key;
    return 0;
}

static int mark_special(struct vocab *v, const char *name, const int *special, size_t n_special,
                        struct err *e)
{
    for (size_t i = 0; i < n_special; i++) {
        int id = special[i];
        if (id < 0 || id >= v->n_ids || !v->tokens[id].key) {
            return err_set(e, "%s: vocab.json has no entry for the special token id %d", name, id);
        }
        struct token *token = &v->tokens[id];
        if (token->key[0] == '\0') {
            return err_set(e, "%s: vocab.json: the special token with id %d has no text", name, id);
        }
        *token = (struct token){token->key, strlen(token->key), token->key, true};
    }
    return 0;
}

static int decode_keys(struct vocab *v, const struct byte_alphabet *alphabet, const char *name,
                       struct err *e)
{
    char *to = v->arena;
    for (int id = 0; id < v->n_ids; id++) {
        struct token *token = &v->tokens[id];
        if (!token->key || token->special) {
            continue;
        }
        ptrdiff_t n = bytes_of_key(alphabet, token->key, to);
        if (n < 0) {
            return err_set(e,
                           "%s: vocab.json: %s (id %d) has a character that GPT-2's byte alphabet "
                           "lacks; if it is a special token, its id must be listed as one",
                           name, quote(token->key, strlen(token->key)).text, id);
        }
        token->bytes = to;
        token->n = (size_t)n;
        to += n;
    }
    return 0;
}

static int find_bytes(struct vocab *v, const struct byte_alphabet *alphabet, const char *name,
                      struct err *e)
{
    for (int byte = 0; byte < 256; byte++) {
        char key[KEY_MAX];
        symbol_key(key, alphabet->symbol[byte]);
        int id = vocab_find(v, key);
        if (id < 0) {
            return err_set(e,
                           "%s: vocab.json lacks \"%s\", the token of byte 0x%02X; a byte-level "
                           "vocabulary has all 256",
                           name, key, (unsigned)byte);
        }
        if (!vocab_spells_bytes(v, id)) {
            return err_set(e,
                           "%s: vocab.json: \"%s\" (id %d) is the token of byte 0x%02X and cannot "
                           "be a special token too",
                           name, key, id, (unsigned)byte);
        }
        v->byte_id[byte] = id;
    }
    return 0;
}

int vocab_read(struct vocab *v, const char *name, const void *json, size_t n, const int *special,
               size_t n_special, int n_ids, struct err *e)
{
    *v = (struct vocab){.n_ids = n_ids > 0 ? n_ids : 0};
    struct byte_alphabet alphabet = byte_alphabet();
    int status = -1;
    struct json_problem problem;
    v->id_by_key = json_text_read(json, n, &problem, e);
    if (!v->id_by_key && problem.what) {
        err_set(e, "%s: vocab.json, line %d, column %d: %s", name, problem.line, problem.column,
                problem.what);
    }
    if (!v->id_by_key) {
        goto out;
    }
    if (!json_is_object(v->id_by_key)) {
        err_set(e, "%s: vocab.json is no JSON object of token → id", name);
        goto out;
    }
    /* A symbol takes no fewer bytes in the file than it stands for. */
    v->arena = mem_new(n, 1, e);
    v->tokens = v->arena ? mem_new((size_t)v->n_ids, sizeof *v->tokens, e) : NULL;
    if (!v->tokens) {
        goto out;
    }
    const char *key;
    json_t *value;
    json_object_foreach(v->id_by_key, key, value)
    {
        if (enter(v, name, key, value, e)) {
            goto out;
        }
    }
    if (mark_special(v, name, special, n_special, e) || decode_keys(v, &alphabet, name, e) ||
        find_bytes(v, &alphabet, name, e)) {
        goto out;
    }
    status = 0;
out:
    if (status) {
        vocab_release(v);
    }
    return status;
}

void vocab_release(struct vocab *v)
{
    free(v->tokens);
    free(v->arena);
    json_decref(v->id_by_key);
    *v = (struct vocab){0};
}

int vocab_find(const struct vocab *v, const char *key)
{
    const json_t *id = json_object_get(v->id_by_key, key);
    return id ? (int)json_integer_value(id) : -1;
}

bool vocab_spells_bytes(const struct vocab *v, int id)
{
    const struct token *token = &v->tokens[id];
    if (!token->special) {
        return true;
    }
    for (const char *c = token->key; *c; c++) {
        if (*c < 0x21 || *c > 0x7E) { /* what is not printable ASCII is spelled by another symbol */
            return false;
        }
    }
    return true;
}
