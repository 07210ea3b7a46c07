#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pump.h"

/* The rights of file accesses are the thread's own (setfsuid(2)). */
static void become(uint32_t uid, uint32_t gid)
{
    if (uid == OD_PID_FILE_OURS) return;
    setfsgid(gid);
    setfsuid(uid);
}

static void come_back(void)
{
    setfsuid(geteuid());
    setfsgid(getegid());
}

static int make(const char *path)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int file = open(path, flags, 0644);
    if (file < 0 && errno == EEXIST && unlink(path) == 0) file = open(path, flags, 0644);
    return file < 0 ? -errno : file;
}

static int replace(const char *path, int32_t pid)
{
    char new[PATH_MAX], text[16];
    if (snprintf(new, sizeof new, "%s.%d.new", path, (int)pid) >= (int)sizeof new) return -ENAMETOOLONG;
    int length = snprintf(text, sizeof text, "%d\n", (int)pid);
    int file = make(new);
    if (file == -ENOENT) {
        int result = od_pump_make_parents(path);
        if (result < 0) return result;
        file = make(new);
    }
    if (file < 0) return file;
    /* Other programs read it, whatever our umask is. */
    fchmod(file, 0644);
    ssize_t written = write(file, text, (size_t)length);
    int error = written == length ? 0 : written < 0 ? -errno : -ENOSPC;
    close(file);
    if (error == 0 && rename(new, path) != 0) error = -errno;
    if (error != 0) unlink(new);
    return error;
}

static int remove_if(const char *path, int32_t pid)
{
    char text[32] = {0};
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? 0 : -errno;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0 || strtol(text, NULL, 10) != pid) return 0;
    return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

int od_pid_file_write(const char *path, int32_t pid, uint32_t uid, uint32_t gid)
{
    become(uid, gid);
    int result = replace(path, pid);
    come_back();
    return result;
}

int od_pid_file_remove(const char *path, int32_t pid, uint32_t uid, uint32_t gid)
{
    become(uid, gid);
    int result = remove_if(path, pid);
    come_back();
    return result;
}
