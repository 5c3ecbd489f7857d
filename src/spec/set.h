/*
 * set: one --set KEY=VALUE put into the tree of a spec.
 */
#ifndef NS_SPEC_SET_H
#define NS_SPEC_SET_H

#include "spec/yaml.h"

/*
 * Parses the text into `d`, which takes the name "--set" and must live as long as the tree, and
 * moves its value into the mapping `root`. What is wrong goes to the problems; −1: no memory.
 */
int set_apply(struct node *root, struct document *d, const char *text, int rank, struct problems *p,
              struct err *e);

/*
 * Takes a key out of the sweep of the tree `root`, where it is an axis or moves with others; with
 * `of_methods` also methods.NAME.KEY of any method.
 */
void set_unsweep(struct node *root, const char *key, bool of_methods);

#endif
