/* What a child becomes before it executes its program: for child.c only. */
#ifndef OD_ATTRIBUTES_H
#define OD_ATTRIBUTES_H

#include "child.h"

/* Applies all that the plan says of cgroup (when the child is to join it itself), limits, priorities, user and
 * privileges, in this order. OD_AT_NONE, or the od_stage that failed, with errno. */
uint32_t od_apply_attributes(const struct od_plan *plan, int joins);

/* The limit of descriptors comes last: with a low one the child could not lay out its own. 0, or -1 with errno. */
int od_lower_descriptors(const struct od_plan *plan);

#endif
