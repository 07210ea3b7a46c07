/* Between tty.c and signals.c. */
#ifndef OD_CNCURSES_PRIVATE_H
#define OD_CNCURSES_PRIVATE_H

#include <stddef.h>
#include <stdio.h>

/* Catches the signals of the terminal, before ncurses does. -1 when there are no descriptors. */
int od_signals_open(void);
/* Gives them back to who had them before. */
void od_signals_close(void);

/* From now on a crash writes `text` and sets the modes of `descriptor` back to what they are now. */
void od_crash_arm(int descriptor);
void od_crash_text(const char *text, size_t length);
void od_crash_disarm(void);

/* The stream that ncurses writes to. */
FILE *od_frame_open(void);
/* Writes to the terminal, past ncurses. */
void od_frame_write(const char *text, size_t length);
/* What ncurses writes from begin to end goes out in one piece, between `before` and `after` (a few bytes each). 0 when
 * it goes out as it comes, and there is no end. od_frame_end answers how many bytes it was. */
int od_frame_begin(void);
size_t od_frame_end(const char *before, const char *after);

/* newterm(3) with 24-bit colours; NULL when TERM's entry cannot be read. */
struct screen *od_direct_screen(FILE *out);

#endif
