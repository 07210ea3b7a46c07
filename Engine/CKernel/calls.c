#include "calls.h"
#include "keeper.h"
#include "survive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* An Embedded Swift program has no CommandLine: the loader hands the arguments to constructors. */
static int32_t argument_count;
static char **arguments;

__attribute__((constructor)) static void remember_arguments(int argc, char **argv)
{
    argument_count = argc;
    arguments = argv;
}

int32_t od_arguments(char ***argv)
{
    *argv = arguments;
    return argument_count;
}

char **od_environment(void)
{
    return environ;
}

int od_detach(int foreground)
{
    if (!foreground) {
        for (int i = 0; i < 2; i++) {
            pid_t pid = fork();
            if (pid < 0) return -errno;
            /* The first waits for the second, which has no one else to reap it where pid 1 is no init. */
            if (pid > 0 && i == 0) waitpid(pid, NULL, 0);
            if (pid > 0) _exit(0);
            if (i == 0 && setsid() < 0) return -errno;
        }
        if (chdir("/") < 0) return -errno;
    }
    int null = open("/dev/null", O_RDWR);
    if (null < 0) return -errno;
    for (int fd = 0; fd < 3; fd++)
        if (fd != null && (!foreground || fcntl(fd, F_GETFD) < 0) && dup2(null, fd) < 0) return -errno;
    if (null > 2) close(null);
    return 0;
}

int od_close_strangers(int engine)
{
    int last = engine ? OD_FD_LIVING : OD_FD_LISTENER;
    for (int fd = OD_FD_LOCK; fd <= last; fd++)
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
    syscall(SYS_close_range, last + 1, ~0U, 0);
    return 0;
}

int od_become_reaper(const char *name)
{
    prctl(PR_SET_NAME, name, 0, 0, 0);
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int64_t od_raise_descriptors(uint64_t *before)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    *before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return (int64_t)*before;
    return limit.rlim_max > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_max;
}

void od_widen_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    int last = limit.rlim_cur < OD_DESCRIPTORS_AT_ONCE ? (int)limit.rlim_cur - 1 : OD_DESCRIPTORS_AT_ONCE - 1;
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, last);
    if (fd >= 0) close(fd);
}

int od_lower_oom(void)
{
    static const char score[] = "-900";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t written = write(fd, score, sizeof score - 1);
    close(fd);
    return written > 0;
}

_Noreturn void od_exit(int code)
{
    _exit(code);
}

/* All tables, so that a worker that becomes the spare can give its own back. */
enum { TABLES = 32 };
static struct { void *at; size_t size; } tables[TABLES];
static int32_t table_count;

void *od_table(size_t size)
{
    if (table_count == TABLES) return NULL;
    void *table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (table == MAP_FAILED) return NULL;
    tables[table_count].at = table;
    tables[table_count++].size = size;
    return table;
}

int32_t od_tables(void)
{
    return table_count;
}

void od_tables_drop(int32_t count)
{
    while (table_count > count) {
        table_count--;
        munmap(tables[table_count].at, tables[table_count].size);
    }
}

int32_t od_poller(void)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    return poller < 0 ? -errno : poller;
}

int od_watch(int poller, int fd, uint32_t events, uint64_t token, int again)
{
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(poller, again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int od_unwatch(int poller, int fd)
{
    return epoll_ctl(poller, EPOLL_CTL_DEL, fd, NULL) < 0 ? -errno : 0;
}

int32_t od_wait(int poller, struct od_event *events, int32_t capacity)
{
    struct epoll_event found[64];
    int count = epoll_wait(poller, found, capacity < 64 ? capacity : 64, -1);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        events[i].token = found[i].data.u64;
        events[i].events = found[i].events;
    }
    return count;
}

int od_hold_signals(void)
{
    /* By system call: libc hides two signals, which its posix_spawn leaves ignored. All zero is SIG_DFL. */
    const uint64_t standard[4] = {0};
    for (int signal = 1; signal <= OD_SIG_MAX; signal++)
        syscall(SYS_rt_sigaction, signal, standard, NULL, sizeof(uint64_t));
    sigset_t all;
    sigfillset(&all);
    return sigprocmask(SIG_SETMASK, &all, NULL) < 0 ? -errno : 0;
}

int32_t od_signals(void)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGCHLD);
    sigaddset(&ours, SIGTERM);
    int signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    return signals < 0 ? -errno : signals;
}

int32_t od_next_signal(int signals)
{
    struct signalfd_siginfo info;
    return read(signals, &info, sizeof info) == sizeof info ? (int32_t)info.ssi_signo : 0;
}

uint64_t od_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int32_t od_timer(void)
{
    int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return timer < 0 ? -errno : timer;
}

int od_set_timer(int timer, uint64_t at)
{
    struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(at / 1000000000), .tv_nsec = (long)(at % 1000000000)}};
    return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) < 0 ? -errno : 0;
}

void od_close(int fd)
{
    close(fd);
}

int32_t od_null_device(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    return null < 0 ? -errno : null;
}

int od_pipe(int32_t ends[2])
{
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) < 0) return -errno;
    if (fcntl(pair[0], F_SETFL, O_RDONLY | O_NONBLOCK) < 0) {
        int error = errno;
        close(pair[0]);
        close(pair[1]);
        return -error;
    }
    ends[0] = pair[0];
    ends[1] = pair[1];
    return 0;
}

int32_t od_spool(const char *name)
{
    int spool = memfd_create(name, MFD_CLOEXEC);
    return spool < 0 ? -errno : spool;
}

int64_t od_move(int pipe, int spool, size_t limit)
{
    ssize_t moved = splice(pipe, NULL, spool, NULL, limit, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    return moved < 0 ? -errno : moved;
}

int64_t od_held(int spool)
{
    struct stat facts;
    return fstat(spool, &facts) < 0 ? -errno : (int64_t)facts.st_blocks * 512;
}

int64_t od_read(int fd, void *buffer, size_t capacity)
{
    ssize_t length = read(fd, buffer, capacity);
    return length < 0 ? -errno : length;
}

int od_map_sealed(int fd, size_t length, const char **bytes)
{
    enum { NEEDED = F_SEAL_SHRINK | F_SEAL_WRITE };
    struct stat facts;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & NEEDED) != NEEDED) return -EPERM;
    if (fstat(fd, &facts) < 0) return -errno;
    if ((uint64_t)facts.st_size < length) return -EMSGSIZE;
    void *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) return -errno;
    *bytes = map;
    return 0;
}

void od_unmap(const char *bytes, size_t length)
{
    munmap((void *)bytes, length);
}

int od_signal_process(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int od_signal_group(int32_t group, int signal)
{
    return kill(-group, signal) < 0 ? -errno : 0;
}
