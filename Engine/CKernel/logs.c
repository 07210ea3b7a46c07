#include "logs.h"
#include "facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers from here on are none of ours: there is always one more, and an index can say it (LogIndex). */
static const uint64_t NUMBERS = (uint64_t)1 << 55;

/* The kind that the rest of a name says, behind `number`; 0 when it is no part of ours. */
static uint32_t kind_of(const char *rest, uint64_t *number)
{
    if (*rest < '1' || *rest > '9') return 0;
    char *end;
    errno = 0;
    *number = strtoull(rest, &end, 10);
    if (errno || *number >= NUMBERS) return 0;
    if (!*end) return OD_PART_PLAIN;
    if (!strcmp(end, ".gz")) return OD_PART_GZIP;
    if (!strcmp(end, ".idx")) return OD_PART_INDEX;
    if (!strcmp(end, ".gz.part")) return OD_PART_UNFINISHED;
    return 0;
}

int64_t od_find_parts(const char *path, struct od_part *out, size_t capacity)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (!slash || length >= sizeof folder) return -EINVAL;
    memcpy(folder, path, length);
    strcpy(folder + length, length ? "" : "/");
    const char *name = slash + 1;
    size_t own = strlen(name), count = 0;

    DIR *dir = opendir(folder);
    if (!dir) return errno == ENOENT ? 0 : -errno;
    for (struct dirent *entry; count < capacity && (entry = readdir(dir));) {
        struct stat st;
        uint64_t number = 0;
        if (strncmp(entry->d_name, name, own) || entry->d_name[own] != '.') continue;
        uint32_t kind = kind_of(entry->d_name + own + 1, &number);
        if (!kind || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode)) continue;
        out[count++] = (struct od_part){
            .number = number, .size = od_bounded_size(&st), .inode = st.st_ino, .kind = kind,
            .modified = od_bounded_time(&st),
        };
    }
    closedir(dir);
    return (int64_t)count;
}

int64_t od_solid(int fd)
{
    struct stat st;
    if (fstat(fd, &st)) return -errno;
    if (!st.st_size) return 0;
    off_t hole = lseek(fd, 0, SEEK_HOLE);
    /* A file system that does not know. */
    return hole < 0 ? st.st_size : hole;
}

int od_copy_times(int from, int to)
{
    struct stat st;
    if (fstat(from, &st)) return -errno;
    return futimens(to, (const struct timespec[]){st.st_atim, st.st_mtim}) ? -errno : 0;
}

void od_be_modest(void)
{
    enum { WHO_PROCESS = 1, CLASS_IDLE = 3, CLASS_SHIFT = 13 }; /* ioprio_set(2) */
    syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE << CLASS_SHIFT);
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
}
