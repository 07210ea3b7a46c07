/* Files that say the pid of an app to other programs. */
#ifndef OD_PIDFILE_H
#define OD_PIDFILE_H

#include <stdint.h>

/* Replaces the file as a whole by one that says `pid`. Directories that are missing are made. As root no link of
 * another user is followed, and what is done in another user's directory is done with that user's rights. Gives 0 or
 * -errno: -EEXIST when what stands there is no pid file (a device, a FIFO, anything but a number), which stays. */
int od_pid_file_write(const char *path, int32_t pid);

/* Removes the file if it says `pid` yet. Gives 0, also when there is none, or -errno. */
int od_pid_file_remove(const char *path, int32_t pid);

#endif
