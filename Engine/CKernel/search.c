#include "search.h"
#include "facts.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint8_t folded_byte(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

int od_fold_needle(struct od_folded *folded, const void *needle, size_t length) {
    if (length == 0 || length > OD_FOLDED_NEEDLE) return -1;
    const uint8_t *bytes = needle;
    folded->length = (uint16_t)length;
    for (int byte = 0; byte < 256; byte++) folded->skip[byte] = (uint16_t)length;
    for (size_t at = 0; at < length; at++) {
        uint8_t small = folded_byte(bytes[at]);
        folded->needle[at] = small;
        if (at + 1 == length) break;
        uint16_t rest = (uint16_t)(length - 1 - at);
        folded->skip[small] = rest;
        if (small >= 'a' && small <= 'z') folded->skip[small - 32] = rest;
    }
    return 0;
}

int64_t od_find_folded(const struct od_folded *folded, const void *bytes, size_t length) {
    const uint8_t *text = bytes;
    size_t last = (size_t)folded->length - 1;
    uint8_t end = folded->needle[last];
    for (size_t at = last; at < length; at += folded->skip[text[at]]) {
        if (folded_byte(text[at]) != end) continue;
        const uint8_t *start = text + (at - last);
        size_t match = 0;
        while (match < last && folded_byte(start[match]) == folded->needle[match]) match++;
        if (match == last) return (int64_t)(at - last);
    }
    return -1;
}

int64_t od_find_bytes(const void *bytes, size_t length, const void *needle, size_t needle_length) {
    const void *at = memmem(bytes, length, needle, needle_length);
    return at ? (const char *)at - (const char *)bytes : -1;
}

int64_t od_find_byte(const void *bytes, size_t length, size_t start, uint8_t byte) {
    const void *at = start < length ? memchr((const char *)bytes + start, byte, length - start) : NULL;
    return at ? (const char *)at - (const char *)bytes : -1;
}

int64_t od_count_byte(const void *bytes, size_t length, uint8_t byte) {
    const uint8_t *text = bytes;
    int64_t count = 0;
    for (size_t at = 0; at < length; at++) count += text[at] == byte;
    return count;
}

static int is_plain(uint8_t byte) { return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\'; }

size_t od_plain_length(const void *bytes, size_t length) {
    enum { BLOCK = 16 };
    const uint8_t *text = bytes;
    size_t at = 0;
    for (; at + BLOCK <= length; at += BLOCK) {
        /* Without a branch in it, compilers make a few vector instructions of this. */
        uint8_t wrong = 0;
        for (size_t i = 0; i < BLOCK; i++) wrong |= (uint8_t)!is_plain(text[at + i]);
        if (wrong) break;
    }
    while (at < length && is_plain(text[at])) at++;
    return at;
}

/* Bytes of the line that `text` begins with, when it can be a record as it is; -1 for others. */
static int64_t simple_line(const struct od_record_form *form, const uint8_t *text, size_t length) {
    size_t reach = length < form->most + 1 ? length : form->most + 1;
    if (form->escapes) {
        /* A newline is no plain byte: looking for others finds it. */
        size_t end = od_plain_length(text, reach);
        return end < reach && text[end] == '\n' ? (int64_t)end : -1;
    }
    const uint8_t *end = memchr(text, '\n', reach);
    return end ? end - text : -1;
}

struct od_records od_format_simple(const struct od_record_form *form, const void *input, size_t length, void *output,
                                   size_t capacity) {
    const uint8_t *text = input;
    uint8_t *to = output;
    struct od_records made = {0, 0};
    while (made.taken < length) {
        int64_t line = simple_line(form, text + made.taken, length - made.taken);
        if (line < 0) break;
        size_t bytes = (size_t)line;
        if (form->head_length + bytes + form->tail_length > capacity - made.length) break;
        memcpy(to + made.length, form->head, form->head_length);
        made.length += form->head_length;
        memcpy(to + made.length, text + made.taken, bytes);
        made.length += bytes;
        memcpy(to + made.length, form->tail, form->tail_length);
        made.length += form->tail_length;
        made.taken += bytes + 1;
    }
    return made;
}

void od_give_way(void) {
    enum { LESS = 10 }; /* of nice(1) */
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LESS);
}
