#include "engine.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

void od_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    /* What tells of a fault of this very thread must not be held back. */
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGTRAP);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void od_raise_limits(void) {
    const int limits[] = {RLIMIT_NOFILE, RLIMIT_FSIZE};
    for (int i = 0; i < 2; i++) {
        struct rlimit limit;
        if (getrlimit(limits[i], &limit) < 0) continue;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(limits[i], &limit);
    }
}

int32_t od_wait_for_end(void) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    int signal = 0;
    while (sigwait(&ends, &signal) != 0) {}
    return signal;
}

int64_t od_wall_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
