#include "child.h"
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit code of a child that could not exec, as in shells. */
enum { EXIT_NO_EXEC = 127 };

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

/* Lays out 0-2, the passed descriptors, the status pipe behind them, and closes all others: a child that blocks before
 * its exec must hold neither the engine's lock nor anybody's pipe. Returns the new number of the status pipe. */
static int lay_descriptors(const struct od_plan *plan)
{
    int status = plan->status, next = plan->passed[0] >= 0 ? 5 : 3;
    for (int i = 0; i < 3; i++)
        if (plan->stdio[i] >= 0 && place(plan->stdio[i], i) < 0) fail(status, OD_AT_STDIO);
    for (int i = 0; i < 2; i++)
        if (plan->passed[i] >= 0 && place(plan->passed[i], 3 + i) < 0) fail(status, OD_AT_STDIO);
    if (status >= 0) {
        if (status != next && dup3(status, next, O_CLOEXEC) < 0) fail(status, OD_AT_STDIO);
        status = next++;
    }
    syscall(SYS_close_range, next, ~0U, 0);
    return status;
}

static void restore_limits(const struct od_plan *plan)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) fail(plan->status, OD_AT_LIMITS);
    limit.rlim_cur = plan->nofile;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) fail(plan->status, OD_AT_LIMITS);
    if (!plan->tame_oom) return;
    /* Raising one's own score is always allowed; without /proc there is no score to mind. */
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        ssize_t written = write(score, "0", 1);
        (void)written;
        close(score);
    }
}

static const char *past(const char *string)
{
    return string + strlen(string) + 1;
}

static _Noreturn void become(const struct od_plan *plan)
{
    if (setsid() < 0) fail(plan->status, OD_AT_SESSION);
    restore_limits(plan);
    int status = lay_descriptors(plan);

    const char *program = plan->strings, *cwd = past(program), *next = past(cwd);
    if (*cwd != 0 && chdir(cwd) < 0) fail(status, OD_AT_CWD);

    /* The vectors of pointers are the child's own memory: the caller allocates nothing. */
    size_t count = (size_t)plan->argc + plan->envc + 2;
    char **vector = mmap(NULL, count * sizeof *vector, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vector == MAP_FAILED) fail(status, OD_AT_EXEC);
    char **environment = vector + plan->argc + 1;
    for (uint32_t i = 0; i < plan->argc; i++, next = past(next)) vector[i] = (char *)next;
    for (uint32_t i = 0; i < plan->envc; i++, next = past(next)) environment[i] = (char *)next;

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program, vector, environment);
    fail(status, OD_AT_EXEC);
}

int32_t od_spawn_child(const struct od_plan *plan, int32_t *pidfd)
{
    int fd = -1;
    struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&fd, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0 && (errno == ENOSYS || errno == EPERM)) {
        pid = fork();
        if (pid > 0) fd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (pid > 0 && fd < 0) {
            int error = errno;
            kill((pid_t)pid, SIGKILL);
            return -error;
        }
    }
    if (pid < 0) return -errno;
    if (pid == 0) become(plan);
    *pidfd = fd;
    return (int32_t)pid;
}
