#ifndef TESTS_FUZZ_MONKEY_H
#define TESTS_FUZZ_MONKEY_H

/* What must hold, whatever is pressed:
 *   - nothing but the sequences of our own leaves for the terminal (tests/e2e/hostile.h);
 *   - the terminal is ours: other screen, raw modes, bracketed paste;
 *   - the screen is not blank; the last line names a way out, or, where there is no room, the
 *     screen says how much it needs;
 *   - it ends as it was told to, never by a fault of its own, and the terminal is given back, the
 *     mouse, too;
 *   - what it keeps can be read, and it starts again from that.
 * A frame may be on its way: each must come to hold. What does not, ends the test with the seed,
 * the last events and the screen. Include behind cmocka.h. */

#include "tests/e2e/hostile.h"
#include "tests/e2e/vt.h"
#include "tests/e2e/world.h"

#include <stdbool.h>
#include <stddef.h>

enum { MONKEY_NOTES = 60, MONKEY_NOTE = 24 };

/* Where it is when it is looked at: a screen by its title, and what lies over it. */
enum {
    MONKEY_SCREENS = 11,
    MONKEY_DIALOG = MONKEY_SCREENS,
    MONKEY_PALETTE,
    MONKEY_SMALL,
    MONKEY_ELSEWHERE,
    MONKEY_PLACES
};

struct monkey {
    struct vt *v;
    struct hostile_watch watch;
    size_t watched; /* bytes of its log */
    bool outside;   /* the terminal is not ours just now: suspended, ended */
    bool ended;
    bool mouse; /* the next wizard is started with --mouse */
    int stops;  /* one after the other, without a screen in between */
    long events, until, starts, looks, seed;
    long at[MONKEY_PLACES], counted;       /* events up to a look count for where it was */
    char notes[MONKEY_NOTES][MONKEY_NOTE]; /* a ring */
    char state[WORLD_PATH];                /* XDG_STATE_HOME */
    char folder[WORLD_PATH + 16];          /* where it runs */
};

void monkey_note(struct monkey *m, const char *event);
const char *monkey_place_name(int place);
void monkey_new_state(struct monkey *m, struct world *w); /* nothing is known yet */
void monkey_start(struct monkey *m, const char *strom, const char *const *env);
void monkey_holds(struct monkey *m);     /* sets m->ended when it has come to its end */
bool monkey_is_busy(struct monkey *m);   /* something is asked, and not answered yet */
void monkey_suspended(struct monkey *m); /* Ctrl-Z, and then as below */
void monkey_stopped(struct monkey *m);   /* given back, and taken again by fg */
void monkey_end(struct monkey *m, int number);
void monkey_ended(struct monkey *m); /* looks at what is left, and forgets the wizard */
void monkey_done(struct monkey *m);

#endif
