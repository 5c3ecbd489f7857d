#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "evaluate/evaluate.h"

const struct protocol protocols[] = {
    {"paper", "the study's: padded, pads scored as targets, mean of the texts' means", true, true},
    {"text", "the text alone, no padding, mean over all tokens", false, false},
    {0},
};

const struct protocol *protocol_named(const char *name)
{
    for (const struct protocol *p = protocols; p->name; p++) {
        if (strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return NULL;
}

struct text_score protocol_text(const struct protocol *p, const struct losses *l, size_t text)
{
    if (p->padded && !l->padded) {
        BUG("protocol %s needs the losses of the pads", p->name);
    }
    size_t n = p->padded ? l->start[text + 1] - l->start[text] : l->n_text[text] - 1;
    return (struct text_score){.sum_nats = sum_ordered(l->nll + l->start[text], n), .tokens = n};
}

struct score protocol_score(const struct protocol *p, const struct losses *l)
{
    struct score s = {.texts = l->n};
    double sum = 0, sum_of_means = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct text_score t = protocol_text(p, l, i);
        sum += t.sum_nats;
        sum_of_means += t.sum_nats / (double)t.tokens;
        s.tokens += t.tokens;
    }
    s.mean_nats = s.tokens == 0      ? NAN
                  : p->mean_of_texts ? sum_of_means / (double)l->n
                                     : sum / (double)s.tokens;
    s.perplexity = exp(s.mean_nats);
    return s;
}
