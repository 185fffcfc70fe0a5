/* Somebody else who works on the source all the time: small transactions over many tables, one
 * after the other, so that whenever a snapshot is taken some commit is half way. Its keys are
 * negative: the writers of the world never meet them. */

#include "tests/integration/replication_child.h"
#include "tests/integration/replication_world.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { HAMMERS = 2, MOST = 4000, RETRY_MS = 50 };

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

static void strike(PGconn *db, int n)
{
    char sql[1200];
    snprintf(sql, sizeof sql,
             "BEGIN; INSERT INTO person (id, name, price) VALUES (-%d, 'hammer', %d);"
             "INSERT INTO pair VALUES (-%d, 'h', 'hammer');"
             "INSERT INTO word VALUES ('9%d', %d);"
             "INSERT INTO journal VALUES (now(), 'hammer', %d);"
             "INSERT INTO full_row VALUES (-%d, 'hammer');"
             "INSERT INTO part VALUES (-%d, 'nord', 'hammer');"
             "INSERT INTO ident VALUES (-%d, 'h%d', 'hammer'); COMMIT",
             n, n, n, n, n, n, n, n, n, n);
    PQclear(
        PQexec(db, sql)); /* the server may go at any moment: what came of it, it knows itself */
}

static void keep_quiet(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* Arguments: the connection and which hammer this is. */
int hammer_main(const char *conninfo, const char *which)
{
    struct sigaction sa = {.sa_handler = end};
    int n = (int)strtol(which, NULL, 10) + 1;
    sigset_t mask;
    PGconn *db = PQconnectdb(conninfo);
    PQsetNoticeProcessor(db, keep_quiet, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    for (int i = 0; i < MOST && !ended; i++, n += HAMMERS) {
        if (PQstatus(db) == CONNECTION_OK) {
            strike(db, n);
        } else {
            poll(NULL, 0, RETRY_MS); /* the server restarts */
            PQreset(db);
        }
    }
    PQfinish(db);
    while (!ended)
        poll(NULL, 0, RETRY_MS);
    return 0;
}
