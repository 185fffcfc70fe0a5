#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The statements, each as a server from PostgreSQL 10 on gets it: nothing in it is newer than that
 * server, and this one understands it. */

#include "api/pg/internal.h"
#include "api/pg/sql.h"
#include "tests/unit/pg/server.h"

#include <ctype.h>

static const struct {
    const char *name, *sql;
} texts[] = {
    {"catalog_types", sql_catalog_types},
    {"catalog_tables", sql_catalog_tables},
    {"catalog_columns", sql_catalog_columns},
    {"catalog_comments", sql_catalog_comments},
    {"catalog_references", sql_catalog_references},
    {"source_server", sql_source_server},
    {"source_usage", sql_source_usage},
    {"source_activity", sql_source_activity},
    {"source_roles", sql_source_roles},
    {"source_grants", sql_source_grants},
    {"source_defaults", sql_source_defaults},
    {"source_publication", sql_source_publication},
    {"source_published", sql_source_published},
    {"source_unsafe", sql_source_unsafe},
    {"source_slots", sql_source_slots},
    {"source_flyway", sql_source_flyway},
    {"source_migrations", sql_source_migrations},
};
enum { TEXTS = sizeof texts / sizeof texts[0], OLDEST = 10, NEWEST = 18 };

/* Since when there is that column, function or word (the release notes' migration sections and the
 * catalogues of each version). As a text between quotes, for to_jsonb() ->>, it is no column. */
static const struct {
    int since;
    const char *word;
} newer[] = {
    {11, "indnkeyatts"},
    {11, "pubtruncate"},
    {11, "prokind"},
    {11, "conparentid"},
    {11, "starts_with"},
    {12, "attgenerated"},
    {12, "pg_partition_root"},
    {12, "pg_partition_tree"},
    {12, "pg_partition_ancestors"},
    {12, "materialized"},
    {12, "jsonb_path_query"},
    {12, "jsonb_path_exists"},
    {13, "pubviaroot"},
    {13, "wal_status"},
    {13, "safe_wal_size"},
    {13, "leader_pid"},
    {13, "xid8"},
    {13, "pg_current_snapshot"},
    {13, "pg_current_xact_id"},
    {13, "gen_random_uuid"},
    {13, "is_normalized"},
    {14, "two_phase"},
    {14, "attcompression"},
    {14, "query_id"},
    {14, "pg_read_all_data"},
    {14, "date_bin"},
    {14, "string_to_table"},
    {14, "bit_count"},
    {14, "subtwophasestate"},
    {15, "pg_publication_namespace"},
    {15, "prattrs"},
    {15, "prqual"},
    {15, "regexp_count"},
    {15, "regexp_like"},
    {15, "has_parameter_privilege"},
    {16, "inherit_option"},
    {16, "set_option"},
    {16, "any_value"},
    {16, "conflicting"},
    {17, "invalidation_reason"},
    {17, "inactive_since"},
    {17, "failover"},
    {17, "synced"},
    {17, "json_table"},
    {18, "pubgencols"},
};

static void fill(int version, size_t i, struct str *out)
{
    const struct sql_part parts[] = {
        {":schema", "public"}, {":reader_oid", "10::oid"}, {":publication_filter", "true"}};

    str_clear(out);
    sql_fill_for(version * 10000, out, texts[i].sql, parts, sizeof parts / sizeof parts[0]);
}

/* Without what stands between quotes, and in small letters. */
static void words_of(const char *sql, struct str *out)
{
    bool quoted = false;

    str_clear(out);
    for (; *sql; sql++) {
        quoted ^= *sql == '\'';
        str_addc(out, quoted ? ' ' : (char)tolower((unsigned char)*sql));
    }
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (begins && !(isalnum((unsigned char)at[n]) || at[n] == '_'))
            return true;
    }
    return false;
}

static void test_nothing_newer(void **state)
{
    (void)state;
    struct str sql = {0}, words = {0};
    size_t used = 0;

    for (int version = OLDEST; version <= NEWEST; version++)
        for (size_t i = 0; i < TEXTS; i++) {
            fill(version, i, &sql);
            words_of(str_text(&sql), &words);
            for (size_t k = 0; k < sizeof newer / sizeof newer[0]; k++) {
                bool has = has_word(str_text(&words), newer[k].word);
                used += has;
                if (has && version < newer[k].since)
                    fail_msg("%s for version %d says %s, which came with %d", texts[i].name,
                             version, newer[k].word, newer[k].since);
            }
        }
    assert_true(used > 0); /* the list knows the words that are there */
    str_done(&sql);
    str_done(&words);
}

/* Every placeholder is filled in, but for "::" and what stands in a text. */
static void test_nothing_left(void **state)
{
    (void)state;
    struct str sql = {0}, words = {0};

    for (int version = OLDEST; version <= NEWEST; version++)
        for (size_t i = 0; i < TEXTS; i++) {
            fill(version, i, &sql);
            words_of(str_text(&sql), &words);
            for (const char *at = str_text(&words); (at = strchr(at, ':')) != NULL; at++)
                if (at[1] == ':')
                    at++;
                else
                    fail_msg("%s for version %d: %.30s", texts[i].name, version, at);
        }
    str_done(&sql);
    str_done(&words);
}

/* What older servers get is understood by newer ones, too: so it can be tried here. */
static void test_understood(void **state)
{
    (void)state;
    PGconn *db = PQconnectdb(server_admin("postgres"));
    int here = PQserverVersion(db) / 10000, tried = 0;
    struct str sql = {0};

    assert_int_equal(PQstatus(db), CONNECTION_OK);
    for (int version = OLDEST; version <= NEWEST && version <= here; version++)
        for (size_t i = 0; i < TEXTS; i++, tried++) {
            fill(version, i, &sql);
            PGresult *r = PQprepare(db, "", str_text(&sql), 0, NULL);
            if (PQresultStatus(r) != PGRES_COMMAND_OK)
                fail_msg("%s for version %d: %s", texts[i].name, version, PQerrorMessage(db));
            PQclear(r);
        }
    print_message("%d statements prepared on version %d\n", tried, here);
    assert_true(tried >= (int)TEXTS);
    PQfinish(db);
    str_done(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_newer),
                                       cmocka_unit_test(test_nothing_left),
                                       cmocka_unit_test(test_understood)};
    server_start("");
    PGconn *db = PQconnectdb(server_admin("postgres"));
    PQclear(PQexec(db, "CREATE TABLE flyway_schema_history (installed_rank int, version text, "
                       "description text, type text, script text, installed_on timestamp, "
                       "success bool)"));
    PQfinish(db);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
