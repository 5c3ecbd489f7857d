#include "model/overlap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct span {
    const char *text;
    size_t n;
    bool evaluation; /* from which of the two files */
};

static bool is_blank(char c)
{
    return strchr(" \t\r\n\v\f", c) && c;
}

static struct span stripped(const struct texts *t, size_t i, bool evaluation)
{
    size_t start = t->start[i], end = t->end[i];
    while (start < end && is_blank(t->bytes.s[start])) {
        start++;
    }
    while (start < end && is_blank(t->bytes.s[end - 1])) {
        end--;
    }
    return (struct span){t->bytes.s + start, end - start, evaluation};
}

static int by_bytes(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int order = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* Equal texts, then those of the calibration first: a shared text has one of each side by side. */
static int by_bytes_and_file(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int order = by_bytes(a, b);
    return order ? order : (int)x->evaluation - (int)y->evaluation;
}

int texts_apart(const struct texts *calibration, const char *calibration_path,
                const struct texts *evaluation, const char *evaluation_path, struct err *e)
{
    size_t n = calibration->n + evaluation->n;
    struct span *spans = mem_new(n, sizeof *spans, e);
    if (!spans) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        spans[i] = i < calibration->n ? stripped(calibration, i, false)
                                      : stripped(evaluation, i - calibration->n, true);
    }
    qsort(spans, n, sizeof *spans, by_bytes_and_file);
    int status = 0;
    for (size_t i = 1; i < n && !status; i++) {
        if (!spans[i - 1].evaluation && spans[i].evaluation &&
            !by_bytes(&spans[i - 1], &spans[i])) {
            int shown = spans[i].n < 60 ? (int)spans[i].n : 60;
            status = err_set(e,
                             "%s and %s share the text \"%.*s\": calibrate on texts that the model "
                             "is not scored on",
                             calibration_path, evaluation_path, shown, spans[i].text);
        }
    }
    free(spans);
    return status;
}
