/* ncurses changes a colour step by step: the old ones off, the attributes off, the new foreground, the new background,
 * each in a sequence of its own. One of them often takes back what the one before has said, and over a slow line each
 * byte is waited for. */
#include "include/CNcurses.h"

#include <string.h>

/* A terminal takes so many numbers in one sequence; some take 16. */
enum { NUMBERS_MAX = 12 };

/* The length of the SGR sequence (ECMA-48, 8.3.117) at `text`: ESC [ numbers m; 0 when there is none. */
static size_t sgr(const char *text, const char *end)
{
    const char *at = text + 2;
    if (end - text < 3 || text[0] != '\033' || text[1] != '[') return 0;
    while (at < end && ((*at >= '0' && *at <= '9') || *at == ';')) at++;
    return at < end && *at == 'm' ? (size_t)(at + 1 - text) : 0;
}

static int is_reset(const char *text, size_t length) { return length == 3 || (length == 4 && text[2] == '0'); }

static int numbers(const char *text, size_t length)
{
    int count = 1;
    for (size_t i = 2; i + 1 < length; i++) count += text[i] == ';';
    return count;
}

size_t od_frame_squeeze(char *text, size_t length)
{
    const char *at = text, *const end = text + length;
    char *out = text;
    char *first = NULL; /* where the sequences of this place begin, as far as they are written */
    int open = 0;       /* numbers of the last of them; 0: nothing can be added to it */
    while (at < end) {
        size_t size = *at == '\033' ? sgr(at, end) : 0;
        if (size == 0) {
            *out++ = *at++;
            first = NULL;
            open = 0;
            continue;
        }
        int count = numbers(at, size), reset = is_reset(at, size);
        if (reset && first != NULL) out = first;
        if (first == NULL || reset) first = out;
        if (!reset && open > 0 && open + count <= NUMBERS_MAX) {
            out[-1] = ';';
            memmove(out, at + 2, size - 2);
            out += size - 2;
            open += count;
        } else {
            memmove(out, at, size);
            out += size;
            open = reset ? 0 : count;
        }
        at += size;
    }
    return (size_t)(out - text);
}
