/* Closing what others have opened: for signs.c only. */
#ifndef OD_CLOSING_H
#define OD_CLOSING_H

#include <stdint.h>

enum { OD_CLOSING_MAX = 253 };  /* descriptors of one message (SCM_MAX_FD of the kernel) */

/* 1 when there is a thread left for descriptors that may keep their closer waiting. */
int od_closing_has_room(void);

/* Closes descriptors that came from others, never waiting: the last close of a socket waits for its peer as long as
 * its owner chose (SO_LINGER), that of a file as long as its file system likes. Ends of pipes never wait and are closed
 * before this returns; all others on a thread of their own. When there is none they are closed here after all. */
void od_closing(const int32_t *fds, int count);

#endif
