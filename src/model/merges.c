#include "model/merges.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/quote.h"

/* Fibonacci hashing: the high bits of a product by 2^64 divided by the golden ratio. */
static size_t first_slot(const struct merges *m, int left, int right)
{
    uint64_t pair = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
    pair ^= pair >> 29; /* the product alone would mix the left id into few of the high bits */
    return (size_t)(pair * UINT64_C(0x9E3779B97F4A7C15) >> (64 - m->bits));
}

/* The slot of the pair, or the empty one where it belongs. */
static struct merge *slot_of(const struct merges *m, int left, int right)
{
    size_t mask = ((size_t)1 << m->bits) - 1;
    size_t i = first_slot(m, left, right);
    while (m->slots[i].merged >= 0 && (m->slots[i].left != left || m->slots[i].right != right)) {
        i = (i + 1) & mask;
    }
    return &m->slots[i];
}

const struct merge *merges_find(const struct merges *m, int left, int right)
{
    const struct merge *found = slot_of(m, left, right);
    return found->merged < 0 ? NULL : found;
}

static int make_table(struct merges *m, size_t n_rules, struct err *e)
{
    m->bits = 4;
    while (((size_t)1 << m->bits) / 2 < n_rules) {
        m->bits++;
    }
    size_t n_slots = (size_t)1 << m->bits;
    m->slots = mem_new(n_slots, sizeof *m->slots, e);
    if (!m->slots) {
        return -1;
    }
    for (size_t i = 0; i < n_slots; i++) {
        m->slots[i].merged = -1;
    }
    return 0;
}

/* The line being read, for rules and messages. */
struct place {
    const char *name;
    size_t line; /* from 1 */
    const struct vocab *vocab;
    struct buf key; /* scratch */
};

/* Id of the token spelled by a then b. */
static int find_token(struct place *at, int *id, const char *a, size_t n_a, const char *b,
                      size_t n_b, struct err *e)
{
    buf_clear(&at->key);
    buf_add(&at->key, a, n_a);
    buf_add(&at->key, b, n_b);
    if (buf_check(&at->key, e)) {
        return -1;
    }
    const char *key = buf_text(&at->key);
    *id = strlen(key) == n_a + n_b ? vocab_find(at->vocab, key) : -1;
    if (*id < 0) {
        return err_set(e, "%s: merges.txt, line %zu: vocab.json has no token %s", at->name,
                       at->line, quote(key, n_a + n_b).text);
    }
    if (!vocab_spells_bytes(at->vocab, *id)) {
        return err_set(e,
                       "%s: merges.txt, line %zu: %s (id %d) is a special token, which no merge "
                       "can use",
                       at->name, at->line, quote(key, n_a + n_b).text, *id);
    }
    return 0;
}

static int add_rule(struct merges *m, struct place *at, const char *line, size_t n, uint32_t rank,
                    struct err *e)
{
    const char *blank = memchr(line, ' ', n);
    size_t n_left = blank ? (size_t)(blank - line) : n;
    const char *right = line + n_left + 1;
    size_t n_right = blank ? n - n_left - 1 : 0;
    if (n_left == 0 || n_right == 0 || memchr(right, ' ', n_right)) {
        return err_set(e,
                       "%s: merges.txt, line %zu: %s is no rule; a rule is two tokens with one "
                       "blank between them",
                       at->name, at->line, quote(line, n).text);
    }
    struct merge rule = {.rank = rank};
    if (find_token(at, &rule.left, line, n_left, "", 0, e) ||
        find_token(at, &rule.right, right, n_right, "", 0, e) ||
        find_token(at, &rule.merged, line, n_left, right, n_right, e)) {
        return -1;
    }
    struct merge *slot = slot_of(m, rule.left, rule.right);
    if (slot->merged >= 0) {
        return err_set(e, "%s: merges.txt, line %zu: the rule %s is there twice", at->name,
                       at->line, quote(line, n).text);
    }
    *slot = rule;
    return 0;
}

int merges_read(struct merges *m, const char *name, const char *text, size_t n,
                const struct vocab *vocab, struct err *e)
{
    static const char version[] = "#version";
    *m = (struct merges){0};
    struct place at = {.name = name, .vocab = vocab, .key = BUF_INIT};
    size_t n_lines = 1;
    for (size_t i = 0; i < n; i++) {
        n_lines += text[i] == '\n';
    }
    int status = -1;
    if (n_lines >= UINT32_MAX) {
        err_set(e, "%s: merges.txt has %zu lines, which cannot all be merges", name, n_lines);
        goto out;
    }
    if (make_table(m, n_lines, e)) {
        goto out;
    }
    uint32_t rank = 0;
    for (size_t begin = 0, end; begin < n; begin = end + 1) {
        const char *feed = memchr(text + begin, '\n', n - begin);
        end = feed ? (size_t)(feed - text) : n;
        at.line++;
        size_t length = end - begin;
        if (length > 0 && text[end - 1] == '\r') {
            length--;
        }
        bool header = at.line == 1 && length >= sizeof version - 1 &&
                      memcmp(text + begin, version, sizeof version - 1) == 0;
        if (length > 0 && !header && add_rule(m, &at, text + begin, length, rank++, e)) {
            goto out;
        }
    }
    status = 0;
out:
    buf_release(&at.key);
    if (status) {
        merges_release(m);
    }
    return status;
}

void merges_release(struct merges *m)
{
    free(m->slots);
    *m = (struct merges){0};
}
