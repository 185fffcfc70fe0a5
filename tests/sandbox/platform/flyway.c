#include "tests/sandbox/platform/flyway_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNINFO = 1024 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(const struct flyway_run *run, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const struct flyway_run *run, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (run->say != NULL)
        run->say(run->ctx, line);
}

static void on_notice(void *ctx, const char *message)
{
    size_t n = strcspn(message, "\n");
    say(ctx, "DB: %.*s", (int)(n < 400 ? n : 400), message);
}

/* --- the loan --- */

static bool set_superuser(const struct flyway_run *run, bool lent, char why[FLYWAY_WHY])
{
    PGconn *db = PQconnectdb(run->superuser);
    char *name = PQescapeIdentifier(db, run->role, strlen(run->role));
    char sql[512];
    snprintf(sql, sizeof(sql), "ALTER ROLE %s %s", name != NULL ? name : "\"\"",
             lent ? "SUPERUSER" : "NOSUPERUSER");
    PQfreemem(name);
    PGresult *done = PQexec(db, sql);
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK;
    if (!ok)
        flyway_fail(why, "the platform could not %s the role's rights: %s",
                    lent ? "widen" : "narrow", PQerrorMessage(db));
    PQclear(done);
    PQfinish(db);
    return ok;
}

/* --- one file --- */

static int line_at(const char *text, const char *position)
{
    long at = position != NULL ? strtol(position, NULL, 10) : 0; /* in characters */
    int line = at > 0 ? 1 : 0;
    for (; at > 1 && *text != '\0'; text++) {
        line += *text == '\n';
        at -= (*text & 0xC0) != 0x80;
    }
    return line;
}

static bool explain(const struct flyway_file *file, const char *text, const PGresult *result,
                    char why[FLYWAY_WHY])
{
    static const struct {
        int field;
        const char *title;
    } more[] = {{PG_DIAG_MESSAGE_DETAIL, "  Detail: "},
                {PG_DIAG_MESSAGE_HINT, "  Hint: "},
                {PG_DIAG_CONTEXT, "  Where: "}};
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    flyway_fail(
        why, "Migration %s failed\nSQL State  : %s\nError Code : 0\nMessage    : %s: %.800s",
        file->script, state != NULL ? state : "08006", severity != NULL ? severity : "ERROR",
        message != NULL ? message : PQresultErrorMessage(result));
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        const char *words = PQresultErrorField(result, more[i].field);
        size_t n = strlen(why);
        if (words != NULL)
            snprintf(why + n, FLYWAY_WHY - n, "\n%s%.300s", more[i].title, words);
    }
    int line = line_at(text, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    size_t n = strlen(why);
    if (line > 0)
        snprintf(why + n, FLYWAY_WHY - n, "\nLine       : %d", line);
    return false;
}

/* PQexec runs all statements of the text; the first error ends them. */
static bool run_text(PGconn *db, const struct flyway_file *file, const char *text,
                     char why[FLYWAY_WHY])
{
    PGresult *done = PQexec(db, text);
    ExecStatusType status = PQresultStatus(done);
    bool ok =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    if (!ok)
        explain(file, text, done, why);
    PQclear(done);
    return ok;
}

static bool finish(PGconn *db, const char *word)
{
    PGresult *done = PQexec(db, word);
    /* COMMIT of a failed transaction succeeds as a command, and says ROLLBACK. */
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(done), word) == 0;
    PQclear(done);
    return ok;
}

static bool run_file(const struct flyway_run *run, const struct flyway_file *file, const char *text,
                     char why[FLYWAY_WHY])
{
    char conninfo[CONNINFO];
    snprintf(conninfo, sizeof(conninfo),
             "%s application_name='flyway' options='-c statement_timeout=60000'", run->conninfo);
    PGconn *db = PQconnectdb(conninfo);
    if (PQstatus(db) != CONNECTION_OK) {
        flyway_fail(why, "Unable to obtain connection from database: %s", PQerrorMessage(db));
        PQfinish(db);
        return false;
    }
    union {
        const struct flyway_run *in;
        void *out;
    } ctx = {.in = run};
    PQsetNoticeProcessor(db, on_notice, ctx.out);
    int64_t before = now_ms();
    bool ok = finish(db, "BEGIN") && run_text(db, file, text, why) &&
              flyway_record(db, file, now_ms() - before, why);
    if (ok && !finish(db, "COMMIT"))
        ok = flyway_fail(why, "Migration %s failed\nMessage    : %s", file->script,
                         PQerrorMessage(db));
    PQfinish(db);
    return ok;
}

static bool migrate_file(const struct flyway_run *run, const struct flyway_file *file,
                         char why[FLYWAY_WHY])
{
    size_t bytes = 0;
    char *text = flyway_load(run->folder, file->script, &bytes);
    if (text == NULL)
        return flyway_fail(why, "cannot read %s", file->script);
    say(run, "Migrating schema \"public\" to version \"%s - %s\"", file->version,
        file->description);
    const char *from = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
    bool lends = flyway_needs_lending(text, bytes);
    bool ok = !lends || set_superuser(run, true, why);
    ok = ok && run_file(run, file, from, why);
    char late[FLYWAY_WHY];
    if (lends && !set_superuser(run, false, late))
        ok = flyway_fail(why, "%s", late);
    free(text);
    return ok;
}

/* --- all of them --- */

static bool validate(const struct flyway_run *run, const struct flyway_list *list,
                     size_t *n_applied, char why[FLYWAY_WHY])
{
    PGconn *db = PQconnectdb(run->conninfo);
    bool ok = PQstatus(db) == CONNECTION_OK;
    if (!ok)
        flyway_fail(why, "Unable to obtain connection from database: %s", PQerrorMessage(db));
    ok = ok && flyway_validate(db, list, n_applied, why);
    PQfinish(db);
    return ok;
}

bool flyway_migrate(const struct flyway_run *run, size_t *n_applied, char why[FLYWAY_WHY])
{
    struct flyway_list list = {NULL, 0};
    size_t before = 0;
    *n_applied = 0;
    bool ok = flyway_list(run->folder, &list, why) && validate(run, &list, &before, why);
    if (ok)
        say(run, "Successfully validated %zu migrations", list.n);
    for (size_t i = before; ok && i < list.n; i++) {
        ok = migrate_file(run, &list.files[i], why);
        *n_applied += ok;
    }
    if (ok && *n_applied > 0)
        say(run, "Successfully applied %zu migration%s to schema \"public\", now at version v%s",
            *n_applied, *n_applied == 1 ? "" : "s", list.files[list.n - 1].version);
    else if (ok)
        say(run, "Schema \"public\" is up to date. No migration necessary.");
    free(list.files);
    return ok;
}
