#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Pids that are looked at in one go; a larger tree is signalled in several. */
enum { MOST = 8192, CHUNK = 32 };

/* Calls `take` for each pid of cgroup.procs, until it says 0. How many there were, or a negative errno. */
static int32_t each_pid(int directory, int (*take)(int32_t pid, void *context), void *context)
{
    char text[4096];
    int file = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    int32_t count = 0, pid = 0;
    ssize_t length;
    while ((length = read(file, text, sizeof text)) > 0) {
        for (ssize_t i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + text[i] - '0';
                continue;
            }
            count++;
            if (!take(pid, context)) {
                close(file);
                return count;
            }
            pid = 0;
        }
    }
    int error = errno;
    close(file);
    return length < 0 ? -error : count;
}

/* The number behind a word in one of a cgroup's small files; 0 without. */
static int32_t value(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    return at == NULL ? 0 : atoi(at + strlen(word));
}

static int32_t look(int file, const char *word)
{
    char text[512];
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    if (length < 0) return -errno;
    text[length] = 0;
    return value(text, word);
}

static int32_t look_at(int directory, const char *name, const char *word)
{
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    int32_t result = look(file, word);
    close(file);
    return result;
}

static int any(int32_t pid, void *context)
{
    (void)pid;
    (void)context;
    return 1;
}

int32_t od_cgroup_count(int directory)
{
    int32_t populated = look_at(directory, "cgroup.events", "populated ");
    if (populated <= 0) return populated;
    int32_t count = each_pid(directory, any, NULL);
    if (count != 0) return count;
    /* Nobody is here: either below, or the last one is on its way out of the kernel's lists. */
    return look_at(directory, "cgroup.stat", "nr_descendants ") > 0;
}

int32_t od_cgroup_events(int directory)
{
    int events = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
    return events < 0 ? -errno : events;
}

int32_t od_cgroup_look(int events)
{
    return look(events, "populated ");
}

int od_cgroup_kill(int directory)
{
    int file = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    ssize_t written = write(file, "1", 1);
    int error = errno;
    close(file);
    return written == 1 ? 0 : -error;
}

struct pids {
    int32_t numbers[MOST];
    int32_t count;
};

static int add(int32_t pid, void *context)
{
    struct pids *pids = context;
    if (pids->count == MOST) return 0;
    pids->numbers[pids->count++] = pid;
    return 1;
}

struct chunk {
    const int32_t *numbers;
    int present[CHUNK];
    int count;
};

static int mark(int32_t pid, void *context)
{
    struct chunk *chunk = context;
    for (int i = 0; i < chunk->count; i++)
        if (chunk->numbers[i] == pid) chunk->present[i] = 1;
    return 1;
}

/* A pid may be another's by the time its pidfd is open: only who is still listed after that is of this cgroup. */
static int32_t signal_chunk(int directory, int signal, const int32_t *numbers, int count)
{
    struct chunk chunk = {.numbers = numbers, .count = count};
    int fds[CHUNK];
    int32_t reached = 0;
    for (int i = 0; i < count; i++) fds[i] = (int)syscall(SYS_pidfd_open, numbers[i], 0);
    int32_t seen = each_pid(directory, mark, &chunk);
    for (int i = 0; i < count; i++) {
        if (fds[i] < 0) continue;
        if (seen >= 0 && chunk.present[i] && syscall(SYS_pidfd_send_signal, fds[i], signal, NULL, 0) == 0) reached++;
        close(fds[i]);
    }
    return reached;
}

int32_t od_cgroup_signal(int directory, int signal)
{
    static struct pids pids;
    pids.count = 0;
    int32_t found = each_pid(directory, add, &pids);
    if (found < 0) return found;
    int32_t reached = 0;
    for (int32_t at = 0; at < pids.count; at += CHUNK) {
        int count = pids.count - at < CHUNK ? pids.count - at : CHUNK;
        reached += signal_chunk(directory, signal, pids.numbers + at, count);
    }
    return reached;
}
