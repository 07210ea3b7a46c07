#define NCURSES_WIDECHAR 1
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_NOMACROS 1

#include "include/CNcurses.h"
#include "private.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* term.h names a capability so. */
#undef columns

enum {
    ESCAPE_DELAY = 25, /* ms within which the bytes of a key follow its escape */
    PAIRS_MAX = 4096,
    CELLS_MAX = 512,   /* cells put by one call of ncurses */
    KEY_PASTE = 2000,  /* above what ncurses numbers by itself */
    KEY_PASTED,
    NO_ANSWER = 100,    /* ms that a terminal is waited for which may have none to give */
    LATE_ANSWER = 1000,
};

static SCREEN *screen;
static WINDOW *input; /* never drawn: reading from stdscr would repaint half-built frames */
static int sync_on;
static int asked;    /* answers that are under way */
static int answered; /* one has come */
static int mouse_on;
static char paste_on[32], paste_off[32]; /* marks pastes; of TERM's own entry */

static const char mouse_start[] = "\033[?1000h\033[?1002h\033[?1006h";
static const char mouse_stop[] = "\033[?1006l\033[?1002l\033[?1000l";

static void put_string(const char *text) { od_frame_write(text, strlen(text)); }

/* A capability of terminfo, NULL when the terminal has none. */
static const char *capability(const char *name)
{
    char *text = tigetstr((char *)name);
    return text == NULL || text == (char *)-1 ? NULL : text;
}

int od_tty_check(void)
{
    const char *term = getenv("TERM");
    int error = 0;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return OD_TTY_NO_TERMINAL;
    if (term == NULL || *term == 0) return OD_TTY_UNNAMED;
    if (setupterm(NULL, STDOUT_FILENO, &error) != OK || error != 1) return error < 0 ? OD_TTY_FAILED : OD_TTY_UNKNOWN;
    if (capability("BE") && capability("BD")) {
        snprintf(paste_on, sizeof paste_on, "%s", capability("BE"));
        snprintf(paste_off, sizeof paste_off, "%s", capability("BD"));
    }
    return capability("cup") ? OD_TTY_FINE : OD_TTY_POOR;
}

/* Adds a capability to what a crash writes, without the delays that are marked by `$<…>`. */
static void arm_capability(const char *name)
{
    const char *text = capability(name);
    while (text != NULL && *text != 0) {
        const char *delay = strstr(text, "$<");
        od_crash_text(text, delay ? (size_t)(delay - text) : strlen(text));
        text = delay ? strchr(delay, '>') : NULL;
        if (text != NULL) text++;
    }
}

static void arm(void)
{
    od_crash_text(paste_off, strlen(paste_off));
    arm_capability("rmkx");
    arm_capability("cnorm");
    arm_capability("sgr0");
    arm_capability("rmcup");
}

/* What ncurses does not do by itself. */
static void modes_on(void)
{
    put_string(paste_on);
    if (mouse_on) put_string(mouse_start);
}

static void modes_off(void)
{
    if (mouse_on) put_string(mouse_stop);
    put_string(paste_off);
}

/* An answer of the terminal that is under way must not reach the shell as typed text. One that has answered is given
 * the time that a slow line takes. */
static void drop_answers(void)
{
    struct pollfd end = { .fd = STDIN_FILENO, .events = POLLIN };
    char text[64];
    int place = 0; /* in ESC [ ? numbers c */
    while (asked > 0 && poll(&end, 1, answered ? LATE_ANSWER : NO_ANSWER) > 0) {
        ssize_t length = read(STDIN_FILENO, text, sizeof text);
        if (length <= 0) break;
        for (ssize_t i = 0; i < length; i++) {
            static const char lead[] = "\033[?";
            char const letter = text[i];
            if (place == 3 && ((letter >= '0' && letter <= '9') || letter == ';')) continue;
            asked -= place == 3 && letter == 'c';
            place = place < 3 && letter == lead[place] ? place + 1 : letter == lead[0];
        }
    }
    tcflush(STDIN_FILENO, TCIFLUSH);
    asked = 0;
}

int od_tty_start(int direct)
{
    setlocale(LC_CTYPE, "");
    if (od_signals_open() < 0) return OD_TTY_FAILED;
    od_crash_arm(STDIN_FILENO);
    FILE *out = od_frame_open();
    if (direct) screen = od_direct_screen(out);
    if (screen == NULL) screen = newterm(NULL, out, stdin);
    if (screen == NULL) {
        od_tty_end();
        return OD_TTY_FAILED;
    }
    arm();
    raw();
    noecho();
    nonl();
    curs_set(0);
    set_escdelay(ESCAPE_DELAY);
    typeahead(-1); /* a frame is written to its end, keys or not */
    leaveok(stdscr, TRUE);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    input = newpad(1, 1);
    keypad(input, TRUE);
    nodelay(input, TRUE);
    keyok(KEY_MOUSE, FALSE); /* its reports are read as characters: columns beyond 223 have no other way */
    define_key("\033[200~", KEY_PASTE);
    define_key("\033[201~", KEY_PASTED);
    modes_on();
    return OD_TTY_FINE;
}

void od_tty_end(void)
{
    if (screen != NULL) {
        drop_answers();
        modes_off();
        endwin();
        screen = NULL;
    }
    od_crash_disarm();
    od_signals_close();
}

void od_tty_stop(int group)
{
    struct sigaction plain = { .sa_handler = SIG_DFL }, ignored = { .sa_handler = SIG_IGN }, stop, go;
    drop_answers();
    modes_off();
    endwin();
    /* The group's own is ignored here, and forgotten where it waits: it would come before the next one, or after we
     * were continued, and stop us again. */
    sigaction(SIGTSTP, &ignored, &stop);
    sigaction(SIGCONT, &plain, &go);
    if (group) kill(0, SIGTSTP);
    sigaction(SIGTSTP, &ignored, NULL);
    sigaction(SIGTSTP, &plain, NULL);
    /* To this very thread, which so cannot run on before the process stands still. */
    raise(SIGTSTP);
    /* Here when somebody continues us; at once where there is no job control. */
    sigaction(SIGCONT, &go, NULL);
    sigaction(SIGTSTP, &stop, NULL);
    od_tty_retake();
}

void od_tty_retake(void)
{
    if (!isendwin()) endwin();
    reset_prog_mode();
    keypad(input, TRUE); /* the terminal's key mode too went with endwin */
    modes_on();
    od_tty_repaint();
}

int od_tty_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

int od_tty_colors(void) { return has_colors() ? COLORS : 0; }

void od_tty_size(int *columns, int *rows)
{
    struct winsize size = { 0 };
    int known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = known ? size.ws_col : COLS;
    *rows = known ? size.ws_row : LINES;
}

void od_tty_resize(int columns, int rows)
{
    resizeterm(rows, columns);
    leaveok(stdscr, TRUE);
    erase();
    od_tty_repaint();
}

int od_tty_pair(int pair, int foreground, int background)
{
    if (pair >= COLOR_PAIRS || pair >= PAIRS_MAX) return 0;
    return init_extended_pair(pair, foreground, background) == OK;
}

static attr_t attributes_of(unsigned bits)
{
    return (bits & OD_BOLD ? A_BOLD : 0) | (bits & OD_UNDERLINE ? A_UNDERLINE : 0)
        | (bits & OD_REVERSE ? A_REVERSE : 0) | (bits & OD_DIM ? A_DIM : 0);
}

/* One glyph as ncurses has it. The C library's idea of its width rules the screen of ncurses: where that differs from
 * ours a replacement keeps the columns. Answers the number of cells written. */
static int convert(const struct od_cell *cell, cchar_t *out)
{
    wchar_t text[3] = { (wchar_t)cell->scalar, 0, 0 };
    attr_t attributes = attributes_of(cell->attributes);
    int pair = cell->pair;
    if (wcwidth(text[0]) == cell->width) {
        if (cell->combining && wcwidth((wchar_t)cell->combining) == 0) text[1] = (wchar_t)cell->combining;
        setcchar(out, text, attributes, 0, &pair);
        return 1;
    }
    text[0] = od_tty_utf8() ? 0xFFFD : L'?';
    for (int i = 0; i < cell->width; i++) setcchar(&out[i], text, attributes, 0, &pair);
    return cell->width;
}

void od_tty_put(int x, int y, const struct od_cell *cells, int count)
{
    cchar_t line[CELLS_MAX + 2];
    while (count > 0) {
        int used = 0, columns = 0;
        while (count > 0 && used < CELLS_MAX) {
            used += convert(cells, line + used);
            columns += cells->width;
            cells++;
            count--;
        }
        mvwadd_wchnstr(stdscr, y, x, line, used);
        x += columns;
    }
}

void od_tty_touch(int y) { wredrawln(stdscr, y, 1); }

void od_tty_repaint(void) { clearok(curscr, TRUE); }

size_t od_tty_flush(int whole)
{
    int together = whole && sync_on;
    int kept = od_frame_begin();
    wnoutrefresh(stdscr);
    doupdate();
    return !kept ? 0 : od_frame_end(together ? "\033[?2026h" : "", together ? "\033[?2026l" : "");
}

/* Whether TERM is of a family that knows what came after terminfo's heroes. */
static int is_modern(void)
{
    static const char *const families[] = {
        "xterm", "tmux", "alacritty", "foot", "kitty", "wezterm", "ghostty", "contour", "rio",
    };
    const char *term = getenv("TERM");
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strncmp(term, families[i], strlen(families[i])) == 0) return 1;
    return 0;
}

int od_tty_ask(void)
{
    if (!is_modern()) return 0;
    /* What answers at all answers the last question, so that silence to the others is noticed. */
    put_string("\033]11;?\033\\\033[?2026$p");
    od_tty_probe();
    return 1;
}

void od_tty_probe(void)
{
    put_string("\033[c");
    asked++;
}

void od_tty_answered(void)
{
    if (asked > 0) asked--;
    answered = 1;
}

int od_tty_mouse(int on)
{
    static int armed;
    const char *term = getenv("TERM");
    if (!is_modern() && strncmp(term, "screen", 6) != 0 && strncmp(term, "rxvt", 4) != 0) return 0;
    if (on == mouse_on) return 1;
    mouse_on = on;
    put_string(on ? mouse_start : mouse_stop);
    if (on && !armed) od_crash_text(mouse_stop, sizeof mouse_stop - 1);
    armed = armed || on;
    return 1;
}

void od_tty_copy(const char *text)
{
    put_string("\033]52;c;");
    put_string(text);
    put_string("\a");
}

void od_tty_set_sync(int on)
{
    static const char off[] = "\033[?2026l";
    sync_on = on;
    if (on) od_crash_text(off, sizeof off - 1);
}

int od_tty_key(uint32_t *value)
{
    static const struct { int theirs; uint32_t ours; } keys[] = {
        { KEY_UP, OD_KEY_UP }, { KEY_DOWN, OD_KEY_DOWN }, { KEY_LEFT, OD_KEY_LEFT }, { KEY_RIGHT, OD_KEY_RIGHT },
        { KEY_HOME, OD_KEY_HOME }, { KEY_END, OD_KEY_END }, { KEY_PPAGE, OD_KEY_PAGE_UP },
        { KEY_NPAGE, OD_KEY_PAGE_DOWN }, { KEY_DC, OD_KEY_DELETE }, { KEY_BACKSPACE, OD_KEY_BACKSPACE },
        { KEY_BTAB, OD_KEY_BACK_TAB }, { KEY_ENTER, OD_KEY_ENTER }, { KEY_PASTE, OD_KEY_PASTE },
        { KEY_PASTED, OD_KEY_PASTED },
    };
    wint_t key = 0;
    int kind = wget_wch(input, &key);
    if (kind == ERR) return OD_INPUT_NONE;
    *value = key;
    if (kind == OK) return OD_INPUT_CHARACTER;
    *value = OD_KEY_OTHER;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].theirs == (int)key) *value = keys[i].ours;
    if (key > KEY_F0 && key <= KEY_F(12)) *value = OD_KEY_FUNCTION + (key - KEY_F0);
    return OD_INPUT_KEY;
}
