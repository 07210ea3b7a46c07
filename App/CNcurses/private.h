/* Between tty.c and signals.c. */
#ifndef OD_CNCURSES_PRIVATE_H
#define OD_CNCURSES_PRIVATE_H

#include <stddef.h>

/* Catches the signals of the terminal, before ncurses does. -1 when there are no descriptors. */
int od_signals_open(void);
/* Gives them back to who had them before. */
void od_signals_close(void);

/* From now on a crash writes `text` and sets the modes of `descriptor` back to what they are now. */
void od_crash_arm(int descriptor);
void od_crash_text(const char *text, size_t length);
void od_crash_disarm(void);

#endif
