#include "closing.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "pump.h"
#include "signs.h"

struct batch {
    int count;
    int32_t fds[];
};

static atomic_int closers;

int od_closing_has_room(void) { return atomic_load(&closers) < OD_SIGNS_CLOSERS; }

static void close_all(const int32_t *fds, int count)
{
    for (int i = 0; i < count; i++) close(fds[i]);
}

static void close_batch(void *argument)
{
    struct batch *batch = argument;
    close_all(batch->fds, batch->count);
    free(batch);
    atomic_fetch_sub(&closers, 1);
}

void od_closing(const int32_t *fds, int count)
{
    struct batch *batch = malloc(sizeof *batch + sizeof *fds * (size_t)count);
    if (!batch) return close_all(fds, count);
    batch->count = 0;
    for (int i = 0; i < count; i++) {
        /* Asks the pipe itself, not the file system that it may be named in. */
        if (fcntl(fds[i], F_GETPIPE_SZ) >= 0) close(fds[i]);
        else batch->fds[batch->count++] = fds[i];
    }
    if (batch->count == 0) return free(batch);
    atomic_fetch_add(&closers, 1);
    if (od_pump_thread("od-closing", close_batch, batch) < 0) close_batch(batch);
}
