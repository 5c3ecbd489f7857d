#include "made_vocabulary.h"

#include <string.h>

#include "model/byte_alphabet.h"

void add_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_addc(out, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3; /* bytes after the first */
    static const uint32_t mark[] = {0, 0xC0, 0xE0, 0xF0};
    buf_addc(out, (char)(mark[more] | c >> 6 * more));
    while (more-- > 0) {
        buf_addc(out, (char)(0x80 | (c >> 6 * more & 0x3F)));
    }
}

/* Appends the key of a token; it is written between quotes in JSON. */
static void spell(struct buf *out, const struct buf *bytes, bool json)
{
    struct byte_alphabet a = byte_alphabet();
    for (size_t i = 0; i < bytes->len; i++) {
        uint32_t c = a.symbol[(unsigned char)bytes->s[i]];
        if (json && (c == '"' || c == '\\')) {
            buf_addc(out, '\\');
        }
        add_utf8(out, c);
    }
}

void made_vocabulary_bytes(struct made_vocabulary *m)
{
    buf_adds(&m->vocab, "{");
    for (; m->n < 256; m->n++) {
        buf_addc(&m->token[m->n], (char)m->n);
        buf_adds(&m->vocab, m->n ? ",\"" : "\"");
        spell(&m->vocab, &m->token[m->n], true);
        buf_addf(&m->vocab, "\":%d", m->n);
    }
}

bool made_vocabulary_rule(struct made_vocabulary *m, int left, int right)
{
    struct buf *token = &m->token[m->n];
    buf_add(token, m->token[left].s, m->token[left].len);
    buf_add(token, m->token[right].s, m->token[right].len);
    for (int id = 0; id < m->n; id++) {
        if (m->token[id].len == token->len && memcmp(m->token[id].s, token->s, token->len) == 0) {
            buf_clear(token);
            return false;
        }
    }
    buf_adds(&m->vocab, ",\"");
    spell(&m->vocab, token, true);
    buf_addf(&m->vocab, "\":%d", m->n);
    spell(&m->merges, &m->token[left], false);
    buf_addc(&m->merges, ' ');
    spell(&m->merges, &m->token[right], false);
    buf_addc(&m->merges, '\n');
    m->left[m->n] = left;
    m->right[m->n++] = right;
    return true;
}

void made_vocabulary_release(struct made_vocabulary *m)
{
    buf_release(&m->vocab);
    buf_release(&m->merges);
    for (int id = 0; id < MADE_MAX; id++) {
        buf_release(&m->token[id]);
    }
}
