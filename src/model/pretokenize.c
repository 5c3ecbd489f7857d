#include "model/pretokenize.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "base/utf8.h"

/*
 * White space is Unicode's property White_Space, spelled out since \s of PCRE2 has U+180E too. The
 * possessive quantifiers change no match (nothing follows that could need what they took) and keep
 * a run of any length from being remembered for backtracking.
 */
#define SPACE                                                                                      \
    "\\x09-\\x0d\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"        \
    "\\x{205f}\\x{3000}"
#define PATTERN                                                                                    \
    "'s|'t|'re|'ve|'m|'ll|'d"                                                                      \
    "| ?\\p{L}++| ?\\p{N}++| ?[^" SPACE "\\p{L}\\p{N}]++"                                          \
    "|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]++"

/*
 * Takes the place of a byte that is not UTF-8: of the same length, so that offsets stay, and a
 * control character, so in the same class as punctuation and part of no contraction.
 */
enum { STAND_IN = 0x01 };

struct pretokenizer {
    pcre2_code *code;
};

int pretokenizer_new(struct pretokenizer **out, struct err *e)
{
    struct pretokenizer *p = mem_new(1, sizeof *p, e);
    if (!p) {
        return -1;
    }
    int problem;
    PCRE2_SIZE offset;
    p->code = pcre2_compile((PCRE2_SPTR)PATTERN, PCRE2_ZERO_TERMINATED,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &problem, &offset, NULL);
    if (!p->code) {
        PCRE2_UCHAR why[200];
        pcre2_get_error_message(problem, why, sizeof why);
        pretokenizer_free(p);
        return err_set(e, "PCRE2 refuses GPT-2's pre-tokenizer pattern at offset %zu: %s", offset,
                       (const char *)why);
    }
    /* Where there is no compiler to machine code, the same matches are found by interpreting. */
    (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
    *out = p;
    return 0;
}

void pretokenizer_free(struct pretokenizer *p)
{
    if (p) {
        pcre2_code_free(p->code);
        free(p);
    }
}

/* Offset of the first byte from `from` on that is not part of well-formed UTF-8, n if none is. */
static size_t first_bad_byte(const char *text, size_t from, size_t n)
{
    for (size_t length; from < n; from += length) {
        length = (unsigned char)text[from] < 0x80 ? 1 : utf8_valid_length(text + from, n - from);
        if (length == 0) {
            return from;
        }
    }
    return n;
}

/* *copy stays NULL when the text is well-formed as it is. */
static int replace_bad_bytes(char **copy, const char *text, size_t n, struct err *e)
{
    size_t bad = first_bad_byte(text, 0, n);
    if (bad == n) {
        return 0;
    }
    *copy = mem_new(n, 1, e);
    if (!*copy) {
        return -1;
    }
    memcpy(*copy, text, n);
    for (; bad < n; bad = first_bad_byte(text, bad + 1, n)) {
        (*copy)[bad] = STAND_IN;
    }
    return 0;
}

static int match_failed(int code, size_t offset, struct err *e)
{
    PCRE2_UCHAR why[200];
    pcre2_get_error_message(code, why, sizeof why);
    return err_set(e, "PCRE2 cannot cut the text after its first %zu bytes: %s", offset,
                   (const char *)why);
}

int pretokenize(const struct pretokenizer *p, const char *text, size_t n, piece_taker *take,
                void *context, struct err *e)
{
    if (n == 0) {
        return 0;
    }
    int status = -1;
    char *copy = NULL;
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    if (!match) {
        err_set(e, "out of memory: PCRE2 has no room for a match");
        goto out;
    }
    if (replace_bad_bytes(&copy, text, n, e)) {
        goto out;
    }
    PCRE2_SPTR subject = (PCRE2_SPTR)(copy ? copy : text);
    const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(match);
    for (size_t begin = 0; begin < n; begin = bounds[1]) {
        /* Without the option, PCRE2 would check all of the text again for every piece. */
        int found = pcre2_match(p->code, subject, n, begin, PCRE2_NO_UTF_CHECK, match, NULL);
        if (found < 0) {
            match_failed(found, begin, e);
            goto out;
        }
        if (take(context, text + begin, bounds[1] - begin, e)) {
            goto out;
        }
    }
    status = 0;
out:
    free(copy);
    pcre2_match_data_free(match);
    return status;
}
