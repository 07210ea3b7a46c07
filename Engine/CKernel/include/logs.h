/* What lies beside a log: the parts that were put aside, and its index. Results are counts, or a negative errno. */
#ifndef OD_LOGS_H
#define OD_LOGS_H

#include <stddef.h>
#include <stdint.h>

enum od_part_kind { OD_PART_PLAIN = 1, OD_PART_GZIP = 2, OD_PART_INDEX = 3, OD_PART_UNFINISHED = 4 };

struct od_part {
    uint64_t number;
    uint64_t size;          /* bytes */
    uint64_t inode;
    int64_t modified;       /* milliseconds since 1970 */
    uint32_t kind;          /* od_part_kind */
    uint32_t reserved;
};

/* Finds PATH.N, PATH.N.gz, PATH.N.idx and PATH.N.gz.part, regular files only, in any order. How many, at most
 * `capacity`. */
int64_t od_find_parts(const char *path, struct od_part *out, size_t capacity);

/* Opens a file beside a log for reading and writing, made with mode 0600 when there is none. Never follows a symbolic
 * link. */
int od_open_beside(const char *path);
/* Makes a file that must not be there yet, for writing. */
int od_make_beside(const char *path);

/* Renames, but never onto a file that is there: -EEXIST. */
int od_put_aside(const char *from, const char *to);
/* As rename(2) and unlink(2). */
int od_replace(const char *from, const char *to);
int od_remove(const char *path);

/* Bytes of a file up to its first hole, all where it has none; an errno below 0. Moves its position. */
int64_t od_solid(int fd);
/* Gives a file the times of another. */
int od_copy_times(int from, int to);
/* Makes the calling thread give way to all others, for processor and disk. */
void od_be_modest(void);

#endif
