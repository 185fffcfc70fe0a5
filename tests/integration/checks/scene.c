#include "tests/integration/checks/scene.h"

#include "api/base/clock.h"
#include "api/checks/gather.h"
#include "api/net/net.h"
#include "api/pg/pg.h"
#include "api/plan/rights.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    char folder[FOLDER_PATH], files[FOLDER_PATH];
    struct postgres *server;
    struct cloud *cloud;
    PGconn *db, *held[SCENE_HELD]; /* the superuser's, and what a state holds open */
    struct net *net;
    struct google *google, *refused, *silent;
    int deaf; /* a socket that takes connections, and nobody reads */
    struct pg *pg;
    struct task *looked;
    struct source_facts *earlier;
    struct target target;
} scene;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "%s\n%s\n", what, why);
    abort();
}

/* --- SQL --- */

static PGconn *connect_to(const char *conninfo)
{
    PGconn *db = PQconnectdb(conninfo);
    if (PQstatus(db) != CONNECTION_OK)
        die("not connected", PQerrorMessage(db));
    return db;
}

/* A slot whose reader has just left is still its own for a moment. */
static bool is_leaving(const PGresult *done)
{
    const char *code = PQresultErrorField(done, PG_DIAG_SQLSTATE);
    return code != NULL && strcmp(code, "55006") == 0;
}

static void run_one(PGconn *db, const char *sql)
{
    PGresult *done = PQexec(db, sql);
    for (int tries = 0; tries < 20000 && is_leaving(done); tries++) {
        PQclear(done);
        done = PQexec(db, sql);
    }
    ExecStatusType status = PQresultStatus(done);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_BOTH)
        die(sql, PQerrorMessage(db));
    PQclear(done);
}

/* Each statement by itself: a slot is not made where something was written. */
static void run_all(PGconn *db, const char *sql)
{
    while (sql != NULL && *sql != '\0') {
        const char *end = strstr(sql, ";\n");
        char one[4096];
        snprintf(one, sizeof one, "%.*s", (int)(end != NULL ? end - sql + 1 : (long)strlen(sql)),
                 sql);
        run_one(db, one);
        sql = end != NULL ? end + 2 : NULL;
    }
}

/* The session that looks has read its settings anew. */
static void await_settings(const char *since)
{
    bool read = false;
    while (!read) {
        struct task *t =
            pg_query(scene.pg, "SELECT pg_conf_load_time() > $1::timestamptz", &since, 1);
        net_until(scene.net, t);
        read = task_state(t) == TASK_OK && pg_is_true(pg_rows(t), 0, 0);
        task_drop(t);
    }
}

void scene_run(const char *sql)
{
    bool reloads = sql != NULL && strstr(sql, "pg_reload_conf") != NULL;
    char since[64] = "";
    if (reloads) {
        PGresult *now = PQexec(scene.db, "SELECT clock_timestamp()");
        snprintf(since, sizeof since, "%s", PQgetvalue(now, 0, 0));
        PQclear(now);
    }
    run_all(scene.db, sql);
    if (reloads)
        await_settings(since);
}

#define PASSWORD "bare-til-test"

void scene_await(const char *sql)
{
    int64_t until = clock_mono_ms() + 60000;
    for (bool is = false; !is;) {
        PGresult *rows = PQexec(scene.db, sql);
        is = PQntuples(rows) == 1 && PQgetvalue(rows, 0, 0)[0] == 't';
        PQclear(rows);
        if (!is && clock_mono_ms() > until)
            die("in vain", sql);
    }
}

static const char prepare[] =
    "CREATE ROLE datastream LOGIN REPLICATION;\n"
    "CREATE ROLE lesere;\n"
    "CREATE ROLE annen_eier;\n"
    "ALTER ROLE \"" SANDBOX_APP "\" REPLICATION PASSWORD '" PASSWORD "';\n"
    "GRANT CREATE ON SCHEMA public TO \"" SANDBOX_APP "\";\n"
    "CREATE SCHEMA arkiv AUTHORIZATION \"" SANDBOX_APP "\";\n"
    "SET ROLE \"" SANDBOX_APP "\";\n"
    "CREATE TABLE regel_evaluering (id bigint PRIMARY KEY, regel_resultat_id bigint,"
    " regel_navn text, resultat text, dobbel bigint GENERATED ALWAYS AS (id * 2) STORED);\n"
    "CREATE TABLE regelsett_resultat (id bigint PRIMARY KEY, innkommende_journalpost bigint,"
    " system_navn text, opprettet_tid timestamptz);\n"
    "CREATE TABLE arkiv.sak (id bigint PRIMARY KEY, a text, b text);\n"
    "CREATE TABLE arkiv.hendelse (id int, dag date, PRIMARY KEY (id, dag))"
    " PARTITION BY RANGE (dag);\n"
    "CREATE TABLE arkiv.hendelse_1 PARTITION OF arkiv.hendelse DEFAULT;\n"
    "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),"
    " description varchar(200), type varchar(20), script varchar(1000), checksum int,"
    " installed_by varchar(100), installed_on timestamp DEFAULT now(), execution_time int,"
    " success boolean);\n"
    "INSERT INTO flyway_schema_history VALUES"
    " (1, '1.1', 'start', 'SQL', 'V1.1__start.sql', 1, 'x', now(), 1, true),"
    " (2, '1.51', 'datastream oppsett', 'SQL', 'V1.51__datastream_oppsett.sql', 1, 'x', now(), 1,"
    " true),"
    " (3, '1.52', 'del 2', 'SQL', 'V1.52__del_2_datastream.sql', 1, 'x', now(), 1, true);\n"
    "GRANT SELECT ON flyway_schema_history TO cloudsqliamuser;\n"
    "GRANT SELECT ON regel_evaluering, regelsett_resultat, arkiv.sak, arkiv.hendelse,"
    " arkiv.hendelse_1 TO datastream;\n"
    "GRANT USAGE ON SCHEMA arkiv TO datastream, cloudsqliamuser;\n"
    "RESET ROLE;\n"
    "CREATE PUBLICATION ds_publication " THREE ";\n" MAKE_SLOT;

/* --- beginning and end --- */

static const char settings[] = "max_replication_slots = 4\n"
                               "max_wal_senders = 3\n"
                               "max_prepared_transactions = 2\n"
                               "autovacuum = off\n"
                               "log_line_prefix = '%a|%u|%p|'\n"
                               "log_statement = all\n";

static struct google *open_google(const char *credentials, int port)
{
    struct err e;
    char origin[64];
    snprintf(origin, sizeof origin, "http://127.0.0.1:%d", port);
    struct google *google =
        google_open(scene.net,
                    &(struct google_options){
                        .endpoint = origin, .credentials = credentials, .poll_floor_s = 0.01},
                    &e);
    if (google == NULL)
        die(e.what, e.why);
    return google;
}

static int listen_deaf(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t bytes = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    scene.deaf = socket(AF_INET, SOCK_STREAM, 0);
    if (scene.deaf < 0 || bind(scene.deaf, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(scene.deaf, 64) != 0 || getsockname(scene.deaf, (struct sockaddr *)&at, &bytes) != 0)
        die("no socket", strerror(errno));
    return ntohs(at.sin_port);
}

static struct pg *connect_person(void)
{
    char conninfo[POSTGRES_CONNINFO];
    struct pg_options o = {
        .dsn = postgres_conninfo(scene.server, SANDBOX_DATABASE, SANDBOX_PERSON, NULL, conninfo)};
    struct task *t = pg_connect(scene.net, &o);
    net_until(scene.net, t);
    if (task_state(t) != TASK_OK)
        die(task_error(t)->what, task_error(t)->why);
    struct pg *pg = pg_take(t);
    task_drop(t);
    return pg;
}

static void connect_all(void)
{
    char conninfo[POSTGRES_CONNINFO];
    scene.db = connect_to(postgres_superuser(scene.server, SANDBOX_DATABASE, conninfo));
    run_one(scene.db, "SET client_min_messages = error");
    scene.pg = connect_person();
}

static void disconnect_all(void)
{
    pg_close(scene.pg);
    PQfinish(scene.db);
    scene.pg = NULL;
    scene.db = NULL;
}

static void name_target(struct target *t)
{
    snprintf(t->app, sizeof t->app, "%s", SANDBOX_APP);
    snprintf(t->project, sizeof t->project, "%s", SANDBOX_PROJECT);
    snprintf(t->region, sizeof t->region, "%s", SANDBOX_REGION);
    snprintf(t->instance, sizeof t->instance, "%s", SANDBOX_INSTANCE);
    snprintf(t->database, sizeof t->database, "%s", SANDBOX_DATABASE);
    snprintf(t->db_user, sizeof t->db_user, "datastream");
    snprintf(t->stream, sizeof t->stream, "postgres-%s-bigquery", SANDBOX_DATABASE);
}

int scene_open(void)
{
    char why[512] = "";
    struct err e;
    if (!postgres_is_installed())
        return 77;
    if (!folder_make_temporary("strom-c", scene.folder, why))
        die("no folder", why);
    if (!folder_make_temporary("strom-f", scene.files, why))
        die("no folder", why);
    struct postgres_options o = {.folder = scene.folder,
                                 .temporary = true,
                                 .goes_too = scene.files,
                                 .database = SANDBOX_DATABASE,
                                 .owner = SANDBOX_APP,
                                 .logical = true,
                                 .settings = settings};
    scene.server = postgres_start(&o, why);
    if (scene.server == NULL)
        die("no PostgreSQL", why);
    scene.cloud = cloud_start(scene.server, scene.files);
    scene.net = net_open(&e);
    scene.google = open_google(cloud_credentials(scene.cloud), cloud_port(scene.cloud));
    scene.refused = open_google(cloud_wrong_credentials(scene.cloud), cloud_port(scene.cloud));
    scene.silent = open_google(cloud_credentials(scene.cloud), listen_deaf());
    name_target(&scene.target);
    connect_all();
    scene_run(prepare);
    return 0;
}

void scene_close(void)
{
    task_clear(&scene.looked);
    source_free(scene.earlier);
    disconnect_all();
    google_close(scene.google);
    google_close(scene.refused);
    google_close(scene.silent);
    close(scene.deaf);
    net_close(scene.net);
    cloud_stop(scene.cloud);
    postgres_remove(scene.server);
    folder_remove(scene.files);
}

void scene_restart(bool logical)
{
    char why[POSTGRES_WHY];
    disconnect_all();
    if (!postgres_restart(scene.server, logical, why))
        die("not restarted", why);
    connect_all();
}

void scene_standby(bool on)
{
    char path[FOLDER_PATH + 32], why[FOLDER_WHY];
    snprintf(path, sizeof path, "%s/data/standby.signal", scene.folder);
    if (on ? !folder_write(path, "", why) : remove(path) != 0)
        die(path, "cannot be turned");
    scene_restart(true);
}

void scene_start_stream(void)
{
    scene_run("ALTER ROLE datastream PASSWORD '" PASSWORD "';\n");
    cloud_start_stream(scene.cloud, PASSWORD);
    scene_await("SELECT active FROM pg_replication_slots WHERE slot_name = 'ds_replication'");
}

const char *scene_folder(void)
{
    return scene.folder;
}

PGconn *scene_session(void)
{
    char conninfo[POSTGRES_CONNINFO];
    return connect_to(postgres_superuser(scene.server, SANDBOX_DATABASE, conninfo));
}

struct task *scene_ask(const char *sql)
{
    struct task *t = pg_query(scene.pg, sql, NULL, 0);
    net_until(scene.net, t);
    return t;
}

/* --- looking --- */

static const struct source_table two[] = {
    {"public", "regel_evaluering",
     (const char *const[]){"id", "regel_resultat_id", "regel_navn", "resultat"}, 4},
    {"public", "regelsett_resultat", NULL, 0},
};
static const struct source_wanted usual = {"datastream", "ds_publication", "ds_replication", two,
                                           2};

static const char *write_script(const char *sql)
{
    static char repo[FOLDER_PATH + 8];
    char folder[FOLDER_PATH + 64], path[FOLDER_PATH + 128], why[FOLDER_WHY];
    snprintf(repo, sizeof repo, "%s/repo", scene.files);
    snprintf(folder, sizeof folder, "%s/src/main/resources/flyway", repo);
    snprintf(path, sizeof path, "%s/V1.51__datastream_oppsett.sql", folder);
    if (!folder_make(folder, why) || !folder_write(path, sql, why))
        die(path, why);
    return repo;
}

static struct task *look_once(const struct state *s, struct pg *pg)
{
    struct err nobody = {.kind = ERR_NETWORK};
    snprintf(nobody.what, sizeof nobody.what, "could not connect");
    snprintf(nobody.why, sizeof nobody.why, "nobody listens there");
    struct target target = scene.target;
    struct source_mark since = {0};
    if (scene.earlier != NULL)
        since = source_mark(scene.earlier);
    if (s->project != NULL)
        snprintf(target.project, sizeof target.project, "%s", s->project);
    struct google *google = s->no_login ? scene.refused : s->silent ? scene.silent : scene.google;
    struct gather_options o = {.google = google,
                               .pg = s->nowhere ? NULL : pg,
                               .pg_trouble = s->nowhere ? nobody : (struct err){0},
                               .target = &target,
                               .wanted = s->wanted != NULL ? s->wanted : &usual,
                               .earlier = scene.earlier,
                               .since = scene.earlier != NULL ? &since : NULL,
                               .ahead = &rights_for_checks,
                               .patience_ms = s->patience_ms,
                               .repo = s->script != NULL ? write_script(s->script) : NULL};
    struct task *t = gather(scene.net, &o);
    net_until(scene.net, t);
    if (task_state(t) != TASK_OK)
        die("gather", task_error(t)->why);
    return t;
}

/* As if the first look had been some time ago. */
static void look_before(const struct state *s)
{
    struct task *t = look_once(s, scene.pg);
    source_free(scene.earlier);
    scene.earlier = gather_take_facts(t);
    task_drop(t);
    int64_t ms = (int64_t)s->shift_s * 1000;
    scene.earlier->taken_ms -= ms;
    struct source_activity *a = &scene.earlier->activity;
    struct source_xact *shifted =
        arena_copy(&scene.earlier->arena, a->xacts, (a->n_xacts + 1) * sizeof *shifted);
    for (size_t i = 0; i < a->n_xacts; i++)
        shifted[i].first_seen_ms -= ms;
    a->xacts = shifted;
    scene_run(s->since);
}

static PGconn *hold_one(const struct state *s)
{
    char conninfo[POSTGRES_CONNINFO], more[POSTGRES_CONNINFO + 160];
    bool reads = s->holder == SCENE_READER || s->holder == SCENE_SENDERS;
    const char *database = s->holder == SCENE_ELSEWHERE ? "postgres" : SANDBOX_DATABASE;
    if (s->holder == SCENE_APP)
        postgres_conninfo(scene.server, database, SANDBOX_APP, PASSWORD, conninfo);
    else
        postgres_superuser(scene.server, database, conninfo);
    snprintf(more, sizeof more, "%s application_name='%s' %s", conninfo,
             reads ? "annen-leser" : "nattjobb",
             reads ? "replication=database options='-c wal_sender_timeout=0'" : "");
    PGconn *db = connect_to(more);
    run_all(db, s->held);
    return db;
}

static void hold(const struct state *s)
{
    size_t n = s->holder == SCENE_NOBODY ? 0 : s->holder == SCENE_SENDERS ? SCENE_HELD : 1;
    for (size_t i = 0; i < n; i++)
        scene.held[i] = hold_one(s);
}

/* A session of its own ends when its server process has ended, not when we say so. */
static void let_one_go(PGconn *held)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT FROM pg_stat_activity WHERE pid = %d", PQbackendPID(held));
    PQfinish(held);
    for (int n = 1; n > 0;) {
        PGresult *rows = PQexec(scene.db, sql);
        n = PQntuples(rows);
        PQclear(rows);
    }
}

static void let_go(const struct state *s)
{
    if (s->holder == SCENE_ELSEWHERE)
        run_all(scene.held[0], DROP_SLOT);
    for (size_t i = 0; i < SCENE_HELD && scene.held[i] != NULL; i++) {
        let_one_go(scene.held[i]);
        scene.held[i] = NULL;
    }
}

const struct check_list *scene_look(const struct state *s)
{
    scene_run(s->sql);
    if (s->turn != NULL)
        s->turn(scene.cloud, true);
    hold(s);
    if (s->shift_s > 0)
        look_before(s);
    task_drop(scene.looked);
    scene.looked = look_once(s, scene.pg);
    source_free(scene.earlier);
    scene.earlier = NULL;
    let_go(s);
    if (s->turn != NULL)
        s->turn(scene.cloud, false);
    scene_run(s->undo);
    return gathered(scene.looked);
}
