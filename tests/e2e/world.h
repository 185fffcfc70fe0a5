#ifndef TESTS_E2E_WORLD_H
#define TESTS_E2E_WORLD_H

/* What the tests of whole commands share: a sandbox, strom pointed at it, its answers as JSON.
 * What does not hold ends the test with the output of the command. Include behind cmocka.h. */

#include "api/base/json.h"
#include "tests/e2e/run.h"
#include "tests/sandbox/session.h"

#include <stdbool.h>
#include <stddef.h>

enum { WORLD_PATH = 1024 };

/* Variables are set in our own environment, which every program below inherits; what could lead out
 * of the sandbox is taken away first. */
struct world {
    char strom[WORLD_PATH], sandbox[WORLD_PATH]; /* the programs under test */
    char state[WORLD_PATH];                      /* XDG_STATE_HOME and HOME: a folder of its own */
    char sandboxes[WORLD_PATH];                  /* the first of these: the sandbox's own as well */
    struct session *session;
};

/* Programs beside argv0 (STROM_PROGRAM names another strom); false when one is missing or there is
 * no PostgreSQL: the test answers 77. */
bool world_find(struct world *w, const char *argv0);
/* args: what follows `strom-sandbox up`; NULL: no sandbox, an environment that leads nowhere. */
void world_open(struct world *w, const char *const *args);
void world_close(struct world *w);     /* sandbox and state folder are gone */
void world_new_state(struct world *w); /* another, empty state folder */

/* What the sandbox has put into the environment: the test ends when it is not there. */
/* A program of a test's own: a script for sh. */
void world_write_program(const char *file, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *world_env(const char *name);
int world_google_port(void); /* of STROM_GCP_ENDPOINT */

#define WORLD_UP(w, ...) world_open(w, (const char *const[]){__VA_ARGS__, NULL})

/* Runs a command to its end; the answer lives until the next one of this world. */
struct answer {
    int code;
    const char *out, *err;
    struct json *doc;   /* with --json, one document: stdout parsed */
    struct json **line; /* with --json and events: each line parsed */
    size_t n_lines;
};
const struct answer *world_run(struct world *w, const char *const *args);
const struct answer *world_run_in(struct world *w, const char *const *env,
                                  const char *const *args); /* env: over the world's own */
#define STROM(w, ...)         world_run(w, (const char *const[]){__VA_ARGS__, NULL})
#define STROM_IN(w, env, ...) world_run_in(w, env, (const char *const[]){__VA_ARGS__, NULL})

struct run *world_start(struct world *w, const char *const *env, const char *const *args);
#define STROM_START(w, env, ...) world_start(w, env, (const char *const[]){__VA_ARGS__, NULL})

/* Asserts with what the command said. */
void answer_is(const struct answer *a, int code);
void answer_says(const struct answer *a, const char *text); /* stderr */
void answer_document(const struct answer *a); /* stdout is one JSON document of version 1 */
void answer_events(const struct answer *a);   /* each line of stdout one JSON object of version 1 */
void answer_fits(struct world *w, const struct answer *a,
                 const char *command); /* each document fits `strom COMMAND --schema` */
const struct json *answer_error(const struct answer *a); /* the last document bears an error */

/* An element of an array whose member `key` has that value, or NULL. */
const struct json *found_in(const struct json *array, const char *key, const char *value);
const struct json *event_of(const struct answer *a, const char *step, const char *state);
void assert_text(const struct json *j, const char *key, const char *value);

/* Rows of a table at the destination by `strom-sandbox sql`; -1 when it is not there. */
long world_rows(struct world *w, const char *table);
void world_source(struct world *w, const char *sql, char value[256]); /* as the superuser */
void world_await_source(struct world *w, const char *sql, const char *value);
/* Requests that change something at Google, so far; reading, testing and validating do not count.
 */
size_t world_writes(struct world *w);
/* The same; each behind the first `after` is told, as the log has it: method, url, body. */
size_t world_each_write(struct world *w, size_t after,
                        void (*tell)(void *ctx, const struct json *request), void *ctx);
/* No file under the folder holds what the extended expression means. */
void world_holds_none(const char *folder, const char *expression);
/* Every request so far against Google's discovery documents, where the checker is there. */
void world_check_requests(struct world *w);

#endif
