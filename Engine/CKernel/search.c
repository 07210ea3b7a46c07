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

int64_t od_modified(int fd) {
    struct stat st;
    if (fstat(fd, &st) < 0) return 0;
    return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

void od_give_way(void) {
    enum { LESS = 10 }; /* of nice(1) */
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LESS);
}
