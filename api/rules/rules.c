/* The names of levels, categories and kinds of evidence, as in the contract. */

#include "api/rules/rules.h"

#include "api/base/str.h"
#include "api/rules/match.h"

#include <assert.h>
#include <string.h>

static const char *const levels[] = {"none", "personal", "special"};

static const char *const categories[] = {"fnr",
                                         "aktoerid",
                                         "name",
                                         "email",
                                         "phone",
                                         "address",
                                         "birthdate",
                                         "bank_account",
                                         "navident",
                                         "health",
                                         "protected_address",
                                         "income",
                                         "free_text",
                                         "json_document",
                                         "secret",
                                         "ip",
                                         "org",
                                         "other"};

static const char *const bys[] = {"name",       "table", "type", "comment", "table",
                                  "statistics", "data",  "team", "type"};

_Static_assert(sizeof categories / sizeof categories[0] == RULES_CATEGORIES, "a name each");

const char *rules_level_name(enum rules_level level)
{
    assert((size_t)level < sizeof levels / sizeof levels[0]);
    return levels[level];
}

const char *rules_category_name(enum rules_category category)
{
    assert((size_t)category < RULES_CATEGORIES);
    return categories[category];
}

const char *rules_by_name(enum rules_by by)
{
    assert((size_t)by < sizeof bys / sizeof bys[0]);
    return bys[by];
}

static int index_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], name))
            return (int)i;
    return -1;
}

int rules_level_from(const char *name)
{
    return index_of(name, levels, sizeof levels / sizeof levels[0]);
}

int rules_category_from(const char *name)
{
    return index_of(name, categories, RULES_CATEGORIES);
}

/* Flyway, Liquibase, ShedLock, db-scheduler, Quartz, Rails, Prisma, Alembic, golang-migrate, Knex.
 */
static const char *const housekeeping[] = {"flyway_schema_history",
                                           "schema_version",
                                           "databasechangelog",
                                           "databasechangeloglock",
                                           "shedlock",
                                           "scheduled_tasks",
                                           "schema_migrations",
                                           "ar_internal_metadata",
                                           "_prisma_migrations",
                                           "alembic_version",
                                           "knex_migrations",
                                           "knex_migrations_lock",
                                           "spatial_ref_sys",
                                           "goose_db_version",
                                           "gorp_migrations",
                                           "migrations"};

bool rules_is_housekeeping(const char *table)
{
    if (strncmp(table, "qrtz_", 5) == 0 || strncmp(table, "QRTZ_", 5) == 0)
        return true;
    return index_of(table, housekeeping, sizeof housekeeping / sizeof housekeeping[0]) >= 0;
}
