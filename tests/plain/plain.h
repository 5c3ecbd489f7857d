/*
 * plain.h: what the runner (plain.c) and the functions behind the macros of the tests (macros.c)
 * know of each other.
 */
#ifndef NS_TESTS_PLAIN_H
#define NS_TESTS_PLAIN_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

/* Runs a test, its parameter NULL without one; returns an exit status, 1 when it failed. */
int macros_run(const struct criterion_test *test, void *param, const char *id);

#endif
