#include "engine.h"

#include <elf.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

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

/* Unmaps the pages of this program's segment that is executed and never written: its content is the file's. */
static void give_code_back(void) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), table = getauxval(AT_PHDR), count = getauxval(AT_PHNUM);
    const Elf64_Phdr *segments = (const Elf64_Phdr *)table;
    uintptr_t base = 0;
    for (uintptr_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_PHDR) base = table - segments[i].p_vaddr;
    for (uintptr_t i = 0; i < count; i++) {
        const Elf64_Phdr *segment = &segments[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) || segment->p_flags & PF_W) continue;
        const uintptr_t start = base + segment->p_vaddr, first = start & ~(page - 1);
        const uintptr_t last = (start + segment->p_memsz) & ~(page - 1);
        if (last > first) madvise((void *)first, last - first, MADV_DONTNEED);
    }
}

void od_give_memory_back(void) {
    malloc_trim(0);
    give_code_back();
}

int64_t od_wall_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
