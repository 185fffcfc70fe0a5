#include "tests/integration/checks/scene.h"

/* source.connection and source.wal_level: what holds for the whole server. Some lists are looked at
 * after a restart that makes it so. */

#define NOT_ASKED(id) UNKNOWN(id, "not connected to the database")

static const struct state reached[] = {
    {.name = "the database is not reached: all else is asked",
     .nowhere = true,
     .differs = {FAILS(CHECK_SOURCE_CONNECTION, "nobody listens there"),
                 NOT_ASKED(CHECK_SOURCE_VERSION),
                 NOT_ASKED(CHECK_SOURCE_WAL_LEVEL),
                 NOT_ASKED(CHECK_SOURCE_SLOTS),
                 NOT_ASKED(CHECK_SOURCE_SENDERS),
                 NOT_ASKED(CHECK_SOURCE_LONG_TRANSACTIONS),
                 NOT_ASKED(CHECK_ROLE_EXISTS),
                 NOT_ASKED(CHECK_ROLE_LOGIN),
                 NOT_ASKED(CHECK_ROLE_REPLICATION),
                 NOT_ASKED(CHECK_APP_ROLE_REPLICATION),
                 NOT_ASKED(CHECK_GRANT_USAGE),
                 NOT_ASKED(CHECK_GRANT_SELECT),
                 NOT_ASKED(CHECK_GRANT_DEFAULT_PRIVILEGES),
                 NOT_ASKED(CHECK_PUBLICATION_EXISTS),
                 NOT_ASKED(CHECK_PUBLICATION_TABLES),
                 NOT_ASKED(CHECK_PUBLICATION_OPERATIONS),
                 NOT_ASKED(CHECK_PUBLICATION_APP_SAFETY),
                 NOT_ASKED(CHECK_SLOT_EXISTS),
                 NOT_ASKED(CHECK_SLOT_PLUGIN),
                 NOT_ASKED(CHECK_SLOT_DATABASE),
                 NOT_ASKED(CHECK_SLOT_FREE),
                 NOT_ASKED(CHECK_SLOT_ORDER),
                 NOT_ASKED(CHECK_SLOT_WAL),
                 NOT_ASKED(CHECK_MIGRATION_NO_OP),
                 NOT_ASKED(CHECK_TABLES_KEYS)}},
    {.name = "a catalogue that this login may not read: only what needs it is unknown",
     .sql = "REVOKE SELECT ON pg_publication_rel FROM PUBLIC;\n",
     .undo = "GRANT SELECT ON pg_publication_rel TO PUBLIC;\n",
     .differs = {UNKNOWN(CHECK_PUBLICATION_EXISTS, "permission denied"),
                 UNKNOWN(CHECK_PUBLICATION_TABLES, "permission denied"),
                 UNKNOWN(CHECK_PUBLICATION_OPERATIONS, "permission denied"),
                 UNKNOWN(CHECK_PUBLICATION_APP_SAFETY, "permission denied"),
                 UNKNOWN(CHECK_SLOT_ORDER, "permission denied"),
                 UNKNOWN(CHECK_MIGRATION_NO_OP, "permission denied")}},
};
const struct states states_reached = {"reached", reached, sizeof reached / sizeof *reached};

/* wal_level=replica: there is no slot then. */
static const struct state replica[] = {
    {.name = "the flag is not set",
     .turn = cloud_no_flag,
     .differs = {FAILS(CHECK_INSTANCE_LOGICAL_DECODING, "not set"),
                 FAILS(CHECK_SOURCE_WAL_LEVEL, "replica"), NO_SLOT_THERE,
                 FAILS(CHECK_MIGRATION_NO_OP, "V1.52")}},
    {.name = "the flag is set, and not yet in force",
     .differs = {FAILS(CHECK_SOURCE_WAL_LEVEL, "not yet in force"), NO_SLOT_THERE,
                 FAILS(CHECK_MIGRATION_NO_OP, "V1.52")}},
};
const struct states states_replica = {"wal_level=replica", replica,
                                      sizeof replica / sizeof *replica};

static const struct state standby[] = {
    {.name = "a read replica",
     .differs = {FAILS(CHECK_SOURCE_CONNECTION, "a read replica"), NO_SLOT_THERE,
                 FAILS(CHECK_MIGRATION_NO_OP, "V1.52")}},
};
const struct states states_standby = {"read replica", standby, sizeof standby / sizeof *standby};
