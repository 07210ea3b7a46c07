/* The link between keeper and engine: frames over a SOCK_SEQPACKET pair, one header for both sides.
 *
 * The keeper makes the pair, starts the engine with one end as descriptor OD_FD_LINK and stays its parent: when it
 * has reaped an engine, that engine reads no stream any more. One frame is one datagram: `struct od_frame`, then the
 * body of its kind. Integers are in host order (both ends are on one machine). Descriptors ride along as SCM_RIGHTS.
 *
 * Version rule: fields are only ever added at the end of a body; a receiver accepts longer bodies than it knows and
 * treats a missing field as zero. A changed meaning takes a new kind. OD_LINK_VERSION rises with every addition.
 *
 * Every frame of the engine is answered: by the kind named beside it, or by OD_REFUSED with an errno. A keeper that
 * cannot send (socket full) remembers that the engine missed something and sends OD_RESYNC when there is room again;
 * the engine then says OD_HELLO again. Nothing is lost by that: what matters is held until it is acknowledged.
 */
#ifndef OD_KEEPER_H
#define OD_KEEPER_H

#include <stdint.h>

enum {
    OD_LINK_VERSION = 1,
    OD_FRAME_MAX = 65536,       /* bytes of one frame; a longer spawn body travels as a sealed memfd */
    OD_SPAWN_MAX = 4 << 20,     /* bytes of one spawn body, memfd included */
    OD_SLOTS_MAX = 4096,        /* runs held at once */
    OD_STORE_MAX = 8192,        /* descriptors in the fd store */
    OD_SPOOL_BYTES = 256 << 10, /* what a spool may hold while nobody reads it */

    OD_FD_LOCK = 3,             /* in the keeper: the flock on engine.lock */
    OD_FD_LISTENER = 4,         /* in keeper and engine: the listening client socket */
    OD_FD_LINK = 3,             /* in the engine: its end of this link */
};

enum od_kind {
    /* engine -> keeper */
    OD_HELLO = 1,       /* -> OD_WELCOME, OD_HELD for each stored descriptor, OD_SLOT for each run, OD_LISTED */
    OD_SPAWN = 2,       /* od_spawn -> OD_SPAWNED or OD_REFUSED, when exec succeeded or failed */
    OD_SIGNAL = 3,      /* od_signal -> OD_SIGNALLED */
    OD_ACK = 4,         /* the exit numbered `seq` of `slot` is durable: forget it */
    OD_RELEASE = 5,     /* the streams of `slot` are read to their end: close them */
    OD_STORE = 6,       /* od_key and one descriptor -> OD_STORED; an older one of that key is closed */
    OD_DROP = 7,        /* od_key: close that descriptor */
    OD_BEAT = 8,        /* reserved: heartbeat */
    OD_REEXEC = 9,      /* reserved: the keeper replaces its own executable */
    OD_LEAVE = 10,      /* the keeper ends when this engine exits with 0 -> OD_LEFT; EBUSY while a run is alive */
    OD_DECLINE = 11,    /* the descriptors of `slot` did not arrive: the keeper goes on reading its streams */

    /* keeper -> engine */
    OD_WELCOME = 65,    /* od_welcome */
    OD_HELD = 66,       /* od_key and one descriptor */
    OD_SLOT = 67,       /* od_slot and OD_SLOT_FDS descriptors (or none, when they are closed already) */
    OD_LISTED = 68,     /* the end of the answer to OD_HELLO */
    OD_SPAWNED = 69,    /* od_slot and OD_SLOT_FDS descriptors */
    OD_REFUSED = 70,    /* od_refused */
    OD_EXITED = 71,     /* od_slot: the main process ended; OD_RUN_GONE is set when its whole tree is gone as well */
    OD_GONE = 72,       /* od_slot: the last process of the tree of an exited run is gone */
    OD_SIGNALLED = 73,  /* od_signalled */
    OD_STORED = 74,     /* od_key */
    OD_RESYNC = 75,     /* frames were lost for want of room: say OD_HELLO again */
    OD_LEFT = 76,       /* OD_LEAVE is granted: exit with code 0 now; another code brings a new engine */
};

/* The head of every frame. `slot` and `seq` are zero where they mean nothing. */
struct od_frame {
    uint16_t version;
    uint16_t kind;
    uint32_t slot;      /* index in the keeper's table; valid until both OD_ACK and OD_RELEASE of that run */
    uint64_t seq;       /* request number of the engine, repeated in its answer; number of an exit in OD_EXITED,
                           OD_SLOT, OD_ACK */
};

/* OD_SPAWN. Then `length` bytes of NUL-terminated strings: program, cwd, argc arguments (argv[0] first), envc entries
 * "K=V"; or, with `memfd` = 1, the same bytes from offset 0 of the one attached memfd. The child gets a session of its
 * own, default signal dispositions, an empty mask, /dev/null as stdin, two pipes as stdout and stderr and no other
 * descriptor.
 * Asking again for an (instance, run) that the keeper holds answers with that run. */
struct od_spawn {
    uint64_t instance;
    uint64_t run;
    uint32_t argc;
    uint32_t envc;
    uint32_t length;
    uint32_t memfd;
};

/* The descriptors of a run, in this order. Pipes and pidfd are shared open files; so are the spools, whose file
 * positions say how much was moved into them. */
enum od_slot_fd { OD_FD_PID, OD_FD_OUT, OD_FD_ERR, OD_FD_OUT_SPOOL, OD_FD_ERR_SPOOL, OD_SLOT_FDS };

enum od_run_state {
    OD_RUN_RUNNING = 1, /* exec succeeded, the main process lives */
    OD_RUN_EXITED = 2,  /* the main process is reaped, processes of its tree live */
    OD_RUN_GONE = 3,    /* nothing of it lives */
};

/* What the keeper knows of a run. Times are CLOCK_BOOTTIME nanoseconds. `frame.seq` numbers its exit, 0 before. */
struct od_slot {
    uint64_t instance;
    uint64_t run;
    uint64_t started;
    uint64_t exited;        /* 0 while it runs */
    uint64_t start_ticks;   /* field 22 of /proc/PID/stat: with the pid and the boot id the identity of the process */
    uint64_t user_us;       /* rusage of the main process and its reaped children */
    uint64_t system_us;
    uint64_t max_rss_kib;
    int32_t pid;
    uint32_t state;         /* od_run_state */
    int32_t status;         /* as waitpid(2) gives it; meaningful once `exited` is set */
    uint32_t left;          /* processes of the tree that outlived the main process, when last counted */
};

struct od_welcome {
    int32_t pid;
    uint32_t slots;         /* runs held */
    uint64_t seq;           /* number of the last exit */
    char boot_id[40];       /* /proc/sys/kernel/random/boot_id, NUL-terminated */
};

/* Where a spawn failed; OD_AT_NONE for refusals of other frames. */
enum od_stage {
    OD_AT_NONE, OD_AT_FRAME, OD_AT_TABLE, OD_AT_PIPE, OD_AT_SPOOL, OD_AT_FORK, OD_AT_SESSION, OD_AT_LIMITS, OD_AT_CWD,
    OD_AT_STDIO, OD_AT_EXEC,
};

/* OD_REFUSED; frame.seq is that of the refused frame. */
struct od_refused {
    uint64_t instance;
    uint64_t run;
    uint32_t kind;          /* of the refused frame */
    uint32_t stage;         /* od_stage */
    int32_t error;          /* errno */
};

enum od_scope { OD_SCOPE_MAIN, OD_SCOPE_TREE };

/* OD_SIGNAL: to the main process, or to every process of the run's tree. SIGKILL to a tree is repeated until a look
 * finds nobody new. `run` guards against a slot that was given to another run. */
struct od_signal {
    uint64_t run;
    int32_t signal;
    uint32_t scope;
};

/* OD_SIGNALLED: how many processes were reached, and how many of the tree live, both 0 when nothing was left. */
struct od_signalled {
    uint64_t run;
    uint32_t reached;
    uint32_t alive;
};

struct od_key { uint64_t key; };

#endif
