/* What /proc tells of processes, without allocation. Paths are relative to an open /proc. */
#ifndef OD_PROC_H
#define OD_PROC_H

#include <stdint.h>

/* One process as /proc/PID/stat shows it. */
struct od_process {
    int32_t pid;
    int32_t parent;
    int32_t group;
    int32_t session;
    uint64_t ticks;         /* field 22: clock ticks since boot at its start; with the pid its identity */
    uint32_t dead;          /* a zombie without a living thread */
};

/* Opens /proc, and the list of the children of a single-threaded process (-ENOENT: this kernel has none). */
int32_t od_proc_open(void);
int32_t od_children_open_of(int proc, int32_t pid);
/* How many children, living or dead, the list has. They leave it only by being reaped, and new ones come at its end:
 * the number is exact as long as the caller reaps nothing meanwhile. */
int32_t od_children_count(int children);
/* The pids in /proc, rising but for a few that came while it was read; never more than `capacity`. */
int32_t od_pids(int proc, int32_t *pids, int32_t capacity);
/* 0, or -ENOENT / -ESRCH when it is gone. */
int od_process_read(int proc, int32_t pid, struct od_process *process);
/* A number for the text of `count` bytes; never 0. */
uint64_t od_tag(const char *text, uint64_t count);
/* The tag of OD_INSTANCE and OD_HOME in an environment, entries with a NUL behind each; 0 without OD_INSTANCE. */
uint64_t od_environment_tag(const char *entries, uint64_t count);
/* The same of the environment that the process was executed with. */
uint64_t od_process_tag(int proc, int32_t pid);
int32_t od_own_pid(void);
/* CPUs that this process may use; 1 when nobody says. */
int32_t od_usable_cpus(void);
/* 1 when somebody keeps the clock of the machine right (adjtimex(2)), and by how many microseconds it may be wrong;
 * 0 when nobody does; a negative errno. */
int od_clock_is_kept(int64_t *error);
int32_t od_pidfd(int32_t pid);
/* Fills in the boot id; empty when it cannot be read. */
struct od_welcome;
void od_read_boot_id(struct od_welcome *welcome);

#endif
