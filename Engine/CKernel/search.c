#include "search.h"

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

/* A byte of `word` is zero: the high bit of the lowest such is set, bits above it may be wrong (Warren, "Hacker's
 * Delight", 2nd edition, 6-1). */
static uint64_t has_zero(uint64_t word) {
    return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

size_t od_plain_length(const void *bytes, size_t length) {
    const uint8_t *text = bytes;
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= length; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        uint64_t quote = has_zero(word ^ 0x2222222222222222u);
        uint64_t backslash = has_zero(word ^ 0x5C5C5C5C5C5C5C5Cu);
        uint64_t control = (word - 0x2020202020202020u) & ~word & 0x8080808080808080u;
        if ((word & 0x8080808080808080u) | quote | backslash | control) break;
    }
    while (at < length && text[at] >= 0x20 && text[at] < 0x80 && text[at] != '"' && text[at] != '\\') at++;
    return at;
}

int64_t od_modified(int fd) {
    struct stat st;
    if (fstat(fd, &st) < 0) return 0;
    return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

void od_give_way(void) {
    enum { LESS = 10 }; /* of nice(1) */
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LESS);
}
