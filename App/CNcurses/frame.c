/* A frame goes to the terminal by one system call. ncurses writes at every movement of the cursor (a few dozen times a
 * frame), and each of these wakes whoever reads the terminal: twice the time and several switches a frame. So it writes
 * into memory meanwhile. */
#include "include/CNcurses.h"
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

static int store = -1; /* memory with a descriptor */
static int out = -1;   /* where ncurses writes: the terminal, or the store */

FILE *od_frame_open(void)
{
    out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (out < 0) return stdout;
    store = memfd_create("od-frame", MFD_CLOEXEC);
    FILE *stream = fdopen(out, "w");
    if (stream == NULL) out = -1;
    return stream ? stream : stdout;
}

void od_frame_write(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(STDOUT_FILENO, text, length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return; /* the terminal is gone; the loop hears of it by poll */
        text += done;
        length -= (size_t)done;
    }
}

int od_frame_begin(void)
{
    if (store < 0 || out < 0) return 0;
    return dup3(store, out, O_CLOEXEC) == out;
}

size_t od_frame_end(const char *before, const char *after)
{
    static char piece[PIECE];
    off_t length = lseek(store, 0, SEEK_CUR), done = 0;
    size_t used = strlen(before), tail = strlen(after), written = 0;
    dup3(STDOUT_FILENO, out, O_CLOEXEC);
    lseek(store, 0, SEEK_SET);
    if (length <= 0) return 0;
    memcpy(piece, before, used);
    while (done < length) {
        size_t room = sizeof piece - used - tail, left = (size_t)(length - done);
        ssize_t got = pread(store, piece + used, left < room ? left : room, done);
        if (got <= 0) return written;
        done += got;
        used += od_frame_squeeze(piece + used, (size_t)got);
        if (done == length) {
            memcpy(piece + used, after, tail);
            used += tail;
        }
        od_frame_write(piece, used);
        written += used;
        used = 0;
    }
    return written;
}
