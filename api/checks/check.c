#include "api/checks/check.h"

#include "api/base/safe.h"
#include "api/base/tr.h"

#include <stdarg.h>
#include <string.h>

/* The ids of the contract in its order. ahead: a step cannot be begun in good faith without the
 * answer. */
static const struct row {
    const char *name, *title;
    bool ahead;
} rows[CHECK_IDS] = {
    [CHECK_GOOGLE_CREDENTIALS] = {"google.credentials", "Google login", true},
    [CHECK_GOOGLE_PROJECT] = {"google.project", "Access to the project", true},
    [CHECK_GOOGLE_APIS] = {"google.apis", "APIs that are needed", true},
    [CHECK_ACCESS_PERMISSIONS] = {"access.permissions", "Permissions for the steps ahead", true},
    [CHECK_ACCESS_BASIC_ROLES] = {"access.basic_roles", "Nobody holds Editor or Owner for long",
                                  false},
    [CHECK_INSTANCE_LOGICAL_DECODING] = {"instance.logical_decoding",
                                         "Cloud SQL: logical decoding is on", true},
    [CHECK_INSTANCE_VERSION] = {"instance.version", "Cloud SQL: a supported version", true},
    [CHECK_INSTANCE_DISK] = {"instance.disk", "Cloud SQL: room on the disk", false},
    [CHECK_SOURCE_CONNECTION] = {"source.connection", "The database answers", true},
    [CHECK_SOURCE_VERSION] = {"source.version", "PostgreSQL is new enough", true},
    [CHECK_SOURCE_WAL_LEVEL] = {"source.wal_level", "PostgreSQL writes down changes (wal_level)",
                                true},
    [CHECK_SOURCE_SLOTS] = {"source.slots", "A replication slot is free", true},
    [CHECK_SOURCE_SENDERS] = {"source.senders", "A WAL sender is free", true},
    [CHECK_SOURCE_LONG_TRANSACTIONS] = {"source.long_transactions", "No long transaction is open",
                                        false},
    [CHECK_ROLE_EXISTS] = {"role.exists", "The database user exists", true},
    [CHECK_ROLE_LOGIN] = {"role.login", "The database user may log in", true},
    [CHECK_ROLE_REPLICATION] = {"role.replication", "The database user may replicate", true},
    [CHECK_APP_ROLE_REPLICATION] = {"app_role.replication", "The app's role may make the slot",
                                    true},
    [CHECK_GRANT_USAGE] = {"grant.usage", "The user may enter the schemas", true},
    [CHECK_GRANT_SELECT] = {"grant.select", "The user may read the tables", true},
    [CHECK_GRANT_DEFAULT_PRIVILEGES] = {"grant.default_privileges", "Later tables will be readable",
                                        false},
    [CHECK_PUBLICATION_EXISTS] = {"publication.exists", "The publication exists", true},
    [CHECK_PUBLICATION_TABLES] = {"publication.tables", "It covers the tables", true},
    [CHECK_PUBLICATION_OPERATIONS] = {"publication.operations",
                                      "It publishes insert, update, delete", true},
    [CHECK_PUBLICATION_APP_SAFETY] = {"publication.app_safety",
                                      "The app's own UPDATE and DELETE go on", false},
    [CHECK_SLOT_EXISTS] = {"slot.exists", "The replication slot exists", true},
    [CHECK_SLOT_PLUGIN] = {"slot.plugin", "It uses pgoutput", true},
    [CHECK_SLOT_DATABASE] = {"slot.database", "It belongs to this database", true},
    [CHECK_SLOT_FREE] = {"slot.free", "Nobody else reads it", true},
    [CHECK_SLOT_ORDER] = {"slot.order", "It is younger than the publication", true},
    [CHECK_SLOT_WAL] = {"slot.wal", "What it holds back fits on the disk", false},
    [CHECK_MIGRATION_NO_OP] = {"migration.no_op", "No migration ran without effect", false},
    [CHECK_TABLES_KEYS] = {"tables.keys", "The tables have keys", true},
};

static void start(struct check_list *l, enum check_id id)
{
    l->at[id] = (struct check){.id = id, .found = "", .needed = "", .why = "", .remedy.text = ""};
}

void check_list_init(struct check_list *l)
{
    arena_init(&l->arena);
    for (int id = 0; id < CHECK_IDS; id++) {
        start(l, (enum check_id)id);
        l->at[id].found = tr("not asked yet");
    }
}

void check_list_done(struct check_list *l)
{
    arena_done(&l->arena);
}

const char *check_name(enum check_id id)
{
    return rows[id].name;
}

const char *check_title(enum check_id id)
{
    return tr(rows[id].title);
}

const char *check_group(enum check_id id)
{
    static const char *const groups[] = {"google", "access",    "instance", "source",
                                         "role",   "app_role",  "grant",    "publication",
                                         "slot",   "migration", "tables"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (str_starts(rows[id].name, groups[i]) && rows[id].name[strlen(groups[i])] == '.')
            return groups[i];
    return "";
}

bool check_ahead(enum check_id id)
{
    return rows[id].ahead;
}

const char *check_result_name(enum check_result r)
{
    static const char *const names[] = {[CHECK_UNKNOWN] = "unknown",
                                        [CHECK_PASS] = "pass",
                                        [CHECK_WARN] = "warn",
                                        [CHECK_FAIL] = "fail"};
    return names[r];
}

const char *check_remedy_name(enum check_remedy_kind k)
{
    static const char *const names[] = {[CHECK_REMEDY_NONE] = "none",
                                        [CHECK_REMEDY_MANIFEST] = "manifest",
                                        [CHECK_REMEDY_MIGRATION] = "migration",
                                        [CHECK_REMEDY_SQL] = "sql",
                                        [CHECK_REMEDY_COMMAND] = "command",
                                        [CHECK_REMEDY_ROLE] = "role",
                                        [CHECK_REMEDY_WAIT] = "wait"};
    return names[k];
}

bool check_find(const char *name, enum check_id *id)
{
    for (int i = 0; i < CHECK_IDS; i++)
        if (str_eq(rows[i].name, name)) {
            *id = (enum check_id)i;
            return true;
        }
    return false;
}

/* --- texts: translated, then filled in, then made harmless --- */

static const char *keep(struct check_list *l, bool lines, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

static const char *keep(struct check_list *l, bool lines, const char *fmt, va_list args)
{
    struct str text = {0};
    str_vprintf(&text, tr(fmt), args);
    size_t n = lines ? safe_lines(NULL, 0, str_text(&text)) : safe_text(NULL, 0, str_text(&text));
    char *copy = arena_alloc(&l->arena, n + 1);
    if (lines)
        safe_lines(copy, n + 1, str_text(&text));
    else
        safe_text(copy, n + 1, str_text(&text));
    str_done(&text);
    return copy;
}

struct check *check_set(struct check_list *l, enum check_id id, enum check_result r,
                        const char *found, ...)
{
    va_list args;
    start(l, id);
    va_start(args, found);
    l->at[id].found = keep(l, false, found, args);
    va_end(args);
    l->at[id].asked = true;
    l->at[id].result = r;
    return &l->at[id];
}

void check_needed(struct check_list *l, enum check_id id, const char *needed, ...)
{
    va_list args;
    va_start(args, needed);
    l->at[id].needed = keep(l, false, needed, args);
    va_end(args);
}

void check_why(struct check_list *l, enum check_id id, const char *why, ...)
{
    va_list args;
    va_start(args, why);
    l->at[id].why = keep(l, false, why, args);
    va_end(args);
}

void check_remedy(struct check_list *l, enum check_id id, enum check_remedy_kind kind,
                  const char *text, ...)
{
    va_list args;
    va_start(args, text);
    l->at[id].remedy.kind = kind;
    l->at[id].remedy.text = keep(l, true, text, args);
    va_end(args);
}

struct check *check_set_err(struct check_list *l, enum check_id id, enum check_result r,
                            const struct err *e)
{
    return check_set(l, id, r, "%s (%s)", e->why, e->what);
}

void check_unknown_group(struct check_list *l, const char *group, const char *reason)
{
    for (int i = 0; i < CHECK_IDS; i++)
        if (!l->at[i].asked && strcmp(check_group((enum check_id)i), group) == 0)
            check_set(l, (enum check_id)i, CHECK_UNKNOWN, "%s", reason);
}

/* --- the whole --- */

struct check_summary check_summary(const struct check_list *l)
{
    struct check_summary s = {0, 0, 0, 0};
    for (int i = 0; i < CHECK_IDS; i++) {
        s.pass += l->at[i].result == CHECK_PASS;
        s.warn += l->at[i].result == CHECK_WARN;
        s.fail += l->at[i].result == CHECK_FAIL;
        s.unknown += l->at[i].result == CHECK_UNKNOWN;
    }
    return s;
}

int check_exit(const struct check_list *l)
{
    for (int i = 0; i < CHECK_IDS; i++)
        if (l->at[i].result == CHECK_FAIL || (l->at[i].result == CHECK_UNKNOWN && rows[i].ahead))
            return 3;
    return 0;
}
