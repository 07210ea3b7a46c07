/* Files that say the pid of an app to other programs. */
#ifndef OD_PIDFILE_H
#define OD_PIDFILE_H

#include <stdint.h>

/* No user: the file is made with the rights of this process. */
#define OD_PID_FILE_OURS UINT32_MAX

/* Replaces the file as a whole by one that says `pid`, with the rights of a user, so that root writes nowhere where
 * that user could not. Directories that are missing are made. Gives 0 or -errno. */
int od_pid_file_write(const char *path, int32_t pid, uint32_t uid, uint32_t gid);

/* Removes the file if it says `pid` yet. Gives 0, also when there is none, or -errno. */
int od_pid_file_remove(const char *path, int32_t pid, uint32_t uid, uint32_t gid);

#endif
