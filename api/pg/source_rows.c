#include "api/pg/source_parts.h"

#include "api/base/clock.h"
#include "api/base/json.h"

#include <string.h>

static const char *text_of(struct source_facts *f, const struct pg_rows *rows, size_t r, size_t c)
{
    return arena_str(&f->arena, pg_value(rows, r, c));
}

static const char *text_or(struct source_facts *f, const struct pg_rows *rows, size_t r, size_t c)
{
    return arena_str(&f->arena, pg_text(rows, r, c));
}

/* A JSON array of texts. */
static const char *const *list_of(struct source_facts *f, const struct pg_rows *rows, size_t r,
                                  size_t c, size_t *n)
{
    const char *text = pg_value(rows, r, c);
    struct err e;
    *n = 0;
    if (text == NULL)
        return NULL;
    struct json *doc = json_parse(text, strlen(text), &e);
    const char **list = arena_array(&f->arena, const char *, json_count(doc) + 1);
    for (const struct json *item = json_first(doc); item != NULL; item = json_next(item))
        if (json_text(item) != NULL)
            list[(*n)++] = arena_str(&f->arena, json_text(item));
    json_free(doc);
    return list;
}

void source_server_rows(struct source_facts *f, const struct pg_rows *rows)
{
    struct source_server *s = &f->server;
    s->version_text = text_or(f, rows, 0, 0);
    s->wal_level = text_or(f, rows, 0, 1);
    s->max_slots = (int)pg_number(rows, 0, 2, 0);
    s->max_senders = (int)pg_number(rows, 0, 3, 0);
    s->wal_sender_timeout_ms = pg_number(rows, 0, 4, 0);
    int64_t keep_mb = pg_number(rows, 0, 5, -1);
    bool limited = keep_mb >= 0 && keep_mb <= (INT64_MAX >> 20);
    s->max_slot_wal_keep_bytes = limited ? keep_mb << 20 : -1;
    s->replica = pg_is_true(rows, 0, 6);
    s->sees_activity = pg_is_true(rows, 0, 7);
    s->user = text_or(f, rows, 0, 8);
    s->database = text_or(f, rows, 0, 9);
    s->superuser = pg_is_true(rows, 0, 10);
}

void source_usage_rows(struct source_facts *f, const struct pg_rows *rows)
{
    f->usage.slots_used = (int)pg_number(rows, 0, 0, 0);
    f->usage.senders_used = (int)pg_number(rows, 0, 1, 0);
    f->usage.wal_lsn = text_or(f, rows, 0, 2);
    f->usage.wal_bytes = pg_number(rows, 0, 3, -1);
    f->usage.wall_ms = clock_wall_ms();
}

/* --- transactions --- */

void source_activity_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    struct source_xact *list = arena_array(&f->arena, struct source_xact, n + 1);
    for (size_t r = 0; r < n; r++)
        list[r] = (struct source_xact){.pid = (int)pg_number(rows, r, 0, 0),
                                       .xid = pg_number(rows, r, 1, 0),
                                       .user = text_or(f, rows, r, 2),
                                       .application = text_or(f, rows, r, 3),
                                       .state = text_or(f, rows, r, 4),
                                       .age_seconds = pg_number(rows, r, 5, -1),
                                       .gid = text_of(f, rows, r, 6),
                                       .first_seen_ms = clock_wall_ms()};
    f->activity.xacts = list;
    f->activity.n_xacts = n;
}

static bool is_same(const struct source_xact *a, const struct source_xact *b)
{
    return a->pid == b->pid && a->xid == b->xid;
}

void source_age_xacts(struct source_facts *f, const struct source_xact *earlier, size_t n)
{
    struct source_xact *list =
        arena_copy(&f->arena, f->activity.xacts, (f->activity.n_xacts + 1) * sizeof *list);
    int64_t now = clock_wall_ms();
    for (size_t i = 0; i < f->activity.n_xacts; i++)
        for (size_t j = 0; j < n; j++)
            if (is_same(&list[i], &earlier[j])) {
                list[i].first_seen_ms = earlier[j].first_seen_ms;
                list[i].seen_for_ms = now - earlier[j].first_seen_ms;
            }
    f->activity.xacts = list;
}

/* --- roles and rights --- */

void source_roles_rows(struct source_facts *f, const struct pg_rows *rows)
{
    for (size_t r = 0; r < pg_count(rows); r++) {
        struct source_role *role = pg_is_true(rows, r, 0) ? &f->roles.db_user : &f->roles.app;
        *role = (struct source_role){.name = text_or(f, rows, r, 1),
                                     .exists = true,
                                     .login = pg_is_true(rows, r, 2),
                                     .replication = pg_is_true(rows, r, 3),
                                     .superuser = pg_is_true(rows, r, 4),
                                     .bypass_rls = pg_is_true(rows, r, 5),
                                     .expired = pg_is_true(rows, r, 6),
                                     .member = pg_is_true(rows, r, 7),
                                     .connection_limit = (int)pg_number(rows, r, 8, -1)};
        f->roles.n_owners = (size_t)pg_number(rows, r, 9, 0);
    }
}

static void grant_row(struct source_facts *f, const struct pg_rows *rows, size_t r,
                      struct source_grant *g)
{
    g->schema = text_or(f, rows, r, 0);
    g->table = text_or(f, rows, r, 1);
    g->owner = text_or(f, rows, r, 2);
    g->exists = pg_is_true(rows, r, 3);
    g->kind = pg_text(rows, r, 4)[0];
    g->partition = pg_is_true(rows, r, 5);
    g->usage = pg_is_true(rows, r, 6);
    g->select = pg_is_true(rows, r, 7);
    bool by_column = pg_value(rows, r, 8) != NULL;
    g->missing = list_of(f, rows, r, 8, &g->n_missing);
    g->select = g->select || (by_column && g->n_missing == 0);
    g->absent = list_of(f, rows, r, 9, &g->n_absent);
    g->row_security = pg_is_true(rows, r, 10);
    g->n_key = (int)pg_number(rows, r, 11, 0);
    g->has_key = g->n_key > 0;
    g->identity = pg_text(rows, r, 12)[0];
    g->identity_index_valid = pg_is_true(rows, r, 13);
    g->generated = list_of(f, rows, r, 14, &g->n_generated);
    g->rows = pg_number(rows, r, 15, -1);
}

void source_grants_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    struct source_grant *list = arena_array(&f->arena, struct source_grant, n + 1);
    for (size_t r = 0; r < n; r++)
        grant_row(f, rows, r, &list[r]);
    f->grants.user_exists = n > 0 && pg_is_true(rows, 0, 16);
    f->grants.tables = list;
    f->grants.n_tables = n;
}

void source_defaults_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    struct source_default *list = arena_array(&f->arena, struct source_default, n + 1);
    for (size_t r = 0; r < n; r++)
        list[r] = (struct source_default){.owner = text_or(f, rows, r, 0),
                                          .schema = text_or(f, rows, r, 1),
                                          .n_tables = (size_t)pg_number(rows, r, 2, 0),
                                          .select = pg_is_true(rows, r, 3),
                                          .others = text_of(f, rows, r, 4)};
    f->defaults.at = list;
    f->defaults.n = n;
}

/* --- publication --- */

static void member_rows(struct source_facts *f, const struct pg_rows *rows, size_t c)
{
    const char *text = pg_value(rows, 0, c);
    struct err e;
    struct json *doc = text ? json_parse(text, strlen(text), &e) : NULL;
    struct source_member *list = arena_array(&f->arena, struct source_member, json_count(doc) + 1);
    size_t n = 0;
    for (const struct json *item = json_first(doc); item != NULL; item = json_next(item)) {
        const char *kind = json_text(json_get(item, "k"));
        list[n++] =
            (struct source_member){.schema = arena_str(&f->arena, json_text(json_get(item, "s"))),
                                   .table = arena_str(&f->arena, json_text(json_get(item, "t"))),
                                   .kind = kind ? kind[0] : '\0',
                                   .readable = json_bool(item, "r", false)};
    }
    f->publication.members = list;
    f->publication.n_members = n;
    json_free(doc);
}

void source_publication_rows(struct source_facts *f, const struct pg_rows *rows)
{
    struct source_publication *p = &f->publication;
    p->exists = pg_is_true(rows, 0, 0);
    p->owner = text_or(f, rows, 0, 1);
    p->all_tables = pg_is_true(rows, 0, 2);
    p->insert = pg_is_true(rows, 0, 3);
    p->update = pg_is_true(rows, 0, 4);
    p->delete_ = pg_is_true(rows, 0, 5);
    p->truncate = pg_is_true(rows, 0, 6);
    p->via_root = pg_is_true(rows, 0, 7);
    p->row_age = pg_number(rows, 0, 8, -1);
    p->age = pg_number(rows, 0, 9, -1);
    p->schemas = list_of(f, rows, 0, 10, &p->n_schemas);
    p->others = list_of(f, rows, 0, 11, &p->n_others);
    member_rows(f, rows, 12);
}

void source_published_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    struct source_published *list = arena_array(&f->arena, struct source_published, n + 1);
    for (size_t r = 0; r < n; r++) {
        list[r].schema = text_or(f, rows, r, 0);
        list[r].table = text_or(f, rows, r, 1);
        list[r].covered = pg_is_true(rows, r, 2);
        list[r].by_parent = pg_is_true(rows, r, 3);
        list[r].row_filter = pg_is_true(rows, r, 4);
        list[r].left_out = list_of(f, rows, r, 5, &list[r].n_left_out);
    }
    f->published.tables = list;
    f->published.n_tables = n;
}

void source_unsafe_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    const char **list = arena_array(&f->arena, const char *, n + 1);
    for (size_t r = 0; r < n; r++)
        list[r] = arena_printf(&f->arena, "%s.%s", pg_text(rows, r, 0), pg_text(rows, r, 1));
    f->unsafe.tables = list;
    f->unsafe.n_named = n;
    f->unsafe.n_all = (size_t)pg_number(rows, 0, 2, 0);
}

/* --- slots --- */

static void slot_row(struct source_facts *f, const struct pg_rows *rows, size_t r,
                     struct source_slot *s)
{
    s->name = text_or(f, rows, r, 0);
    s->plugin = text_or(f, rows, r, 1);
    s->logical = pg_is_true(rows, r, 2);
    s->database = text_or(f, rows, r, 3);
    s->active = pg_is_true(rows, r, 4);
    s->active_pid = (int)pg_number(rows, r, 5, 0);
    s->temporary = pg_is_true(rows, r, 6);
    s->restart_lsn = text_of(f, rows, r, 7);
    s->confirmed_flush = text_of(f, rows, r, 8);
    s->confirmed_bytes = pg_number(rows, r, 9, -1);
    s->held_bytes = pg_number(rows, r, 10, -1);
    s->wal_status = text_or(f, rows, r, 11);
    s->safe_bytes = pg_number(rows, r, 12, -1);
    s->catalog_age = pg_number(rows, r, 13, -1);
    s->two_phase = pg_is_true(rows, r, 14);
    s->invalidation = text_of(f, rows, r, 15);
    s->active_by = text_of(f, rows, r, 16);
}

void source_slots_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    struct source_slot *list = arena_array(&f->arena, struct source_slot, n + 1);
    for (size_t r = 0; r < n; r++)
        slot_row(f, rows, r, &list[r]);
    f->slots.at = list;
    f->slots.n = n;
}

/* --- migrations --- */

void source_flyway_rows(struct source_facts *f, const struct pg_rows *rows)
{
    f->flyway.table = pg_count(rows) > 0;
    f->flyway.schema = f->flyway.table ? text_or(f, rows, 0, 0) : NULL;
    f->flyway.readable = f->flyway.table && pg_is_true(rows, 0, 1);
    f->flyway.locked = f->flyway.table && pg_is_true(rows, 0, 2);
}

void source_migrations_rows(struct source_facts *f, const struct pg_rows *rows)
{
    size_t n = pg_count(rows);
    struct source_migration *list = arena_array(&f->arena, struct source_migration, n + 1);
    for (size_t r = 0; r < n; r++)
        list[r] = (struct source_migration){.version = text_or(f, rows, r, 0),
                                            .script = text_or(f, rows, r, 1),
                                            .description = text_or(f, rows, r, 2),
                                            .installed_on = text_or(f, rows, r, 3),
                                            .success = pg_is_true(rows, r, 4),
                                            .rank = pg_number(rows, r, 5, 0)};
    f->flyway.at = list;
    f->flyway.n = n;
}
