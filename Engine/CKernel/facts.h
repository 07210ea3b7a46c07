/* What a file says of itself, kept within bounds: its owner may set any time and any size, and sums of them must not
 * overflow. */
#ifndef OD_FACTS_H
#define OD_FACTS_H

#include <stdint.h>
#include <sys/stat.h>

/* A pebibyte; as many of them as a log may have parts are below 2^63. */
static const uint64_t OD_SIZE_MOST = (uint64_t)1 << 50;
/* The end of the year 9999, in seconds since 1970. */
static const int64_t OD_TIME_MOST = 253402300799;

static inline uint64_t od_bounded_size(const struct stat *facts)
{
    uint64_t size = facts->st_size < 0 ? 0 : (uint64_t)facts->st_size;
    return size < OD_SIZE_MOST ? size : OD_SIZE_MOST;
}

/* When its last byte was written: milliseconds since 1970. */
static inline int64_t od_bounded_time(const struct stat *facts)
{
    int64_t seconds = facts->st_mtim.tv_sec;
    if (seconds < 0) return 0;
    return (seconds < OD_TIME_MOST ? seconds : OD_TIME_MOST) * 1000 + facts->st_mtim.tv_nsec / 1000000;
}

#endif
