/* 24-bit colours for ncurses, which knows them only from entries like xterm-direct: those are installed nowhere, and
 * their keys are not those of the terminal at hand. So the entry of TERM itself is taken, its colours are replaced, and
 * ncurses reads the result from TERMINFO, which may hold an entry in hex. Layout: term(5), "extended number format". */
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_NOMACROS 1

#include "private.h"

#include <curses.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LEGACY = 0x011A, /* numbers of 16 bits */
    WIDE = 0x021E,   /* numbers of 32 bits */
    HEADER = 12,
    ENTRY_MAX = 32768,
    /* Places of the capabilities that change, by <term.h>. */
    CAN_CHANGE = 27, MAX_COLORS = 13, MAX_PAIRS = 14,
    EXIT_ATTRIBUTES = 39, INITIALIZE_COLOR = 299, INITIALIZE_PAIR = 300, SET_FOREGROUND = 302, SET_BACKGROUND = 303,
    SET_A_FOREGROUND = 359, SET_A_BACKGROUND = 360,
    NUMBERS = MAX_PAIRS + 1, STRINGS = SET_A_BACKGROUND + 1,
};

/* Without the change of the character set that stands in most entries: we draw no lines by it, and it is written at
 * every end of a colour. */
static const char plain[] = "\033[m";

/* Below 256 a colour of the palette, else red, green and blue. */
static const char front[] = "\033[%?%p1%{256}%<%t38;5;%p1%d%e"
    "38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m";
static const char back[] = "\033[%?%p1%{256}%<%t48;5;%p1%d%e"
    "48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m";

struct bytes {
    unsigned char data[ENTRY_MAX];
    size_t length;
};

static void put(struct bytes *out, const void *data, size_t length)
{
    if (length > ENTRY_MAX - out->length) length = ENTRY_MAX - out->length;
    memcpy(out->data + out->length, data, length);
    out->length += length;
}

static void put_number(struct bytes *out, int32_t value, int size)
{
    unsigned char bytes[4];
    for (int i = 0; i < size; i++) bytes[i] = (unsigned char)((uint32_t)value >> (8 * i));
    put(out, bytes, (size_t)size);
}

static void put_even(struct bytes *out)
{
    if (out->length % 2) put_number(out, 0, 1);
}

static int number_at(const unsigned char *at, int size)
{
    uint32_t value = 0;
    for (int i = 0; i < size; i++) value |= (uint32_t)at[i] << (8 * i);
    return size == 2 ? (int16_t)value : (int32_t)value;
}

static int read_file(const char *folder, const char *term, struct bytes *entry)
{
    static const char *const forms[] = { "%s/%c/%s", "%s/%x/%s" };
    char path[512];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (snprintf(path, sizeof path, forms[i], folder, term[0], term) >= (int)sizeof path) continue;
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) continue;
        ssize_t length = read(file, entry->data, sizeof entry->data);
        close(file);
        if (length < HEADER) continue;
        entry->length = (size_t)length;
        return 1;
    }
    return 0;
}

/* The compiled entry of a terminal, from the places where ncurses itself looks. */
static int find(const char *term, struct bytes *entry)
{
    static const char *const folders[] = {
        "/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo", "/usr/local/share/terminfo",
    };
    const char *own = getenv("TERMINFO"), *home = getenv("HOME"), *more = getenv("TERMINFO_DIRS");
    char folder[256];
    if (*term == 0 || strchr(term, '/') != NULL) return 0;
    if (own != NULL && read_file(own, term, entry)) return 1;
    if (home != NULL && snprintf(folder, sizeof folder, "%s/.terminfo", home) < (int)sizeof folder
        && read_file(folder, term, entry))
        return 1;
    while (more != NULL && *more != 0) {
        size_t length = strcspn(more, ":");
        if (length > 0 && snprintf(folder, sizeof folder, "%.*s", (int)length, more) < (int)sizeof folder
            && read_file(folder, term, entry))
            return 1;
        more += length + (more[length] == ':');
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (read_file(folders[i], term, entry)) return 1;
    return 0;
}

/* The same entry with 24-bit colours. What is beyond the standard capabilities is left out, but for RGB, which says
 * what the colours are. 0 when the entry is none. */
static int with_colors(const struct bytes *entry, struct bytes *out)
{
    const unsigned char *at = entry->data, *end = at + entry->length;
    int magic = number_at(at, 2), size = magic == WIDE ? 4 : 2;
    int names = number_at(at + 2, 2), flags = number_at(at + 4, 2), numbers = number_at(at + 6, 2);
    int strings = number_at(at + 8, 2), table = number_at(at + 10, 2);
    if ((magic != LEGACY && magic != WIDE) || names < 0 || flags < 0 || numbers < 0) return 0;
    if (strings < 0 || table < 0) return 0;
    const unsigned char *number = at + HEADER + names + flags + (names + flags) % 2;
    const unsigned char *string = number + numbers * size, *text = string + strings * 2;
    int all = strings > STRINGS ? strings : STRINGS;
    int count = numbers > NUMBERS ? numbers : NUMBERS;
    int const added = sizeof front + sizeof back + sizeof plain;
    if (text + table > end || table + added > INT16_MAX) return 0;
    int const header[] = { WIDE, names, flags, count, all, table + added };
    for (int i = 0; i < 6; i++) put_number(out, header[i], 2);
    put(out, at + HEADER, (size_t)(names + flags));
    if (flags > CAN_CHANGE) out->data[HEADER + names + CAN_CHANGE] = 0; /* the user's palette is his own */
    put_even(out);
    for (int i = 0; i < count; i++) {
        int value = i < numbers ? number_at(number + i * size, size) : -1;
        put_number(out, i == MAX_COLORS ? 1 << 24 : i == MAX_PAIRS ? INT16_MAX : value, 4);
    }
    for (int i = 0; i < all; i++) {
        int place = i < strings ? number_at(string + i * 2, 2) : -1;
        if (i == INITIALIZE_COLOR || i == INITIALIZE_PAIR || i == SET_FOREGROUND || i == SET_BACKGROUND) place = -1;
        if (i == SET_A_FOREGROUND) place = table;
        if (i == SET_A_BACKGROUND) place = table + (int)sizeof front;
        if (i == EXIT_ATTRIBUTES) place = table + (int)(sizeof front + sizeof back);
        put_number(out, place, 2);
    }
    put(out, text, (size_t)table);
    put(out, front, sizeof front);
    put(out, back, sizeof back);
    put(out, plain, sizeof plain);
    put_even(out);
    /* One flag, no number, no string; one name in a table of four bytes. */
    int const more[] = { 1, 0, 0, 1, sizeof "RGB" };
    for (int i = 0; i < 5; i++) put_number(out, more[i], 2);
    put_number(out, 1, 1);
    put_even(out);
    put_number(out, 0, 2);
    put(out, "RGB", sizeof "RGB");
    return out->length < ENTRY_MAX;
}

SCREEN *od_direct_screen(FILE *out)
{
    static struct bytes entry, changed;
    static char hex[4 + 2 * ENTRY_MAX + 1] = "hex:";
    const char *term = getenv("TERM"), *old = getenv("TERMINFO");
    SCREEN *screen;
    changed.length = 0;
    if (!find(term, &entry) || !with_colors(&entry, &changed)) return NULL;
    for (size_t i = 0; i < changed.length; i++) snprintf(hex + 4 + 2 * i, 3, "%02x", changed.data[i]);
    char *kept = old ? strdup(old) : NULL;
    /* Other threads do not read the environment now: the link to the engine is up, and apps get none of ours. */
    setenv("TERMINFO", hex, 1);
    screen = newterm(NULL, out, stdin);
    if (kept != NULL) setenv("TERMINFO", kept, 1);
    else unsetenv("TERMINFO");
    free(kept);
    return screen;
}
