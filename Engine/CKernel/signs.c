#include "signs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "closing.h"

enum {
    NAME_BYTES = 16,            /* of randomness in the name of a notify socket */
    LISTENING = 0x0A,           /* TCP_LISTEN in /proc/net/tcp */
    CONNECT_PATIENCE = 200,     /* milliseconds */
    OD_PASSRIGHTS = 83,         /* SO_PASSRIGHTS of Linux 6.16, which older headers do not have */
};

int od_signs_pair(int32_t ends[2])
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
    if (fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0) {
        int error = errno;
        close(pair[0]);
        close(pair[1]);
        return -error;
    }
    od_signs_refuse_rights(pair[0]);
    ends[0] = pair[0];
    ends[1] = pair[1];
    return 0;
}

void od_signs_refuse_rights(int fd)
{
    int no = 0;
    setsockopt(fd, SOL_SOCKET, OD_PASSRIGHTS, &no, sizeof no);
}

/* `opendaemon-` and 32 hexadecimal digits behind the NUL of an abstract name. Its length, or a negative errno. */
static int choose_name(struct sockaddr_un *address)
{
    static const char prefix[] = "opendaemon-", digits[] = "0123456789abcdef";
    unsigned char random[NAME_BYTES];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return -EIO;
    address->sun_family = AF_UNIX;
    size_t length = 1;
    memcpy(address->sun_path + length, prefix, sizeof prefix - 1);
    length += sizeof prefix - 1;
    for (size_t i = 0; i < sizeof random; i++) {
        address->sun_path[length++] = digits[random[i] >> 4];
        address->sun_path[length++] = digits[random[i] & 15];
    }
    return (int)length;
}

/* Its length with the NUL, or a negative errno. */
static int take_path(struct sockaddr_un *address, const char *path)
{
    size_t length = strlen(path) + 1;
    if (length > sizeof address->sun_path) return -ENAMETOOLONG;
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return (int)length;
}

int od_signs_notify(const char *path)
{
    struct sockaddr_un address = {0};
    int length = path ? take_path(&address, path) : choose_name(&address);
    if (length < 0) return length;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    if (fd < 0) return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length);
    /* The mode of the socket becomes that of its file. */
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) < 0 || (path && fchmod(fd, S_IRUSR | S_IWUSR) < 0)
        || bind(fd, (struct sockaddr *)&address, size) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int od_signs_name(int fd, char name[OD_SIGNS_NAME_MAX])
{
    struct sockaddr_un address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -errno;
    size_t head = offsetof(struct sockaddr_un, sun_path);
    if (size <= head + 1 || size - head > OD_SIGNS_NAME_MAX) return -EINVAL;
    memcpy(name, address.sun_path, size - head);
    if (address.sun_path[0] == 0) {
        if (size - head == OD_SIGNS_NAME_MAX) return -EINVAL;
        name[0] = '@';
        name[size - head] = 0;
    }
    return 0;
}

/* Closes the descriptors of a message, and says who sent it. */
static void read_control(struct msghdr *message, int32_t *sender, int32_t *user)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET) continue;
        if (part->cmsg_type == SCM_RIGHTS) {
            int32_t fds[OD_CLOSING_MAX];
            size_t bytes = part->cmsg_len - CMSG_LEN(0);
            memcpy(fds, CMSG_DATA(part), bytes);
            od_closing(fds, (int)(bytes / sizeof *fds));
        } else if (part->cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;
            memcpy(&who, CMSG_DATA(part), sizeof who);
            *sender = who.pid;
            *user = (int32_t)who.uid;
        }
    }
}

static int64_t receive(int fd, struct msghdr *message, int flags, int32_t *sender, int32_t *user)
{
    ssize_t got;
    do got = recvmsg(fd, message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    read_control(message, sender, user);
    return got;
}

int64_t od_signs_look(int fd, void *buffer, size_t capacity, int32_t *sender, int32_t *user)
{
    /* No room for descriptors: they stay with the message, and come when it is taken. */
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr aligned;
    } control;
    struct iovec piece = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    *sender = -1;
    *user = -1;
    return receive(fd, &message, MSG_PEEK, sender, user);
}

int64_t od_signs_take(int fd, void *buffer, size_t length)
{
    if (!od_closing_has_room()) return -EBUSY;
    union {
        char bytes[CMSG_SPACE(sizeof(int32_t) * OD_CLOSING_MAX) + CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr aligned;
    } control;
    struct iovec piece = {.iov_base = buffer, .iov_len = length};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    int32_t sender, user;
    return receive(fd, &message, 0, &sender, &user);
}

int od_signs_say(int fd, const void *bytes, size_t length)
{
    ssize_t sent;
    do sent = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) return -errno;
    /* So few bytes go in one piece or not at all. */
    return (size_t)sent == length ? 0 : -EAGAIN;
}

int od_signs_is_alone(int fd)
{
    struct pollfd look = {.fd = fd, .events = 0};
    return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

struct wanted {
    const uint16_t *ports;
    int count;      /* 0: any */
};

static int is_wanted(const struct wanted *wanted, unsigned port)
{
    for (int i = 0; i < wanted->count; i++)
        if (wanted->ports[i] == port) return 1;
    return wanted->count == 0;
}

/* One table of /proc/PID/net, which lists sockets that listen first. Adds to `sockets`; how many there are then. */
static int read_table(int32_t pid, const char *table, const struct wanted *wanted, struct od_signs_socket *sockets,
                      int found, int capacity)
{
    char path[48], line[512];
    snprintf(path, sizeof path, "/proc/%d/net/%s", pid, table);
    FILE *file = fopen(path, "re");
    if (!file) return found;
    while (found < capacity && fgets(line, sizeof line, file)) {
        unsigned local, state;
        unsigned long long inode;
        int fields = sscanf(line, " %*u: %*32[0-9A-Fa-f]:%x %*32[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %llu",
                            &local, &state, &inode);
        if (fields != 3) continue;
        if (state != LISTENING) break;
        if (is_wanted(wanted, local))
            sockets[found++] = (struct od_signs_socket){.inode = inode, .port = (uint16_t)local};
    }
    fclose(file);
    return found;
}

int od_signs_listeners(int32_t pid, const uint16_t *ports, int count, struct od_signs_socket *sockets, int capacity)
{
    struct wanted wanted = {.ports = ports, .count = count};
    int found = read_table(pid, "tcp", &wanted, sockets, 0, capacity);
    return read_table(pid, "tcp6", &wanted, sockets, found, capacity);
}

int64_t od_signs_network(int32_t pid)
{
    char path[32];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
    return stat(path, &status) < 0 ? -errno : (int64_t)status.st_ino;
}

static int is_one_of(const char *link, const uint64_t *inodes, int count)
{
    static const char prefix[] = "socket:[";
    if (strncmp(link, prefix, sizeof prefix - 1) != 0) return 0;
    unsigned long long inode = strtoull(link + sizeof prefix - 1, NULL, 10);
    for (int i = 0; i < count; i++)
        if (inodes[i] == inode) return 1;
    return 0;
}

int od_signs_holds(int32_t pid, const uint64_t *inodes, int count)
{
    char path[32], link[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *directory = opendir(path);
    if (!directory) return errno == EACCES || errno == EPERM ? -EACCES : 0;
    int found = 0;
    for (struct dirent *entry = readdir(directory); entry && !found; entry = readdir(directory)) {
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, link, sizeof link - 1);
        if (length <= 0) continue;
        link[length] = 0;
        found = is_one_of(link, inodes, count);
    }
    closedir(directory);
    return found;
}

static int connects(int family, const struct sockaddr *address, socklen_t size)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return 0;
    int is_there = connect(fd, address, size) == 0;
    if (!is_there && errno == EINPROGRESS) {
        struct pollfd look = {.fd = fd, .events = POLLOUT};
        int error = 0;
        socklen_t length = sizeof error;
        is_there = poll(&look, 1, CONNECT_PATIENCE) > 0
            && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
    }
    close(fd);
    return is_there;
}

int od_signs_connects(uint16_t port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connects(AF_INET, (struct sockaddr *)&four, sizeof four)
        || connects(AF_INET6, (struct sockaddr *)&six, sizeof six);
}

int64_t od_signs_user(int32_t pid)
{
    char path[24];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d", pid);
    return stat(path, &status) < 0 ? -errno : (int64_t)status.st_uid;
}
