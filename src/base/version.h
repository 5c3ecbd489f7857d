/*
 * version: of the program, and of the arithmetic behind its results.
 *
 * NASHSWARM_ALGORITHM is part of every cell's key: it is raised when the same cell would give other
 * numbers than before, so that stored results of the old arithmetic are not served as new ones.
 */
#ifndef NS_BASE_VERSION_H
#define NS_BASE_VERSION_H

#define NASHSWARM_VERSION "0.1.0"
#define NASHSWARM_ALGORITHM 2

#endif
