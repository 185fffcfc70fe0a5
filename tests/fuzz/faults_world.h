#ifndef TESTS_FUZZ_FAULTS_WORLD_H
#define TESTS_FUZZ_FAULTS_WORLD_H

/* strom's double with a fault in it, against the cloud on paper of kills_world.h: what is run, one
 * run, and what it must leave. */

#include "tests/fuzz/faults_victim.h"
#include "tests/fuzz/kills_world.h"

#include <stdbool.h>
#include <stddef.h>

enum { FAULTS_WORDS = 16, FAULTS_WHY = 4096 };

/* One way in which one kind of call fails. */
struct faults_way {
    enum faults_call call;
    int error; /* 0: half is written, and then there is no room */
    bool goes_on;
};
extern const struct faults_way faults_ways[];
extern const size_t faults_n_ways;

struct faults_command {
    const char *name;
    const char *words[FAULTS_WORDS];
    bool running; /* there is a stream already */
    bool screen;  /* in a terminal of its own: faults_screen.c */
    bool quiet;   /* a shell asks at a Tab: what fails is not told, less is offered */
    bool dated;   /* it leaves a moment in the cloud: of now, and so never the same twice */
    /* without any fault; known: it was run */
    bool known, steady, alike; /* it prints the same each time; it leaves the same cloud */
    bool repeats;              /* where that is done already, it prints the same once more */
    int code, again;           /* the first time, and where that is done already */
    char *out, *state;
    uint32_t calls[FAULTS_CALLS];
};
extern struct faults_command faults_commands[];
extern const size_t faults_n_commands;

struct faults_world {
    struct kills_world kills;
    struct faults_told *told;
    char told_path[96], told_words[128], words[64];
};

bool faults_open(struct faults_world *f, const char *argv0); /* false: the double is not there */
void faults_close(struct faults_world *f);

/* Runs it as it is, on fresh ground and again. */
bool faults_learn(struct faults_world *f, struct faults_command *c, char why[FAULTS_WHY]);
/* The nth call of that way fails, on fresh ground; then the same once more without a fault. *past:
 * there was no such call. */
bool faults_try(struct faults_world *f, struct faults_command *c, const struct faults_way *way,
                unsigned nth, bool *past, char why[FAULTS_WHY]);

/* Between faults_world.c and faults_screen.c. */
/* The double is told of its fault; NULL: none. */
void faults_tell(struct faults_world *f, const struct faults_way *way, unsigned nth);
/* Through the first screens and out, in a pseudo-terminal. False: it did not end, or the terminal
 * was not given back. Then *out is what it has written. */
bool faults_screen(struct faults_world *f, int *code, char **out, char why[FAULTS_WHY]);

#endif
