#include "tests/sandbox/postgres_parts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INITDB, SERVER };
enum { INITDB_MS = 120000, READY_MS = 60000, FAST_STOP_MS = 10000, LOOK_MS = 5, PORTS_TRIED = 8 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Nobody else has this port at this moment; the server may still lose the race and gets another. */
static int free_port(void)
{
    struct sockaddr_in at;
    memset(&at, 0, sizeof(at));
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int port = -1;
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &size) == 0)
        port = ntohs(at.sin_port);
    if (fd >= 0)
        close(fd);
    return port;
}

static void explain(const struct postgres *pg, const char *what, int status, char why[POSTGRES_WHY])
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == WATCHER_NO_ENTRY) {
        snprintf(why, POSTGRES_WHY,
                 "the server's user cannot enter %.200s\nset TMPDIR to a folder that all may enter",
                 pg->folder);
        return;
    }
    char tail[400];
    postgres_log_tail(pg, tail, sizeof(tail));
    snprintf(why, POSTGRES_WHY, "%s: %s", what, tail);
    if (postgres_disk_is_full(pg))
        snprintf(
            why, POSTGRES_WHY,
            "%s: no space left on the device of %.200s\nset TMPDIR to a folder with 200 MB free",
            what, pg->folder);
}

/* --- starting --- */

static bool make_cluster(struct postgres *pg, char why[POSTGRES_WHY])
{
    char made[POSTGRES_PATH + 32];
    snprintf(made, sizeof(made), "%s/PG_VERSION", pg->data);
    if (access(made, F_OK) == 0)
        return true;
    int status = 0;
    if (!watcher_run(&pg->watcher, INITDB) || watcher_wait(&pg->watcher, INITDB_MS, &status) != 1) {
        snprintf(why, POSTGRES_WHY, "initdb gave no answer");
        return false;
    }
    if (status != 0)
        explain(pg, "initdb failed", status, why);
    return status == 0;
}

static bool answers(const struct postgres *pg)
{
    char conninfo[POSTGRES_CONNINFO];
    PGconn *db = PQconnectdb(postgres_superuser(pg, "postgres", conninfo));
    bool ok = PQstatus(db) == CONNECTION_OK;
    PQfinish(db);
    return ok;
}

/* The socket is looked for every few milliseconds; the wait itself ends at once when the server
 * does. */
static bool await_ready(struct postgres *pg, char why[POSTGRES_WHY])
{
    int status = 0;
    for (int64_t end = now_ms() + READY_MS; now_ms() < end;) {
        int ended = watcher_wait(&pg->watcher, LOOK_MS, &status);
        if (ended != 0) {
            explain(pg, "PostgreSQL did not start", status, why);
            return false;
        }
        if (answers(pg)) {
            pg->running = true;
            return true;
        }
    }
    explain(pg, "PostgreSQL was not ready in time", 0, why);
    return false;
}

static bool launch(struct postgres *pg, char why[POSTGRES_WHY])
{
    if (!postgres_configure(pg, why))
        return false;
    postgres_log_mark(pg);
    if (watcher_run(&pg->watcher, SERVER))
        return await_ready(pg, why);
    snprintf(why, POSTGRES_WHY, "the process that starts PostgreSQL is gone");
    return false;
}

static bool launch_on_free_port(struct postgres *pg, int port, char why[POSTGRES_WHY])
{
    for (int i = 0; i < PORTS_TRIED; i++) {
        pg->port = port != 0 ? port : free_port();
        if (launch(pg, why))
            return true;
        if (port != 0 || !postgres_log_has(pg, "Address already in use"))
            return false;
    }
    return false;
}

struct postgres *postgres_start(const struct postgres_options *o, char why[POSTGRES_WHY])
{
    struct postgres *pg = calloc(1, sizeof(*pg));
    why[0] = '\0';
    if (pg == NULL)
        return NULL;
    pg->watcher.fd = -1;
    bool ok = postgres_prepare(pg, o, why);
    if (ok && !watcher_start(&pg->watcher, &pg->watching)) {
        snprintf(why, POSTGRES_WHY, "cannot start a process");
        ok = false;
    }
    ok = ok && make_cluster(pg, why) && launch_on_free_port(pg, o->port, why) &&
         postgres_populate(pg, o, why);
    if (ok)
        return pg;
    if (pg->temporary)
        postgres_remove(pg);
    else
        postgres_stop(pg);
    return NULL;
}

/* --- ending --- */

static bool stop_server(struct postgres *pg)
{
    int status = 0;
    if (!pg->running)
        return true;
    pg->running = false;
    if (!watcher_signal(&pg->watcher, SIGINT))
        return false;
    int ended = watcher_wait(&pg->watcher, FAST_STOP_MS, &status);
    if (ended == 0) { /* a reader of a slot that never answers holds the orderly end up */
        watcher_signal(&pg->watcher, SIGQUIT);
        ended = watcher_wait(&pg->watcher, FAST_STOP_MS, &status);
    }
    return ended == 1;
}

bool postgres_restart(struct postgres *pg, bool logical, char why[POSTGRES_WHY])
{
    bool before = pg->logical;
    if (!stop_server(pg)) {
        snprintf(why, POSTGRES_WHY, "PostgreSQL did not stop");
        return false;
    }
    pg->logical = logical;
    if (launch(pg, why))
        return true;
    char again[POSTGRES_WHY];
    pg->logical = before;
    pg->more[0] = '\0';
    launch(pg, again);
    return false;
}

bool postgres_set_more(struct postgres *pg, const char lines[POSTGRES_MORE])
{
    bool differs = strcmp(pg->more, lines) != 0;
    snprintf(pg->more, sizeof(pg->more), "%s", lines);
    return differs;
}

static void forget(struct postgres *pg)
{
    free(pg->settings);
    free(pg);
}

void postgres_stop(struct postgres *pg)
{
    if (pg == NULL)
        return;
    if (pg->watcher.fd >= 0) {
        stop_server(pg);
        watcher_stop(&pg->watcher, false);
    }
    forget(pg);
}

void postgres_remove(struct postgres *pg)
{
    if (pg == NULL)
        return;
    if (pg->watcher.fd >= 0)
        watcher_stop(&pg->watcher, true);
    if (pg->folder[0] != '\0')
        folder_remove(pg->folder);
    if (pg->goes_too[0] != '\0')
        folder_give_up(pg->goes_too);
    forget(pg);
}

/* --- what others ask --- */

bool postgres_disk_is_full(const struct postgres *pg)
{
    return postgres_log_has(pg, "No space left on device");
}

int postgres_port(const struct postgres *pg)
{
    return pg->port;
}

int postgres_version(const struct postgres *pg)
{
    return pg->version;
}

bool postgres_is_logical(const struct postgres *pg)
{
    return pg->logical;
}

pid_t postgres_watcher(const struct postgres *pg)
{
    return pg->watcher.pid;
}

const char *postgres_socket_folder(const struct postgres *pg)
{
    return pg->folder;
}

int postgres_fd(const struct postgres *pg)
{
    return pg->watcher.fd;
}

bool postgres_alive(const struct postgres *pg)
{
    return pg->running && answers(pg);
}

/* Quotes for a conninfo string: 'it\'s'. */
static void put_value(char *out, size_t cap, const char *name, const char *value)
{
    size_t n = strlen(out);
    n += (size_t)snprintf(out + n, cap - n, "%s%s='", n > 0 ? " " : "", name);
    for (; *value != '\0' && n + 4 < cap; value++) {
        if (*value == '\'' || *value == '\\')
            out[n++] = '\\';
        out[n++] = *value;
    }
    snprintf(out + n, cap - n, "'");
}

const char *postgres_superuser(const struct postgres *pg, const char *database,
                               char out[POSTGRES_CONNINFO])
{
    char port[16];
    snprintf(port, sizeof(port), "%d", pg->port);
    out[0] = '\0';
    put_value(out, POSTGRES_CONNINFO, "host", pg->folder);
    put_value(out, POSTGRES_CONNINFO, "port", port);
    put_value(out, POSTGRES_CONNINFO, "user", POSTGRES_SUPERVISOR);
    put_value(out, POSTGRES_CONNINFO, "dbname", database);
    return out;
}

const char *postgres_conninfo(const struct postgres *pg, const char *database, const char *user,
                              const char *password, char out[POSTGRES_CONNINFO])
{
    char port[16];
    snprintf(port, sizeof(port), "%d", pg->port);
    out[0] = '\0';
    put_value(out, POSTGRES_CONNINFO, "hostaddr", "127.0.0.1");
    put_value(out, POSTGRES_CONNINFO, "port", port);
    put_value(out, POSTGRES_CONNINFO, "user", user);
    put_value(out, POSTGRES_CONNINFO, "dbname", database);
    put_value(out, POSTGRES_CONNINFO, "sslmode", "disable");
    put_value(out, POSTGRES_CONNINFO, "gssencmode", "disable");
    if (password != NULL)
        put_value(out, POSTGRES_CONNINFO, "password", password);
    return out;
}
