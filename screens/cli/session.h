#ifndef STROM_CLI_SESSION_H
#define STROM_CLI_SESSION_H

/* What every command needs: the clients, the target from options, environment, plan file and
 * cluster, a connection where one is to be had. Commands wait; an interrupt ends any wait. */

#include "api/plan/selection.h"
#include "screens/live.h"

enum session_wants {
    SESSION_CLUSTER = 1, /* names from the cluster when an app is known */
    SESSION_SOURCE = 2,  /* a connection, where there is one: pg_trouble else */
    SESSION_FILE = 4,    /* the plan file, where there is one */
    SESSION_PROJECT = 8, /* project and region must be known in the end */
    SESSION_ONLY_APP =
        16, /* none was named: the only one of the cluster's namespace, if it is that */
    SESSION_IF_ANY = 32,     /* what the cluster does not tell stays unknown: no failure */
    SESSION_THE_FILE = 64,   /* with SESSION_FILE: nothing can be done without one */
    SESSION_WHAT_FLOWS = 128 /* nor without one or tables named: never all there are, by itself */
};

struct session {
    const struct options *o;
    struct live live;
    struct target target;
    struct selection file; /* the plan file's */
    bool has_file;
    struct err pg_trouble; /* ERR_NONE when connected */
    char nowhere[480];     /* why no app is known, where none was named; "" one is */
    int64_t deadline_ms;   /* clock_mono_ms, by --timeout; 0: none */
    char held[512];        /* what was last told of what holds us up */
    char who[320];         /* see session_who */
    struct arena mem;
};

/* False with the exit code in *code: the error has been printed. Close in any case. */
bool session_open(struct session *s, const struct options *o, unsigned wants, int *code);
void session_close(struct session *s);
/* One that needs nothing else: opens it, runs, closes it, and returns the exit code. */
int session_run(const struct options *o, unsigned wants, int (*run)(struct session *s));
/* Waits for a task. False with *e: it failed, was interrupted, or took longer than --timeout. */
bool session_wait(struct session *s, const struct task *t, struct err *e);
/* Who signs what is acknowledged: the login's e-mail, else the name on this machine. Asked for
 * once, and only where something is acknowledged. */
const char *session_who(struct session *s);
/* Sleeps until something happens, at most until until_ms (clock_mono_ms; -1: no limit), and lets
 * the tasks go on. What holds one up is told on stderr, once. */
void session_sleep(struct session *s, int64_t until_ms);
/* From now on INT, TERM and HUP end this net's waiting and are told below; NULL: nobody's. */
void session_catch(struct net *net);
/* The signal that interrupted us, 0: none. */
int session_caught(void);
int session_take_caught(void); /* and forgets it: whoever goes on has dealt with it */
int session_interrupted(void); /* the exit code for that: 129, 130, 143 */
/* Neither interrupted nor too late; else false with *e. */
bool session_goes_on(const struct session *s, struct err *e);

#endif
