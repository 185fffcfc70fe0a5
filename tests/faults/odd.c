#include "tests/faults/reply.h"

/* Answers of connectionProfiles:discover that no database would bring about, and that a service may
 * give all the same. Each is JSON, and told with 200. */

enum { LONG_NAME = 3000, MANY_COLUMNS = 4000 };

#define RDBMS(schemas)  "{\"postgresqlRdbms\":{\"postgresqlSchemas\":" schemas "}}"
#define PUBLIC(tables)  "{\"schema\":\"public\",\"postgresqlTables\":" tables "}"
#define TABLE(columns)  "{\"table\":\"regel_evaluering\",\"postgresqlColumns\":" columns "}"
#define OTHER_TABLE     "{\"table\":\"regelsett_resultat\",\"postgresqlColumns\":[" COLUMN("") "]}"
#define COLUMN(more)    "{\"column\":\"id\",\"dataType\":\"int8\",\"primaryKey\":true" more "}"
#define TWICE(thing)    "[" thing "," thing "]"
#define CONTROL_AND_ALL "\\u001b]0;x\\u0007\\u001b[2J\\n\\u202e\\\"'`$(x)"

static const char types[] = RDBMS(
    "[null,7,\"x\",[],{\"schema\":5,\"postgresqlTables\":\"t\"},{\"schema\":{},"
    "\"postgresqlTables\":{\"table\":\"t\"}}," PUBLIC(
        "[null,true,{\"table\":[]},{\"table\":"
        "\"regel_evaluering\",\"postgresqlColumns\":{\"column\":\"id\"}},{\"table\":"
        "\"regelsett_resultat\",\"postgresqlColumns\":[null,3,{\"column\":{},\"dataType\":[]},"
        "{\"column\":\"id\",\"dataType\":7,\"primaryKey\":\"yes\",\"nullable\":[]}]}]") "]");
static const char names[] =
    RDBMS("[{},{\"schema\":\"\"},{\"schema\":\"" CONTROL_AND_ALL "\",\"postgresqlTables\":["
          "{\"table\":\"" CONTROL_AND_ALL "\",\"postgresqlColumns\":[{\"column\":\"\"},{\"column\":"
          "\"" CONTROL_AND_ALL "\",\"dataType\":\"" CONTROL_AND_ALL
          "\"}]},{}]}," PUBLIC("[{\"table\":\"\"}," TABLE(
              "[{\"dataType\":\"text\"}]") ",{\"table\":\"%s\"}," OTHER_TABLE "]") "]");
static const char twice[] = RDBMS(TWICE(PUBLIC(TWICE(TABLE(TWICE(COLUMN(""))) "," OTHER_TABLE))));
static const char numbers[] = RDBMS("[" PUBLIC(
    "[" TABLE("[" COLUMN(",\"length\":\"many\",\"precision\":-1,\"scale\":1e300,"
                         "\"ordinalPosition\":99999999999999999999") "]") "," OTHER_TABLE "]") "]");

static void many(struct str *out)
{
    str_add(
        out,
        "{\"postgresqlRdbms\":{\"postgresqlSchemas\":[{\"schema\":\"public\","
        "\"postgresqlTables\":[{\"table\":\"regel_evaluering\",\"postgresqlColumns\":[" COLUMN(""));
    for (int i = 0; i < MANY_COLUMNS; i++)
        str_printf(out, ",{\"column\":\"c%d\",\"dataType\":\"TEXT\",\"ordinalPosition\":%d}", i,
                   i + 2);
    str_add(out, "]}," OTHER_TABLE "]}]}}");
}

static void with_long_name(struct str *out)
{
    struct str name = {0};

    while (name.bytes < LONG_NAME)
        str_add(&name, "tabell\xc3\xa5");
    str_printf(out, names, str_text(&name));
    str_done(&name);
}

void odd_answer(enum fault_kind kind, struct str *out)
{
    switch ((int)kind) {
    case FAULT_ODD_EMPTY:
        str_add(out, "{}");
        return;
    case FAULT_ODD_NULL:
        str_add(out, "{\"postgresqlRdbms\":null}");
        return;
    case FAULT_ODD_OTHER:
        str_add(out, "{\"mysqlRdbms\":{\"mysqlDatabases\":[{\"database\":\"postmottak\"}]}}");
        return;
    case FAULT_ODD_TYPES:
        str_add(out, types);
        return;
    case FAULT_ODD_NAMES:
        with_long_name(out);
        return;
    case FAULT_ODD_TWICE:
        str_add(out, twice);
        return;
    case FAULT_ODD_NUMBERS:
        str_add(out, numbers);
        return;
    default:
        many(out);
        return;
    }
}
