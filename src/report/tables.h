/*
 * tables: what each table of a report says, as layouts, from result rows.
 *
 * loss and size are the study's two tables, its columns first and as it prints them, followed by
 * what it leaves out: intervals, the price of the tier map, the share of the whole model. bill
 * splits every size into its lines. sweep has one line a swept point, and stands beside the study's
 * tables where those leave methods out. A table of losses is of one protocol; others have tables of
 * their own, named after them. allocators has the points of a contest, by stored bits, and what
 * follows from them in its notes; seconds, which is no table of results, has how long they took.
 * The layouts are empty on entry and belong to the caller.
 */
#ifndef NS_REPORT_TABLES_H
#define NS_REPORT_TABLES_H

#include "report/contest.h"
#include "report/layout.h"
#include "report/pairing.h"
#include "report/seeds.h"
#include "report/study.h"
#include "results/timing.h"

enum { REPORT_PROTOCOLS_MAX = 8, REPORT_TABLES_MAX = 2 + 3 * REPORT_PROTOCOLS_MAX };

struct tables {
    struct layout each[REPORT_TABLES_MAX];
    size_t n;
    size_t n_main; /* those that the terminal shows, first of all */
};

/* The tables of this kind of report, the main ones first; to be released after a failure too. */
int tables_make(struct tables *t, const struct pairing *p, const struct record *rows, size_t n,
                struct err *e);
void tables_release(struct tables *t);

/* `p`: where the evidence is that the methods of a line are compared on. */
int tables_loss(struct layout *l, const struct study *study, const struct pairing *p,
                const char *protocol, struct err *e);
void tables_size(struct layout *l, const struct spec *s, const struct study *study);
void tables_bill(struct layout *l, const struct spec *s, const struct record *rows, size_t n);
void tables_sweep(struct layout *l, const struct spec *s, const char *protocol,
                  const struct record *rows, size_t n);

/* `p`: where the evidence is that the best point is compared on. */
int tables_allocators(struct layout *l, const struct spec *s, const struct contest *c,
                      const struct pairing *p, struct err *e);
void tables_seconds(struct layout *l, const struct spec *s, const struct contest *c,
                    const struct record *rows, const struct cell_timing *timing, size_t n);

/* What the seed does (`n_rows` in all the table), and what a test on few texts is worth. */
int tables_seeds(struct layout *l, const struct spec *s, const struct seeds *seeds, size_t n_rows,
                 struct err *e);
void tables_ranking(struct layout *l, const struct spec *s, const struct seeds *seeds);

/* The notes of the table of allocators that are computed: see notes_allocators.c. */
int notes_allocators(struct layout *l, const struct contest *c, const struct pairing *p,
                     struct err *e);

/* Which advantages of the study's table are resolved, and what has none: see notes_study.c. */
int notes_advantage(struct layout *l, const struct study *study, const struct pairing *p,
                    const char *protocol, struct err *e);

/* The row that begins here is made from the rows of this selection. */
void tables_from(struct layout *l, struct selection s);

/* The note on ±, when the spec has several seeds. */
void tables_note_seeds(struct layout *l, const struct spec *s);

#endif
