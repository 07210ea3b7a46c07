#include "build.h"

#include "keeper.h"

static const char text[48] = "od-build:" OD_BUILD;

const char *od_build(void)
{
    return text + sizeof "od-build:" - 1;
}
