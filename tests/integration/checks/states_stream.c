#include "tests/integration/checks/scene.h"

/* While a stream of ours runs: it reads the slot, and it may die of it. */

static const struct state stream[] = {
    {.name = "our own stream reads the slot",
     .differs = {PASSES(CHECK_SLOT_FREE, "read by the stream")}},
    {.name = "a permission lacks that only what exists already needed",
     .turn = cloud_no_actas,
     .differs = {PASSES(CHECK_SLOT_FREE, "read by the stream"),
                 PASSES(CHECK_ACCESS_PERMISSIONS, "are held")}},
    {.name = "a permission lacks to look at what exists",
     .turn = cloud_no_monitoring,
     .differs = {PASSES(CHECK_SLOT_FREE, "read by the stream"),
                 FAILS(CHECK_ACCESS_PERMISSIONS, "lacking: monitoring.timeSeries.list")}},
};
const struct states states_stream = {"stream", stream, sizeof stream / sizeof *stream};

/* Set up by the test, which waits until the stream has died of it. */
static const struct state dead[] = {
    {.name = "the publication was made anew below the stream (42704)",
     .differs = {FAILS(CHECK_SLOT_ORDER, "the stream cannot get past that")}},
};
const struct states states_dead = {"dead stream", dead, sizeof dead / sizeof *dead};
