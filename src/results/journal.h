/*
 * journal: what happened in a cell when it was last tried: the file `log` beside its result.
 *
 * Lines of plain text, each with its time in UTC: how it was started, what was done and how long it
 * took, its result or its error. Every attempt begins a fresh file; every line is in it at once, so
 * that a run that is killed leaves what it got to. A log is no result: nothing is read from it but
 * by people, its bytes differ from run to run, and a line that cannot be written is left out.
 *
 * The cells of one variant share their work, so one journal writes the logs of all of them. It is
 * for one thread at a time.
 */
#ifndef NS_RESULTS_JOURNAL_H
#define NS_RESULTS_JOURNAL_H

#include "results/store.h"

struct journal {
    int *logs; /* open for writing */
    size_t n;
    double told_s; /* journal_add_seldom(): the last line, or when the logs were opened */
};

#define JOURNAL_INIT ((struct journal){0})

/* Makes the folders of the n cells, and an empty log in each. */
int journal_open(struct journal *j, const struct store *s, const struct cell *cells, size_t n,
                 struct err *e);
void journal_close(struct journal *j);

/* Adds a line to the log of cell i of those it was opened for; line ends in it become blanks. */
void journal_add_to(const struct journal *j, size_t i, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same to all of them. A NULL journal is fine. */
void journal_add(const struct journal *j, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, when JOURNAL_PAUSE_S have passed since such a line or the beginning; now_s: clock_s().
 */
void journal_add_seldom(struct journal *j, double now_s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum { JOURNAL_PAUSE_S = 60 };

/* What the first line says, and the last one of a cell that failed. */
#define JOURNAL_STARTED "started: "
#define JOURNAL_ERROR "error: "

/*
 * Appends the last lines of the log of a cell, at most `lines`, each after `indent`; but neither
 * the line of its start nor that of its error. Nothing when there is no log.
 */
void journal_tail(const struct store *s, const char *id, size_t lines, const char *indent,
                  struct buf *out);

#endif
