#ifndef TESTS_UNIT_WATCH_LOOK_H
#define TESTS_UNIT_WATCH_LOOK_H

/* Looks to judge: one about which everything is known and fine, and one that was not answered.
 * Include behind cmocka.h. */

#include "api/watch/status.h"

#include <string.h>

static struct arena mem;

static inline int clean(void **state)
{
    (void)state;
    arena_done(&mem);
    return 0;
}

/* A stream about which everything is known and fine. */
static struct watch_table fine_tables[] = {
    {.schema = "public",
     .table = "regel",
     .backfill_state = "COMPLETED",
     .backfill_started = "2026-11-22T09:00:00Z",
     .backfill_ended = "2026-11-22T09:05:00Z",
     .rows_source = 1200,
     .rows_destination = 1200,
     .last_event = 1795338900,
     .unsupported_events = 0},
};

static inline struct watch_status fine(void)
{
    return (struct watch_status){.stream = "postgres-postmottak-bigquery",
                                 .state = "RUNNING",
                                 .now = {0.5, 64, 12, 1, 2, 3},
                                 .update_time = -1,
                                 .newest_point = -1,
                                 .slot = {.known = true,
                                          .exists = true,
                                          .active = true,
                                          .wal_status = "reserved",
                                          .wal_bytes = 4096,
                                          .wal_bytes_per_hour = 100,
                                          .hours_until_full = 1000,
                                          .pace_s = 60,
                                          .heartbeat = -1},
                                 .tables = fine_tables,
                                 .n_tables = 1};
}

/* A look at which nothing was answered. */
static inline struct watch_status unknown(void)
{
    return (struct watch_status){.stream = "s",
                                 .state = "",
                                 .stream_error = {.why = "Permission denied"},
                                 .now = {-1, -1, -1, -1, -1, -1},
                                 .update_time = -1,
                                 .newest_point = -1,
                                 .slot = {.wal_status = "",
                                          .wal_bytes = -1,
                                          .wal_bytes_per_hour = -1,
                                          .hours_until_full = -1,
                                          .behind_bytes = -1,
                                          .heartbeat = -1,
                                          .why = "no connection"},
                                 .tables_why = "Permission denied"};
}

static inline void check(const struct watch_status *s, enum watch_health wanted, const char *why)
{
    if (s->health != wanted)
        fail_msg("%s: %s, wanted %s", s->state, watch_health_name(s->health),
                 watch_health_name(wanted));
    for (size_t i = 0; why && i < s->n_why; i++)
        if (strstr(s->why[i].text, why))
            return;
    if (why)
        fail_msg("%s: nothing is said of '%s'", s->state, why);
    if (s->n_why)
        fail_msg("%s: %s", s->state, s->why[0].text);
}

#endif
