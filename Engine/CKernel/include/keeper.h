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

/* The version of these executables, in od_welcome. */
#ifndef OD_BUILD
#define OD_BUILD "0.1.0"
#endif

enum {
    OD_LINK_VERSION = 3,
    OD_FRAME_MAX = 65536,       /* bytes of one frame; a longer spawn body travels as a sealed memfd */
    OD_SPAWN_MAX = 4 << 20,     /* bytes of one spawn body, memfd included */
    OD_SLOTS_MAX = 4096,        /* runs held at once */
    OD_STORE_MAX = 8192,        /* descriptors in the fd store */
    OD_SPOOL_BYTES = 256 << 10, /* what a spool may hold while nobody reads it */
    OD_SPAWN_WHOLE = 80,        /* bytes of od_spawn and od_spawn_more together */
    OD_GROUPS_MAX = 65536,      /* supplementary groups of a child, as the system has it */
    OD_LIMITS_MAX = 32,         /* resource limits of a child */
    OD_CPU_WORDS_MAX = 128,     /* 64 CPUs each */
    OD_PASSED_MAX = 80,         /* descriptors that a child is passed */
    OD_PASSED_TARGET_MAX = 1023,

    OD_FD_LOCK = 3,             /* in the keeper: the flock on engine.lock */
    OD_FD_LISTENER = 4,         /* in keeper and engine: the listening client socket */
    OD_FD_LINK = 3,             /* in the engine: its end of this link */
    OD_FD_LIVING = 5,           /* in a keeper with OD_ENGINE_PID: its end of the link to that engine, which lives */
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
    OD_BEAT = 8,        /* the answer to OD_PULSE, with its seq, given by the engine's control loop */
    OD_REEXEC = 9,      /* od_reexec: become the named executables -> OD_RESYNC from the new one, or OD_REFUSED */
    OD_LEAVE = 10,      /* the keeper ends when this engine exits with 0 -> OD_LEFT; EBUSY while a run is alive */
    OD_DECLINE = 11,    /* the descriptors of `slot` did not arrive: the keeper goes on reading its streams */
    OD_ADOPT = 12,      /* od_adopt: hold a living process of a keeper that is gone -> OD_SPAWNED or OD_REFUSED */

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
    OD_PULSE = 77,      /* seq: say OD_BEAT; an engine that has done so once and then does not is killed and replaced */
};

/* The head of every frame. `slot` and `seq` are zero where they mean nothing. */
struct od_frame {
    uint16_t version;
    uint16_t kind;
    uint32_t slot;      /* index in the keeper's table; valid until both OD_ACK and OD_RELEASE of that run */
    uint64_t seq;       /* request number of the engine, repeated in its answer; number of an exit in OD_EXITED,
                           OD_SLOT, OD_ACK */
};

/* OD_SPAWN. With a `head` of at least OD_SPAWN_WHOLE bytes a struct od_spawn_more follows, then the tables that it
 * counts, in its order; then always `length` bytes of NUL-terminated strings: program, cwd, argc arguments (argv[0]
 * first), envc entries "K=V". With OD_SPAWN_MEMFD tables and strings are not in the frame but at offset 0 of the first
 * attached descriptor, a sealed memfd.
 *
 * The child gets a session of its own, default signal dispositions, an empty mask, /dev/null as stdin, two pipes as
 * stdout and stderr, the descriptors that it is passed, and no other.
 * Asking again for an (instance, run) that the keeper holds answers with that run. */
struct od_spawn {
    uint64_t instance;
    uint64_t run;
    uint32_t argc;
    uint32_t envc;
    uint32_t length;
    uint32_t head;      /* bits 0-15: od_spawn_flag; bits 16-31: bytes of od_spawn and od_spawn_more as the sender knows
                           them, a multiple of 8; 0 = 32, as version 1 sends it. A receiver that knows fewer skips the
                           rest, one that knows more takes what is missing as zero */
};

enum od_spawn_flag {
    OD_SPAWN_MEMFD = 1,
    OD_SPAWN_LISTEN_PID = 2,    /* LISTEN_PID in the environment becomes the child's pid; since version 2 */
};

/* What a child is given beyond that; since version 2. Fields that `set` does not name are zero. In the child they
 * are applied in the order of od_stage; the first that the system refuses ends it. */
struct od_spawn_more {
    uint32_t set;           /* od_spawn_set */
    uint32_t uid;
    uint32_t gid;
    uint32_t umask;
    int32_t nice;
    uint32_t io_priority;   /* as ioprio_set(2) takes it: class << 13 | level */
    int32_t oom_score_adj;
    uint32_t cgroup;        /* number, from 1, of the attached descriptor which is the directory of an empty cgroup of
                               its own (version 2 of cgroups), the tree of the run; 0 = none */
    uint32_t groups;        /* entries of the first table: uint32_t, and 4 bytes more after an odd number */
    uint32_t limits;        /* of the second: od_limit */
    uint32_t cpus;          /* of the third: uint64_t, CPU 0 is bit 0 of the first */
    uint32_t passed;        /* of the fourth: od_passed */
};

enum od_spawn_set {
    OD_SET_UID = 1, OD_SET_GID = 2, OD_SET_GROUPS = 4, OD_SET_UMASK = 8, OD_SET_NICE = 16, OD_SET_IO_PRIORITY = 32,
    OD_SET_OOM_SCORE = 64, OD_SET_NO_NEW_PRIVILEGES = 128, OD_SET_CPUS = 256,
};

struct od_limit {
    uint32_t resource;      /* RLIMIT_* */
    uint32_t reserved;
    uint64_t soft;          /* all ones = unlimited */
    uint64_t hard;
};

/* A descriptor of the child: one that came with the frame, or one of the store. */
struct od_passed {
    uint64_t key;           /* in the store, where `attached` is 0 */
    int32_t target;         /* its number in the child: 3 to OD_PASSED_TARGET_MAX, each once;
                             * since version 3 also 0, its stdin */
    uint32_t attached;      /* number of the attached descriptor, from 1 (the memfd counts) */
};

/* The descriptors of a run, in this order. Pipes and pidfd are shared open files; so are the spools, whose file
 * positions say how much was moved into them. */
enum od_slot_fd { OD_FD_PID, OD_FD_OUT, OD_FD_ERR, OD_FD_OUT_SPOOL, OD_FD_ERR_SPOOL, OD_SLOT_FDS };

/* A run is listed as OD_RUN_STARTING only when its child takes long between fork and exec (OD_LISTED waits a moment for
 * it): without descriptors, and followed by OD_SPAWNED or OD_REFUSED to whoever is the engine then. */
enum od_run_state {
    OD_RUN_STARTING = 4,
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
    uint32_t flags;         /* od_slot_flag; since version 2 */
};

enum od_slot_flag {
    OD_SLOT_ADOPTED = 1,    /* not our child: taken over with OD_ADOPT */
    OD_SLOT_UNKNOWN = 2,    /* it ended while nobody could read its status: `status` means nothing */
    OD_SLOT_SMALL_PIPES = 4,    /* the user's budget of pipes (fs.pipe-user-pages-soft) is used up: these are small */
    OD_SLOT_CGROUP = 8,     /* its tree is a cgroup: nothing escapes */
};

struct od_welcome {
    int32_t pid;
    uint32_t slots;         /* runs held */
    uint64_t seq;           /* number of the last exit */
    char boot_id[40];       /* /proc/sys/kernel/random/boot_id, NUL-terminated */
    /* Since version 2: */
    uint64_t holding;       /* random, made with the table of runs: the same over all keepers that hold this table */
    uint32_t keepers;       /* which keeper of that table this is, 1 for the first */
    int32_t spare;          /* pid of the spare, its parent; 0 = none */
    char build[32];         /* version of the executable, NUL-terminated */
};

/* OD_REEXEC. Then `length` bytes: the path of the new keeper and that of the engine to start from now on, each with its
 * NUL. */
struct od_reexec {
    uint32_t length;
};

/* OD_ADOPT: the process `pid`, if it still is the one that started at `start_ticks`. Its pipes, as far as its 1 and 2
 * are pipes, are opened again through /proc; or with OD_FD_OUT ... OD_FD_ERR_SPOOL attached, in this order, those are
 * taken: an engine that outlived its keeper gives back what it holds. */
struct od_adopt {
    uint64_t instance;
    uint64_t run;
    uint64_t start_ticks;
    uint64_t started;       /* CLOCK_BOOTTIME nanoseconds, as the former keeper said; 0 = unknown */
    int32_t pid;
    uint32_t reserved;
};

/* Where a spawn failed; OD_AT_NONE for refusals of other frames. Those from OD_AT_CGROUP on exist since version 2. In
 * the child the order is session, cgroup, limits, nice, io priority, oom score, affinity, groups, gid, uid, privileges,
 * cwd, umask, stdio, exec. */
enum od_stage {
    OD_AT_NONE, OD_AT_FRAME, OD_AT_TABLE, OD_AT_PIPE, OD_AT_SPOOL, OD_AT_FORK, OD_AT_SESSION, OD_AT_LIMITS, OD_AT_CWD,
    OD_AT_STDIO, OD_AT_EXEC,
    OD_AT_CGROUP, OD_AT_NICE, OD_AT_IO_PRIORITY, OD_AT_OOM_SCORE, OD_AT_AFFINITY, OD_AT_GROUPS, OD_AT_GID, OD_AT_UID,
    OD_AT_PRIVILEGES,
    OD_AT_PASSED,       /* a descriptor to be passed is not there */
    OD_AT_MEMORY,       /* no memory in the child */
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
