#include "child.h"
#include "attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit code of a child that could not exec, as in shells. */
enum { EXIT_NO_EXEC = 127 };

struct od_passing *od_passing_table(void)
{
    static struct od_passing table[OD_PASSED_MAX];
    return table;
}

int od_pipe_size(int pipe)
{
    int size = fcntl(pipe, F_GETPIPE_SZ);
    return size < 0 ? -errno : size;
}

static _Noreturn void fail(int status, uint32_t stage)
{
    struct od_verdict verdict = {.stage = stage, .error = errno};
    /* A pipe takes 8 bytes in one piece or the keeper is gone; either way there is nothing left to do. */
    ssize_t written = status < 0 ? 0 : write(status, &verdict, sizeof verdict);
    (void)written;
    _exit(EXIT_NO_EXEC);
}

/* Makes `fd` available as `target` over exec. */
static int place(int fd, int target)
{
    return fd == target ? fcntl(fd, F_SETFD, 0) : dup2(fd, target);
}

/* Moves what is to be passed out of the way of all targets: sources and targets may be the same numbers in any order.
 * Returns the new number of the status pipe. */
static int move_aside(const struct od_plan *plan, int from[OD_PASSED_MAX], int *highest)
{
    int status = plan->status;
    for (uint32_t i = 0; i < plan->more_count; i++)
        if (plan->more[i].target > *highest) *highest = plan->more[i].target;
    for (uint32_t i = 0; i < plan->more_count; i++) {
        from[i] = fcntl(plan->more[i].from, F_DUPFD_CLOEXEC, *highest + 1);
        if (from[i] < 0) fail(status, OD_AT_STDIO);
    }
    if (plan->more_count == 0 || status < 0) return status;
    status = fcntl(status, F_DUPFD_CLOEXEC, *highest + 1);
    if (status < 0) fail(plan->status, OD_AT_STDIO);
    return status;
}

/* Closes what lies between the passed descriptors, which may have gaps, and leaves them alone. */
static void close_gaps(const struct od_plan *plan, int highest)
{
    for (int fd = 3; fd < highest; fd++) {
        int is_passed = 0;
        for (uint32_t i = 0; i < plan->more_count; i++) is_passed |= plan->more[i].target == fd;
        if (!is_passed) close(fd);
    }
}

/* Lays out 0-2, the passed descriptors, the status pipe behind them, and closes all others: a child that blocks before
 * its exec must hold neither the engine's lock nor anybody's pipe. Returns the new number of the status pipe. */
static int lay_descriptors(const struct od_plan *plan)
{
    int from[OD_PASSED_MAX], highest = 2;
    int status = move_aside(plan, from, &highest);
    for (int i = 0; i < 3; i++)
        if (plan->stdio[i] >= 0 && place(plan->stdio[i], i) < 0) fail(status, OD_AT_STDIO);
    for (int i = 0; i < 2; i++) {
        if (plan->passed[i] < 0) continue;
        if (place(plan->passed[i], 3 + i) < 0) fail(status, OD_AT_STDIO);
        highest = 4;
    }
    for (uint32_t i = 0; i < plan->more_count; i++)
        if (place(from[i], plan->more[i].target) < 0) fail(status, OD_AT_STDIO);
    if (plan->more_count > 0) close_gaps(plan, highest);
    int next = highest + 1;
    if (status >= 0) {
        if (status != next && dup3(status, next, O_CLOEXEC) < 0) fail(status, OD_AT_STDIO);
        status = next++;
    }
    syscall(SYS_close_range, next, ~0U, 0);
    return status;
}

static const char *past(const char *string)
{
    return string + strlen(string) + 1;
}

/* "LISTEN_PID=" and this process's number: programs that take sockets over compare it with their own. */
static char *own_listen_pid(void)
{
    static char entry[32] = "LISTEN_PID=";
    char digits[12];
    int count = 0, length = (int)strlen(entry);
    pid_t pid = getpid();
    do digits[count++] = (char)('0' + pid % 10);
    while ((pid /= 10) > 0);
    while (count > 0) entry[length++] = digits[--count];
    entry[length] = 0;
    return entry;
}

static _Noreturn void become(const struct od_plan *plan, int joins)
{
    if (setsid() < 0) fail(plan->status, OD_AT_SESSION);
    /* The vectors of pointers are the child's own memory: the caller allocates nothing. Before any limit. */
    size_t count = (size_t)plan->argc + plan->envc + 2;
    char **vector = mmap(NULL, count * sizeof *vector, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vector == MAP_FAILED) fail(plan->status, OD_AT_MEMORY);
    uint32_t stage = od_apply_attributes(plan, joins);
    if (stage != OD_AT_NONE) fail(plan->status, stage);

    const char *program = plan->strings, *cwd = past(program), *next = past(cwd);
    if (*cwd != 0 && chdir(cwd) < 0) fail(plan->status, OD_AT_CWD);
    if (plan->set.set & OD_SET_UMASK) umask((mode_t)plan->set.umask);
    int status = lay_descriptors(plan);
    if (od_lower_descriptors(plan) < 0) fail(status, OD_AT_LIMITS);

    char **environment = vector + plan->argc + 1;
    for (uint32_t i = 0; i < plan->argc; i++, next = past(next)) vector[i] = (char *)next;
    for (uint32_t i = 0; i < plan->envc; i++, next = past(next)) {
        static const char name[] = "LISTEN_PID=";
        int is_pid = plan->listen_pid && strncmp(next, name, sizeof name - 1) == 0;
        environment[i] = is_pid ? own_listen_pid() : (char *)next;
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program, vector, environment);
    fail(status, OD_AT_EXEC);
}

/* Without clone3: the pidfd comes later. */
static long clone_old(int32_t *pid, int32_t *pidfd)
{
    long child = syscall(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, pid, 0, 0);
    if (child <= 0) return child;
    *pidfd = (int32_t)syscall(SYS_pidfd_open, child, 0);
    if (*pidfd >= 0) return child;
    int error = errno;
    *pid = 0;
    kill((pid_t)child, SIGKILL);
    errno = error;
    return -1;
}

/* clone3, into the plan's cgroup if wanted; its result, or -1 with errno. */
static long clone_new(const struct od_plan *plan, int32_t *pid, int32_t *pidfd, int into_cgroup)
{
    struct clone_args args = {
        .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (uint64_t)(uintptr_t)pidfd,
        .parent_tid = (uint64_t)(uintptr_t)pid, .exit_signal = SIGCHLD};
    if (into_cgroup) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)plan->cgroup;
    }
    return syscall(SYS_clone3, &args, sizeof args);
}

int32_t od_spawn_child(const struct od_plan *plan, int32_t *pid, int32_t *pidfd)
{
    int has_cgroup = plan->set.cgroup != 0, joins = 0;
    long child = clone_new(plan, pid, pidfd, has_cgroup);
    if (child < 0 && has_cgroup && errno != EAGAIN && errno != ENOMEM && errno != ENOSYS && errno != EPERM) {
        /* A kernel before 5.7, or a cgroup that takes no clones: the child goes there itself. */
        joins = 1;
        child = clone_new(plan, pid, pidfd, 0);
    }
    if (child < 0 && (errno == ENOSYS || errno == EPERM)) {
        joins = has_cgroup;
        child = clone_old(pid, pidfd);
    }
    if (child == 0) become(plan, joins);
    if (child > 0) return (int32_t)child;
    int error = errno;
    *pidfd = -1;
    return -error;
}
