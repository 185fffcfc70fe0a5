#ifndef TESTS_E2E_RUN_H
#define TESTS_E2E_RUN_H

/* strom as a script runs it: no terminal, stdout and stderr apart. Everything waits for a thing
 * with a deadline; nothing sleeps. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct run;

enum run_end { RUN_PIPE, RUN_NULL, RUN_CLOSED }; /* what one of its three descriptors is */
enum { RUN_MS = 60000 };

struct run_options {
    const char *program;
    const char *const *args; /* after the program's name; NULL-terminated */
    const char *const *env;  /* "NAME=value" to add or replace, "NAME" to unset; may be NULL */
    const char *cwd;         /* NULL: ours */
    const char *input;       /* text for stdin, which then ends; NULL: /dev/null */
    enum run_end in, out;    /* RUN_CLOSED: not open at all. in is RUN_PIPE when input is set */
    size_t close_out_after;  /* after so many bytes of stdout nobody reads any more; 0: never */
    long file_bytes;         /* RLIMIT_FSIZE; 0: none */
};

struct run *run_start(const struct run_options *o); /* aborts when it cannot fork */
void run_free(struct run *r);                       /* kills what still runs */
pid_t run_pid(const struct run *r);

/* text stands in stdout (or stderr) by now; false after ms, with what there was on our stderr. */
bool run_wait_out(struct run *r, const char *text, int ms);
bool run_wait_err(struct run *r, const char *text, int ms);
bool run_wait_more(struct run *r,
                   int ms); /* more output came; false: none in time, or at its end */
void run_signal(struct run *r, int number);
int run_wait_end(struct run *r, int ms); /* exit code, 128 + signal; -1: not in time */

const char *run_out(const struct run *r); /* all of it so far, NUL at its end */
const char *run_err(const struct run *r);

#endif
