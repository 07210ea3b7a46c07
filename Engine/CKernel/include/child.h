/* The one place where a process is made: a single-threaded caller forks, and the child executes a program.
 *
 * The caller keeps every signal blocked and every disposition at its default, and all its descriptors close-on-exec:
 * so the child has little to undo. It touches no memory of the caller but the plan. */
#ifndef OD_CHILD_H
#define OD_CHILD_H

#include "holding.h"

#include <stdint.h>

#include "keeper.h"

/* What the child is to become. */
struct od_plan {
    const char *strings;        /* each with its NUL: program, cwd ("" = stay), arguments, environment */
    uint32_t argc;
    uint32_t envc;
    int32_t stdio[3];           /* what becomes 0, 1, 2; -1 = stays as it is in the caller */
    int32_t passed[2];          /* what becomes 3, 4; both -1 = none */
    int32_t status;             /* pipe for `struct od_verdict` when it fails; closed by a successful exec; -1 = none */
    uint32_t tame_oom;          /* set oom_score_adj back to 0 */
    uint64_t nofile;            /* soft RLIMIT_NOFILE of the child */
    /* Of an OD_SPAWN that says more (keeper.h); all zero otherwise. */
    uint32_t listen_pid;        /* LISTEN_PID in the environment becomes the child's pid */
    uint32_t more_count;        /* entries of `more` */
    struct od_spawn_more set;
    const uint32_t *groups;
    const struct od_limit *limits;
    const uint64_t *cpus;
    const struct od_passing *more;  /* further descriptors, beside stdio; not together with `passed` */
    int32_t cgroup;             /* directory of its cgroup; -1 = the caller's. Meaningful with set.cgroup only */
};

/* A descriptor of the caller, and its number in the child. */
struct od_passing {
    int32_t from;
    int32_t target;
};

/* Room for OD_PASSED_MAX entries of `od_plan.more`: one for the process, since there is one spawn at a time. */
struct od_passing *od_passing_table(void);

/* Bytes that a pipe takes: 64 KB, or less when the user's budget is used up (fs.pipe-user-pages-soft). */
int od_pipe_size(int pipe);

/* Starts the child. Its pid, or a negative errno. Does not wait for the exec. The kernel writes the pid to `pid` and
 * its pidfd to `pidfd` (close-on-exec) before the child runs: a caller that is killed in this moment leaves both behind
 * in memory that it shares. `pidfd` is -1 after a failure. */
int32_t od_spawn_child(const struct od_plan *plan, int32_t *pid, int32_t *pidfd);

#endif
