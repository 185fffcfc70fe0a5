#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#include "tests/e2e/schema.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

enum { LOOK_MS = 20, LOG_MAX = 16 << 20 };

/* --- programs, sandbox, environment --- */

bool world_find(struct world *w, const char *argv0)
{
    const char *named = getenv("STROM_PROGRAM");
    memset(w, 0, sizeof *w);
    if (!postgres_is_installed() || !session_program(argv0, w->sandbox))
        return false;
    const char *slash = strrchr(w->sandbox, '/');
    if (named != NULL)
        snprintf(w->strom, sizeof w->strom, "%s", named);
    else
        snprintf(w->strom, sizeof w->strom, "%.*s/strom", (int)(slash - w->sandbox), w->sandbox);
    return access(w->strom, X_OK) == 0;
}

void world_write_program(const char *file, const char *fmt, ...)
{
    va_list args;
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    va_start(args, fmt);
    vfprintf(f, fmt, args);
    va_end(args);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(file, 0700), 0);
}

const char *world_env(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL)
        fail_msg("%s is not set", name);
    return value;
}

int world_google_port(void)
{
    const char *colon = strrchr(world_env("STROM_GCP_ENDPOINT"), ':');
    if (colon == NULL)
        fail_msg("STROM_GCP_ENDPOINT has no port");
    return (int)strtol(colon + 1, NULL, 10);
}

static bool leads_out(const char *pair)
{
    static const char *const starts[] = {
        "PG",   "CLOUDSDK_", "GOOGLE_",  "STROM_",  "XDG_",  "LC_",      "KUBECONFIG",
        "LANG", "NO_COLOR=", "CLICOLOR", "COLUMNS", "LINES", "ESCDELAY", "ACCESSIBLE"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (strncmp(pair, starts[i], strlen(starts[i])) == 0)
            return strncmp(pair, "STROM_PROGRAM=", 14) != 0 &&
                   strncmp(pair, "STROM_SANDBOX_", 14) != 0 &&
                   strncmp(pair, "STROM_SEED=", 11) != 0;
    return false;
}

static void clean_environment(void)
{
    for (size_t i = 0; environ[i] != NULL;) {
        char name[256];
        if (!leads_out(environ[i])) {
            i++;
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)strcspn(environ[i], "="), environ[i]);
        unsetenv(name); /* the next one moves here */
    }
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "xterm-256color", 1);
}

void world_new_state(struct world *w)
{
    char why[FOLDER_WHY];
    if (w->state[0] != '\0' && strcmp(w->state, w->sandboxes) != 0)
        folder_remove(w->state);
    if (!folder_make_temporary("strom-e2e", w->state, why))
        fail_msg("%s", why);
    setenv("XDG_STATE_HOME", w->state, 1);
    setenv("HOME", w->state, 1);
}

void world_open(struct world *w, const char *const *args)
{
    char why[1024];
    clean_environment();
    world_new_state(w);
    if (args == NULL)
        return;
    w->session = session_open(w->sandbox, args, NULL, why);
    if (w->session == NULL)
        fail_msg("%s", why);
    snprintf(w->sandboxes, sizeof w->sandboxes, "%s", w->state);
    session_apply(w->session);
}

static struct answer last;

static void drop_last(void)
{
    json_free(last.doc);
    for (size_t i = 0; i < last.n_lines; i++)
        json_free(last.line[i]);
    free(last.line);
    memset(&last, 0, sizeof last);
}

static struct run *kept; /* whose output `last` borrows */

void world_close(struct world *w)
{
    drop_last();
    run_free(kept);
    kept = NULL;
    session_close(w->session);
    w->session = NULL;
    if (w->sandboxes[0] != '\0')
        folder_remove(w->sandboxes);
    if (w->state[0] != '\0')
        folder_remove(w->state);
    w->state[0] = w->sandboxes[0] = '\0';
}

/* --- commands --- */

struct run *world_start(struct world *w, const char *const *env, const char *const *args)
{
    struct run_options o = {.program = w->strom, .args = args, .env = env};
    return run_start(&o);
}

static void parse(const char *text)
{
    struct err e;
    last.doc = json_parse(text, strlen(text), &e);
    for (const char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        last.line = realloc(last.line, (last.n_lines + 1) * sizeof(struct json *));
        last.line[last.n_lines++] = json_parse(at, (size_t)(end - at), &e);
    }
}

const struct answer *world_run_in(struct world *w, const char *const *env, const char *const *args)
{
    bool json = false;
    for (size_t i = 0; args[i] != NULL; i++)
        json = json || strcmp(args[i], "--json") == 0;
    drop_last();
    run_free(kept);
    kept = world_start(w, env, args);
    last.code = run_wait_end(kept, RUN_MS);
    last.out = run_out(kept);
    last.err = run_err(kept);
    if (json)
        parse(last.out);
    return &last;
}

const struct answer *world_run(struct world *w, const char *const *args)
{
    return world_run_in(w, NULL, args);
}

/* --- holding answers against what is wanted --- */

/* By stderr: cmocka cuts its own messages at 1 024 bytes. The end of a long output tells most. */
static const char *tail_of(const char *text)
{
    size_t n = strlen(text);
    return n > 3000 ? text + n - 3000 : text;
}

#define TELL(a, ...)                                                                               \
    do {                                                                                           \
        fprintf(stderr, "exit %d\n--- stdout:\n%s\n--- stderr:\n%s\n", (a)->code,                  \
                tail_of((a)->out), tail_of((a)->err));                                             \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

void answer_is(const struct answer *a, int code)
{
    if (a->code != code)
        TELL(a, "exit %d, wanted %d", a->code, code);
}

void answer_says(const struct answer *a, const char *text)
{
    if (strstr(a->err, text) == NULL)
        TELL(a, "stderr lacks: %s", text);
}

static bool is_ours(const struct json *j)
{
    return json_is_object(j) && json_int64(j, "version", 0) == 1;
}

void answer_document(const struct answer *a)
{
    if (!is_ours(a->doc))
        TELL(a, "stdout is not one JSON document of version 1");
}

void answer_events(const struct answer *a)
{
    size_t n = strlen(a->out);
    if (a->n_lines == 0 || a->out[n - 1] != '\n')
        TELL(a, "stdout has no lines");
    for (size_t i = 0; i < a->n_lines; i++)
        if (!is_ours(a->line[i]))
            TELL(a, "line %zu of stdout is no JSON object of version 1", i + 1);
}

static void must_fit(const struct json *value, const struct json *schema)
{
    char why[256];
    if (!schema_fits(value, schema, why))
        fail_msg("it does not fit the schema: %s\n%s", why, last.out);
}

void answer_fits(struct world *w, const struct answer *a, const char *command)
{
    const char *const args[] = {command, "--schema", "--json", NULL};
    struct err e;
    struct run *r = world_start(w, NULL, args);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    struct json *schema = json_parse_strict(run_out(r), strlen(run_out(r)), &e);
    assert_non_null(schema);
    if (a->doc != NULL)
        must_fit(a->doc, schema);
    for (size_t i = 0; a->doc == NULL && i < a->n_lines; i++)
        must_fit(a->line[i], schema);
    assert_true(a->doc != NULL || a->n_lines > 0);
    json_free(schema);
    run_free(r);
}

const struct json *answer_error(const struct answer *a)
{
    static const char *const texts[] = {"code", "message"};
    const struct json *found = json_get(a->doc, "error");
    for (size_t i = 0; i < a->n_lines && found == NULL; i++)
        found = json_get(a->line[i], "error");
    if (found == NULL)
        TELL(a, "stdout bears no error");
    for (size_t i = 0; i < 2; i++)
        if (json_string_or(found, texts[i], "")[0] == '\0')
            TELL(a, "the error has no %s", texts[i]);
    if (json_get(found, "resource") == NULL || json_get(found, "hint") == NULL ||
        !json_is_bool(json_get(found, "retryable")))
        TELL(a, "the error lacks resource, hint or retryable");
    return found;
}

const struct json *found_in(const struct json *array, const char *key, const char *value)
{
    for
        json_each(item, array) if (strcmp(json_string_or(item, key, ""), value) == 0) return item;
    return NULL;
}

const struct json *event_of(const struct answer *a, const char *step, const char *state)
{
    for (size_t i = 0; i < a->n_lines; i++)
        if (strcmp(json_string_or(a->line[i], "step", ""), step) == 0 &&
            strcmp(json_string_or(a->line[i], "state", ""), state) == 0)
            return a->line[i];
    return NULL;
}

void assert_text(const struct json *j, const char *key, const char *value)
{
    assert_string_equal(json_string_or(j, key, "(absent)"), value);
}

/* --- behind the curtain --- */

long world_rows(struct world *w, const char *table)
{
    char *out = NULL, wanted[256];
    const char *const args[] = {"sql", NULL};
    session_run(w->session, args, &out);
    snprintf(wanted, sizeof wanted, "\t%s\t", table);
    const char *at = out != NULL ? strstr(out, wanted) : NULL;
    long rows = at != NULL ? strtol(at + strlen(wanted), NULL, 10) : -1;
    free(out);
    return rows;
}

void world_source(struct world *w, const char *sql, char value[256])
{
    char conninfo[512];
    PGconn *db = PQconnectdb(session_superuser(w->session, conninfo));
    PGresult *rows = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(rows);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(db));
    snprintf(value, 256, "%s", PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
}

void world_await_source(struct world *w, const char *sql, const char *value)
{
    char found[256] = "";
    for (int waited = 0; waited < RUN_MS; waited += LOOK_MS) {
        world_source(w, sql, found);
        if (strcmp(found, value) == 0)
            return;
        poll(NULL, 0, LOOK_MS);
    }
    fail_msg("%s: %s, wanted %s", sql, found, value);
}

static char *request_log(struct world *w, char path[WORLD_PATH + 32])
{
    size_t bytes = 0;
    snprintf(path, WORLD_PATH + 32, "%s/requests.log", session_folder(w->session));
    char *text = folder_read(path, LOG_MAX, &bytes);
    assert_non_null(text);
    return text;
}

static bool is_write(const struct json *request)
{
    static const char *const harmless[] = {"//oauth2.",           "//kubernetes",  "//sandbox/",
                                           ":testIamPermissions", ":getIamPolicy", ":discover",
                                           "validateOnly=true",   "/queries",      "/jobs",
                                           "objects:lookup",      "entries:list"};
    const char *method = json_string_or(request, "method", "GET");
    const char *url = json_string_or(request, "url", "");
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (strstr(url, harmless[i]) != NULL)
            return false;
    return strcmp(method, "GET") != 0;
}

size_t world_each_write(struct world *w, size_t after,
                        void (*tell)(void *ctx, const struct json *request), void *ctx)
{
    char path[WORLD_PATH + 32];
    char *text = request_log(w, path);
    struct err e;
    size_t n = 0;
    for (const char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        struct json *request = json_parse(at, (size_t)(end - at), &e);
        assert_non_null(request);
        if (is_write(request) && n++ >= after)
            tell(ctx, request);
        json_free(request);
    }
    free(text);
    return n;
}

static void print_write(void *ctx, const struct json *request)
{
    (void)ctx;
    print_message("wrote: %s %s\n", json_string(request, "method"), json_string(request, "url"));
}

size_t world_writes(struct world *w)
{
    return world_each_write(w, 0, print_write, NULL);
}

void world_check_requests(struct world *w)
{
    static const char checker[] = SHARED_DIR "/tools/check_requests.py";
    char path[WORLD_PATH + 32];
    free(request_log(w, path));
    if (access(checker, R_OK) != 0) {
        print_message("skipped: the requests are not held against Google's documents: %s is not "
                      "there\n",
                      checker);
        return;
    }
    const char *const args[] = {"python3", checker, path, NULL};
    struct run_options o = {.program = "/usr/bin/env", .args = args};
    struct run *r = run_start(&o);
    if (run_wait_end(r, RUN_MS) != 0 || strstr(run_out(r), " 0 refused, 0 warnings") == NULL)
        fail_msg("%s%s", run_out(r), run_err(r));
    print_message("%s", run_out(r));
    run_free(r);
}

void world_holds_none(const char *folder, const char *expression)
{
    const char *const args[] = {"grep", "-rlaE", "--", expression, folder, NULL};
    struct run_options o = {.program = "/usr/bin/env", .args = args};
    struct run *r = run_start(&o);
    int code = run_wait_end(r, RUN_MS);
    if (code != 1)
        fail_msg("grep: exit %d: %s%s", code, run_out(r), run_err(r));
    run_free(r);
}
