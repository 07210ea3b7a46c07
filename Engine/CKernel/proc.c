#include "keeper.h"
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

/* Single-threaded callers only: one buffer for all that is read here. */
static char buffer[32768] __attribute__((aligned(16)));

int32_t od_proc_open(void)
{
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return proc < 0 ? -errno : proc;
}

int32_t od_children_open_of(int proc, int32_t pid)
{
    char path[48];
    snprintf(path, sizeof path, "%d/task/%d/children", pid, pid);
    int children = openat(proc, path, O_RDONLY | O_CLOEXEC);
    return children < 0 ? -errno : children;
}

int32_t od_children_count(int children)
{
    int32_t count = 0;
    off_t offset = 0;
    for (;;) {
        ssize_t length = pread(children, buffer, sizeof buffer, offset);
        if (length < 0) return -errno;
        if (length == 0) return count;
        /* Every pid is followed by a space, also the last one, and also at the end of a chunk. */
        for (ssize_t i = 0; i < length; i++) count += buffer[i] == ' ';
        offset += length;
    }
}

int32_t od_pids(int proc, int32_t *pids, int32_t capacity)
{
    int32_t count = 0;
    if (lseek(proc, 0, SEEK_SET) < 0) return -errno;
    for (;;) {
        long length = syscall(SYS_getdents64, proc, buffer, sizeof buffer);
        if (length < 0) return -errno;
        if (length == 0) return count;
        for (long at = 0; at < length;) {
            struct dirent64 *entry = (struct dirent64 *)(buffer + at);
            at += entry->d_reclen;
            if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
            if (count < capacity) pids[count++] = atoi(entry->d_name);
        }
    }
}

/* "PID" and `name` as a path. */
static const char *path_of(char path[32], int32_t pid, const char *name)
{
    char digits[12];
    int count = 0, length = 0;
    do digits[count++] = (char)('0' + pid % 10);
    while ((pid /= 10) > 0);
    while (count > 0) path[length++] = digits[--count];
    path[length++] = '/';
    strcpy(path + length, name);
    return path;
}

static ssize_t read_file(int proc, const char *path, char *bytes, size_t capacity)
{
    int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    ssize_t length = read(file, bytes, capacity);
    int error = errno;
    close(file);
    return length < 0 ? -error : length;
}

/* Field numbers of proc(5), counted from the state, which follows the name in parentheses. */
enum { STATE = 3, PARENT = 4, GROUP = 5, SESSION = 6, THREADS = 20, START = 22 };

int od_process_read(int proc, int32_t pid, struct od_process *process)
{
    char path[32], text[512];
    ssize_t length = read_file(proc, path_of(path, pid, "stat"), text, sizeof text - 1);
    if (length < 0) return (int)length;
    text[length] = 0;
    /* The name may hold anything, parentheses and spaces too: the last one ends it. */
    const char *at = strrchr(text, ')');
    if (at == NULL || at[1] == 0) return -ESRCH;
    at += 2;
    uint64_t fields[START + 1] = {0};
    char state = *at;
    for (int field = STATE; field <= START && *at != 0; field++) {
        fields[field] = strtoull(at, NULL, 10);
        while (*at != 0 && *at != ' ') at++;
        if (*at == ' ') at++;
    }
    process->pid = pid;
    process->parent = (int32_t)fields[PARENT];
    process->group = (int32_t)fields[GROUP];
    process->session = (int32_t)fields[SESSION];
    process->ticks = fields[START];
    /* A main thread that ended while others run shows as a zombie, too. */
    process->dead = (state == 'Z' || state == 'X') && fields[THREADS] <= 1;
    return 0;
}

/* FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
static const uint64_t FNV_BASIS = 0xcbf29ce484222325, FNV_PRIME = 0x100000001b3;

static uint64_t mix(uint64_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * FNV_PRIME;
}

uint64_t od_tag(const char *text, uint64_t count)
{
    uint64_t hash = FNV_BASIS;
    for (uint64_t i = 0; i < count; i++) hash = mix(hash, text[i]);
    return hash | 1;
}

/* The variables that say whose run a process is: instances have small numbers, which every home gives anew. */
enum { INSTANCE, HOME, TOLD };
static const struct { const char *text; int length; } told[TOLD] = {{"OD_INSTANCE=", 12}, {"OD_HOME=", 8}};

/* How far each of them was read: characters of its name, NO in another variable, its length in the value. */
struct tagger {
    uint64_t hash[TOLD];
    int matched[TOLD];
    uint32_t known;
};
enum { NO = -1, ALL = (1 << TOLD) - 1 };

static void take(struct tagger *tagger, char byte)
{
    for (int i = 0; i < TOLD; i++) {
        int *matched = &tagger->matched[i];
        if (*matched == told[i].length) {
            if (byte == 0) tagger->known |= 1u << i;
            else if (!(tagger->known & 1u << i)) tagger->hash[i] = mix(tagger->hash[i], byte);
        } else if (byte != 0) {
            *matched = *matched != NO && byte == told[i].text[*matched] ? *matched + 1 : NO;
        }
        if (byte == 0) *matched = 0;
    }
}

static uint64_t tag_of(const struct tagger *tagger)
{
    if (!(tagger->known & 1u << INSTANCE)) return 0;
    uint64_t home = tagger->known & 1u << HOME ? tagger->hash[HOME] : 0;
    return (tagger->hash[INSTANCE] ^ home * FNV_PRIME) | 1;
}

uint64_t od_environment_tag(const char *entries, uint64_t count)
{
    struct tagger tagger = {.hash = {FNV_BASIS, FNV_BASIS}};
    for (uint64_t i = 0; i < count; i++) take(&tagger, entries[i]);
    return tag_of(&tagger);
}

uint64_t od_process_tag(int proc, int32_t pid)
{
    char path[32];
    int file = openat(proc, path_of(path, pid, "environ"), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    struct tagger tagger = {.hash = {FNV_BASIS, FNV_BASIS}};
    ssize_t length;
    while (tagger.known != ALL && (length = read(file, buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < length; i++) take(&tagger, buffer[i]);
    close(file);
    return tag_of(&tagger);
}

int32_t od_pidfd(int32_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

void od_read_boot_id(struct od_welcome *welcome)
{
    char *id = welcome->boot_id;
    memset(id, 0, sizeof welcome->boot_id);
    ssize_t length = read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", id, sizeof welcome->boot_id - 1);
    while (length > 0 && id[length - 1] == '\n') id[--length] = 0;
}

int32_t od_usable_cpus(void)
{
    /* The kernel's own call, whose answer may be longer than a cpu_set_t: 8192 CPUs. */
    static unsigned long words[1024 / sizeof(unsigned long)];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof words, words);
    int32_t count = 0;
    for (long i = 0; i < bytes / (long)sizeof *words; i++) count += __builtin_popcountl(words[i]);
    return count > 0 ? count : 1;
}

int32_t od_own_pid(void)
{
    return getpid();
}

int od_clock_is_kept(int64_t *error)
{
    struct timex clock = {.modes = 0};
    int state = adjtimex(&clock);
    if (state < 0) return -errno;
    *error = clock.maxerror;
    return state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}
