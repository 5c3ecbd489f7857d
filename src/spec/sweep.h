/*
 * sweep: what the parts of reading `sweep:` share. A parameter of a method is counted as
 * evaluation.h says.
 *
 * Every value that a parameter takes anywhere in the sweep stands once in its pool; axes, zips and
 * rules are indices into pools. A part is one mapping of the sweep. sweep_tables() turns the parts
 * into spec.axes and spec.tables: for each method the rows of digits that its combinations are.
 */
#ifndef NS_SPEC_SWEEP_H
#define NS_SPEC_SWEEP_H

#include <stdint.h>

#include "spec/combinations.h"
#include "spec/evaluation.h"
#include "spec/reading.h"

enum { SWEEP_VALUES_MAX = 10000 }; /* that a generator makes */

/* The values of one parameter of one method, each once, with the place where it first stands. */
struct sweep_pool {
    size_t method, parameter;
    struct value *values;
    struct place *places;
    size_t n, values_room, places_room;
};

/* What one key takes in turn: indices into its pool. */
struct sweep_axis {
    size_t pool;
    struct sweep_take {
        uint32_t value;
        struct place at;
    } * takes;
    size_t n, room;
    size_t zip; /* axes of one number move together */
    bool every; /* by a key methods.*.PARAMETER */
};

/* A rule for one method. A rule of methods.* is one for each method, with the same number. */
struct sweep_rule {
    struct place at;
    size_t number, method, n_keys;
    bool include;
    struct sweep_axis keys[SWEPT_MAX]; /* include: one take each */
};

struct sweep_part {
    struct place at;
    struct sweep_axis *axes;
    size_t n_axes, axes_room;
    struct sweep_rule *rules;
    size_t n_rules, rules_room;
};

struct sweep {
    struct sweep_pool *pools;
    size_t n_pools, pools_room;
    struct sweep_part *parts;
    size_t n_parts;
    size_t zips, numbers; /* given out so far */
    size_t total;         /* combinations of all methods */
};

/* The pool of a parameter, made when it is new; an index into w->pools. */
int sweep_pool_of(struct sweep *w, size_t method, size_t parameter, size_t *out, struct err *e);

/* The index of the value in the pool, where it is put when it is new. */
int sweep_pool_add(struct sweep_pool *pool, const struct param *row, const struct value *v,
                   struct place at, uint32_t *out, struct err *e);

/* Where values that are read go, and what they must be. */
struct sweep_sink {
    struct reading *r;
    const struct param *row;
    struct sweep_pool *pool;
    struct sweep_axis *axis; /* appended to */
    bool repeats;            /* a value may come twice */
};

/*
 * What a list or a generator ({range: …}, {linspace: …}, {logspace: …}) stands for. −1: no memory;
 * what is wrong goes to the problems.
 */
int sweep_read_values(const struct sweep_sink *to, const struct node *node, struct err *e);

/* One value. */
int sweep_read_value(const struct sweep_sink *to, const struct node *node, struct err *e);

/* Whether the mapping is a generator of values. */
bool sweep_is_generator(const struct node *node);

/* Keys of a part that are no axes. */
#define SWEEP_ZIP "zip"
#define SWEEP_EXCLUDE "exclude"
#define SWEEP_INCLUDE "include"

/* The rules of one kind of a part; they are about its axes, which stand there already. */
int sweep_read_rules(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct node *map, bool include, struct err *e);

/* spec.axes and spec.tables from the parts; with problems found before (`fine` is false) the axes
 * alone. */
int sweep_tables(struct reading *r, struct sweep *w, bool fine, struct err *e);

#endif
