/* What log pump, log readers, sign watch, worker threads and the metrics sampler ask of the kernel.
 *
 * Every call returns a negative errno on failure, so that Swift never reads `errno` behind another call's back, and
 * repeats itself after EINTR. Descriptors are made close-on-exec. Lengths and offsets are bytes, times nanoseconds.
 */
#ifndef OD_PUMP_H
#define OD_PUMP_H

#include <stddef.h>
#include <stdint.h>

/* ---- time, waiting ---- */

/* CLOCK_BOOTTIME: goes on while the machine sleeps. */
int64_t od_pump_now(void);

/* Seconds that local time (TZ) is ahead of UTC, at a time in seconds since 1970. */
int64_t od_zone_offset(int64_t seconds);

int od_pump_epoll(void);
/* Reports `tag` once when `fd` is readable or its other end is closed; `again` arms a watched one anew. */
int od_pump_watch(int epoll, int fd, uint64_t tag, int again);
/* As above, but it keeps reporting until what is there has been taken. */
int od_pump_watch_level(int epoll, int fd, uint64_t tag);
/* To be called before a watched descriptor is closed: somebody else may hold the same open file. */
int od_pump_unwatch(int epoll, int fd);
/* Fills `tags`, returns how many; `timeout` in nanoseconds, negative for ever. */
int od_pump_wait(int epoll, uint64_t *tags, int capacity, int64_t timeout);

/* A counter to wait for. With `semaphore` each take returns one raise and waits for it; without, takes never wait. */
int od_pump_bell(int semaphore);
int od_pump_bell_ring(int fd);
int od_pump_bell_take(int fd);

/* ---- threads ---- */

/* Starts a detached thread with all signals blocked; `name` has at most 15 bytes. */
int od_pump_thread(const char *name, void (*body)(void *), void *argument);

/* ---- pipe -> spool -> file ---- */

/* Moves at most `length` bytes from a pipe to the file position of the spool, in one call that no signal can cut in
 * two: afterwards the pipe has lost exactly what the position has gained. 0: all writers are gone; -EAGAIN: empty. */
int64_t od_pump_splice(int pipe, int spool, size_t length);
int64_t od_pump_position(int fd);
int od_pump_seek(int fd, int64_t offset);
/* Gives the pages of a range back; what lies partly outside is zeroed. */
int od_pump_punch(int fd, int64_t offset, int64_t length);
/* 1 when a page of [from, to) holds data, 0 when all of it has been given back. */
int od_pump_holds(int fd, int64_t from, int64_t to);
/* Copies inside the kernel from offset `from` of a spool to offset `to` of a file; may be short. */
int64_t od_pump_copy(int spool, int64_t from, size_t length, int file, int64_t to);
int od_pump_memfd(const char *name, int64_t size);
/* Gives a pipe another size. -EPERM beyond what the user may have. */
int od_pump_widen(int pipe, int size);

/* ---- files ---- */

struct od_pump_stat {
    uint64_t device;
    uint64_t inode;
    uint64_t size;          /* bytes, bounded (facts.h) */
    int64_t modified;       /* milliseconds since 1970, bounded */
    uint32_t links;
    uint32_t regular;
};

int od_pump_stat(int fd, struct od_pump_stat *out);
/* Does not follow a symbolic link at the end of the path. */
int od_pump_stat_path(const char *path, struct od_pump_stat *out);
/* Opens a log for writing: what is there or a new regular file with mode 0600. Regular files are readable too, others
 * are opened for writing only. Never follows a symbolic link at the end of the path, as root none of another user on
 * the way (-ELOOP) and no second name of a file in another user's directory (-EPERM); never waits. In a directory of
 * another user root acts with that user's rights and no others, here and in all of logs.h: what it makes is his. */
int od_pump_open_log(const char *path);
/* Opens for reading, by the same rules. */
int od_pump_open_read(const char *path);
/* Makes the missing directories above `path` with mode 0700, by the same rules. */
int od_pump_make_parents(const char *path);
int od_pump_is_root(void);
/* May be short. */
int64_t od_pump_read(int fd, void *buffer, size_t length, int64_t offset);
/* For pipes and devices, at their own position; may be short, -EAGAIN when full. */
int64_t od_pump_put(int fd, const void *buffer, size_t length);
/* Short only when there is no room for the rest. */
int64_t od_pump_write(int fd, const void *buffer, size_t length, int64_t offset);
int od_pump_truncate(int fd, int64_t size);
int od_pump_datasync(int fd);
int od_pump_duplicate(int fd);
void od_pump_close(int fd);
/* 1 when the file system of a folder has no room for us; 0 when it has, and when that cannot be told. */
int od_pump_is_full(const char *folder);
/* The kernel's words for a (positive) errno, a static string. */
const char *od_pump_reason(int error);

/* ---- bytes ---- */

/* Index of the last and of the first `byte`, -1 without one. */
int64_t od_pump_last(const void *buffer, size_t length, uint8_t byte);
int64_t od_pump_first(const void *buffer, size_t length, uint8_t byte);

/* ---- /proc ---- */

/* One entry of a directory of processes. `inode` is fresh for each process that was seen, so that with the pid it tells
 * a process from a later one of the same number. */
struct od_pump_process { int32_t pid; uint32_t reserved; uint64_t inode; };

int od_pump_open_dir(const char *path);
/* Lists the processes below an open /proc; returns how many, at most `capacity`. */
int64_t od_pump_processes(int proc, struct od_pump_process *out, size_t capacity);
/* Reads a small file below an open directory; returns its length, at most `capacity`. */
int64_t od_pump_read_at(int dir, const char *name, void *buffer, size_t capacity);
/* Reads PID/stat below an open /proc. */
int64_t od_pump_read_stat(int proc, int32_t pid, void *buffer, size_t capacity);
/* sysconf: clock ticks a second, bytes a page, cores online. */
int64_t od_pump_ticks(void);
int64_t od_pump_page_size(void);
int64_t od_pump_cores(void);
/* NUL-terminated, cut to `capacity`. */
int od_pump_hostname(char *buffer, size_t capacity);

#endif
