#include "api/pg/internal.h"

#include "api/base/log.h"
#include "api/base/safe.h"
#include "api/base/tr.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Its words come from functions and triggers of the database's own, which may tell a value. */
void notice_swallow(void *unused, const PGresult *notice)
{
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    (void)unused;
    log_line(3, "postgres: %s %s", severity ? severity : "a notice", state ? state : "");
}

/* --- while connecting: libpq tells the SQLSTATE only inside its text, and only when asked to be
 * verbose --- */

static bool is_sqlstate(const char *s)
{
    for (int i = 0; i < 5; i++)
        if (!(s[i] >= '0' && s[i] <= '9') && !(s[i] >= 'A' && s[i] <= 'Z'))
            return false;
    return s[5] == ':' && s[6] == ' ';
}

/* "...failed: FATAL:  28P01: password authentication failed for user "x"\nLOCATION:  auth_failed,
 * ..." in any language. Returns where the server's words begin, NULL when it did not speak. */
static const char *find_sqlstate(const char *text, char state[6])
{
    for (const char *at = strstr(text, ":  "); at != NULL; at = strstr(at + 1, ":  "))
        if (is_sqlstate(at + 3)) {
            memcpy(state, at + 3, 5);
            state[5] = '\0';
            return at + 10;
        }
    return NULL;
}

static void why_line(struct err *e, const char *text)
{
    int n = (int)strcspn(text, "\n");
    if (n == 0)
        err_why(e, tr("the connection ended without a word"));
    else
        err_why(e, "%.*s", n, text);
}

struct meaning {
    const char *sqlstate;
    enum err_kind kind;
    bool retryable;
    const char *hint;
};

static const struct meaning meanings[] = {
    {"28P01", ERR_DENIED, false,
     "PostgreSQL says the same for a wrong password and for a user that does not exist: check "
     "both."},
    {"28000", ERR_DENIED, false,
     "The server does not let this user in from here: check the user's name, or ask for an entry."},
    {"3D000", ERR_MISSING, false,
     "Check the database's name; `psql -l` lists those that are there."},
    {"57P03", ERR_NETWORK, true, "The server is starting up or shutting down: wait a moment."},
    {"53300", ERR_QUOTA, true,
     "All connections are taken: try again shortly, or raise max_connections."},
    {"42501", ERR_DENIED, false, "This user may not connect to that database (GRANT CONNECT)."},
    {"08P01", ERR_INPUT, false,
     "Connect to PostgreSQL itself: a pooler in between may not know all options."},
};

static void hint_28000(struct err *e, const char *text)
{
    if (strstr(text, "InitializeSessionUserId") == NULL)
        err_hint(e, tr("No line of pg_hba.conf admits this user from here: use the proxy, or ask "
                       "the one who runs the server."));
    else if (strstr(text, "log in") != NULL)
        err_hint(e, tr("This role may not log in: use a personal user (`nais postgres grant`)."));
    else
        err_hint(e,
                 tr("There is no such role: check the user's name (`nais postgres grant` makes a "
                    "personal one)."));
}

static void server_said(struct err *e, const char *sqlstate, const char *words, const char *text)
{
    e->kind = ERR_SQL;
    err_reason(e, sqlstate);
    why_line(e, words);
    err_hint(e, tr("Ask the one who runs the server; the text is PostgreSQL's own."));
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].sqlstate, sqlstate) == 0) {
            e->kind = meanings[i].kind;
            e->retryable = meanings[i].retryable;
            err_hint(e, "%s", tr(meanings[i].hint));
        }
    if (strcmp(sqlstate, PG_NOT_ADMITTED) == 0)
        hint_28000(e, text);
}

static void as_timeout(struct err *e, const struct dial *d)
{
    e->retryable = true;
    err_reason(e, PG_TIMEOUT);
    err_why(e, tr("no answer in %d s"), (d->plan->connect_timeout_ms + 999) / 1000);
    err_hint(e, tr("Is naisdevice on, and the address right? A wall between here and there drops "
                   "packets silently."));
}

static void as_refused(struct err *e, const struct dial *d)
{
    e->retryable = true;
    err_reason(e, PG_REFUSED);
    err_why(e, tr("nobody listens there"));
    if (d->host.socket)
        err_hint(e, tr("No server on this machine uses that socket: start it, or name a host."));
    else if (d->host.local)
        err_hint(e, tr("Start the proxy (`nais postgres proxy`) and try again."));
    else
        err_hint(e, tr("Check host and port, and that the server is running."));
}

static void resolve_failed(struct err *e, const struct dial *d)
{
    const struct err *why = task_error(d->resolve);
    if (str_eq(why->reason, "REFUSED")) {
        as_refused(e, d);
        return;
    }
    if (str_eq(why->reason, "TIMEOUT")) {
        as_timeout(e, d);
        return;
    }
    err_reason(e, PG_HOST_UNKNOWN);
    err_why(e, "%s", why->why[0] != '\0' ? why->why : "there is no such host");
    err_hint(e, tr("Check the host's name, and that naisdevice (or the network) is on."));
    e->retryable = why->retryable;
}

static void tls_failed(struct err *e, const char *text)
{
    e->kind = ERR_DENIED;
    err_reason(e, PG_TLS);
    why_line(e, text);
    err_hint(e,
             tr("Go through the local proxy, give the server's certificate (sslrootcert=FILE), or "
                "say sslmode=... yourself."));
}

/* What libpq itself found, without a word from the server. Its texts are translated, the system's
 * words in them are those of strerror. */
static void client_failed(struct err *e, const struct dial *d, const char *text)
{
    if (strstr(text, strerror(ECONNREFUSED)) != NULL ||
        (d->host.socket && strstr(text, strerror(ENOENT)) != NULL)) {
        as_refused(e, d);
    } else if (strstr(text, strerror(ETIMEDOUT)) != NULL) {
        as_timeout(e, d);
    } else if (d->phase == CONNECTION_SSL_STARTUP || strstr(text, "SSL") != NULL) {
        tls_failed(e, text);
    } else {
        err_reason(e, PG_LOST);
        e->retryable = true;
        why_line(e, text);
        err_hint(e, tr("Is it PostgreSQL that answers there? Check host and port."));
    }
}

static void no_password(struct err *e, const struct dial *d)
{
    e->kind = ERR_DENIED;
    err_reason(e, PG_NO_PASSWORD);
    err_why(e, tr("the server asks for a password and none was given"));
    if (d->plan->passfile_refused != NULL)
        err_hint(
            e,
            tr("%s is not used, for others may read it: chmod 600, or use STROM_DB_PASSWORD or "
               "--password-file."),
            d->plan->passfile_refused);
    else
        err_hint(e,
                 tr("Type it when asked, or use STROM_DB_PASSWORD, --password-file or ~/.pgpass."));
}

bool error_connect(struct err *e, const struct dial *d, bool timed_out)
{
    const char *host = d->host.host != NULL ? d->host.host : d->host.hostaddr;
    err_set(e, ERR_NETWORK, tr("could not connect to the database %s on %s port %s as %s"),
            d->plan->show_database, host != NULL ? host : tr("the local socket"), d->host.port,
            d->plan->show_user);
    err_resource(e, d->plan->show_database);
    if (timed_out) {
        as_timeout(e, d);
        return false;
    }
    if (d->resolve != NULL) {
        resolve_failed(e, d);
        return false;
    }
    const char *text = d->conn != NULL ? PQerrorMessage(d->conn) : "";
    char sqlstate[6];
    const char *words = find_sqlstate(text, sqlstate);
    if (words != NULL)
        server_said(e, sqlstate, words, text);
    else if (d->conn != NULL && PQconnectionNeedsPassword(d->conn))
        no_password(e, d);
    else
        client_failed(e, d, text);
    return false;
}

/* --- of a statement --- */

static enum err_kind kind_of(const char *state)
{
    if (str_starts(state, "08") || str_starts(state, "57P"))
        return ERR_NETWORK;
    if (str_eq(state, "42501") || str_starts(state, "28"))
        return ERR_DENIED;
    if (str_eq(state, "42P01") || str_eq(state, "42704") || str_eq(state, "3F000") ||
        str_eq(state, "42703") || str_eq(state, "42883"))
        return ERR_MISSING;
    if (str_eq(state, "55P03") || str_starts(state, "40"))
        return ERR_CONFLICT;
    return str_starts(state, "53") ? ERR_QUOTA : ERR_SQL;
}

static void hint_for(struct err *e, const char *state, const char *theirs)
{
    if (str_eq(state, PG_CANCELLED))
        err_hint(e,
                 tr("It took too long, or was cancelled: try again when the server is less busy."));
    else if (str_eq(state, "55P03"))
        err_hint(e, tr("Somebody holds a lock on it: try again in a moment."));
    else if (str_eq(state, PG_DENIED))
        err_hint(e, tr("This login may not read that; the owner can GRANT it."));
    else if (str_starts(state, "57P") || str_starts(state, "08"))
        err_hint(e, tr("Connect again."));
    else if (!str_is_empty(theirs))
        err_hint(e, "%s", theirs);
    else
        err_hint(e, tr("Try again (r); the text is PostgreSQL's own."));
}

/* Of these classes the server speaks of objects, rights and itself. The others are of the data
 * (22, 23, 44), or of what a function says (P0, 38, 39): their words may hold a value from a table,
 * and so may those of any RAISE, whatever its state. */
static bool may_tell_a_value(const char *state, const PGresult *result)
{
    static const char classes[] = "08 0A 25 28 3D 3F 40 42 53 54 55 57 58 XX";
    const char *from = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    const char two[3] = {state[0], state[0] ? state[1] : '\0', '\0'};

    return strstr(classes, two) == NULL || str_eq(from, "exec_stmt_raise");
}

bool error_result(struct err *e, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state == NULL)
        state = "08006"; /* libpq's own words: the connection failed */
    err_set(e, kind_of(state), tr("could not ask the database"));
    err_reason(e, str_starts(state, "57P") || str_starts(state, "08") ? PG_LOST : state);
    bool kept_back = text != NULL && may_tell_a_value(state, result);
    if (kept_back)
        err_why(e,
                tr("the server refused it with SQLSTATE %s; its words are not shown, for they may "
                   "hold a value"),
                state);
    else
        why_line(e, text != NULL ? text : PQresultErrorMessage(result));
    hint_for(e, state, kept_back ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
    e->retryable = e->kind == ERR_NETWORK || e->kind == ERR_CONFLICT || e->kind == ERR_QUOTA ||
                   str_eq(state, PG_CANCELLED);
    return false;
}

bool error_lost(struct err *e, PGconn *conn)
{
    const char *text = conn != NULL ? PQerrorMessage(conn) : "";
    err_set(e, ERR_NETWORK, tr("could not ask the database"));
    err_reason(e, PG_LOST);
    why_line(e, text);
    err_hint(
        e,
        tr("The connection broke: is the proxy still running, and naisdevice on? Connect again."));
    e->retryable = true;
    return false;
}
