/* What an app says of itself while it runs: node's IPC channel, the socket of sd_notify(3), a descriptor that takes a
 * line; and the port that it listens on. Results are counts, descriptors (close-on-exec), or a negative errno.
 *
 * Messages are looked at before they are taken, so that a reader who is killed between the two loses none.
 * Descriptors that an app sends along are closed when the message is taken: sd_notify's BARRIER=1 waits for exactly
 * that. Whoever sends them cannot make us wait with them (closing.h). */
#ifndef OD_SIGNS_H
#define OD_SIGNS_H

#include <stddef.h>
#include <stdint.h>

enum {
    OD_SIGNS_NAME_MAX = 108,    /* bytes of the name of a notify socket, its NUL included */
    OD_SIGNS_CLOSERS = 8,       /* threads that may wait at once with descriptors which apps sent */
};

/* A connected pair of stream sockets: ends[0] is ours and never blocks, ends[1] is the app's. */
int od_signs_pair(int32_t ends[2]);

/* Whoever sends a descriptor to this unix socket, or to one that it accepts, gets EPERM (SO_PASSRIGHTS, Linux 6.16;
 * nothing on older ones). For sockets that are read by calls that leave the closing to the kernel, which may wait. */
void od_signs_refuse_rights(int fd);

/* A datagram socket for NOTIFY_SOCKET, which never blocks and tells who sends: a file that is ours alone, or, without a
 * path, one with an abstract name of 16 random bytes. */
int od_signs_notify(const char *path);

/* The name of such a socket as NOTIFY_SOCKET has it, a path or `@...`. 0 or a negative errno. */
int od_signs_name(int fd, char name[OD_SIGNS_NAME_MAX]);

/* Looks at what is there without taking it; a stream gives as many bytes as there are, up to `capacity`. `sender` and
 * `user` are those of a datagram, -1 where they are not told. 0 at the end of a stream. -EAGAIN: nothing is there. */
int64_t od_signs_look(int fd, void *buffer, size_t capacity, int32_t *sender, int32_t *user);

/* Takes what was looked at: one datagram, or `length` bytes of a stream. -EBUSY: too many threads wait with
 * descriptors of earlier messages; again later. */
int64_t od_signs_take(int fd, void *buffer, size_t length);

/* Says something on a stream, all or nothing: 0, -EAGAIN when there is no room, -EPIPE when nobody is there. */
int od_signs_say(int fd, const void *bytes, size_t length);

/* 1 when nobody has the other end of a stream any more. */
int od_signs_is_alone(int fd);

struct od_signs_socket {
    uint64_t inode;
    uint16_t port;
};

/* TCP sockets that listen on one of `count` ports, 0: on any, in the network of process `pid`; how many, at most
 * `capacity`. */
int od_signs_listeners(int32_t pid, const uint16_t *ports, int count, struct od_signs_socket *sockets, int capacity);

/* The inode of the network that a process is in; negative errno when that cannot be seen. */
int64_t od_signs_network(int32_t pid);

/* 1 when process `pid` has one of these sockets open, 0 when not, -EACCES when that cannot be seen. */
int od_signs_holds(int32_t pid, const uint64_t *inodes, int count);

/* 1 when a connection to `port` on this machine is accepted. */
int od_signs_connects(uint16_t port);

/* User of a process; negative errno when it is gone. */
int64_t od_signs_user(int32_t pid);

#endif
