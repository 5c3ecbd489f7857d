/*
 * fuzz: what the harnesses share: cutting an input into parts, files in a folder in memory, and
 * what must hold of every error.
 *
 * A harness is one file with LLVMFuzzerTestOneInput(), which libFuzzer calls with inputs that it
 * changes to reach code that no earlier one reached. The sanitizers watch for broken memory and
 * arithmetic; what else must hold is said with fuzz_require(), which ends the program.
 */
#ifndef NS_TESTS_FUZZ_H
#define NS_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What is left of an input. */
struct fuzz_input {
    const uint8_t *bytes;
    size_t n;
};

/* Takes the bytes up to the next NUL, which is dropped; all of them without one. */
struct fuzz_input fuzz_part(struct fuzz_input *in);

/* Takes bytes for a whole number from 0 to `max`, little-endian; 0 when none is left. */
uint64_t fuzz_number(struct fuzz_input *in, uint64_t max);

/* FOLDER/name in a folder of this process, in memory where there is such; good until the end. */
const char *fuzz_path(const char *name);

/* Writes a file in it and returns its path. */
const char *fuzz_file(const char *name, struct fuzz_input bytes);
void fuzz_folder(const char *name);

/* An error has a sentence that can be printed on one line. */
void fuzz_check_error(int status, const struct err *e);

/* Ends the program with the sentence where something does not hold. */
void fuzz_require(bool holds, const char *sentence);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif
