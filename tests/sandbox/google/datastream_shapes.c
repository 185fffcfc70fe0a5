/* What Datastream's requests may hold. Sources other than PostgreSQL are not played: their fields
 * are unknown here. */

#include "tests/sandbox/google/datastream.h"

const struct shape nothing_shape[] = {END};

static const struct shape SERVER_CHECK[] = {NEED("caCertificate", STRING),
                                            F("serverCertificateHostname", STRING), END};
static const struct shape BOTH_CHECK[] = {
    NEED("caCertificate", STRING), NEED("clientCertificate", STRING), NEED("clientKey", STRING),
    F("serverCertificateHostname", STRING), END};
static const struct shape SSL[] = {OBJECT("serverVerification", SERVER_CHECK),
                                   OBJECT("serverAndClientVerification", BOTH_CHECK), END};
static const struct shape POSTGRES[] = {FLAGS("hostname", STRING, SHAPE_MADE),
                                        RANGE("port", 0, 65535),
                                        FLAGS("username", STRING, SHAPE_MADE),
                                        F("password", STRING),
                                        FLAGS("database", STRING, SHAPE_MADE),
                                        F("secretManagerStoredPassword", STRING),
                                        OBJECT("sslConfig", SSL),
                                        END};
static const struct shape PRIVATE[] = {NEED("privateConnection", STRING), END};
static const struct shape SSH[] = {NEED("hostname", STRING), NEED("username", STRING),
                                   RANGE("port", 0, 65535),  F("password", STRING),
                                   F("privateKey", STRING),  END};

const struct shape connection_profile_shape[] = {
    FLAGS("displayName", STRING, SHAPE_MADE),
    F("labels", MAP),
    OBJECT("postgresqlProfile", POSTGRES),
    OBJECT("bigqueryProfile", nothing_shape),
    OBJECT("privateConnectivity", PRIVATE),
    OBJECT("forwardSshConnectivity", SSH),
    OBJECT("staticServiceIpConnectivity", nothing_shape),
    OUTPUT("name"),
    OUTPUT("createTime"),
    OUTPUT("updateTime"),
    OUTPUT("satisfiesPzs"),
    OUTPUT("satisfiesPzi"),
    END};

static const struct shape PEERING[] = {NEED("vpc", STRING), NEED("subnet", STRING), END};
static const struct shape PSC[] = {NEED("networkAttachment", STRING), END};
const struct shape private_connection_shape[] = {NEED("displayName", STRING),
                                                 F("labels", MAP),
                                                 OBJECT("vpcPeeringConfig", PEERING),
                                                 OBJECT("pscInterfaceConfig", PSC),
                                                 OUTPUT("name"),
                                                 OUTPUT("state"),
                                                 OUTPUT("error"),
                                                 OUTPUT("createTime"),
                                                 OUTPUT("updateTime"),
                                                 OUTPUT("satisfiesPzs"),
                                                 OUTPUT("satisfiesPzi"),
                                                 END};

static const struct shape COLUMN[] = {
    F("column", STRING),   F("dataType", STRING),       F("length", INT32),
    F("precision", INT32), F("scale", INT32),           F("primaryKey", BOOL),
    F("nullable", BOOL),   F("ordinalPosition", INT32), END};
static const struct shape TABLE[] = {F("table", STRING), OBJECTS("postgresqlColumns", COLUMN), END};
static const struct shape SCHEMA[] = {F("schema", STRING), OBJECTS("postgresqlTables", TABLE), END};
static const struct shape RDBMS[] = {OBJECTS("postgresqlSchemas", SCHEMA), END};
static const struct shape SOURCE_PG[] = {OBJECT("includeObjects", RDBMS),
                                         OBJECT("excludeObjects", RDBMS),
                                         FLAGS("publication", STRING, SHAPE_MADE),
                                         FLAGS("replicationSlot", STRING, SHAPE_MADE),
                                         RANGE("maxConcurrentBackfillTasks", 0, 50),
                                         END};
static const struct shape SOURCE[] = {FLAGS("sourceConnectionProfile", STRING, SHAPE_MADE),
                                      OBJECT("postgresqlSourceConfig", SOURCE_PG), END};
static const struct shape SINGLE[] = {F("datasetId", STRING), END};
static const struct shape TEMPLATE[] = {NEED("location", STRING), F("datasetIdPrefix", STRING),
                                        F("kmsKeyName", STRING), END};
static const struct shape HIERARCHY[] = {OBJECT("datasetTemplate", TEMPLATE),
                                         F("projectId", STRING), END};
static const struct shape BIGQUERY[] = {F("dataFreshness", DURATION),
                                        OBJECT("merge", nothing_shape),
                                        OBJECT("appendOnly", nothing_shape),
                                        OBJECT("singleTargetDataset", SINGLE),
                                        OBJECT("sourceHierarchyDatasets", HIERARCHY),
                                        END};
static const struct shape DESTINATION[] = {
    FLAGS("destinationConnectionProfile", STRING, SHAPE_MADE),
    OBJECT("bigqueryDestinationConfig", BIGQUERY), END};
static const struct shape BACKFILL_ALL[] = {OBJECT("postgresqlExcludedObjects", RDBMS), END};

#define STREAM_STATES                                                                              \
    "NOT_STARTED|RUNNING|PAUSED|MAINTENANCE|FAILED|FAILED_PERMANENTLY|STARTING|"                   \
    "DRAINING"
const struct shape stream_shape[] = {
    FLAGS("displayName", STRING, SHAPE_MADE),
    F("labels", MAP),
    ONE_OF("state", STREAM_STATES),
    {.name = "sourceConfig", .type = SHAPE_MESSAGE, .flags = SHAPE_MADE, .of = SOURCE},
    {.name = "destinationConfig", .type = SHAPE_MESSAGE, .flags = SHAPE_MADE, .of = DESTINATION},
    OBJECT("backfillAll", BACKFILL_ALL),
    OBJECT("backfillNone", nothing_shape),
    FLAGS("customerManagedEncryptionKey", STRING, SHAPE_FIXED),
    OUTPUT("name"),
    OUTPUT("createTime"),
    OUTPUT("updateTime"),
    OUTPUT("errors"),
    OUTPUT("lastRecoveryTime"),
    OUTPUT("satisfiesPzs"),
    OUTPUT("satisfiesPzi"),
    END};

const struct shape discover_shape[] = {
    F("connectionProfileName", STRING), OBJECT("connectionProfile", connection_profile_shape),
    F("fullHierarchy", BOOL),           F("hierarchyDepth", INT32),
    OBJECT("postgresqlRdbms", RDBMS),   END};
static const struct shape STRATEGY[] = {OBJECT("mostRecentStartPosition", nothing_shape),
                                        OBJECT("nextAvailableStartPosition", nothing_shape), END};
const struct shape run_shape[] = {OBJECT("cdcStrategy", STRATEGY), F("force", BOOL), END};
static const struct shape PG_IDENTIFIER[] = {NEED("schema", STRING), NEED("table", STRING), END};
static const struct shape IDENTIFIER[] = {OBJECT("postgresqlIdentifier", PG_IDENTIFIER), END};
const struct shape lookup_shape[] = {NEED_OBJECT("sourceObjectIdentifier", IDENTIFIER), END};
static const struct shape FILTER[] = {F("sqlWhereClause", STRING), END};
const struct shape start_backfill_shape[] = {OBJECT("eventFilter", FILTER), END};

const struct shape datastream_list_query[] = {RANGE("pageSize", 0, INT32_MAX),
                                              F("pageToken", STRING), F("filter", STRING),
                                              F("orderBy", STRING), END};
const struct shape datastream_delete_query[] = {F("requestId", UUID), END};
