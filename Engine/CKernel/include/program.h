/* Programs that a command of a person runs to their end. */
#ifndef OD_PROGRAM_H
#define OD_PROGRAM_H

#include <stdint.h>

/* Starts words[0], an absolute path, in a process group of its own, so that all of it can be ended with one signal; it
 * is killed when the calling thread ends before it. stdin is empty, stdout and stderr are `output`, descriptor 3 is
 * `answer` unless that is negative. Its pid, which is its group, too, or -errno when it could not be executed. */
int32_t od_program_start(char *const words[], int32_t output, int32_t answer);

#endif
