/* Other programs, as our own processes start them; apps are started by the keeper (child.h). */
#ifndef OD_PROGRAM_H
#define OD_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Starts words[0], an absolute path, in a process group of its own, so that all of it can be ended with one signal; it
 * is killed when the calling thread ends before it. stdin is empty, stdout and stderr are `output`, descriptor 3 is
 * `answer` unless that is negative. Its pid, which is its group, too, or -errno when it could not be executed. */
int32_t od_program_start(char *const words[], int32_t output, int32_t answer);

/* A descriptor of this process, and the number that a program has it by. */
struct od_gift {
    int32_t descriptor, number;
};

enum { OD_GIFTS_MAX = 8 };

/* Starts `file`, looked for in PATH when its name has no slash, with the default disposition of every signal and none
 * blocked. It gets the gifts, whose numbers are below 16, and what is not close-on-exec. Its pid, or -errno when it
 * could not be executed; -EINVAL for more than OD_GIFTS_MAX gifts. */
int32_t od_program_spawn(const char *file, char *const words[], char *const environment[],
                         const struct od_gift *gifts, size_t count);

#endif
