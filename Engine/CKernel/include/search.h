/* Finding bytes in bytes, for logs. Places are offsets, -1 for none. */
#ifndef OD_SEARCH_H
#define OD_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a needle whose case does not matter. */
enum { OD_FOLDED_NEEDLE = 1024 };

/* A needle without regard to the case of ASCII letters: how far to go on after each byte (Horspool, "Practical fast
 * searching in strings", Software: Practice and Experience 10, 1980). */
struct od_folded {
    uint8_t needle[OD_FOLDED_NEEDLE];
    uint16_t skip[256];
    uint16_t length;
};

/* Takes at most OD_FOLDED_NEEDLE bytes; -1 for more or none. */
int od_fold_needle(struct od_folded *folded, const void *needle, size_t length);
int64_t od_find_folded(const struct od_folded *folded, const void *bytes, size_t length);

/* Where `needle` is first. */
int64_t od_find_bytes(const void *bytes, size_t length, const void *needle, size_t needle_length);
/* Where `byte` is first from `start` on; the last one finds od_pump_last. */
int64_t od_find_byte(const void *bytes, size_t length, size_t start, uint8_t byte);
/* How often it is there. */
int64_t od_count_byte(const void *bytes, size_t length, uint8_t byte);

/* How many bytes it begins with that the inside of a JSON string has as they are (RFC 8259) and that are ASCII. */
size_t od_plain_length(const void *bytes, size_t length);

/* What stands around a line in a record of a log, and how long a line may be. */
struct od_record_form {
    const uint8_t *head, *tail;
    size_t head_length, tail_length;
    size_t most;
    int escapes;        /* only lines that the inside of a JSON string has as they are */
};

/* Bytes of the input that are in the output, and bytes of the output. */
struct od_records {
    size_t taken, length;
};

/* Makes records of the lines that `input` begins with, up to one that needs more than a copy, is too long or has no
 * end, or for which there is no room. */
struct od_records od_format_simple(const struct od_record_form *form, const void *input, size_t length, void *output,
                                   size_t capacity);

/* Makes the calling thread give way to others, yet go on beside them: as nice(1) does by default. */
void od_give_way(void);

#endif
