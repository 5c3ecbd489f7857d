#include "model/hf_config.h"

#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"
#include "base/json_file.h"
#include "model/gpt2_keys.h"

/* The JSON object in a file; to be released with json_decref(). NULL with `e` set. */
static json_t *load_object(const char *path, struct err *e)
{
    json_t *root = json_file_read(path, e);
    if (root && !json_is_object(root)) {
        err_set(e, "%s is not a JSON object", path);
        json_decref(root);
        root = NULL;
    }
    return root;
}

/* 1 when the key is there and not null, 0 when not, −1 when it is no whole number. */
static int whole(const json_t *root, const char *key, const char *path, int *out, struct err *e)
{
    const json_t *value = json_object_get(root, key);
    if (!value || json_is_null(value)) {
        return 0;
    }
    json_int_t x = json_integer_value(value);
    if (!json_is_integer(value) || x < INT_MIN || x > INT_MAX) {
        return err_set(e, "%s in %s must be a whole number of 32 bits", key, path);
    }
    *out = (int)x;
    return 1;
}

static int expect_flag(const json_t *root, const char *key, bool wanted, const char *path,
                       struct err *e)
{
    const json_t *value = json_object_get(root, key);
    if (!value || json_is_null(value) ||
        (json_is_boolean(value) && json_is_true(value) == wanted)) {
        return 0;
    }
    return err_set(e, "%s in %s must be %s; no other GPT-2 can be imported", key, path,
                   wanted ? "true" : "false");
}

/* An absent key is fine: it means the first of the words. */
static int expect_word(const json_t *root, const char *key, const char *word, const char *synonym,
                       const char *path, struct err *e)
{
    const json_t *value = json_object_get(root, key);
    const char *text = json_string_value(value);
    if (!value || (text && (strcmp(text, word) == 0 || strcmp(text, synonym) == 0))) {
        return 0;
    }
    return err_set(e, "%s in %s is \"%.80s\"; only \"%s\" can be imported", key, path,
                   text ? text : "(not a text)", word);
}

static int check_kind(const json_t *root, const char *path, struct err *e)
{
    if (expect_word(root, "model_type", "gpt2", "gpt2", path, e) ||
        expect_word(root, "activation_function", "gelu_new", "gelu_pytorch_tanh", path, e) ||
        expect_flag(root, "scale_attn_weights", true, path, e) ||
        expect_flag(root, "scale_attn_by_inverse_layer_idx", false, path, e) ||
        expect_flag(root, "tie_word_embeddings", true, path, e) ||
        expect_flag(root, "add_cross_attention", false, path, e)) {
        return -1;
    }
    return 0;
}

static int read_numbers(struct gpt2_config *c, const json_t *root, const char *path, struct err *e)
{
    bool present[GPT2_KEYS];
    for (int i = 0; i < GPT2_KEYS; i++) {
        const struct gpt2_key *key = &gpt2_keys[i];
        int *value = gpt2_key_value(c, key);
        int found = whole(root, key->name, path, value, e);
        if (found == 0 && strcmp(key->name, "n_positions") == 0) {
            found = whole(root, "n_ctx", path, value, e);
        }
        if (found < 0) {
            return -1;
        }
        if (found == 0 && key->required) {
            return err_set(e, "%s is missing in %s", key->name, path);
        }
        present[i] = found;
    }
    gpt2_keys_complete(c, present);
    const json_t *epsilon = json_object_get(root, "layer_norm_epsilon");
    if (epsilon && !json_is_number(epsilon)) {
        return err_set(e, "layer_norm_epsilon in %s must be a number", path);
    }
    c->ln_epsilon = epsilon ? (float)json_number_value(epsilon) : 1e-5f;
    return 0;
}

int hf_config_read(struct gpt2_config *c, const char *path, struct err *e)
{
    *c = (struct gpt2_config){0};
    json_t *root = load_object(path, e);
    if (!root) {
        return -1;
    }
    int status = check_kind(root, path, e);
    if (!status) {
        status = read_numbers(c, root, path, e);
    }
    json_decref(root);
    return status ? -1 : gpt2_config_check(c, path, e);
}

static int add_special(struct gpt2 *m, const json_t *root, const char *key, const char *path,
                       struct err *e)
{
    enum { MAX = sizeof m->special_token_ids / sizeof m->special_token_ids[0] };
    int id = 0, found = whole(root, key, path, &id, e);
    if (found <= 0) {
        return found;
    }
    if (id < 0 || id >= m->config.V) {
        return err_set(e, "the token id %.100s in %s is %d; it must be below vocab_size, %d", key,
                       path, id, m->config.V);
    }
    for (int i = 0; i < m->n_special; i++) {
        if (m->special_token_ids[i] == id) {
            return 0;
        }
    }
    if (m->n_special == MAX) {
        return err_set(e, "%s makes more than %d special tokens", path, (int)MAX);
    }
    m->special_token_ids[m->n_special++] = id;
    return 0;
}

int hf_special_tokens(struct gpt2 *m, const char *config_path, const char *added_path,
                      struct err *e)
{
    static const char *const keys[] = {"bos_token_id", "eos_token_id", "pad_token_id"};
    json_t *root = load_object(config_path, e);
    int status = root ? 0 : -1;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !status; i++) {
        status = add_special(m, root, keys[i], config_path, e);
    }
    json_decref(root);
    if (status || !file_exists(added_path)) {
        return status;
    }
    root = load_object(added_path, e);
    status = root ? 0 : -1;
    for (void *at = json_object_iter(root); at && !status; at = json_object_iter_next(root, at)) {
        status = add_special(m, root, json_object_iter_key(at), added_path, e);
    }
    json_decref(root);
    return status;
}
