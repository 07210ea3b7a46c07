/* What a keeper holds, in one memory that it shares with its spare and leaves to its successors: the runs, the stored
 * descriptors, the engine, the wish to become another executable.
 *
 * The memory is a memfd, mapped shared by both processes; descriptors in it are numbers of the one table that both
 * share. Any instruction of the worker may be its last, so that every change is in an order in which the next worker
 * can complete it or undo it: what says that a thing is there is written last, and a descriptor is taken out of the
 * memory before it is closed (what is open and not named here is closed by the next worker).
 *
 * Layout rule: fields are only added at the end of a struct, into room that is zero; a keeper reads each OD_LAYOUT from
 * OD_LAYOUT_LEAST on, by the sizes that the memory itself states. A changed meaning takes a new OD_LAYOUT. */
#ifndef OD_HOLDING_H
#define OD_HOLDING_H

#include "keeper.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OD_LAYOUT = 1,              /* what this keeper writes */
    OD_LAYOUT_LEAST = 1,        /* the oldest that it reads */
    OD_HEAD_BYTES = 4096,       /* room of struct od_holding */
    OD_RUN_BYTES = 384,         /* room of one struct od_held_run */
    OD_STORED_BYTES = 32,       /* room of one struct od_stored */
    OD_TEXT_BYTES = 8192,       /* room of the paths of a wish, each with its NUL */
};
#define OD_HOLDING_MAGIC 0x31676e69646c6f68u

/* How a child ended. Written by whoever is its parent, before it is reaped: so a status is never only in the memory of
 * a process that can be killed. `is_set` is written last. */
struct od_ending {
    uint64_t at;                /* CLOCK_BOOTTIME nanoseconds */
    uint64_t user_us;
    uint64_t system_us;
    uint64_t max_rss_kib;
    int32_t status;             /* as waitpid(2) gives it */
    uint32_t is_unknown;        /* nobody could read it */
    uint32_t is_set;
    uint32_t reserved;
};

/* How far a child came that could not exec; od_stage and errno, written in one piece by the child into its pipe. */
struct od_verdict {
    uint32_t stage;
    int32_t error;
};

/* One stream of a run: the pipe that the app writes, the spool that holds what was read before an engine came. */
struct od_stream {
    int32_t pipe;               /* -1 once released */
    int32_t spool;
    bool is_watched;            /* the worker's poller reports the pipe */
    bool is_ended;              /* all writers are gone and the pipe is empty */
    uint8_t reserved[2];
};

/* Who reaps the main process of a run. */
enum od_parentage { OD_PARENT_WORKER, OD_PARENT_SPARE, OD_PARENT_STRANGER };

/* A run, from its spawn until nobody needs to know of it any more. */
struct od_held_run {
    uint8_t phase_number;       /* written last; 0 = free */
    uint8_t parentage;          /* od_parentage; each worker finds out anew */
    bool is_handed_over;        /* the engine has the descriptors: it reads, we do not */
    bool is_acknowledged;
    bool is_released;
    bool is_just_ended;         /* its end was noticed in this turn */
    bool is_killing;            /* a SIGKILL for the tree waits for the end of this turn */
    bool is_watched;            /* the worker's poller reports the pidfd, that of a stranger's child */
    uint32_t generation;        /* distinguishes the users of one slot; rises, wraps at 24 bits */
    int32_t next_free;          /* next in the worker's list of free slots, -1 at its end */
    int32_t pidfd;
    int32_t status;             /* pipe through which the child says why it could not exec; -1 afterwards */
    int32_t last;               /* pidfd of one process that outlived a stranger's child; -1 without */
    struct od_stream out;
    struct od_stream error;
    struct od_slot facts;
    uint64_t exit;              /* number of the exit, 0 while the main process lives */
    uint64_t request;           /* number of the OD_SPAWN to be answered, and which start of the engine asked */
    uint64_t tag;               /* of its OD_INSTANCE, 0 without */
    uint64_t kill_request;      /* number of the OD_SIGNAL that waits, and how many it reached */
    uint32_t killed;
    uint32_t asker;
    struct od_verdict verdict;  /* read from `status` right into this place */
    struct od_ending ending;
    int32_t cgroup;             /* directory of the cgroup that is its tree; -1 without */
    int32_t cgroup_events;      /* by which the worker learns of its end; another worker opens its own */
};

struct od_stored {
    uint64_t key;
    int32_t descriptor;         /* -1 in an entry that is free */
    uint32_t reserved;
};

/* The engine, and when the next one starts. */
struct od_held_engine {
    int32_t pid;                /* 0 while there is none */
    int32_t pidfd;
    int32_t link;               /* our end; -1 without an engine */
    uint32_t starts;            /* how many have been started */
    uint64_t started_at;
    uint64_t start_at;          /* when the next one is due; 0 = not waiting */
    uint64_t delay;             /* what the next early death costs */
    uint64_t pulses;            /* number of the last OD_PULSE */
    uint8_t parentage;
    bool has_greeted;           /* it has said OD_HELLO: its signal handlers are there */
    bool owes_termination;      /* a SIGTERM for us has not been passed on yet */
    bool is_leaving;            /* OD_LEAVE was granted */
    uint32_t reserved;
    struct od_ending ending;
};

enum od_wish_state {
    OD_WISH_NONE,
    OD_WISH_CHECKING,           /* the new keeper is asked whether it can read this memory */
    OD_WISH_READY,              /* the spare executes it */
    OD_WISH_FAILED,             /* `error` says why; to be told to the engine */
};

/* OD_REEXEC under way. */
struct od_wish {
    uint32_t state;
    int32_t error;
    uint64_t request;
    uint32_t asker;
    int32_t pid;                /* of the new keeper that is asked */
    int32_t pidfd;
    uint32_t keeper_bytes;      /* of the first text, its NUL included */
    struct od_ending ending;
};

/* The head of the memory. */
struct od_holding {
    uint64_t magic;
    uint32_t layout;
    uint32_t head_bytes;
    uint32_t run_bytes;
    uint32_t stored_bytes;
    uint32_t runs_most;
    uint32_t stored_most;
    uint64_t children_at;       /* offsets: int32_t pids of unreaped main processes, 0 = none, one for each slot */
    uint64_t runs_at;
    uint64_t stored_at;
    uint64_t texts_at;
    uint64_t bytes;             /* of the whole memory */
    uint64_t holding;           /* as in od_welcome */
    int32_t memory;             /* the memfd */
    int32_t null;               /* /dev/null, the stdin of every child */
    uint64_t child_nofile;      /* soft limit of descriptors that children get back */
    uint64_t own_nofile;        /* ours */
    uint32_t tames_children;    /* children must be told not to be as safe from the OOM killer as we are */
    int32_t spare;              /* as the present worker knows it */
    int32_t worker;
    uint32_t keepers;           /* workers that have taken over, 0 before the first */
    uint32_t runs_used;         /* slots from here on have never been used */
    uint32_t stored_used;       /* entries from here on are not in use */
    uint64_t exits;             /* number of the last exit */
    int32_t spare_last;         /* as the last worker found it that took over */
    uint32_t reserved;
    uint32_t spare_orphans;     /* orphans that the spare has reaped */
    uint32_t spare_endings;     /* endings that the spare has written */
    struct od_held_engine engine;
    struct od_wish wish;
};

_Static_assert(sizeof(struct od_holding) <= OD_HEAD_BYTES, "the head has outgrown its room");
_Static_assert(sizeof(struct od_held_run) <= OD_RUN_BYTES, "a run has outgrown its room");
_Static_assert(sizeof(struct od_stored) <= OD_STORED_BYTES, "a stored descriptor has outgrown its room");

/* Keeps the compiler and the processor from moving writes to the memory over this point. */
static inline void od_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Places inside the memory. */
static inline struct od_held_engine *od_engine_in(struct od_holding *holding)
{
    return &holding->engine;
}

static inline struct od_wish *od_wish_in(struct od_holding *holding)
{
    return &holding->wish;
}

static inline struct od_ending *od_ending_of_run(struct od_held_run *run)
{
    return &run->ending;
}

static inline struct od_ending *od_ending_of_engine(struct od_held_engine *engine)
{
    return &engine->ending;
}

static inline struct od_ending *od_ending_of_wish(struct od_wish *wish)
{
    return &wish->ending;
}

static inline int32_t *od_pid_of_engine(struct od_held_engine *engine)
{
    return &engine->pid;
}

static inline int32_t *od_pidfd_of_engine(struct od_held_engine *engine)
{
    return &engine->pidfd;
}

static inline int32_t *od_pid_of_wish(struct od_wish *wish)
{
    return &wish->pid;
}

static inline int32_t *od_pidfd_of_wish(struct od_wish *wish)
{
    return &wish->pidfd;
}

static inline int32_t *od_pidfd_of_run(struct od_held_run *run)
{
    return &run->pidfd;
}

static inline struct od_verdict *od_verdict_of_run(struct od_held_run *run)
{
    return &run->verdict;
}

/* Whether a child's end has been written; if so, all of it can be read. */
static inline bool od_has_ended(const struct od_ending *ending)
{
    return __atomic_load_n(&ending->is_set, __ATOMIC_ACQUIRE) != 0;
}

#endif
