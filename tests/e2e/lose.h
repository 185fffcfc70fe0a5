#ifndef TESTS_E2E_LOSE_H
#define TESTS_E2E_LOSE_H

/* A slot that the server has given up, and with it the stream. Include behind cmocka.h. */

#include "tests/e2e/world.h"

#include "api/base/clock.h"

#include <stdio.h>
#include <string.h>

static inline void lose_tell(struct world *w, const char *sql)
{
    char value[256];
    world_source(w, sql, value);
}

static inline void lose_await(struct world *w, const char *state)
{
    enum { LOSE_MS = 120000 };
    int64_t until = clock_mono_ms() + LOSE_MS;
    for (;;) {
        const struct answer *a = STROM(w, "status", "--app", "postmottak-backend", "--json");
        if (strcmp(json_string_or(a->doc, "stream.state", ""), state) == 0)
            return;
        if (clock_mono_ms() > until)
            fail_msg("it does not become %s:\n%s", state, a->out);
    }
}

/* Nobody reads, and more is written than the server keeps. */
static inline void lose_slot(struct world *w, const char *slot)
{
    char sql[256];
    lose_tell(w, "ALTER ROLE datastream NOLOGIN");
    lose_tell(w, "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    lose_tell(w, "SELECT pg_reload_conf()");
    lose_tell(w, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");
    world_await_source(w, "SELECT count(*) FROM pg_replication_slots WHERE active", "0");
    for (int i = 0; i < 4; i++) {
        lose_tell(w,
                  "INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat) SELECT "
                  "regel_resultat_id, 'lost', true FROM regel_evaluering LIMIT 100");
        lose_tell(w, "SELECT pg_switch_wal()");
    }
    lose_tell(w, "CHECKPOINT");
    snprintf(sql, sizeof sql, "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '%s'",
             slot);
    world_await_source(w, sql, "lost");
    lose_tell(w, "ALTER SYSTEM RESET max_slot_wal_keep_size");
    lose_tell(w, "SELECT pg_reload_conf()");
    lose_tell(w, "ALTER ROLE datastream LOGIN");
    lose_await(w, "FAILED_PERMANENTLY");
}

#endif
