/*
 * numbers: what was published, what the study did, and each verdict, by name for a LaTeX text.
 *
 * Lines of \nsdefine{KEY}{VALUE}, as report/numbers.h has them of measured values. Keys:
 * published/TABLE/NAME[/MODEL] with the digits as printed; study/bits, study/shares, …;
 * claim/ID/ours, claim/ID/verdict and claim/ID/why; verdicts/VERDICT and verdicts/all, how many;
 * verdicts/VERDICT/GROUND, on what: "printed" (no stored results: published numbers and shapes
 * alone), "measured" (a claim of the study on stored results), "finding" (one of the reproduction);
 * caption/STEM of each figure; interval/draws and interval/level.
 */
#ifndef NS_CLAIMS_NUMBERS_H
#define NS_CLAIMS_NUMBERS_H

#include "claims/verdicts.h"

void claims_numbers(const struct verdicts *v, struct buf *out);

#endif
