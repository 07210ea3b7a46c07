#include "logs.h"
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Logs of an app that runs as another user may lie where that user can put links. As root we follow only links of root
 * and of ourselves, whatever stands at the path in the moment of opening: the way there is gone directory by directory.
 * Without root there is nothing that a link could win. */

/* As the kernel has it (path_resolution(7)). */
enum { LINKS_MOST = 40 };

struct way {
    char rest[PATH_MAX];        /* what is still to be gone */
    char name[NAME_MAX + 1];    /* the last component, once the directory is reached */
    int directory;
    int links;
};

static int is_trusted(uid_t owner)
{
    return owner == 0 || owner == geteuid();
}

/* ---- the rights of a directory's owner ---- */

enum { GROUPS_MOST = 65536 }; /* NGROUPS_MAX */

/* What the calling thread was before. Rights are a matter of threads for the kernel; glibc's setgroups(3) would change
 * all of them. */
struct self {
    int is_changed;
    int count;
    gid_t *groups;
};

static void become_self(struct self *self)
{
    if (!self->is_changed) return;
    int error = errno;
    setfsuid(geteuid());
    setfsgid(getegid());
    if (syscall(SYS_setgroups, self->count, self->groups) < 0) abort(); /* rights that nobody gave */
    free(self->groups);
    self->is_changed = 0;
    errno = error;
}

/* Acts as the owner of a directory until `become_self`, when that is neither root nor we. 0 or a negative errno. */
static int become_owner(struct self *self, int directory)
{
    struct stat facts;
    self->is_changed = 0;
    if (directory == AT_FDCWD) return 0;
    if (fstat(directory, &facts) < 0) return -errno;
    if (is_trusted(facts.st_uid)) return 0;
    self->count = (int)syscall(SYS_getgroups, 0, NULL);
    if (self->count < 0 || self->count > GROUPS_MOST) return -EPERM;
    self->groups = calloc((size_t)self->count + 1, sizeof *self->groups);
    if (!self->groups) return -ENOMEM;
    if (syscall(SYS_getgroups, self->count, self->groups) != self->count
        || syscall(SYS_setgroups, 0, NULL) < 0) {
        free(self->groups);
        return -EPERM;
    }
    self->is_changed = 1;
    setfsgid(facts.st_gid);
    setfsuid(facts.st_uid);
    /* They say nothing of an error; asked for nobody, they say who we are. */
    if ((uid_t)setfsuid((uid_t)-1) == facts.st_uid && (gid_t)setfsgid((gid_t)-1) == facts.st_gid) return 0;
    become_self(self);
    return -EPERM;
}

/* ---- the way ---- */

/* Takes the next component out of `rest`. 1, 0 when it is the last one, or a negative errno. */
static int next_component(struct way *way)
{
    char *start = way->rest + strspn(way->rest, "/");
    size_t length = strcspn(start, "/");
    if (length == 0) return -EISDIR;
    if (length > NAME_MAX) return -ENAMETOOLONG;
    memcpy(way->name, start, length);
    way->name[length] = 0;
    const char *after = start + length;
    int is_last = *after == 0;
    memmove(way->rest, after, strlen(after) + 1);
    return !is_last;
}

/* Puts the target of a link in front of what is still to be gone. */
static int follow(struct way *way, int link)
{
    char target[PATH_MAX];
    struct stat facts;
    if (fstat(link, &facts) < 0) return -errno;
    if (!is_trusted(facts.st_uid) || ++way->links > LINKS_MOST) return -ELOOP;
    ssize_t length = readlinkat(link, "", target, sizeof target);
    if (length < 0) return -errno;
    size_t rest = strlen(way->rest);
    if ((size_t)length + rest + 2 > sizeof way->rest) return -ENAMETOOLONG;
    memmove(way->rest + length, way->rest, rest + 1);
    memcpy(way->rest, target, (size_t)length);
    if (target[0] != '/') return 0;
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return -errno;
    close(way->directory);
    way->directory = root;
    return 0;
}

static int make_directory(const struct way *way)
{
    struct self self;
    int result = become_owner(&self, way->directory);
    if (result < 0) return result;
    if (mkdirat(way->directory, way->name, 0700) < 0 && errno != EEXIST) result = -errno;
    become_self(&self);
    return result;
}

/* Enters the directory of that name, or follows the link. 0 or a negative errno. */
static int enter(struct way *way, int make)
{
    const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    int next = openat(way->directory, way->name, flags);
    if (next < 0 && errno == ENOENT && make) {
        int made = make_directory(way);
        if (made < 0) return made;
        next = openat(way->directory, way->name, flags);
    }
    if (next < 0) return -errno;
    struct stat facts;
    int result = fstat(next, &facts) < 0 ? -errno : 0;
    if (result == 0 && S_ISLNK(facts.st_mode)) result = follow(way, next);
    else if (result == 0 && !S_ISDIR(facts.st_mode)) result = -ENOTDIR;
    else if (result == 0) {
        close(way->directory);
        way->directory = next;
        return 0;
    }
    close(next);
    return result;
}

/* Goes to the directory of the path's last component. 0 with `directory` open, or a negative errno. */
static int go(struct way *way, const char *path, int make)
{
    if (strlen(path) >= sizeof way->rest) return -ENAMETOOLONG;
    strcpy(way->rest, path);
    way->links = 0;
    way->directory = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (way->directory < 0) return -errno;
    int result;
    while ((result = next_component(way)) > 0 && (result = enter(way, make)) == 0) {}
    if (result < 0) close(way->directory);
    return result;
}

/* What another user has put where we would write: a name for a file of theirs in a directory of their own, or a file or
 * FIFO of their own in a directory where all make names. */
static int is_foreign(int directory, const struct stat *file)
{
    struct stat place;
    if (fstat(directory, &place) < 0) return 1;
    if (place.st_mode & S_IWOTH && !is_trusted(file->st_uid) && file->st_uid != place.st_uid) return 1;
    return S_ISREG(file->st_mode) && file->st_nlink > 1 && !is_trusted(place.st_uid);
}

static int open_in(int directory, const char *name)
{
    struct stat facts;
    int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    int special = !fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) && !S_ISREG(facts.st_mode);
    int file;
    do file = openat(directory, name, special ? O_WRONLY | flags : O_RDWR | O_CREAT | flags, 0600);
    while (file < 0 && errno == EINTR);
    if (file < 0) return -errno;
    if (directory == AT_FDCWD) return file;
    int result = fstat(file, &facts) < 0 ? -errno : is_foreign(directory, &facts) ? -EPERM : file;
    if (result < 0) close(file);
    return result;
}

int od_pump_open_log(const char *path)
{
    if (geteuid() != 0 || path[0] != '/') return open_in(AT_FDCWD, path);
    struct way way;
    int result = go(&way, path, 0);
    if (result < 0) return result;
    struct self self;
    result = become_owner(&self, way.directory);
    if (result == 0) {
        result = open_in(way.directory, way.name);
        become_self(&self);
    }
    close(way.directory);
    return result;
}

int od_pump_is_root(void) { return geteuid() == 0; }

static int make_plainly(const char *path)
{
    char *copy = strdup(path);
    int error = 0;
    if (!copy) return -ENOMEM;
    for (char *p = copy + 1; *p && !error; p++) {
        if (*p != '/') continue;
        *p = 0;
        if (mkdir(copy, 0700) && errno != EEXIST && errno != EROFS) error = -errno;
        *p = '/';
    }
    free(copy);
    return error;
}

int od_pump_make_parents(const char *path)
{
    if (geteuid() != 0 || path[0] != '/') return make_plainly(path);
    struct way way;
    int result = go(&way, path, 1);
    if (result == 0) close(way.directory);
    return result;
}

/* What lies beside a log is found by the same way: a directory that became a link leads us nowhere. */

/* Where a path is: a directory and a name in it. Whoever is there acts as its owner until `leave`, which closes it. */
struct place {
    struct way way;
    const char *name;
    struct self self;
};

static int find_place(struct place *place, const char *path)
{
    place->way.directory = AT_FDCWD;
    place->name = path;
    place->self.is_changed = 0;
    if (geteuid() != 0 || path[0] != '/') return 0;
    place->name = place->way.name;
    int result = go(&place->way, path, 0);
    if (result == 0 && (result = become_owner(&place->self, place->way.directory)) < 0) close(place->way.directory);
    return result;
}

/* Hands a result on, -errno for -1, and closes the directory. */
static int leave(struct place *place, int result)
{
    int error = errno;
    become_self(&place->self);
    if (place->way.directory != AT_FDCWD) close(place->way.directory);
    return result < 0 ? -error : result;
}

int od_pump_open_read(const char *path)
{
    struct place place;
    int result = find_place(&place, path);
    if (result < 0) return result;
    int file;
    do file = openat(place.way.directory, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    while (file < 0 && errno == EINTR);
    return leave(&place, file);
}

int od_open_beside(const char *path)
{
    struct place place;
    struct stat facts;
    int result = find_place(&place, path);
    if (result < 0) return result;
    int directory = place.way.directory;
    int file = openat(directory, place.name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (file >= 0 && directory != AT_FDCWD && (fstat(file, &facts) < 0 || is_foreign(directory, &facts))) {
        close(file);
        file = -1;
        errno = EPERM;
    }
    return leave(&place, file);
}

int od_make_beside(const char *path)
{
    struct place place;
    int result = find_place(&place, path);
    if (result < 0) return result;
    int file = openat(place.way.directory, place.name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return leave(&place, file);
}

static int move_in(const struct place *from, const struct place *to, int replaces)
{
    int old = from->way.directory, new = to->way.directory;
    if (replaces) return renameat(old, from->name, new, to->name);
    if (!renameat2(old, from->name, new, to->name, RENAME_NOREPLACE)) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    /* A file system that cannot promise it: nobody but us makes files with these names. */
    if (!faccessat(new, to->name, F_OK, AT_SYMLINK_NOFOLLOW)) {
        errno = EEXIST;
        return -1;
    }
    return renameat(old, from->name, new, to->name);
}

static int move(const char *from, const char *to, int replaces)
{
    struct place old, new;
    int result = find_place(&old, from);
    if (result < 0) return result;
    become_self(&old.self); /* who goes to the other place does it with our own rights */
    result = find_place(&new, to);
    if (result == 0) result = leave(&new, move_in(&old, &new, replaces));
    leave(&old, 0);
    return result;
}

int od_put_aside(const char *from, const char *to) { return move(from, to, 0); }

int od_replace(const char *from, const char *to) { return move(from, to, 1); }

int od_remove(const char *path)
{
    struct place place;
    int result = find_place(&place, path);
    return result < 0 ? result : leave(&place, unlinkat(place.way.directory, place.name, 0));
}
