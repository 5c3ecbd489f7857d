/*
 * memory: the most that this process has held at once since some moment, mapped files included.
 */
#ifndef NS_BENCH_MEMORY_H
#define NS_BENCH_MEMORY_H

/* Begins anew from what is held now. */
void memory_peak_begin(void);

/* MiB; NaN when the kernel does not let a process begin anew. */
double memory_peak_mib(void);

#endif
