/* How a keeper outlives itself: two processes with one table of descriptors and one memory (holding.h). */
#ifndef OD_SURVIVE_H
#define OD_SURVIVE_H

#include "calls.h"
#include "holding.h"

/* ---- the memory ---- */

/* A new memfd of `bytes` zero bytes, close-on-exec, or a negative errno. */
int32_t od_memory_make(size_t bytes);
/* Maps it shared; NULL when that is refused. */
void *od_memory_map(int32_t memory, size_t bytes);
/* Bytes of it, or a negative errno. */
int64_t od_memory_bytes(int32_t memory);
/* Fills in the version of this executable. */
void od_read_build(struct od_welcome *welcome);
/* 64 random bits, never 0. */
uint64_t od_random(void);

/* ---- two processes ---- */

/* Forks a process that shares this one's table of descriptors. 0 in the child, its pid here, or a negative errno. */
int32_t od_fork_sharing(void);
int32_t od_parent_pid(void);
/* A SIGCHLD when the parent dies; 0 = no more. */
void od_tell_parents_death(int tell);
/* Waits for SIGCHLD or SIGTERM, which must be blocked, at most `milliseconds` (negative: for ever). The signal; 0 when
 * the time is over. */
int32_t od_await_signal(int64_t milliseconds);
/* Sends a signal to a child that we have not reaped. */
void od_tell(int32_t pid, int signal);

/* ---- the dead ---- */

/* A dead child that is not reaped yet: 1, or 0 when there is none. */
int od_peek(struct od_reaped *reaped);
/* Reaps it. */
void od_take(int32_t pid);
/* Writes how a child ended; again is harmless. */
void od_end(struct od_ending *ending, const struct od_reaped *reaped);
/* How the process behind a pidfd ended, as waitpid(2) gives it, once somebody has reaped it (PIDFD_INFO_EXIT, Linux
 * 6.15). 0; -EAGAIN while it is not reaped; another negative errno when this kernel does not tell. */
int od_exit_status(int pidfd, int32_t *status);
/* How the process behind a pidfd ended that is not our child: asked of the pidfd (Linux 6.15), else of /proc while it
 * is a zombie. 1 when `reaped` is filled in, 0 when nobody can tell. */
int od_stranger_end(int proc, int32_t pid, int pidfd, struct od_reaped *reaped);

/* A start as /proc/PID/stat tells it, in nanoseconds of CLOCK_BOOTTIME. */
uint64_t od_since_boot(uint64_t ticks);

/* ---- descriptors ---- */

/* Closes every descriptor whose bit is not set in `named`, which has `most` bits; those beyond are closed as well. */
void od_close_unnamed(int proc, const uint8_t *named, int32_t most);
/* Makes a descriptor outlive an exec, or all of them from `fd` on not to. */
void od_keep_open(int fd);
void od_close_on_exec(int from);
/* Sets O_NONBLOCK. */
int od_make_nonblocking(int fd);
/* A pipe for the stdout of an app: `ends[0]` as od_pipe makes it; `ends[1]` writes and reads, so that the pipe has a
 * reader as long as the app lives, and nobody's death raises SIGPIPE in it. Where /proc is missing it only writes. */
int od_stream_pipe(int32_t ends[2]);
/* The reading end of the pipe that descriptor `number` of a process is; -ENOTTY when it is no pipe. */
int32_t od_open_others_pipe(int proc, int32_t pid, int number);
/* A pipe without a writer: it is at its end. */
int32_t od_ended_pipe(void);

/* ---- another executable ---- */

/* 0 when the file can be executed by us, or a negative errno. */
int od_can_execute(const char *path);
/* Executes `program` with the arguments of this process, but for the first two, which are the program and `engine`, and
 * with its environment and OD_KEEPER_TABLE=`memory`. Only returns on failure: a negative errno. */
int od_become(const char *program, const char *engine, int32_t memory);

/* ---- tables of one's own ---- */

/* How many tables (od_table) there are, and gives back those that came after. */
int32_t od_tables(void);
void od_tables_drop(int32_t count);

#endif
