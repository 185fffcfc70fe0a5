#ifndef TESTS_PG_SERVER_H
#define TESTS_PG_SERVER_H

/* A PostgreSQL for these tests alone: a socket in a folder of its own (trust, superuser `postgres`)
 * and a loopback port (scram). Ends with the test program. Blocking libpq is fine here. */

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

struct server {
    char folder[64], bin[512];
    int port;
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

static struct server server;

/* In every kind of build: without a server there is no test. */
static inline void server_must(bool holds)
{
    if (!holds)
        abort();
}

static inline void server_find(void)
{
    static const char *const usual[] = {"/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin",
                                        "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/14/bin",
                                        "/opt/homebrew/opt/postgresql@15/bin"};
    char path[600];
    FILE *f = popen("pg_config --bindir 2>/dev/null", "r");
    if (f != NULL && fgets(server.bin, sizeof server.bin, f) != NULL)
        server.bin[strcspn(server.bin, "\n")] = '\0';
    if (f != NULL)
        pclose(f);
    for (size_t i = 0; i <= sizeof usual / sizeof usual[0]; i++) {
        snprintf(path, sizeof path, "%s/initdb", server.bin);
        if (access(path, X_OK) == 0)
            return;
        if (i < sizeof usual / sizeof usual[0])
            snprintf(server.bin, sizeof server.bin, "%s", usual[i]);
    }
    fprintf(stderr, "no PostgreSQL server here: skipped\n");
    exit(77);
}

static inline void server_user(void)
{
    server.uid = geteuid();
    server.gid = getegid();
    if (server.uid != 0)
        return;
    const struct passwd *who = getpwnam("postgres");
    who = who != NULL ? who : getpwnam("nobody");
    server_must(who != NULL);
    server.uid = who->pw_uid;
    server.gid = who->pw_gid;
}

enum { SERVER_ARGS = 32 };

static inline pid_t server_run(const char *const *argv)
{
    pid_t pid = fork();
    server_must(pid >= 0);
    if (pid > 0)
        return pid;
    if (geteuid() == 0 && (setgid(server.gid) != 0 || setuid(server.uid) != 0))
        _exit(126);
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
#endif
    int log = open("/dev/null", O_RDWR);
    dup2(log, 0);
    dup2(log, 1);
    dup2(log, 2);
    char path[600];
    snprintf(path, sizeof path, "%s/%s", server.bin, argv[0]);
    /* the whole path as its name: initdb looks for postgres beside itself, not on PATH */
    const char *own[SERVER_ARGS] = {path};
    for (size_t i = 1; i + 1 < SERVER_ARGS && argv[i] != NULL; i++)
        own[i] = argv[i];
    union {
        const char *const *in;
        char *const *out;
    } list = {own};
    execv(path, list.out);
    _exit(127);
}

static inline int server_free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool fine = fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 &&
                getsockname(fd, (struct sockaddr *)&at, &size) == 0;
    server_must(fine);
    close(fd);
    return ntohs(at.sin_port);
}

static inline void server_stop(void)
{
    if (server.pid > 0) {
        kill(server.pid, SIGQUIT);
        waitpid(server.pid, NULL, 0);
    }
    server.pid = 0;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", server.folder);
    FILE *f = popen(command, "r");
    if (f != NULL)
        pclose(f);
}

static inline const char *server_admin(const char *database)
{
    static char out[256];
    snprintf(out, sizeof out, "host=%s port=%d dbname=%s user=postgres", server.folder, server.port,
             database);
    return out;
}

static inline const char *server_tcp(const char *database, const char *user)
{
    static char out[256];
    snprintf(out, sizeof out, "host=127.0.0.1 port=%d dbname=%s user=%s", server.port, database,
             user);
    return out;
}

/* Runs statements as the superuser; the first value of the last result, or NULL. */
static inline const char *server_sql(const char *database, const char *sql)
{
    static char out[256];
    out[0] = '\0';
    PGconn *conn = PQconnectdb(server_admin(database));
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fprintf(stderr, "%s\n%s\n", sql, PQerrorMessage(conn));
        abort();
    }
    if (PQntuples(result) > 0)
        snprintf(out, sizeof out, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return out;
}

static inline void server_configure(const char *settings)
{
    char path[128];
    snprintf(path, sizeof path, "%s/data/postgresql.auto.conf", server.folder);
    FILE *f = fopen(path, "w");
    server_must(f != NULL);
    fprintf(f,
            "listen_addresses='127.0.0.1'\nport=%d\nunix_socket_directories='%s'\nfsync=off\n%s\n",
            server.port, server.folder, settings);
    fclose(f);
    snprintf(path, sizeof path, "%s/data/pg_hba.conf", server.folder);
    f = fopen(path, "w");
    server_must(f != NULL);
    fprintf(f, "local all all trust\nhost all barred 127.0.0.1/32 reject\n"
               "host all open,nobody_such 127.0.0.1/32 trust\n"
               "host all all 127.0.0.1/32 scram-sha-256\n");
    fclose(f);
}

static inline void server_await(void)
{
    for (int tries = 0; tries < 20000; tries++) {
        PGPing answer = PQping(server_admin("postgres"));
        if (answer == PQPING_OK)
            return;
        int status = 0;
        server_must(waitpid(server.pid, &status, WNOHANG) == 0);
    }
    abort();
}

static inline void server_go(void)
{
    char data[80];
    snprintf(data, sizeof data, "%s/data", server.folder);
    server.pid = server_run((const char *const[]){"postgres", "-D", data, NULL});
    server_await();
}

/* Restarts it with other settings. */
static inline void server_again(const char *settings)
{
    kill(server.pid, SIGINT);
    waitpid(server.pid, NULL, 0);
    server_configure(settings);
    server_go();
}

static inline void server_start(const char *settings)
{
    char data[80];
    server_find();
    server_user();
    snprintf(server.folder, sizeof server.folder, "/tmp/strom-pgtest-XXXXXX");
    char *made = mkdtemp(server.folder);
    int owned = chown(server.folder, server.uid, server.gid);
    server_must(made != NULL && owned == 0);
    atexit(server_stop);
    snprintf(data, sizeof data, "%s/data", server.folder);
    int status = 0;
    waitpid(server_run((const char *const[]){"initdb", "--no-sync", "-E", "UTF8", "--locale=C",
                                             "-A", "trust", "-U", "postgres", "-D", data, NULL}),
            &status, 0);
    if (status != 0) {
        fprintf(stderr, "initdb failed with %d\n", status);
        exit(1);
    }
    server.port = server_free_port();
    server_configure(settings);
    server_go();
}

#endif
