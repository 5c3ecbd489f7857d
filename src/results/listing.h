/*
 * listing: which cells an experiment's folder knows, and what their results were made of, without
 * reading the results themselves. For plans of very many cells.
 */
#ifndef NS_RESULTS_LISTING_H
#define NS_RESULTS_LISTING_H

#include "results/store.h"

struct listing {
    char **ids; /* of the folders in cells/, sorted */
    size_t n;
};

/* No cells/ folder is an empty listing. */
int listing_read(struct listing *l, const struct store *s, struct err *e);
void listing_release(struct listing *l);
bool listing_has(const struct listing *l, const char *id);

/* What stands at the beginning of a result.json. */
struct result_head {
    char key[DIGEST_HEX];
    char model[DIGEST_HEX], texts[DIGEST_HEX], calibration[DIGEST_HEX]; /* "": not said */
    int algorithm;                                                      /* 0: not said */
};

/*
 * Whether there is a result that a run would take, from its beginning and its last byte alone: it
 * was published whole or not at all. One of another version has its key in the head all the same.
 */
bool listing_head(struct result_head *head, const struct store *s, const char *id);

/* The canonical text of a stored cell (cell_describe()), appended; false when there is none. */
bool listing_cell_text(struct buf *out, const struct store *s, const char *id);

/* Why the last run of the cell failed, appended; false when it did not. */
bool listing_failure(struct buf *out, const struct store *s, const char *id);

/* What a stored cell took, and for what. NaN and "": not known. */
struct result_cost {
    double wall_s, peak_memory_mib, disk_bytes;
    double solve_s;        /* of its variant; NaN also when nothing was solved */
    double evidence_bytes; /* of disk_bytes, what is kept token by token */
    double texts;          /* that were scored */
    double max_tokens;     /* where they were cut; NaN also where they are joined */
    char model[CELL_TEXT], allocator[CELL_TEXT];
};
struct result_cost listing_cost(const struct store *s, const char *id);

#endif
