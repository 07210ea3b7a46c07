/* The terminal: ncurses with wide characters, and the signals that concern a screen.
 *
 * ncurses is made of macros, varargs and global variables, none of which reach Swift; its header stays in tty.c. All
 * functions are for one thread, the one that called od_tty_start, except od_tty_wake, which any thread may call. */
#ifndef OD_CNCURSES_H
#define OD_CNCURSES_H

#include <stddef.h>
#include <stdint.h>

/* Why there can be no screen. */
enum od_tty_refusal {
    OD_TTY_FINE,
    OD_TTY_NO_TERMINAL, /* stdin or stdout is no terminal */
    OD_TTY_UNNAMED,     /* TERM is not set */
    OD_TTY_UNKNOWN,     /* terminfo does not know TERM */
    OD_TTY_POOR,        /* it cannot move the cursor */
    OD_TTY_FAILED,      /* ncurses or the system refused */
};

/* Whether a screen can be had. Writes nothing and changes nothing. */
int od_tty_check(void);

/* Takes the terminal: signals first, then modes and the alternate screen; with 24-bit colours if `direct` is set and
 * TERM's entry can be read. 0, or an od_tty_refusal. */
int od_tty_start(int direct);

/* Gives the terminal back as it was. May be called twice. */
void od_tty_end(void);

/* Gives the terminal back, stops this process (its group if `group`, as the terminal itself would) until somebody
 * continues it, and takes the terminal again. The caller then draws everything anew. */
void od_tty_stop(int group);

/* Takes the terminal again after somebody else stopped and continued us. */
void od_tty_retake(void);

/* Whether the locale writes UTF-8, and how many colours terminfo promises. */
int od_tty_utf8(void);
int od_tty_colors(void);

/* The present size; od_tty_resize tells ncurses of it. */
void od_tty_size(int *columns, int *rows);
void od_tty_resize(int columns, int rows);

/* Makes colour pair `pair` (from 1). Colours are palette indices, from 256 on 0xRRGGBB where od_tty_colors says so, -1
 * is the terminal's own. 0 when there is no room. */
int od_tty_pair(int pair, int foreground, int background);

enum od_attribute { OD_BOLD = 1, OD_UNDERLINE = 2, OD_REVERSE = 4, OD_DIM = 8 };

/* One glyph. `width` is 1 or 2; what the C library takes for another width is replaced. */
struct od_cell {
    uint32_t scalar;
    uint32_t combining; /* 0 for none */
    uint16_t pair;
    uint8_t attributes;
    uint8_t width;
};

/* Puts glyphs side by side. Nothing is written before od_tty_flush. */
void od_tty_put(int x, int y, const struct od_cell *cells, int count);

/* Every cell of this row is written again by the next flush: nobody knows where wide glyphs left the cursor. */
void od_tty_touch(int y);

/* Everything is written again by the next flush. */
void od_tty_repaint(void);

/* Writes what changed; as one picture, where the terminal can and `whole` is set. The number of bytes, 0 when nobody
 * knows. */
size_t od_tty_flush(int whole);

/* Says the same in fewer bytes: colours that follow each other become one sequence, those that are taken back at once
 * none. In place; answers the new length. */
size_t od_frame_squeeze(char *text, size_t length);

/* Gives back the memory that only starting up has needed. */
void od_pages_drop(void);

/* Asks the terminal for the colour of its background (OSC 11) and whether it can show a frame as one picture (mode
 * 2026); the answers come as keys. Asked only of terminals of families that answer. 1 when asked. */
int od_tty_ask(void);

/* Asks the terminal to say that it is there (DA1), as the last question of od_tty_ask does too; to be told of each
 * answer: what is still under way at the end must not reach the shell. */
void od_tty_probe(void);
void od_tty_answered(void);
void od_tty_set_sync(int on);

/* Whether the mouse reports to us: buttons, and movements with one held (modes 1000, 1002 and 1006; the reports come as
 * keys). 0 when the terminal has none. */
int od_tty_mouse(int on);

/* Hands text to the clipboard of the terminal (OSC 52). `text` is base 64, as the terminal wants it. */
void od_tty_copy(const char *text);

enum od_key {
    OD_KEY_UP = 1, OD_KEY_DOWN, OD_KEY_LEFT, OD_KEY_RIGHT, OD_KEY_HOME, OD_KEY_END, OD_KEY_PAGE_UP, OD_KEY_PAGE_DOWN,
    OD_KEY_DELETE, OD_KEY_BACKSPACE, OD_KEY_BACK_TAB, OD_KEY_ENTER, OD_KEY_PASTE, OD_KEY_PASTED, OD_KEY_OTHER,
    OD_KEY_FUNCTION, /* F1 is OD_KEY_FUNCTION + 1 */
};

enum od_input { OD_INPUT_NONE, OD_INPUT_CHARACTER, OD_INPUT_KEY };

/* The next key that was typed, without waiting: a character in `value`, or an od_key. */
int od_tty_key(uint32_t *value);

enum od_ready { OD_READY_KEYS = 1, OD_READY_SIGNALS = 2, OD_READY_GONE = 4 };

/* Waits for keys, signals or od_tty_wake, at most `milliseconds` (-1: without end); od_ready bits. */
int od_tty_wait(int milliseconds);

/* Ends an od_tty_wait. From any thread, any number of times. */
void od_tty_wake(void);

/* The next signal that came (TERM, HUP, INT, QUIT, TSTP, CONT, WINCH); 0 when there is none. */
int od_tty_signal(void);

#endif
