/*
 * roles: what the methods in the roles of a study are called, and which methods have none.
 *
 * "Uniform 4-bit" and "Nash-Swarm" are the study's methods. A method in one of the roles that has
 * other parameters than the study's goes by its own name; further ones in the role of Nash-Swarm
 * add theirs.
 */
#ifndef NS_REPORT_ROLES_H
#define NS_REPORT_ROLES_H

#include "spec/spec.h"

/* Of the uniform method and of the first tiers method; the second form is for narrow columns. */
const char *role_uniform(const struct spec *s);
const char *role_uniform_short(const struct spec *s);
const char *role_tiers(const struct spec *s);
const char *role_tiers_short(const struct spec *s);

/* Of each tiers method: "Nash-Swarm (NAME)" for further ones, or their names alone. */
void role_of_tiers(const struct spec *s, size_t tiers, char *out, size_t size);

/* Whether every method but the baseline has a role, so that the study's tables leave none out. */
bool roles_are_all(const struct spec *s);

#endif
