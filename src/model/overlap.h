/*
 * overlap: whether two files of texts share one.
 *
 * Calibration on what a model is later scored on would flatter every method that calibrates, so
 * such a pair is refused. Texts are equal when their bytes are, white space at both ends not
 * counted.
 */
#ifndef NS_MODEL_OVERLAP_H
#define NS_MODEL_OVERLAP_H

#include "model/texts.h"

/*
 * 0 when no text of `calibration` is one of `evaluation`; else an error that names both files (by
 * `calibration_path` and `evaluation_path`) and quotes the text. O(n log n) comparisons.
 */
int texts_apart(const struct texts *calibration, const char *calibration_path,
                const struct texts *evaluation, const char *evaluation_path, struct err *e);

#endif
