#include <math.h>
#include <string.h>

#include "base/err.h"
#include "evaluate/evaluate.h"

const struct protocol protocols[] = {
    {"paper", "the study's: padded, pads scored as targets, mean of the texts' means", PASS_TEXTS,
     true, true},
    {"text", "the text alone, no padding, mean over all tokens", PASS_TEXTS, false, false},
    {"strided", "all texts as one stream, overlapping windows, each token scored once",
     PASS_STRIDED, false, false},
    {"windows", "all texts as one stream, disjoint windows, the second half of each scored",
     PASS_WINDOWS, false, false},
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

void protocol_targets(const struct protocol *p, const struct losses *l, size_t window,
                      size_t *begin, size_t *end)
{
    if (p->padded && !l->padded) {
        BUG("protocol %s needs the losses of the pads", p->name);
    }
    *begin = l->start[window];
    *end = p->padded ? l->start[window + 1] : *begin + l->n_own[window];
}

void protocol_texts(const struct protocol *p, const struct losses *l, struct text_score *score)
{
    memset(score, 0, l->n_texts * sizeof *score);
    for (size_t i = 0; i < l->n; i++) {
        size_t begin, end;
        protocol_targets(p, l, i, &begin, &end);
        for (size_t t = begin; t < end; t++) {
            struct text_score *s = &score[l->text ? l->text[t] : i];
            s->sum_nats += l->tokens[t].nll;
            s->baseline_sum_nats += l->tokens[t].baseline_nll;
            s->tokens++;
        }
    }
}

/* The mean of texts that come one after the other, of model and baseline. */
struct mean {
    double sum[2], sum_of_means[2];
    struct text_score text; /* at hand */
    size_t texts, tokens;
};

static void end_text(struct mean *m)
{
    size_t n = m->text.tokens;
    if (n) {
        double sums[2] = {m->text.sum_nats, m->text.baseline_sum_nats};
        for (int k = 0; k < 2; k++) {
            m->sum[k] += sums[k];
            m->sum_of_means[k] += sums[k] / (double)n;
        }
        m->texts++;
        m->tokens += n;
    }
    m->text = (struct text_score){0};
}

struct score protocol_score(const struct protocol *p, const struct losses *l)
{
    struct mean m = {0};
    size_t text = 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t begin, end;
        protocol_targets(p, l, i, &begin, &end);
        for (size_t t = begin; t < end; t++) {
            size_t of = l->text ? l->text[t] : i;
            if (of != text) {
                end_text(&m);
                text = of;
            }
            m.text.sum_nats += l->tokens[t].nll;
            m.text.baseline_sum_nats += l->tokens[t].baseline_nll;
            m.text.tokens++;
        }
    }
    end_text(&m);
    double n = (double)(p->mean_of_texts ? m.texts : m.tokens);
    const double *sum = p->mean_of_texts ? m.sum_of_means : m.sum;
    double mean = n > 0 ? sum[0] / n : (double)NAN;
    return (struct score){.mean_nats = mean,
                          .perplexity = exp(mean),
                          .baseline_nats = l->compared && n > 0 ? sum[1] / n : (double)NAN,
                          .texts = l->text ? m.texts : l->n,
                          .tokens = m.tokens};
}
