#include "tests/sandbox/traffic.h"
#include "tests/sandbox/postgres.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RETRY_MS = 500, BEHIND_MAX_MS = 1000 };

struct traffic {
    struct sandbox *s;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct traffic_look look; /* under the lock, as is the rest */
    bool ending;
};

enum kind { KIND_INSERT, KIND_UPDATE, KIND_DELETE, KIND_ROLLBACK };

/* What the app does, in turn; $1 is the number of the turn. Tables without a key are only added to:
 * under a publication the app's updates and deletes there would fail. */
static const struct {
    enum kind kind;
    const char *sql;
} deeds[] = {
    {KIND_INSERT,
     "WITH post AS ("
     " INSERT INTO innkommende_journalpost (journalpost_id, status, brevkode, enhet)"
     " SELECT 460000000 + nextval('innkommende_journalpost_id_seq'), 'EVALUERT', 'NAV', '4401'"
     " RETURNING id), resultat AS ("
     " INSERT INTO regelsett_resultat (innkommende_journalpost, system_navn)"
     " SELECT id, (ARRAY['KELVIN', 'ARENA'])[1 + $1::bigint % 2] FROM post RETURNING id)"
     "INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat)"
     " SELECT id, (ARRAY['AlderRegel', 'SøknadRegel'])[n], n + $1::bigint % 2 = 2"
     " FROM resultat, generate_series(1, 2) n"},
    {KIND_UPDATE, "UPDATE regel_evaluering SET resultat = NOT resultat"
                  " WHERE id = (SELECT max(id) - $1::bigint * 7 % 500 FROM regel_evaluering)"},
    {KIND_INSERT,
     "WITH j AS ("
     " INSERT INTO jobb (type, payload)"
     " VALUES ('sendVarsel', jsonb_build_object('nr', $1::bigint, 'tekst', 'Påminnelse til søker'))"
     " RETURNING id)"
     "INSERT INTO jobb_historikk (jobb_id, status, feilmelding, stacktrace)"
     " SELECT id, 'FEILET', 'Arkivet svarte ikke',"
     " (SELECT string_agg(md5(($1::bigint + i)::text), E'\\n\\tat ') FROM generate_series(1, 120) "
     "i)"
     " FROM j"},
    {KIND_UPDATE, /* the stack trace stays where it is, out of line and unchanged */
     "UPDATE jobb_historikk SET status = 'FERDIG'"
     " WHERE id = (SELECT max(id) - $1::bigint % 20 FROM jobb_historikk)"},
    {KIND_UPDATE, "UPDATE regelsett_resultat"
                  " SET system_navn = (ARRAY['KELVIN', 'ARENA', 'GOSYS'])[1 + $1::bigint % 3]"
                  " WHERE id = (SELECT max(id) - $1::bigint * 3 % 300 FROM regelsett_resultat)"},
    {KIND_DELETE, "DELETE FROM regel_evaluering WHERE id ="
                  " (SELECT min(id) FROM regel_evaluering WHERE id > $1::bigint * 11 % 8000)"},
    {KIND_INSERT,
     "INSERT INTO hendelse (opprettet_tid, type, korrelasjon, innhold)"
     " VALUES (now(), 'MOTTATT', gen_random_uuid(), jsonb_build_object('nr', $1::bigint))"},
    {KIND_INSERT, "INSERT INTO mottatt_melding (emne, partisjon, offset_nr, melding)"
                  " VALUES ('aapen-dok', $1::bigint % 6, $1::bigint, '<melding>på vei</melding>')"},
    {KIND_ROLLBACK, "UPDATE regel_evaluering SET resultat = NOT resultat"
                    " WHERE id > (SELECT max(id) - $1::bigint % 3 FROM regel_evaluering)"},
    {KIND_UPDATE, "UPDATE avsendermottaker"
                  " SET navn = (ARRAY['Rask Ås', 'Blå Bølge', 'Øm Ærfugl'])[1 + $1::bigint % 3]"
                  " WHERE id = 1 + $1::bigint * 13 % 3000"},
};

enum { DEEDS = sizeof(deeds) / sizeof(deeds[0]) };

static int64_t now_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sleeps until the time, a new rate or the end. */
static void rest(struct traffic *t, int64_t ms)
{
    int64_t until = now_ms(CLOCK_REALTIME) + ms;
    struct timespec at = {.tv_sec = (time_t)(until / 1000),
                          .tv_nsec = (long)(until % 1000) * 1000000};
    if (ms > 0)
        pthread_cond_timedwait(&t->changed, &t->lock, &at);
    else
        pthread_cond_wait(&t->changed, &t->lock);
}

/* --- one change --- */

static PGconn *connect_as_app(struct traffic *t)
{
    char password[64], conninfo[POSTGRES_CONNINFO], with[POSTGRES_CONNINFO + 64];
    if (!sandbox_password(t->s, SANDBOX_INSTANCE, password))
        return NULL;
    postgres_conninfo(t->s->pg, SANDBOX_DATABASE, SANDBOX_INSTANCE, password, conninfo);
    snprintf(with, sizeof(with), "%s application_name='postmottak-backend'", conninfo);
    PGconn *db = PQconnectdb(with);
    memset(password, 0, sizeof(password));
    return db;
}

static void count(struct traffic *t, enum kind kind, const char *error)
{
    uint64_t *counters[] = {[KIND_INSERT] = &t->look.inserts,
                            [KIND_UPDATE] = &t->look.updates,
                            [KIND_DELETE] = &t->look.deletes,
                            [KIND_ROLLBACK] = &t->look.rollbacks};
    pthread_mutex_lock(&t->lock);
    if (error != NULL)
        snprintf(t->look.error, sizeof(t->look.error), "%.*s", (int)strcspn(error, "\n"), error);
    else
        ++*counters[kind];
    pthread_mutex_unlock(&t->lock);
}

static bool change(struct traffic *t, PGconn *db, long long turn)
{
    char number[24];
    const char *values[] = {number};
    enum kind kind = deeds[turn % DEEDS].kind;
    snprintf(number, sizeof(number), "%lld", turn);
    if (kind == KIND_ROLLBACK)
        PQclear(PQexec(db, "BEGIN"));
    PGresult *done = PQexecParams(db, deeds[turn % DEEDS].sql, 1, NULL, values, NULL, NULL, 0);
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK;
    count(t, kind, ok ? NULL : PQresultErrorMessage(done));
    PQclear(done);
    if (kind == KIND_ROLLBACK)
        PQclear(PQexec(db, "ROLLBACK"));
    return ok || PQstatus(db) == CONNECTION_OK;
}

/* --- the thread --- */

static bool is_connected(struct traffic *t, PGconn **db)
{
    if (*db != NULL && PQstatus(*db) == CONNECTION_OK)
        return true;
    PQfinish(*db);
    *db = connect_as_app(t);
    return *db != NULL && PQstatus(*db) == CONNECTION_OK;
}

static void *work(void *ctx)
{
    struct traffic *t = ctx;
    PGconn *db = NULL;
    double due = 0; /* milliseconds since the clock's beginning */
    long long turn = 0;
    pthread_mutex_lock(&t->lock);
    while (!t->ending) {
        double now = (double)now_ms(CLOCK_MONOTONIC), rate = t->look.rate;
        if (rate <= 0) {
            PQfinish(db);
            db = NULL;
            rest(t, 0);
            due = 0;
            continue;
        }
        if (due < now - BEHIND_MAX_MS)
            due = now;
        if (due > now) {
            rest(t, due - now < 1 ? 1 : (int64_t)(due - now));
            continue;
        }
        due += 1000.0 / rate;
        pthread_mutex_unlock(&t->lock);
        bool ok = is_connected(t, &db) && change(t, db, turn++);
        pthread_mutex_lock(&t->lock);
        if (!ok && !t->ending)
            rest(t, RETRY_MS);
    }
    pthread_mutex_unlock(&t->lock);
    PQfinish(db);
    return NULL;
}

/* --- for others --- */

struct traffic *traffic_start(struct sandbox *s, double rate)
{
    struct traffic *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->s = s;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    t->look.rate = rate < 0 ? 0 : rate > TRAFFIC_MAX ? TRAFFIC_MAX : rate;
    if (pthread_create(&t->thread, NULL, work, t) == 0)
        return t;
    free(t);
    return NULL;
}

void traffic_stop(struct traffic *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->lock);
    t->ending = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

void traffic_set(struct traffic *t, double rate)
{
    pthread_mutex_lock(&t->lock);
    t->look.rate = rate < 0 ? 0 : rate > TRAFFIC_MAX ? TRAFFIC_MAX : rate;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

void traffic_look(struct traffic *t, struct traffic_look *out)
{
    pthread_mutex_lock(&t->lock);
    *out = t->look;
    pthread_mutex_unlock(&t->lock);
}
