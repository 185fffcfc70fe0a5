#ifndef SANDBOX_SESSION_H
#define SANDBOX_SESSION_H

/* A sandbox for a test: runs `strom-sandbox up --foreground --json ...` and holds the pipe whose
 * end is the sandbox's end. What it prints once it is ready is one line of JSON:
 *   {"version":1,"name":"...","scenario":"...","folder":"...","repo":"...","pid":1,"port":1,
 *    "env":{"STROM_GCP_ENDPOINT":"...",...}}
 * (Without --json: the `export NAME='value'` lines of `strom-sandbox env`, then a line "# ready".)
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct session;

/* program: path of strom-sandbox; args: what follows `up`, e.g. {"ready", "--speed", "200", NULL}.
 * A name of its own is given unless args bring one. State lies under state_home (made; NULL: a
 * temporary folder that session_close removes). NULL with the program's words in why. */
struct session *session_open(const char *program, const char *const *args, const char *state_home,
                             char why[1024]);
void session_close(struct session *s); /* waits until all of it is gone */
void session_kill(struct session *s);  /* kill -9 of the keeper; still close it */

/* strom-sandbox beside the program that runs (argv0 as main got it), or what $STROM_SANDBOX_PROGRAM
 * names; false when there is none: skip then. */
bool session_program(const char *argv0, char out[1024]);

const char *session_env(const struct session *s, const char *name); /* NULL: not exported */
void session_apply(const struct session *s); /* all of them into our own environment */
const char *session_folder(const struct session *s);
const char *session_repo(const struct session *s);
const char *session_name(const struct session *s);
pid_t session_pid(const struct session *s);

/* `strom-sandbox VERB ... --name NAME`: exit status (128 + signal), output malloc'ed into *out
 * (stdout, then stderr), which may be NULL. */
int session_run(const struct session *s, const char *const *args, char **out);

/* Connection string of the superuser over the socket, for looking behind the curtain. */
const char *session_superuser(const struct session *s, char out[512]);

#endif
