#include "attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By system call throughout: libc's wrappers synchronise threads, and here is only one. */

/* IOPRIO_WHO_PROCESS of ioprio_set(2), which libc has no header for. */
enum { IO_OF_PROCESS = 1 };

static int write_text(int directory, const char *path, const char *text, size_t length)
{
    int file = openat(directory, path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, length);
    int error = errno;
    close(file);
    errno = error;
    return written == (ssize_t)length ? 0 : -1;
}

/* The limit of descriptors is raised here, where we may, and lowered at the end. */
static int set_limits(const struct od_plan *plan)
{
    for (uint32_t i = 0; i < plan->set.limits; i++) {
        const struct od_limit *wanted = &plan->limits[i];
        struct rlimit limit = {.rlim_cur = wanted->soft, .rlim_max = wanted->hard};
        if (wanted->resource == RLIMIT_NOFILE) {
            struct rlimit now;
            if (getrlimit(RLIMIT_NOFILE, &now) < 0) return -1;
            if (wanted->hard <= now.rlim_max) continue;
            limit.rlim_cur = now.rlim_cur;
        }
        if (setrlimit((__rlimit_resource_t)wanted->resource, &limit) < 0) return -1;
    }
    return 0;
}

int od_lower_descriptors(const struct od_plan *plan)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -1;
    limit.rlim_cur = plan->nofile;
    for (uint32_t i = 0; i < plan->set.limits; i++)
        if (plan->limits[i].resource == RLIMIT_NOFILE) {
            limit.rlim_cur = plan->limits[i].soft;
            limit.rlim_max = plan->limits[i].hard;
        }
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int set_oom_score(const struct od_plan *plan)
{
    int score = plan->set.oom_score_adj;
    if ((plan->set.set & OD_SET_OOM_SCORE) == 0) {
        /* Raising one's own score is always allowed; without /proc there is no score to mind. */
        if (plan->tame_oom) write_text(AT_FDCWD, "/proc/self/oom_score_adj", "0", 1);
        return 0;
    }
    char text[8];
    int length = 0, magnitude = score < 0 ? -score : score;
    if (score < 0) text[length++] = '-';
    for (int unit = 1000; unit > 0; unit /= 10)
        if (magnitude >= unit || unit == 1) text[length++] = (char)('0' + magnitude / unit % 10);
    return write_text(AT_FDCWD, "/proc/self/oom_score_adj", text, (size_t)length);
}

/* A user's program may open its own stdout and stderr anew (/dev/stdout): they are to be his. */
static void give_streams(const struct od_plan *plan)
{
    for (int i = 1; i < 3; i++) {
        struct stat facts;
        int fd = plan->stdio[i];
        if (fd < 0 || fstat(fd, &facts) < 0 || !S_ISFIFO(facts.st_mode)) continue;
        int changed = fchown(fd, plan->set.uid, (gid_t)-1);
        (void)changed;
    }
}

/* With this number setresuid(2) and setresgid(2) change nothing and say that all went well. */
static int is_nobody(uint32_t id)
{
    if (id == UINT32_MAX) errno = EINVAL;
    return id == UINT32_MAX;
}

static uint32_t change_user(const struct od_plan *plan)
{
    const struct od_spawn_more *more = &plan->set;
    if (more->set & OD_SET_GID && is_nobody(more->gid)) return OD_AT_GID;
    if (more->set & OD_SET_UID && is_nobody(more->uid)) return OD_AT_UID;
    if (more->set & OD_SET_GROUPS && syscall(SYS_setgroups, (size_t)more->groups, plan->groups) < 0)
        return OD_AT_GROUPS;
    if (more->set & OD_SET_GID && syscall(SYS_setresgid, more->gid, more->gid, more->gid) < 0) return OD_AT_GID;
    if (more->set & OD_SET_UID) {
        give_streams(plan);
        if (syscall(SYS_setresuid, more->uid, more->uid, more->uid) < 0) return OD_AT_UID;
    }
    return OD_AT_NONE;
}

uint32_t od_apply_attributes(const struct od_plan *plan, int joins)
{
    const struct od_spawn_more *more = &plan->set;
    if (joins && write_text(plan->cgroup, "cgroup.procs", "0", 1) < 0) return OD_AT_CGROUP;
    if (set_limits(plan) < 0) return OD_AT_LIMITS;
    if (more->set & OD_SET_NICE && setpriority(PRIO_PROCESS, 0, more->nice) < 0) return OD_AT_NICE;
    if (more->set & OD_SET_IO_PRIORITY && syscall(SYS_ioprio_set, IO_OF_PROCESS, 0, more->io_priority) < 0)
        return OD_AT_IO_PRIORITY;
    if (set_oom_score(plan) < 0) return OD_AT_OOM_SCORE;
    if (more->set & OD_SET_CPUS
        && syscall(SYS_sched_setaffinity, 0, (size_t)more->cpus * sizeof(uint64_t), plan->cpus) < 0)
        return OD_AT_AFFINITY;
    uint32_t stage = change_user(plan);
    if (stage != OD_AT_NONE) return stage;
    if (more->set & OD_SET_NO_NEW_PRIVILEGES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return OD_AT_PRIVILEGES;
    return OD_AT_NONE;
}
