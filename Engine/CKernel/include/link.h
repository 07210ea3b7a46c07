/* Frames over the keeper link (keeper.h), for both sides: one frame is one datagram of a SOCK_SEQPACKET socket, and
 * descriptors ride along. Results are counts, or a negative errno; nothing here touches `errno` for its caller. */
#ifndef OD_LINK_H
#define OD_LINK_H

#include <stddef.h>
#include <stdint.h>

enum {
    OD_LINK_FDS_MAX = 16,       /* descriptors in one frame; a frame with more arrives cut */
};

/* What a received frame has lost. */
enum od_cut {
    OD_CUT_NONE = 0,
    OD_CUT_BYTES = 1,           /* longer than the buffer: the rest is gone */
    OD_CUT_FDS = 2,             /* descriptors did not arrive (too many, or the receiver has no numbers left) */
};

/* Sends one frame with `count` descriptors, which stay open here. 0, or -EAGAIN (the socket is full), -EPIPE (nobody
 * is there), -ETOOMANYREFS (too many descriptors under way), -EMSGSIZE, ... Never raises SIGPIPE. */
int od_link_send(int link, const void *frame, size_t length, const int32_t *fds, uint32_t count);

/* Receives one frame into `buffer`, its descriptors (close-on-exec, now the caller's) into `fds`, which has room for
 * OD_LINK_FDS_MAX. Bytes of the frame; 0 when the other side is gone; -EBADMSG for an empty frame; -EAGAIN on a
 * non-blocking socket; -EINTR. `count` and `cut` (od_cut) are always set. */
int64_t od_link_recv(int link, void *buffer, size_t capacity, int32_t *fds, uint32_t *count, uint32_t *cut);

/* A new link: `ends[0]` non-blocking for the keeper, `ends[1]` blocking for the engine, both close-on-exec, with as
 * much room as the system grants. 0 or a negative errno. */
int od_link_pair(int32_t ends[2]);

/* A memfd with these bytes that nobody can change any more: the body of an OD_SPAWN that is too long for a frame.
 * The descriptor, close-on-exec, or a negative errno. */
int32_t od_sealed_file(const void *bytes, size_t length);

#endif
