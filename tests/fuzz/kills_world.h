#ifndef TESTS_FUZZ_KILLS_WORLD_H
#define TESTS_FUZZ_KILLS_WORLD_H

/* A cloud on paper behind a socket, on a fast clock, and strom as processes of their own, which are
 * killed at a moment that is named. The cloud is in this process, without a thread: it can stop
 * between any two requests. */

#include "tests/faults/reply.h"
#include "tests/faults/stand.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { KILLS_LINES = 160, KILLS_CHILDREN = 16, KILLS_MADE = 256 };
enum { /* `later`: the same is asked again, or the next run has ended */
       KILLS_JUST_BEFORE = 100000,
       KILLS_JUST_AFTER,
       KILLS_WHEN_ALL_IS_OVER
};

enum blow_kind {
    BLOW_NONE,
    BLOW_TIME,    /* `at` ms after its start */
    BLOW_INTENT,  /* the at-th intent is written, nothing of it was sent */
    BLOW_LATE,    /* the at-th write has left; it arrives behind `later` requests of the next run */
    BLOW_SENT,    /* the at-th write was carried out, and nobody has heard of it */
    BLOW_RESULT,  /* the at-th result is known, and not written down */
    BLOW_STOPPED, /* at the at-th request it is stopped for an hour, and goes on */
    BLOW_AHEAD,   /* at the at-th request the wall clock jumps two hours ahead, */
    BLOW_BACK,    /* or back, */
    BLOW_TOKENS,  /* or all tokens have expired: it goes on */
    BLOWS
};
const char *blow_name(enum blow_kind kind);

struct blow {
    enum blow_kind kind;
    unsigned at, later;
    int signal; /* of BLOW_TIME; 0: SIGKILL */
};

struct kills_line {
    int fd; /* -1: free */
    struct str in;
    struct reply out;
    size_t sent;
    bool busy;
    bool orphan; /* whoever asked is dead: what it has sent arrives late */
};

struct kills_child {
    pid_t pid;
    int end; /* of a pipe that it holds open */
    bool over;
    int code; /* exit code, or 128 + signal */
    char *out, *err;
};

struct kills_world {
    char folder[64], cell[96], victim[1024];
    int door, port;
    struct stand *stand;
    struct replier replier;
    struct kills_line lines[KILLS_LINES];
    struct kills_child children[KILLS_CHILDREN];
    unsigned n_children;
    struct blow blow;
    const char *more[4];    /* of the environment of whoever runs; NULL ends it */
    int delay_ms;           /* of every answer */
    bool struck;            /* the blow has fallen */
    bool hold;              /* the first write of all waits until nobody else is left */
    unsigned writes, asked; /* of the run that is under way */
    unsigned late;          /* requests until what the dead had sent arrives */
    char *made[KILLS_MADE]; /* what was asked to be made, and was accepted */
    unsigned n_made;
    char twice[512]; /* the first that was made two times; "" none */
};

bool kills_open(struct kills_world *w, const char *argv0); /* false: strom's double is not there */
void kills_close(struct kills_world *w);
/* A new cloud and an empty state folder. running: with a stream of two tables that runs. */
void kills_begin(struct kills_world *w, bool running);
void kills_end(struct kills_world *w);

/* What goes now, may be made again. */
void kills_forget_made(struct kills_world *w);

/* Runs it until it has ended, meets it with the blow, and returns its exit code. */
int kills_run(struct kills_world *w, const char *const *words, const struct blow *b);
/* So many of them at once; the first one that writes is answered when the others have ended. */
void kills_race(struct kills_world *w, const char *const *words, unsigned n);
const char *kills_out(const struct kills_world *w); /* of the last run */
const char *kills_err(const struct kills_world *w);

/* What the dead have sent has all arrived, and nothing is under way any more; then the cloud as it
 * stands. malloc'ed. */
char *kills_state(struct kills_world *w);

/* Nothing of our own environment leads whoever runs anywhere but into the cell. */
struct kills_surroundings {
    char text[12][160];
    char *all[16];
};
void kills_surround(const struct kills_world *w, const struct blow *b,
                    struct kills_surroundings *s);

/* Between kills_world.c, which answers, and kills_run.c, which lets run and strikes. */
/* One look, which waits so long at most: for what comes, and for the ends of those that run. */
void kills_serve(struct kills_world *w, int ms);
void kills_strike(struct kills_world *w);
bool kills_is_time(const struct kills_world *w, bool write);
void kills_bury(struct kills_world *w); /* all lines are those of the dead now: see `later` */

#endif
