/*
 * captions: one sentence or two for each figure, for the paper and the report in HTML.
 *
 * Plain UTF-8 as in layout.h: nothing in it is markup. What a figure leaves out (representative
 * rows) stands in the figure itself.
 */
#ifndef NS_REPORT_CAPTIONS_H
#define NS_REPORT_CAPTIONS_H

#include <stddef.h>

struct figure_caption {
    const char *stem; /* of the file names: "pareto" for pareto.pdf, pareto.png */
    const char *caption;
};

extern const struct figure_caption figure_captions[];
extern const size_t figure_n_captions;

/* The caption of a figure, or NULL for a stem that is none. */
const char *figure_caption(const char *stem);

#endif
