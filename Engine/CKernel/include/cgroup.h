/* A cgroup (version 2, cgroups(7)) as the tree of a run: who is in it, signals to all of them, its end. What calls
 * setsid, forks twice or clears its environment stays in it. Results are counts or a negative errno; no allocation;
 * single-threaded callers only. `directory` is an open descriptor of the cgroup's directory. */
#ifndef OD_CGROUP_H
#define OD_CGROUP_H

#include <stdint.h>

/* Processes that live in it: all that have not been reaped, but for zombies. Cgroups that the app made below are
 * counted as 1 when anybody is in them and nobody in this one. 0 = nothing is left. */
int32_t od_cgroup_count(int directory);

/* A descriptor of its events, which the poller reports with OD_EVENT_PRIORITY after each change since the last look. */
int32_t od_cgroup_events(int directory);
/* Whether anybody is in it or below it, and the look that arms `events` anew: 1, 0 or a negative errno. */
int32_t od_cgroup_look(int events);

/* Kills everything in it and below it at once: nobody can fork out of it. */
int od_cgroup_kill(int directory);
/* Signals every process in it. How many were reached. */
int32_t od_cgroup_signal(int directory, int signal);

#endif
