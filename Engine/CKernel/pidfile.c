#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logs.h"
#include "pump.h"

/* Longer than any pid with its newline. */
enum { PID_MOST = 32 };

/* The pid that a pid file says; 0 when nothing is there, or nothing is in it; -EEXIST for whatever is no pid file. */
static int64_t said_by(const char *path)
{
    char text[PID_MOST] = {0};
    struct stat facts;
    int file = od_pump_open_read(path);
    if (file < 0) return file == -ENOENT ? 0 : file;
    ssize_t length = fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) ? read(file, text, sizeof text) : -1;
    close(file);
    if (length == 0) return 0;
    if (length < 0 || length == sizeof text) return -EEXIST;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 10 || (size_t)length != digits + strspn(text + digits, "\r\n")) return -EEXIST;
    return strtoll(text, NULL, 10);
}

static int make(const char *path)
{
    int file = od_make_beside(path);
    if (file == -ENOENT) {
        int result = od_pump_make_parents(path);
        if (result < 0) return result;
        file = od_make_beside(path);
    }
    if (file == -EEXIST && od_remove(path) == 0) file = od_make_beside(path);
    return file;
}

int od_pid_file_write(const char *path, int32_t pid)
{
    char new[PATH_MAX], text[PID_MOST];
    int64_t there = said_by(path);
    if (there < 0) return (int)there;
    if (snprintf(new, sizeof new, "%s.%d.new", path, (int)pid) >= (int)sizeof new) return -ENAMETOOLONG;
    int length = snprintf(text, sizeof text, "%d\n", (int)pid);
    int file = make(new);
    if (file < 0) return file;
    /* Other programs read it, whatever our umask is. */
    fchmod(file, 0644);
    ssize_t written = write(file, text, (size_t)length);
    int error = written == length ? 0 : written < 0 ? -errno : -ENOSPC;
    close(file);
    if (error == 0) error = od_replace(new, path);
    if (error != 0) od_remove(new);
    return error;
}

int od_pid_file_remove(const char *path, int32_t pid)
{
    if (said_by(path) != pid) return 0;
    int result = od_remove(path);
    return result == -ENOENT ? 0 : result;
}
