/* Starting up runs through much of the program once: a dashboard that is left open need not keep that in memory. */
#define _DEFAULT_SOURCE 1

#include "include/CNcurses.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of the linker: where the program's constants and code begin and end. Nothing there is ever written. */
extern const char __executable_start, etext;

void od_pages_drop(void)
{
    uintptr_t const page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t const from = ((uintptr_t)&__executable_start + page - 1) / page * page;
    uintptr_t const to = (uintptr_t)&etext / page * page;
    /* Pages of the file: what is needed again is read again, out of the system's cache. A failure costs memory only. */
    if (to > from) madvise((void *)from, to - from, MADV_DONTNEED);
    malloc_trim(0);
}
