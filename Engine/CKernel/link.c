#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What we ask for; the system grants up to net.core.wmem_max, or all of it to the privileged. */
enum { ROOM = 4 << 20 };

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int32_t) * OD_LINK_FDS_MAX)];
};

int od_link_send(int link, const void *frame, size_t length, const int32_t *fds, uint32_t count)
{
    union control control;
    struct iovec part = {.iov_base = (void *)frame, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > OD_LINK_FDS_MAX) return -EINVAL;
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int32_t) * count);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int32_t) * count);
        memcpy(CMSG_DATA(head), fds, sizeof(int32_t) * count);
    }
    for (;;) {
        if (sendmsg(link, &message, MSG_NOSIGNAL) >= 0) return 0;
        if (errno != EINTR) return -errno;
    }
}

/* An empty datagram and the end of the connection both read as 0 bytes: only the latter leaves a hang-up behind. */
static int hung_up(int link)
{
    struct pollfd look = {.fd = link, .events = POLLRDHUP};
    return poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

int64_t od_link_recv(int link, void *buffer, size_t capacity, int32_t *fds, uint32_t *count, uint32_t *cut)
{
    union control control;
    struct iovec part = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *count = 0;
    *cut = OD_CUT_NONE;
    ssize_t length = recvmsg(link, &message, MSG_CMSG_CLOEXEC);
    if (length < 0) return -errno;
    if (message.msg_flags & MSG_TRUNC) *cut |= OD_CUT_BYTES;
    if (message.msg_flags & MSG_CTRUNC) *cut |= OD_CUT_FDS;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        uint32_t found = (uint32_t)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int32_t));
        for (uint32_t i = 0; i < found && *count < OD_LINK_FDS_MAX; i++)
            memcpy(&fds[(*count)++], CMSG_DATA(head) + i * sizeof(int32_t), sizeof(int32_t));
    }
    if (length == 0 && *count == 0 && hung_up(link)) return 0;
    return length == 0 ? -EBADMSG : length;
}

int od_link_pair(int32_t ends[2])
{
    int pair[2], room = ROOM;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
    for (int i = 0; i < 2; i++) {
        if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
            setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
    if (fcntl(pair[0], F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
        int error = errno;
        close(pair[0]);
        close(pair[1]);
        return -error;
    }
    ends[0] = pair[0];
    ends[1] = pair[1];
    return 0;
}

static int write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0) return -errno;
        bytes += written;
        length -= (size_t)written;
    }
    return fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0 ? -errno : 0;
}

int32_t od_sealed_file(const void *bytes, size_t length)
{
    int file = memfd_create("od-spec", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -errno;
    int result = write_all(file, bytes, length);
    if (result == 0) return file;
    close(file);
    return result;
}
