/*
 * eval_output: what `eval` prints of a score, as lines or as JSON.
 *
 * What was left out of the score, or counted in it beside the texts, is said with it: lines too
 * short to be texts, what lies beyond the cut, and padding.
 */
#ifndef NS_COMMANDS_EVAL_OUTPUT_H
#define NS_COMMANDS_EVAL_OUTPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "evaluate/evaluate.h"
#include "results/record.h"

struct eval_output {
    const struct protocol *protocol;
    const struct losses *losses;
    struct record record; /* of a comparison */
    size_t n_short;       /* lines that are no texts */
    size_t n_cut;         /* texts or lines of ids of which something was cut off */
    size_t max_tokens;    /* where */
    double seconds;
};

void eval_print(struct buf *out, const struct eval_output *v);
int eval_json(struct buf *out, const struct eval_output *v, struct err *e);

#endif
