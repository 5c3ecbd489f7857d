/*
 * spec_known: two small methods of the shape of the real ones, for the tests of spec and plan.
 *
 * The tests do not depend on the folders that define the methods, which come later in the flow.
 */
#ifndef NS_TESTS_SPEC_KNOWN_H
#define NS_TESTS_SPEC_KNOWN_H

#include "spec/spec.h"

/* baseline, uniform, tiers; protocols paper and text. */
const struct spec_known *test_known(void);

/* Appends "$NASHSWARM_SOURCE/path". */
void test_path(struct buf *out, const char *path);

/* A fresh folder under the temporary folder; removed by the test that made it. */
void test_folder(struct buf *out);

/* A folder of test_folder() with all files in it. */
void test_remove_folder(const char *path);

#endif
