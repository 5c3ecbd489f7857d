/*
 * machine: what memory this machine has, and has left to give.
 */
#ifndef NS_BASE_MACHINE_H
#define NS_BASE_MACHINE_H

#include <stddef.h>

/*
 * Bytes of memory that can be used without swapping, by the kernel's own estimate, and no more than
 * what the process's control group still allows; 0 when it is not known.
 */
size_t machine_memory_available(void);

/* Bytes of memory in all; 0 when it is not known. */
size_t machine_memory_installed(void);

#endif
