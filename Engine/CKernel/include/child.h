/* The one place where a process is made: a single-threaded caller forks, and the child executes a program.
 *
 * The caller keeps every signal blocked and every disposition at its default, and all its descriptors close-on-exec:
 * so the child has little to undo. It touches no memory of the caller but the plan. */
#ifndef OD_CHILD_H
#define OD_CHILD_H

#include <stdint.h>

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
};

/* How far a child came that could not exec; od_stage and errno, written in one piece. */
struct od_verdict {
    uint32_t stage;
    int32_t error;
};

/* Starts the child. Its pid, and its pidfd in `pidfd`; or a negative errno. Does not wait for the exec. */
int32_t od_spawn_child(const struct od_plan *plan, int32_t *pidfd);

#endif
