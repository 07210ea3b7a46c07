/* What these executables are. */
#ifndef OD_BUILD_H
#define OD_BUILD_H

/* The version, NUL-terminated, the same in `od` and `od-keeper` of one build. In the file it stands once, behind
 * "od-build:", so that a test can make executables of another version of these. */
const char *od_build(void);

#endif
