#ifndef TESTS_FAULTS_SCENARIO_H
#define TESTS_FAULTS_SCENARIO_H

/* What a person runs, as one value: looking, planning and doing, with the next run of the same
 * command after it. */

#include "tests/faults/world.h"

enum { SCENARIO_HOURS = 6 }; /* no run may take longer, whatever it meets */

struct outcome {
    bool ok;
    struct err err;
    bool stuck;       /* nothing was left to wait for */
    bool leaks;       /* a canary in what the person would see */
    bool silent_step; /* a step failed without saying what, why or what next */
    bool garbled;     /* stdout is not what the contract says */
    int code;         /* the exit code of a command that ends so */
    int64_t took_ms;
};

struct scenario {
    const char *name;
    enum world_scene scene;
    void (*run)(struct world *w, struct outcome *out);
    struct task *(*call)(struct world *w); /* instead of run: this alone */
    enum stand_login login;                /* for it */
    const char *const *words;              /* instead of both: a whole command */
    bool known;                            /* what is looked at before has its cells elsewhere */
    bool waits; /* for a network that went away while something was being done */
    bool looks; /* it tells what it found, and what it could not find out: 3 is an end, too */
};

enum { SCENARIOS = 96 };
const struct scenario *scenario_at(size_t i); /* NULL: no more */
const struct scenario *calls_at(size_t i);    /* calls.c */
const struct scenario *mends_at(size_t i);    /* mend.c */
const struct scenario *commands_at(size_t i); /* commands.c */
void command_line_run(struct world *w, const struct scenario *self, struct outcome *out);
void scenario_run(struct world *w, const struct scenario *self, struct outcome *out);

/* Awaits it, and tells what came of it; true: all is well. */
bool scenario_ended(struct world *w, const struct task *t, struct outcome *out);
/* Waits for it on the world's clock; false when it never ends. */
bool scenario_await(struct world *w, const struct task *t);

#endif
