/* What only the engine's process needs of the kernel: signals, limits, the wall clock. */
#ifndef OD_ENGINE_H
#define OD_ENGINE_H

#include <stdint.h>

/* Blocks every signal in this thread, and so in all that it starts; ignores SIGPIPE and SIGXFSZ. */
void od_block_signals(void);

/* Raises the soft limits of descriptors and of file sizes to the hard ones. */
void od_raise_limits(void);

/* Waits for SIGTERM or SIGINT, which must be blocked. Its number. */
int32_t od_wait_for_end(void);

/* Gives memory back that is not needed at rest: free heap, and the mapped code of this program, of which a start
 * touches most and a resting engine little. What is still needed comes back from the page cache by itself. */
void od_give_memory_back(void);

/* CLOCK_REALTIME in milliseconds since 1970. */
int64_t od_wall_milliseconds(void);

#endif
