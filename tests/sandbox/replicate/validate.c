/* What Datastream asks before it starts a stream, asked of the database itself. */

#include "tests/sandbox/replicate/link.h"
#include "tests/sandbox/replicate/mirror.h"

#include "api/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOGIN, WAL_LEVEL, REPLICATION, SLOT, PUBLICATION, TABLES, CHECKS };

static const struct {
    const char *code, *description;
} checks[CHECKS] = {
    [LOGIN] = {"POSTGRES_VALIDATE_CONNECTIVITY", "Validates that Datastream can connect"},
    [WAL_LEVEL] = {"POSTGRES_VALIDATE_LOGICAL_DECODING",
                   "Validates that logical decoding is enabled"},
    [REPLICATION] = {"POSTGRES_VALIDATE_REPLICATION_PERMISSIONS",
                     "Validates that the user may use replication"},
    [SLOT] = {"POSTGRES_VALIDATE_REPLICATION_SLOT", "Validates the replication slot"},
    [PUBLICATION] = {"POSTGRES_VALIDATE_PUBLICATION", "Validates the publication"},
    [TABLES] = {"POSTGRES_VALIDATE_BACKFILL_PERMISSIONS",
                "Validates that the tables can be read for the backfill"},
};

struct inquiry {
    const struct replica_config *c;
    PGconn *conn;
    struct halt halt;
    struct replica_check *out;
};

static void say(struct replica_check *check, enum replica_verdict state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct replica_check *check, enum replica_verdict state, const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    str_copy(check->message, sizeof check->message, str_text(&text));
    str_done(&text);
    check->state = state;
}

static PGresult *query(struct inquiry *q, int at, const char *sql, int n, const char *const *values)
{
    struct err e;
    PGresult *r = link_run(q->conn, sql, n, values, LINK_TIMEOUT_MS, &q->halt, &e);
    if (!r)
        say(&q->out[at], REPLICA_NOT_OK, "%s", e.why);
    return r;
}

static bool is_yes(const PGresult *r, int row, int column)
{
    return PQgetvalue(r, row, column)[0] == 't';
}

static void check_wal_level(struct inquiry *q)
{
    PGresult *r = query(q, WAL_LEVEL, "SELECT current_setting('wal_level')", 0, NULL);
    if (r && !str_eq(PQgetvalue(r, 0, 0), "logical"))
        say(&q->out[WAL_LEVEL], REPLICA_NOT_OK,
            "wal_level is %.32s, logical is needed: set the flag cloudsql.logical_decoding to on",
            PQgetvalue(r, 0, 0));
    PQclear(r);
}

static void check_replication(struct inquiry *q)
{
    PGresult *r = query(q, REPLICATION,
                        "SELECT rolreplication OR rolsuper, rolname FROM pg_roles"
                        " WHERE rolname = current_user",
                        0, NULL);
    if (r && (PQntuples(r) == 0 || !is_yes(r, 0, 0)))
        say(&q->out[REPLICATION], REPLICA_NOT_OK, "user %.63s lacks the REPLICATION attribute",
            PQntuples(r) > 0 ? PQgetvalue(r, 0, 1) : "");
    PQclear(r);
}

static void judge_slot(const PGresult *r, struct replica_check *out)
{
    if (PQntuples(r) == 0)
        say(out, REPLICA_NOT_OK, "the replication slot does not exist");
    else if (!str_eq(PQgetvalue(r, 0, 0), "pgoutput"))
        say(out, REPLICA_NOT_OK, "the replication slot uses the plugin %.63s, pgoutput is needed",
            PQgetvalue(r, 0, 0));
    else if (!is_yes(r, 0, 2))
        say(out, REPLICA_NOT_OK, "the replication slot belongs to the database %.63s",
            PQgetvalue(r, 0, 1));
    else if (str_eq(PQgetvalue(r, 0, 4), "lost"))
        say(out, REPLICA_NOT_OK, "the replication slot is lost: the WAL it needs was removed");
    else if (is_yes(r, 0, 3))
        say(out, REPLICA_NOT_OK,
            "the replication slot is already used by a different process (%.16s)",
            PQgetvalue(r, 0, 5));
}

static void check_slot(struct inquiry *q)
{
    const char *values[] = {q->c->slot};
    PGresult *r = query(q, SLOT,
                        "SELECT coalesce(plugin, ''), coalesce(database, ''),"
                        " coalesce(database = current_database(), false), active,"
                        " coalesce(wal_status, ''), coalesce(active_pid, 0)"
                        " FROM pg_replication_slots WHERE slot_name = $1",
                        1, values);
    if (r)
        judge_slot(r, &q->out[SLOT]);
    PQclear(r);
}

/* Names as an array literal, for a parameter. */
static void write_array(const struct replica_config *c, bool schemas, struct str *to)
{
    str_addc(to, '{');
    for (size_t i = 0; i < c->n_tables; i++) {
        str_add(to, i > 0 ? ",\"" : "\"");
        for (const char *p = schemas ? c->tables[i].schema : c->tables[i].table; *p; p++) {
            if (*p == '"' || *p == '\\')
                str_addc(to, '\\');
            str_addc(to, *p);
        }
        str_addc(to, '"');
    }
    str_addc(to, '}');
}

/* Names the tables of an answer whose rows are (schema, table). */
static void name_tables(const PGresult *r, char *out, size_t room)
{
    size_t used = 0;
    int n = PQntuples(r);
    out[0] = '\0';
    for (int i = 0; i < n && used + 1 < room; i++) {
        int more = snprintf(out + used, room - used, "%s%.63s.%.63s", i > 0 ? ", " : "",
                            PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
        used += more > 0 ? (size_t)more : 0;
    }
}

static PGresult *ask_of_tables(struct inquiry *q, int at, const char *sql, const char *third)
{
    struct str schemas = {0}, tables = {0};
    write_array(q->c, true, &schemas);
    write_array(q->c, false, &tables);
    const char *values[] = {str_text(&schemas), str_text(&tables), third};
    PGresult *r = query(q, at, sql, third ? 3 : 2, values);
    str_done(&schemas);
    str_done(&tables);
    return r;
}

static bool publication_exists(struct inquiry *q)
{
    const char *values[] = {q->c->publication};
    PGresult *r =
        query(q, PUBLICATION, "SELECT 1 FROM pg_publication WHERE pubname = $1", 1, values);
    bool there = r && PQntuples(r) > 0;
    if (r && !there)
        say(&q->out[PUBLICATION], REPLICA_NOT_OK, "publication %.63s does not exist",
            q->c->publication);
    PQclear(r);
    return there;
}

static void check_publication(struct inquiry *q)
{
    char names[240];
    if (!publication_exists(q))
        return;
    PGresult *r = ask_of_tables(q, PUBLICATION,
                                "SELECT w.s, w.t FROM unnest($1::text[], $2::text[]) w(s, t)"
                                " WHERE NOT EXISTS (SELECT 1 FROM pg_publication_tables p WHERE"
                                " p.pubname = $3 AND p.schemaname = w.s AND p.tablename = w.t)",
                                q->c->publication);
    if (r && PQntuples(r) > 0) {
        name_tables(r, names, sizeof names);
        say(&q->out[PUBLICATION], REPLICA_NOT_OK, "publication %.63s does not hold: %s",
            q->c->publication, names);
    }
    PQclear(r);
}

static void check_tables_readable(struct inquiry *q)
{
    char names[240];
    PGresult *r =
        ask_of_tables(q, TABLES,
                      "SELECT w.s, w.t FROM unnest($1::text[], $2::text[]) w(s, t)"
                      " LEFT JOIN pg_namespace n ON n.nspname = w.s"
                      " LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.t"
                      " WHERE c.oid IS NULL OR NOT has_schema_privilege(n.oid, 'USAGE')"
                      " OR NOT (has_table_privilege(c.oid, 'SELECT') OR "
                      "has_any_column_privilege(c.oid, 'SELECT'))",
                      NULL);
    if (r && PQntuples(r) > 0) {
        name_tables(r, names, sizeof names);
        say(&q->out[TABLES], REPLICA_NOT_OK, "these tables do not exist or may not be read: %s",
            names);
    }
    PQclear(r);
}

static void inquire(struct inquiry *q)
{
    struct err e;
    q->conn = link_open(q->c->conninfo, LINK_SQL, &q->halt, &e);
    if (!q->conn) {
        say(&q->out[LOGIN], REPLICA_NOT_OK, "%s", e.why);
        return;
    }
    for (int i = LOGIN; i < CHECKS; i++)
        q->out[i].state = REPLICA_PASSED;
    check_wal_level(q);
    check_replication(q);
    check_slot(q);
    check_publication(q);
    check_tables_readable(q);
    PQfinish(q->conn);
}

size_t replica_validate(const struct replica_config *c, struct replica_check out[REPLICA_CHECKS])
{
    struct inquiry q = {.c = c, .out = out};
    struct err e;
    for (int i = 0; i < CHECKS; i++) {
        out[i] = (struct replica_check){.state = REPLICA_NOT_RUN};
        str_copy(out[i].code, sizeof out[i].code, checks[i].code);
        str_copy(out[i].description, sizeof out[i].description, checks[i].description);
    }
    if (halt_init(&q.halt, &e)) {
        inquire(&q);
        halt_done(&q.halt);
    } else {
        say(&out[LOGIN], REPLICA_NOT_OK, "%s", e.why);
    }
    return CHECKS;
}
