/*
 * study: the lines of the study's tables and figures, put together from result rows.
 *
 * A line is one model with one method in the role of Nash-Swarm, set against the method in the role
 * of uniform 4-bit. The first Nash-Swarm method is labelled by the model alone, further ones add
 * their name in parentheses. A model without results keeps its line: its numbers are missing, and
 * say so.
 */
#ifndef NS_REPORT_STUDY_H
#define NS_REPORT_STUDY_H

#include "report/selection.h"
#include "spec/spec.h"

struct study_line {
    char label[512];
    struct selection model;          /* every row of the model */
    struct selection baseline;       /* … of the unquantized model, any protocol */
    struct selection uniform, tiers; /* … of the two methods, any protocol */
};

struct study {
    const char *protocol; /* the study's own: "paper" when the spec has it, else its first */
    const char *text;     /* "text" when the spec has it and it is another one, else NULL */
    struct study_line *lines;
    size_t n;
};

int study_make(struct study *out, const struct spec *s, const struct record *rows, size_t n,
               struct err *e);
void study_release(struct study *s);

/* The title of the spec, or its name when it has none. */
const char *report_title(const struct spec *s);

/*
 * Appends what the rows of a protocol were scored on, as ": 128 texts, each cut to 64 tokens", as
 * far as it is the same for all of them. It is easily overlooked that most of a text may lie behind
 * the cut.
 */
void report_scored_on(const struct spec *s, const char *protocol, const struct record *rows,
                      size_t n, struct buf *out);

/* The names of the spec's protocols, in its order. */
const char *report_protocol(const struct spec *s, size_t i);
bool report_has_protocol(const struct spec *s, const char *name);

#endif
