#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_FREE = 10 };

/* Only what is allowed between fork and exec in a process with threads. Gives errno. */
static int become(char *const words[], int32_t output, int32_t answer, pid_t parent)
{
    setpgid(0, 0);
    /* Who gives up with ^C leaves nothing running behind. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return errno;
    if (getppid() != parent) _exit(127);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0) return errno;
    /* Copies above the numbers that are given away: none overwrites another. */
    int from[4] = { null, output, output, answer };
    for (int i = 0; i < 4; i++)
        if (from[i] >= 0 && (from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FIRST_FREE)) < 0) return errno;
    for (int i = 0; i < 4; i++)
        if (from[i] >= 0 && dup2(from[i], i) < 0) return errno;
    /* Whatever else is open in this process, and by whose mistake, is not the program's. */
    syscall(SYS_close_range, answer >= 0 ? 4U : 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    execv(words[0], words);
    return errno;
}

int32_t od_program_start(char *const words[], int32_t output, int32_t answer)
{
    int trouble[2];
    if (pipe2(trouble, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        /* Above the numbers that the program gets. */
        int tell = fcntl(trouble[1], F_DUPFD_CLOEXEC, FIRST_FREE);
        int error = tell < 0 ? errno : become(words, output, answer, parent);
        ssize_t told = write(tell, &error, sizeof error);
        _exit(told == (ssize_t)sizeof error ? 127 : 126);
    }
    int error = pid < 0 ? errno : 0;
    close(trouble[1]);
    if (pid > 0) {
        ssize_t count;
        do count = read(trouble[0], &error, sizeof error);
        while (count < 0 && errno == EINTR);
        if (count == (ssize_t)sizeof error)
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        else
            error = 0;
    }
    close(trouble[0]);
    return error ? -error : pid;
}

/* posix_spawn with those descriptors, which no dup2 of the actions overwrites. Gives errno. */
static int spawn(pid_t *pid, const char *file, char *const words[], char *const environment[],
                 const struct od_gift *gifts, size_t count)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    if ((error = posix_spawnattr_init(&attributes)) == 0) {
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        for (size_t i = 0; i < count && !error; i++)
            error = posix_spawn_file_actions_adddup2(&actions, gifts[i].descriptor, gifts[i].number);
        if (!error) error = posix_spawnp(pid, file, &actions, &attributes, words, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int32_t od_program_spawn(const char *file, char *const words[], char *const environment[],
                         const struct od_gift *gifts, size_t count)
{
    if (count > OD_GIFTS_MAX) return -EINVAL;
    /* Copies above the numbers that are given away: none overwrites another. */
    struct od_gift copies[OD_GIFTS_MAX];
    size_t made = 0;
    int error = 0, first = 3;
    for (size_t i = 0; i < count; i++)
        if (gifts[i].number >= first) first = gifts[i].number + 1;
    for (; made < count && !error; made++) {
        copies[made].number = gifts[made].number;
        copies[made].descriptor = fcntl(gifts[made].descriptor, F_DUPFD_CLOEXEC, first);
        if (copies[made].descriptor < 0) error = errno;
    }
    pid_t pid = 0;
    if (!error) error = spawn(&pid, file, words, environment, copies, count);
    for (size_t i = 0; i < made; i++)
        if (copies[i].descriptor >= 0) close(copies[i].descriptor);
    return error ? -error : pid;
}

int32_t od_program_await(int32_t pid, int32_t milliseconds, int32_t *status)
{
    /* Its descriptor becomes readable at its end; without one (a full table) it is looked at now and then. */
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t end = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
    int32_t result = 0;
    for (;;) {
        int state = 0;
        pid_t found = waitpid(pid, &state, WNOHANG);
        if (found == pid) *status = state;
        if (found != 0) {
            result = found == pid ? 1 : -errno;
            break;
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t left = end - (int64_t)now.tv_sec * 1000 - now.tv_nsec / 1000000;
        if (left <= 0) break;
        struct pollfd look = { .fd = process, .events = POLLIN };
        poll(&look, 1, process >= 0 || left < 10 ? (int)left : 10);
    }
    if (process >= 0) close(process);
    return result;
}
