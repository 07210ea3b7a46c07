/* System calls as the keeper needs them, for Swift: plain integers in, a result or a negative errno out. */
#ifndef OD_CALLS_H
#define OD_CALLS_H

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

/* errno values and signals by name: macros do not reach Embedded Swift. */
enum od_errno {
    OD_E_AGAIN = EAGAIN, OD_E_BADMSG = EBADMSG, OD_E_BUSY = EBUSY, OD_E_CONNRESET = ECONNRESET, OD_E_INTR = EINTR,
    OD_E_INVAL = EINVAL, OD_E_MFILE = EMFILE, OD_E_MSGSIZE = EMSGSIZE, OD_E_NOENT = ENOENT, OD_E_NOEXEC = ENOEXEC,
    OD_E_NOSPC = ENOSPC, OD_E_NOSYS = ENOSYS, OD_E_NOTCONN = ENOTCONN, OD_E_PIPE = EPIPE, OD_E_SHUTDOWN = ESHUTDOWN,
    OD_E_SRCH = ESRCH,
};
enum od_signal_number { OD_SIG_KILL = SIGKILL, OD_SIG_TERM = SIGTERM, OD_SIG_CHLD = SIGCHLD, OD_SIG_MAX = 64 };

/* ---- the process itself ---- */

/* 1,000 apps: the keeper holds 8 descriptors for each, the engine as many. 64 KB of the kernel's memory. */
enum { OD_DESCRIPTORS_AT_ONCE = 8192 };

/* The arguments of this process, argv[0] first; the count is returned. */
int32_t od_arguments(char ***argv);
/* The environment of this process, as NULL-terminated "K=V". */
char **od_environment(void);
/* Goes into the background: a session of its own without a terminal, "/", /dev/null as 0-2. The caller's parent sees
 * its child exit with 0. In `foreground` only missing ones of 0-2 become /dev/null. 0 or a negative errno. */
int od_detach(int foreground);
/* Closes everything but 0-2, OD_FD_LOCK, OD_FD_LISTENER and, if `engine`, OD_FD_LIVING, which become close-on-exec.
 * 0, or -EBADF without them. */
int od_close_strangers(int engine);
/* Names the process, makes it the parent of its orphaned descendants. 0 or a negative errno. */
int od_become_reaper(const char *name);
/* Raises the soft limit of descriptors to the hard one; `before` is the soft limit as it was. The new limit. */
int64_t od_raise_descriptors(uint64_t *before);
/* Makes room for OD_DESCRIPTORS_AT_ONCE descriptors, or as many as the limit allows, before the table of descriptors is
 * shared: the kernel enlarges a shared one only after an RCU grace period, some 10 ms, in which its owner stands still
 * (expand_fdtable in the kernel's fs/file.c). */
void od_widen_descriptors(void);
/* Asks to be spared by the OOM killer: 1 when granted. */
int od_lower_oom(void);
_Noreturn void od_exit(int code);
/* `size` zeroed bytes for the life of the process, or NULL. Pages cost nothing until they are touched. */
void *od_table(size_t size);

/* ---- events ---- */

struct od_event {
    uint64_t token;
    uint32_t events;
};

enum od_event_bits { OD_EVENT_IN = 1, OD_EVENT_PRIORITY = 2, OD_EVENT_OUT = 4 };

int32_t od_poller(void);
/* Watches `fd` (again, with other events, when `again`). */
int od_watch(int poller, int fd, uint32_t events, uint64_t token, int again);
int od_unwatch(int poller, int fd);
/* Waits without a limit; at most 64 events a time. Their number; 0 when interrupted. */
int32_t od_wait(int poller, struct od_event *events, int32_t capacity);
/* Default dispositions, all signals blocked. 0 or a negative errno. */
int od_hold_signals(void);
/* A descriptor that reads SIGCHLD and SIGTERM, which must be blocked. */
int32_t od_signals(void);
/* The next signal of it, or 0. */
int32_t od_next_signal(int signals);
/* CLOCK_BOOTTIME in nanoseconds. */
uint64_t od_now(void);
int32_t od_timer(void);
/* Fires once at that moment of CLOCK_BOOTTIME; 0 = never. Forgets a firing that was not seen yet. */
int od_set_timer(int timer, uint64_t at);

/* ---- descriptors and streams ---- */

void od_close(int fd);
int32_t od_null_device(void);
/* `ends[0]` to read, non-blocking; `ends[1]` to write, blocking; both close-on-exec. */
int od_pipe(int32_t ends[2]);
/* An empty memfd at position 0. */
int32_t od_spool(const char *name);
/* Moves what is in the pipe to the spool's position. Bytes, 0 at the end of the pipe, -EAGAIN when it is empty. */
int64_t od_move(int pipe, int spool, size_t limit);
/* Bytes of memory that a spool holds. */
int64_t od_held(int spool);
int64_t od_read(int fd, void *buffer, size_t capacity);
/* Maps the first `length` bytes of a memfd that nobody can write or shrink any more. -EPERM when it is not sealed,
 * -EMSGSIZE when it is shorter. */
int od_map_sealed(int fd, size_t length, const char **bytes);
void od_unmap(const char *bytes, size_t length);

/* ---- children ---- */

/* How a child ended: status as waitpid(2) gives it, rusage of it and of the children that it has reaped. */
struct od_reaped {
    int32_t pid;
    int32_t status;
    uint64_t user_us;
    uint64_t system_us;
    uint64_t max_rss_kib;
};

/* Signals the process behind a pidfd. 0 or a negative errno. */
int od_signal_process(int pidfd, int signal);
/* Signals a process group. The caller must know that the number cannot have been reused. */
int od_signal_group(int32_t group, int signal);

#endif
