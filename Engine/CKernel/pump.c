#include "pump.h"
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The value of a call, or the negative errno; again after EINTR. */
#define ASK(call)                                       \
    __extension__({                                     \
        int64_t result_;                                \
        do result_ = (int64_t)(call);                   \
        while (result_ < 0 && errno == EINTR);          \
        result_ < 0 ? (int64_t)-errno : result_;        \
    })

/* ---- time, waiting ---- */

int64_t od_pump_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t od_zone_offset(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm local;
    return localtime_r(&time, &local) ? local.tm_gmtoff : 0;
}

int od_pump_epoll(void) { return (int)ASK(epoll_create1(EPOLL_CLOEXEC)); }

int od_pump_watch(int epoll, int fd, uint64_t tag, int again) {
    struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.u64 = tag };
    return (int)ASK(epoll_ctl(epoll, again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event));
}

int od_pump_watch_level(int epoll, int fd, uint64_t tag) {
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = tag };
    return (int)ASK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int od_pump_unwatch(int epoll, int fd) { return (int)ASK(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL)); }

enum { EVENTS = 256 };

int od_pump_wait(int epoll, uint64_t *tags, int capacity, int64_t timeout) {
    struct epoll_event events[EVENTS];
    struct timespec limit = { timeout / 1000000000, timeout % 1000000000 };
    if (capacity > EVENTS) capacity = EVENTS;
    /* epoll_pwait2(2) knows nanoseconds but is younger (5.11) than the kernels we run on. */
    int n = (int)syscall(SYS_epoll_pwait2, epoll, events, capacity, timeout < 0 ? NULL : &limit, NULL, 0);
    if (n < 0 && errno == ENOSYS) {
        int64_t ms = (timeout + 999999) / 1000000;
        n = epoll_wait(epoll, events, capacity, timeout < 0 ? -1 : ms > INT32_MAX ? INT32_MAX : (int)ms);
    }
    if (n < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < n; i++) tags[i] = events[i].data.u64;
    return n;
}

int od_pump_bell(int semaphore) {
    return (int)ASK(eventfd(0, EFD_CLOEXEC | (semaphore ? EFD_SEMAPHORE : EFD_NONBLOCK)));
}

int od_pump_bell_ring(int fd) {
    uint64_t one = 1;
    return (int)ASK(write(fd, &one, sizeof one));
}

int od_pump_bell_take(int fd) {
    uint64_t count = 0;
    return (int)ASK(read(fd, &count, sizeof count));
}

/* ---- threads ---- */

struct start { void (*body)(void *); void *argument; };

static void *enter(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.body(start.argument);
    return NULL;
}

int od_pump_thread(const char *name, void (*body)(void *), void *argument) {
    struct start *start = malloc(sizeof *start);
    pthread_t thread;
    sigset_t all, before;
    if (!start) return -ENOMEM;
    *start = (struct start){ body, argument };
    /* The new thread inherits the mask: signals belong to the thread that reads them from a signalfd. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, enter, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        free(start);
        return -error;
    }
    pthread_setname_np(thread, name);
    pthread_detach(thread);
    return 0;
}

/* ---- pipe -> spool -> file ---- */

int64_t od_pump_splice(int pipe, int spool, size_t length) {
    return ASK(splice(pipe, NULL, spool, NULL, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
}

int64_t od_pump_position(int fd) { return ASK(lseek(fd, 0, SEEK_CUR)); }

int od_pump_seek(int fd, int64_t offset) {
    int64_t at = ASK(lseek(fd, offset, SEEK_SET));
    return at < 0 ? (int)at : 0;
}

int od_pump_punch(int fd, int64_t offset, int64_t length) {
    return (int)ASK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length));
}

/* SEEK_DATA moves the shared file position, which is what splice(2) goes by: it is asked on an open file of its own. */
int od_pump_holds(int fd, int64_t from, int64_t to) {
    char path[40] = "/proc/self/fd/";
    char digits[12];
    int n = 0, at = 14;
    for (int rest = fd; rest || !n; rest /= 10) digits[n++] = (char)('0' + rest % 10);
    while (n) path[at++] = digits[--n];
    int other = (int)ASK(open(path, O_RDONLY | O_CLOEXEC));
    if (other < 0) return other;
    int64_t data = ASK(lseek(other, from, SEEK_DATA));
    close(other);
    if (data == -ENXIO) return 0;
    return data < 0 ? (int)data : data < to;
}

int64_t od_pump_copy(int spool, int64_t from, size_t length, int file, int64_t to) {
    off_t offset = from;
    int64_t at = ASK(lseek(file, to, SEEK_SET));
    return at < 0 ? at : ASK(sendfile(file, spool, &offset, length));
}

int od_pump_widen(int pipe, int size) { return ASK(fcntl(pipe, F_SETPIPE_SZ, size)) < 0 ? -errno : 0; }

int od_pump_memfd(const char *name, int64_t size) {
    int fd = (int)ASK(memfd_create(name, MFD_CLOEXEC));
    if (fd < 0) return fd;
    int error = (int)ASK(ftruncate(fd, size));
    if (error < 0) {
        close(fd);
        return error;
    }
    return fd;
}

/* ---- files ---- */

static void keep(struct od_pump_stat *out, const struct stat *st) {
    *out = (struct od_pump_stat){ st->st_dev, st->st_ino, od_bounded_size(st), od_bounded_time(st),
                                  (uint32_t)st->st_nlink, S_ISREG(st->st_mode) };
}

int od_pump_stat(int fd, struct od_pump_stat *out) {
    struct stat st;
    int error = (int)ASK(fstat(fd, &st));
    if (!error) keep(out, &st);
    return error;
}

int od_pump_stat_path(const char *path, struct od_pump_stat *out) {
    struct stat st;
    int error = (int)ASK(lstat(path, &st));
    if (!error) keep(out, &st);
    return error;
}

int64_t od_pump_read(int fd, void *buffer, size_t length, int64_t offset) {
    return ASK(pread(fd, buffer, length, offset));
}

int64_t od_pump_put(int fd, const void *buffer, size_t length) { return ASK(write(fd, buffer, length)); }

int64_t od_pump_write(int fd, const void *buffer, size_t length, int64_t offset) {
    size_t done = 0;
    while (done < length) {
        int64_t n = ASK(pwrite(fd, (const char *)buffer + done, length - done, offset + (int64_t)done));
        if (n <= 0) return done ? (int64_t)done : n ? n : -EIO;
        done += (size_t)n;
    }
    return (int64_t)done;
}

int od_pump_truncate(int fd, int64_t size) { return (int)ASK(ftruncate(fd, size)); }
int od_pump_datasync(int fd) { return (int)ASK(fdatasync(fd)); }
int od_pump_duplicate(int fd) { return (int)ASK(fcntl(fd, F_DUPFD_CLOEXEC, 0)); }
void od_pump_close(int fd) { close(fd); }

int od_pump_is_full(const char *folder) {
    struct statvfs facts;
    /* Some file systems count no blocks. Root may also have those that are kept for it. */
    if (ASK(statvfs(folder, &facts)) < 0 || facts.f_blocks == 0) return 0;
    return (geteuid() == 0 ? facts.f_bfree : facts.f_bavail) == 0;
}

const char *od_pump_reason(int error) {
    const char *text = strerrordesc_np(error);
    return text ? text : "unknown error";
}

/* ---- bytes ---- */

int64_t od_pump_last(const void *buffer, size_t length, uint8_t byte) {
    const void *at = length ? memrchr(buffer, byte, length) : NULL;
    return at ? (const char *)at - (const char *)buffer : -1;
}

int64_t od_pump_first(const void *buffer, size_t length, uint8_t byte) {
    const void *at = length ? memchr(buffer, byte, length) : NULL;
    return at ? (const char *)at - (const char *)buffer : -1;
}

/* ---- /proc ---- */

/* linux/dirent.h does not say it to user space: the layout of getdents64(2). */
struct entry {
    uint64_t inode;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
};

int od_pump_open_dir(const char *path) { return (int)ASK(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

static int32_t number(const char *text) {
    int64_t value = 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > INT32_MAX / 10) return 0;
        value = value * 10 + *text - '0';
    }
    return (int32_t)value;
}

int64_t od_pump_processes(int proc, struct od_pump_process *out, size_t capacity) {
    _Alignas(struct entry) char buffer[32768];
    size_t count = 0;
    int64_t length = ASK(lseek(proc, 0, SEEK_SET));
    if (length < 0) return length;
    while ((length = ASK(syscall(SYS_getdents64, proc, buffer, sizeof buffer))) > 0)
        for (int64_t at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            int32_t pid = number(entry->name);
            at += entry->length;
            if (pid > 0 && count < capacity) out[count++] = (struct od_pump_process){ pid, 0, entry->inode };
        }
    return length < 0 ? length : (int64_t)count;
}

int64_t od_pump_read_at(int dir, const char *name, void *buffer, size_t capacity) {
    int fd = (int)ASK(openat(dir, name, O_RDONLY | O_CLOEXEC));
    if (fd < 0) return fd;
    int64_t n = ASK(read(fd, buffer, capacity));
    close(fd);
    return n;
}

int64_t od_pump_read_stat(int proc, int32_t pid, void *buffer, size_t capacity) {
    char name[24];
    char digits[12];
    int n = 0, at = 0;
    for (int32_t rest = pid; rest > 0; rest /= 10) digits[n++] = (char)('0' + rest % 10);
    while (n) name[at++] = digits[--n];
    memcpy(name + at, "/stat", 6);
    return od_pump_read_at(proc, name, buffer, capacity);
}

int64_t od_pump_ticks(void) { return sysconf(_SC_CLK_TCK); }
int64_t od_pump_page_size(void) { return sysconf(_SC_PAGESIZE); }
int64_t od_pump_cores(void) { return sysconf(_SC_NPROCESSORS_ONLN); }

int od_pump_hostname(char *buffer, size_t capacity) {
    if (gethostname(buffer, capacity)) return -errno;
    buffer[capacity - 1] = 0;
    return 0;
}
