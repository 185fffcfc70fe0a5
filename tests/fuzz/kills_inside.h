#ifndef TESTS_FUZZ_KILLS_INSIDE_H
#define TESTS_FUZZ_KILLS_INSIDE_H

/* Between kills.c, which kills, and kills_race.c, where many run at once, or one runs again. */

#include "tests/fuzz/kills_world.h"

enum { WHY = 2048 };

struct phase {
    const char *name;
    const char *words[16];
    /* What has happened to the cloud before it, and what besides where it does not follow the
     * others but begins with a stream that runs. */
    struct stand_options befalls, alone;
    /* without any blow */
    char *state;
    int code;
    unsigned ms, writes, asked;
};

/* So many rounds of ten processes at one stream, made from the first phase to the second and back;
 * how many went wrong. */
unsigned kills_races(struct kills_world *w, const struct phase *phases, unsigned long rounds);
/* How long it takes where everything exists: a line of the bench. 1: it wrote, or ended badly. */
unsigned kills_again(struct kills_world *w, const struct phase *p);

#endif
