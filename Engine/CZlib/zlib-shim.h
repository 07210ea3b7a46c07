/* zlib, linked as an archive (Engine/Static): gzip of rotated logs. */
#include <zlib.h>
