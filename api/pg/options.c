#include "api/pg/internal.h"

#include "api/base/log.h"
#include "api/base/tr.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECT_MS = 10000, STATEMENT_MS = 30000, LOCK_MS = 2000, HOSTS_MAX = 16 };

static const char *option(const PQconninfoOption *list, const char *keyword)
{
    for (const PQconninfoOption *o = list; o != NULL && o->keyword != NULL; o++)
        if (strcmp(o->keyword, keyword) == 0)
            return str_is_empty(o->val) ? NULL : o->val;
    return NULL;
}

/* libpq's words repeat a part of what it could not read, which may be a part of a password. */
static bool may_hold_password(const char *dsn)
{
    return strstr(dsn, "pass") != NULL || strchr(dsn, '@') != NULL;
}

static bool bad_dsn(struct err *e, const char *dsn, char *why)
{
    bool silent = why == NULL || may_hold_password(dsn);
    err_set(e, ERR_INPUT, tr("could not read the connection string"));
    err_reason(e, PG_BAD_CONNINFO);
    err_why(e, "%s", silent ? "it is none, or has a mistake in it" : why);
    err_hint(
        e,
        tr("Write it as host=... dbname=... user=... or as postgresql://user@host:5432/database."));
    PQfreemem(why);
    return false;
}

static bool is_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);
    return end > text && end - text <= 5 && text[0] != '-' && port > 0 && port <= 65535 &&
           (*end == '\0' || strchr(",/?", *end) != NULL);
}

/* `postgresql://kari:secret` is a host and a port to libpq for as long as no @ follows: what stands
 * behind the colon and is no port may be the beginning of a password. */
static bool has_odd_port(const char *dsn)
{
    const char *at = strstr(dsn, "://");
    bool bracket = false;
    for (at = at != NULL ? at + 3 : ""; *at != '\0' && (bracket || strchr("/?", *at) == NULL);
         at++) {
        bracket = *at == '[' || (bracket && *at != ']');
        if (*at == ':' && !bracket && at[1] != '\0' && strchr(",/?", at[1]) == NULL &&
            !is_port(at + 1))
            return true;
    }
    return false;
}

bool pg_dsn_has_password(const char *dsn)
{
    if (str_is_empty(dsn))
        return false;
    PQconninfoOption *list = PQconninfoParse(dsn, NULL);
    bool has = list != NULL ? option(list, "password") != NULL ||
                                  option(list, "sslpassword") != NULL || has_odd_port(dsn)
                            : may_hold_password(dsn) || has_odd_port(dsn);
    PQconninfoFree(list);
    return has;
}

bool pg_dsn_database(const char *dsn, char *out, size_t cap)
{
    bool read = !str_is_empty(dsn) && strlen(dsn) < PG_DSN; /* as pg_dsn_check has it */
    PQconninfoOption *list = read ? PQconninfoParse(dsn, NULL) : NULL;
    const char *name = option(list, "dbname");
    str_copy(out, cap, name != NULL ? name : "");
    PQconninfoFree(list);
    return out[0] != '\0';
}

bool pg_dsn_check(const char *dsn, struct err *e)
{
    if (str_is_empty(dsn))
        return true;
    if (strlen(dsn) >= PG_DSN) {
        err_set(e, ERR_INPUT, tr("could not read the connection string"));
        err_reason(e, PG_BAD_CONNINFO);
        err_why(e, tr("it is longer than %d bytes"), PG_DSN - 1);
        return err_hint(
            e, tr("Put it into a service file (~/.pg_service.conf) and write service=NAME."));
    }
    char *why = NULL;
    PQconninfoOption *list = PQconninfoParse(dsn, &why);
    if (list == NULL)
        return bad_dsn(e, dsn, why);
    PQconninfoFree(list);
    return true;
}

void pg_keys_put(struct pg_keys *k, const char *key, const char *value)
{
    if (value == NULL)
        return;
    k->keys[k->n] = key;
    k->values[k->n++] = value;
}

/* libpq alone knows how a service file, the environment and a string come together, and tells it
 * only of a connection. A refused option makes it put them together and stop before it does
 * anything. */
PQconninfoOption *pg_effective(const struct pg_options *o, const char *dsn)
{
    struct pg_keys k = {.n = 0};
    pg_keys_put(&k, "dbname", dsn);
    pg_keys_put(&k, "dbname", o->database);
    pg_keys_put(&k, "host", o->host);
    pg_keys_put(&k, "port", o->port);
    pg_keys_put(&k, "user", o->user);
    pg_keys_put(&k, "password", "none"); /* else it looks into ~/.pgpass, and complains on stderr */
    pg_keys_put(&k, "gssencmode", "none of these");
    PGconn *conn = PQconnectStartParams(k.keys, k.values, 1);
    PQconninfoOption *list = conn != NULL ? PQconninfo(conn) : NULL;
    PQfinish(conn);
    return list;
}

/* The i-th of a list with commas; one entry counts for all. NULL when it is empty. */
static const char *nth(struct arena *a, const char *list, size_t i)
{
    if (list == NULL)
        return NULL;
    const char *from = list;
    if (strchr(list, ',') != NULL)
        for (size_t skip = i; skip > 0; skip--) {
            from = strchr(from, ',');
            if (from == NULL)
                return NULL;
            from++;
        }
    const char *part = arena_strn(a, from, strcspn(from, ","));
    return *part == '\0' ? NULL : part;
}

static size_t count(const char *list)
{
    size_t n = 1;
    for (; list != NULL && *list != '\0'; list++)
        n += *list == ',';
    return n;
}

static bool is_address(const char *host)
{
    return strchr(host, ':') != NULL || host[strspn(host, "0123456789.")] == '\0';
}

/* An address is read as libpq will read it (127.1 is one); a name like 127.example.com is none. */
static bool is_loopback(const char *host)
{
    struct addrinfo as_it_stands = {.ai_flags = AI_NUMERICHOST}, *at = NULL;
    bool is = strcasecmp(host, "localhost") == 0;
    if (is || getaddrinfo(host, NULL, &as_it_stands, &at) != 0)
        return is;
    if (at->ai_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, at->ai_addr, sizeof v4);
        is = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    } else if (at->ai_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, at->ai_addr, sizeof v6);
        is = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    freeaddrinfo(at);
    return is;
}

static void read_host(struct pg_plan *plan, struct pg_host *h)
{
    if (h->port == NULL)
        h->port = "5432";
    const char *where = h->hostaddr != NULL ? h->hostaddr : h->host;
    h->socket = where == NULL || *where == '/' || *where == '@';
    h->local = h->socket || is_loopback(where);
    if (!h->socket && h->hostaddr == NULL && is_address(h->host))
        h->hostaddr = h->host;
    bool default_socket_among_others = where == NULL && plan->n_hosts > 0;
    plan->n_hosts += !default_socket_among_others; /* libpq could not be told that one alone */
}

static void read_hosts(struct pg_plan *plan, const char *host, const char *hostaddr,
                       const char *port)
{
    struct arena *a = &plan->arena;
    size_t n = count(host), m = count(hostaddr);
    n = n > m ? n : m;
    n = n < HOSTS_MAX ? n : HOSTS_MAX;
    plan->hosts = arena_array(a, struct pg_host, n);
    for (size_t i = 0; i < n; i++) {
        struct pg_host *h = &plan->hosts[plan->n_hosts];
        *h = (struct pg_host){nth(a, host, i), nth(a, hostaddr, i), nth(a, port, i), false, false};
        read_host(plan, h);
    }
}

static const char *system_roots(void)
{
    static const char *const usual[] = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/opt/homebrew/etc/ca-certificates/cert.pem",
        "/usr/local/etc/openssl@3/cert.pem",
        "/etc/ssl/cert.pem",
    };
    const char *named = getenv("SSL_CERT_FILE");
    if (!str_is_empty(named))
        return named;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (access(usual[i], R_OK) == 0)
            return usual[i];
    return NULL;
}

static bool home_has_root(struct arena *a)
{
    const char *home = getenv("HOME");
    if (str_is_empty(home))
        return false;
    return access(arena_printf(a, "%s/.postgresql/root.crt", home), R_OK) == 0;
}

/* libpq does not use a password file that others may read, and says so on stderr: across the
 * screen. */
static void read_passfile(struct pg_plan *plan, const PQconninfoOption *list)
{
    struct stat st;
    const char *file = option(list, "passfile"), *home = getenv("HOME");
    if (file == NULL)
        file = arena_printf(&plan->arena, "%s/.pgpass", home != NULL ? home : "");
    if (stat(file, &st) != 0 || (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0))
        return;
    plan->passfile_refused = file;
    log_line(1, "postgres: %s is not used, others may read it (chmod 600)", file);
}

/* The default is to be sure of the server; libpq's own default, prefer, proves nothing. */
static void read_tls(struct pg_plan *plan, const PQconninfoOption *list)
{
    PQconninfoOption *said = plan->dsn != NULL ? PQconninfoParse(plan->dsn, NULL) : NULL;
    const char *mode = option(list, "sslmode");
    bool chosen = option(said, "sslmode") != NULL || !str_is_empty(getenv("PGSSLMODE")) ||
                  !str_eq(mode, "prefer");
    PQconninfoFree(said);
    if (!chosen)
        plan->sslmode_far = mode = "verify-full";
    if (!str_starts(mode, "verify") || option(list, "sslrootcert") != NULL ||
        home_has_root(&plan->arena))
        return;
    if (chosen)
        plan->sslrootcert = system_roots();
    else
        plan->sslrootcert_far = system_roots();
}

static void read_times(struct pg_plan *plan, const struct pg_options *o,
                       const PQconninfoOption *list)
{
    long long seconds = 0;
    plan->connect_timeout_ms = o->connect_timeout_ms > 0 ? o->connect_timeout_ms : CONNECT_MS;
    if (o->connect_timeout_ms == 0 && str_int64(option(list, "connect_timeout"), 1, 600, &seconds))
        plan->connect_timeout_ms = (int)seconds * 1000;
    plan->statement_timeout_ms =
        o->statement_timeout_ms > 0 ? o->statement_timeout_ms : STATEMENT_MS;
    const char *theirs = option(list, "options");
    plan->options = arena_printf(&plan->arena,
                                 "%s -c search_path=pg_catalog -c default_transaction_read_only=on "
                                 "-c statement_timeout=%d -c lock_timeout=%d"
                                 " -c idle_in_transaction_session_timeout=30000 -c jit=off"
                                 " -c max_parallel_workers_per_gather=0",
                                 theirs != NULL ? theirs : "", plan->statement_timeout_ms,
                                 o->lock_timeout_ms > 0 ? o->lock_timeout_ms : LOCK_MS);
    plan->keepalive = option(list, "keepalives_idle") == NULL;
}

struct pg_plan *plan_new(const struct pg_options *o, struct err *e)
{
    if (!pg_dsn_check(o->dsn, e))
        return NULL;
    struct pg_plan *plan = mem_alloc(sizeof *plan);
    plan->holders = 1;
    arena_init(&plan->arena);
    struct arena *a = &plan->arena;
    plan->dsn = str_is_empty(o->dsn) ? NULL : arena_str(a, o->dsn);
    plan->user = arena_str(a, o->user);
    plan->database = arena_str(a, o->database);
    PQconninfoOption *list = pg_effective(o, plan->dsn);
    if (list == NULL) {
        plan_free(plan);
        bad_dsn(e, "", NULL);
        return NULL;
    }
    const char *user = option(list, "user"), *database = option(list, "dbname");
    plan->show_user = arena_str(a, user != NULL ? user : "");
    plan->show_database = arena_str(a, database != NULL ? database : plan->show_user);
    plan->password = secret_dup(o->password);
    /* a host that was named beats an address from elsewhere; the socket of one cannot */
    bool named = o->host != NULL && o->host[0] != '/';
    read_hosts(plan, option(list, "host"), named ? NULL : option(list, "hostaddr"),
               option(list, "port"));
    read_tls(plan, list);
    read_passfile(plan, list);
    read_times(plan, o, list);
    PQconninfoFree(list);
    return plan;
}

struct pg_plan *plan_hold(struct pg_plan *plan)
{
    plan->holders++;
    return plan;
}

void plan_free(struct pg_plan *plan)
{
    if (plan == NULL || --plan->holders > 0)
        return;
    secret_free(plan->password);
    arena_done(&plan->arena);
    mem_free(plan);
}
