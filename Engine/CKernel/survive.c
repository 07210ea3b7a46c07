#include "survive.h"

#include "build.h"
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sched.h>

int32_t od_memory_make(size_t bytes)
{
    int memory = memfd_create("od-holding", MFD_CLOEXEC);
    if (memory < 0) return -errno;
    if (ftruncate(memory, (off_t)bytes) == 0) return memory;
    int error = errno;
    close(memory);
    return -error;
}

void *od_memory_map(int32_t memory, size_t bytes)
{
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    return map == MAP_FAILED ? NULL : map;
}

int64_t od_memory_bytes(int32_t memory)
{
    struct stat facts;
    return fstat(memory, &facts) < 0 ? -errno : (int64_t)facts.st_size;
}

void od_read_build(struct od_welcome *welcome)
{
    _Static_assert(sizeof OD_BUILD <= sizeof welcome->build, "a version is short");
    strncpy(welcome->build, od_build(), sizeof welcome->build - 1);
}

uint64_t od_random(void)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) number = od_now() ^ (uint64_t)getpid() << 48;
    return number | 1;
}

int32_t od_fork_sharing(void)
{
    /* Not by libc, which would run handlers of fork; all other arguments are zero, so that their order, which differs
     * between machines, does not matter. */
    long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    return pid < 0 ? -errno : (int32_t)pid;
}

int32_t od_parent_pid(void)
{
    return getppid();
}

void od_tell_parents_death(int tell)
{
    prctl(PR_SET_PDEATHSIG, tell ? SIGCHLD : 0, 0, 0, 0);
}

int32_t od_await_signal(int64_t milliseconds)
{
    struct timespec limit = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGCHLD);
    sigaddset(&ours, SIGTERM);
    for (;;) {
        int signal = milliseconds < 0 ? sigwaitinfo(&ours, NULL) : sigtimedwait(&ours, NULL, &limit);
        if (signal > 0) return signal;
        if (errno != EINTR) return 0;
    }
}

void od_tell(int32_t pid, int signal)
{
    if (pid > 0) kill(pid, signal);
}

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

int od_peek(struct od_reaped *reaped)
{
    siginfo_t info = {0};
    struct rusage usage = {0};
    /* By system call: libc's waitid has no rusage. */
    if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL, &usage) < 0) return 0;
    if (info.si_pid == 0) return 0;
    reaped->pid = info.si_pid;
    reaped->status = info.si_code == CLD_EXITED ? (info.si_status & 0xFF) << 8
                                                : info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
    reaped->user_us = microseconds(usage.ru_utime);
    reaped->system_us = microseconds(usage.ru_stime);
    reaped->max_rss_kib = (uint64_t)usage.ru_maxrss;
    return 1;
}

void od_take(int32_t pid)
{
    siginfo_t info;
    syscall(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG | __WALL, NULL);
}

void od_end(struct od_ending *ending, const struct od_reaped *reaped)
{
    if (od_has_ended(ending)) return;
    ending->at = od_now();
    ending->user_us = reaped->user_us;
    ending->system_us = reaped->system_us;
    ending->max_rss_kib = reaped->max_rss_kib;
    ending->status = reaped->status;
    __atomic_store_n(&ending->is_set, 1, __ATOMIC_RELEASE);
}

/* include/uapi/linux/pidfd.h in its first version, with PIDFD_INFO_EXIT of Linux 6.15; headers of distributions are
 * older. */
struct exit_info {
    uint64_t mask;
    uint64_t cgroupid;
    uint32_t pid, tgid, ppid;
    uint32_t ids[8];
    int32_t exit_code;
};

int od_exit_status(int pidfd, int32_t *status)
{
    enum { EXIT = 1 << 3 };
    struct exit_info info = {.mask = EXIT};
    if (ioctl(pidfd, _IOWR(0xFF, 11, struct exit_info), &info) < 0) return -errno; /* PIDFD_GET_INFO */
    if (!(info.mask & EXIT)) return -EAGAIN;
    *status = info.exit_code;
    return 0;
}

/* Field 52 of /proc/PID/stat: counted from the state, which follows the name in parentheses. */
static int ask_zombie(int proc, int32_t pid, struct od_reaped *reaped)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "%d/stat", pid);
    int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    char *at = strrchr(text, ')');
    if (at == NULL || at[1] == 0 || (at[2] != 'Z' && at[2] != 'X')) return 0;
    uint64_t fields[53] = {0};
    at += 2;
    for (int field = 3; field <= 52 && *at != 0; field++) {
        fields[field] = strtoull(at, NULL, 10);
        while (*at != 0 && *at != ' ') at++;
        if (*at == ' ') at++;
    }
    uint64_t tick = 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
    reaped->user_us = fields[14] * tick;
    reaped->system_us = fields[15] * tick;
    reaped->status = (int32_t)fields[52];
    return 1;
}

int od_stranger_end(int proc, int32_t pid, int pidfd, struct od_reaped *reaped)
{
    memset(reaped, 0, sizeof *reaped);
    reaped->pid = pid;
    /* It may be reaped between the two: then the pidfd knows. */
    return od_exit_status(pidfd, &reaped->status) == 0 || ask_zombie(proc, pid, reaped)
        || od_exit_status(pidfd, &reaped->status) == 0;
}

uint64_t od_since_boot(uint64_t ticks)
{
    return ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

void od_close_unnamed(int proc, const uint8_t *named, int32_t most)
{
    int self = openat(proc, "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (self < 0) return;
    char entries[4096] __attribute__((aligned(16)));
    for (;;) {
        long length = syscall(SYS_getdents64, self, entries, sizeof entries);
        if (length <= 0) break;
        for (long at = 0; at < length;) {
            struct dirent64 *entry = (struct dirent64 *)(entries + at);
            at += entry->d_reclen;
            if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
            int fd = atoi(entry->d_name);
            bool is_named = fd < most && named[fd / 8] >> fd % 8 & 1;
            if (!is_named && fd != self) close(fd);
        }
    }
    close(self);
}

void od_keep_open(int fd)
{
    if (fd >= 0) fcntl(fd, F_SETFD, 0);
}

void od_close_on_exec(int from)
{
    enum { ON_EXEC = 1 << 2 }; /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */
    syscall(SYS_close_range, from, ~0U, ON_EXEC);
}

int od_make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

int od_stream_pipe(int32_t ends[2])
{
    int result = od_pipe(ends);
    if (result < 0) return result;
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
    int both = open(path, O_RDWR | O_CLOEXEC);
    if (both < 0) return 0;
    close(ends[1]);
    ends[1] = both;
    return 0;
}

int32_t od_open_others_pipe(int proc, int32_t pid, int number)
{
    char path[32];
    struct stat facts;
    snprintf(path, sizeof path, "%d/fd/%d", pid, number);
    /* Only a pipe is opened: what else it might be could wait or have effects. */
    if (fstatat(proc, path, &facts, 0) < 0) return -errno;
    if (!S_ISFIFO(facts.st_mode)) return -ENOTTY;
    int fd = openat(proc, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? -errno : fd;
}

int32_t od_ended_pipe(void)
{
    int32_t ends[2];
    int result = od_pipe(ends);
    if (result < 0) return result;
    close(ends[1]);
    return ends[0];
}

int od_can_execute(const char *path)
{
    return access(path, X_OK) < 0 ? -errno : 0;
}

int od_become(const char *program, const char *engine, int32_t memory)
{
    static const char name[] = "OD_KEEPER_TABLE=";
    char table[sizeof name + 12];
    char **old, **environment = od_environment();
    int32_t count = od_arguments(&old), variables = 0;
    while (environment != NULL && environment[variables] != NULL) variables++;
    size_t bytes = (size_t)(count + variables + 4) * sizeof(char *);
    char **vector = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vector == MAP_FAILED) return -errno;
    vector[0] = (char *)program;
    vector[1] = (char *)engine;
    for (int32_t i = 2; i < count; i++) vector[i] = old[i];
    char **kept = vector + count + 1;
    for (int32_t i = 0; i < variables; i++)
        if (strncmp(environment[i], name, sizeof name - 1) != 0) *kept++ = environment[i];
    snprintf(table, sizeof table, "%s%d", name, memory);
    *kept = table;
    execve(program, vector, vector + count + 1);
    int error = errno;
    munmap(vector, bytes);
    return -error;
}
