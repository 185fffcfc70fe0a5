#ifndef TESTS_CHECKS_WORLD_H
#define TESTS_CHECKS_WORLD_H

/* For source_test.c: the facts that its cases start from, and how each differs. */

#include "api/checks/source_checks.h"

#include <string.h>

/* A world in which all is well, and for each case the one thing that is different. */

struct world {
    struct source_facts now;
    struct source_mark then;
    struct source_wanted wanted;
    struct source_view view;
    struct source_table chosen[2];
    struct source_grant tables[2];
    struct source_published published[2];
    struct source_default defaults[1];
    struct source_slot slot;
    struct source_xact xact;
    struct source_migration migrations[3];
    struct source_script scripts[1];
    const char *names[20];
};

static const int64_t MIB = 1024LL * 1024;

static void fine_tables(struct world *w)
{
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "regel_evaluering" : "regelsett_resultat";
        w->chosen[i] = (struct source_table){.schema = "public", .table = name};
        w->tables[i] = (struct source_grant){.schema = "public",
                                             .table = name,
                                             .owner = "post-mottak",
                                             .exists = true,
                                             .kind = 'r',
                                             .usage = true,
                                             .select = true,
                                             .has_key = true,
                                             .n_key = 1,
                                             .identity = 'd',
                                             .rows = 1000};
        w->published[i] =
            (struct source_published){.schema = "public", .table = name, .covered = true};
    }
    w->defaults[0] = (struct source_default){"post-mottak", "public", 2, true, NULL};
    w->wanted =
        (struct source_wanted){"datastream", "ds_publication", "ds_replication", w->chosen, 2};
}

static void fine_slot(struct world *w)
{
    w->slot = (struct source_slot){.name = "ds_replication",
                                   .plugin = "pgoutput",
                                   .database = "postmottak",
                                   .wal_status = "reserved",
                                   .logical = true,
                                   .held_bytes = 5 * MIB,
                                   .safe_bytes = -1,
                                   .confirmed_bytes = 1000,
                                   .catalog_age = 10};
}

static void fine_facts(struct world *w, struct source_facts *f)
{
    struct source_part known = {true, NULL};
    struct source_role role = {.name = "datastream",
                               .exists = true,
                               .login = true,
                               .replication = true,
                               .connection_limit = -1};
    f->taken_ms = 1000000;
    f->server = (struct source_server){.part = known,
                                       .version = 150020,
                                       .version_text = "15.20",
                                       .wal_level = "logical",
                                       .max_slots = 10,
                                       .max_senders = 10,
                                       .wal_sender_timeout_ms = 60000,
                                       .user = "kari",
                                       .max_slot_wal_keep_bytes = -1,
                                       .database = "postmottak"};
    f->usage = (struct source_usage){.part = known, .slots_used = 1, .wal_bytes = 5000};
    f->activity = (struct source_activity){.part = known};
    f->roles = (struct source_roles){.part = known, .db_user = role, .app = role, .n_owners = 1};
    f->roles.app.name = "post-mottak";
    f->grants = (struct source_grants){known, true, w->tables, 2};
    f->defaults = (struct source_defaults){known, w->defaults, 1};
    f->publication = (struct source_publication){.part = known,
                                                 .exists = true,
                                                 .insert = true,
                                                 .update = true,
                                                 .delete_ = true,
                                                 .age = 20,
                                                 .row_age = 20,
                                                 .owner = "post-mottak"};
    f->published = (struct source_coverage){known, w->published, 2};
    f->unsafe = (struct source_unsafe){.part = known};
    f->slots = (struct source_slots){known, &w->slot, 1, &w->slot};
    f->flyway = (struct source_flyway){.part = known,
                                       .table = true,
                                       .readable = true,
                                       .schema = "public",
                                       .at = w->migrations,
                                       .n = 3};
}

static void fine(struct world *w)
{
    memset(w, 0, sizeof *w);
    fine_tables(w);
    fine_slot(w);
    fine_facts(w, &w->now);
    w->then = source_mark(&w->now);
    w->then.taken_ms -= 3600000;
    w->migrations[0] =
        (struct source_migration){"1.52", "V1.52__del_2_datastream.sql", "", "", true, 3};
    w->migrations[1] =
        (struct source_migration){"1.51", "V1.51__datastream_oppsett.sql", "", "", true, 2};
    w->migrations[2] = (struct source_migration){"1.1", "V1.1__start.sql", "", "", true, 1};
    w->view = (struct source_view){
        .facts = &w->now, .wanted = &w->wanted, .app = "post-mottak", .disk_free_bytes = -1};
}

static struct source_part why(const char *reason)
{
    return (struct source_part){false, reason};
}

/* clang-format off */
#define CHANGE(name) static void name(struct world *w)

CHANGE(as_is) { (void)w; }
CHANGE(server_unknown) { w->now.server.part = why("permission denied"); }
CHANGE(is_replica) { w->now.server.replica = true; }
CHANGE(version_9) { w->now.server.version = 90600; }
CHANGE(version_12) { w->now.server.version = 120004; w->now.slots.n = 0; }
CHANGE(version_12_slot) { w->now.server.version = 120004; }
CHANGE(wal_replica) { w->now.server.wal_level = "replica"; }
CHANGE(wal_not_yet) { wal_replica(w); w->view.flag_is_set = true; }
CHANGE(sender_timeout) { w->now.server.wal_sender_timeout_ms = 5000; }
CHANGE(sender_timeout_full) { sender_timeout(w); w->now.usage.senders_used = 10; }
CHANGE(sender_timeout_none) { w->now.server.wal_sender_timeout_ms = 0; }
CHANGE(no_slot) { w->now.slots.wanted = NULL; w->now.slots.n = 0; }
CHANGE(slots_full) { no_slot(w); w->now.usage.slots_used = 10; }
CHANGE(slots_full_with_ours) { w->now.usage.slots_used = 10; }
CHANGE(usage_unknown) { w->now.usage.part = why("no"); }
CHANGE(senders_full) { w->now.usage.senders_used = 10; }
CHANGE(senders_full_with_ours)
{
    w->now.usage.senders_used = 10;
    w->slot.active = true;
    w->view.stream_exists = true;
}
CHANGE(senders_full_with_theirs) { w->now.usage.senders_used = 10; w->slot.active = true; }

static void one_xact(struct world *w, int64_t age, int64_t seen_ms)
{
    no_slot(w);
    w->xact = (struct source_xact){.pid = 4711,
                                   .xid = 9,
                                   .user = "post-mottak",
                                   .application = "batch",
                                   .age_seconds = age,
                                   .seen_for_ms = seen_ms};
    w->now.activity.xacts = &w->xact;
    w->now.activity.n_xacts = 1;
}
CHANGE(xact_none) { no_slot(w); }
CHANGE(xact_short) { one_xact(w, 5, 0); }
CHANGE(xact_long) { one_xact(w, 600, 0); }
CHANGE(xact_hidden) { one_xact(w, -1, 1200); }
CHANGE(xact_hidden_long) { one_xact(w, -1, 61000); }
CHANGE(xact_prepared) { one_xact(w, 600, 0); w->xact.pid = 0; w->xact.gid = "to steg"; }
CHANGE(activity_unknown) { no_slot(w); w->now.activity.part = why("permission denied"); }
CHANGE(xact_long_with_slot) { one_xact(w, 600, 0); w->now.slots.wanted = &w->slot; }

CHANGE(no_user)
{
    w->now.roles.db_user = (struct source_role){0};
    w->now.grants.user_exists = false;
}
CHANGE(roles_unknown) { w->now.roles.part = why("no"); }
CHANGE(user_nologin) { w->now.roles.db_user.login = false; }
CHANGE(user_expired) { w->now.roles.db_user.expired = true; }
CHANGE(user_limit) { w->now.roles.db_user.connection_limit = 0; }
CHANGE(user_no_replication) { w->now.roles.db_user.replication = false; }
CHANGE(user_super) { user_no_replication(w); w->now.roles.db_user.superuser = true; }
CHANGE(app_lacks) { no_slot(w); w->now.roles.app.replication = false; }
CHANGE(app_has) { no_slot(w); }
CHANGE(app_lacks_with_slot) { w->now.roles.app.replication = false; }
CHANGE(app_unknown) { no_slot(w); w->now.roles.app = (struct source_role){0}; }

CHANGE(no_usage) { w->tables[0].usage = w->tables[1].usage = false; }
CHANGE(no_select) { w->tables[1].select = false; }
CHANGE(no_column)
{
    w->names[0] = "resultat";
    w->tables[0].select = false;
    w->tables[0].missing = w->names;
    w->tables[0].n_missing = 1;
}
CHANGE(no_table) { w->tables[0] = (struct source_grant){.schema = "public", .table = "borte"}; }
CHANGE(absent_column)
{
    w->names[0] = "borte";
    w->tables[0].absent = w->names;
    w->tables[0].n_absent = 1;
}
CHANGE(row_security) { w->tables[0].row_security = true; }
CHANGE(grants_unknown) { w->now.grants.part = why("no"); }
CHANGE(no_tables_at_all) { w->now.grants.n_tables = 0; }
CHANGE(nothing_chosen) { w->wanted.tables = NULL; w->wanted.n_tables = 0; }
CHANGE(unpublished_unreadable)
{
    nothing_chosen(w);
    w->tables[1].select = false;
    w->tables[1].has_key = false;
    w->published[1].covered = false;
}
CHANGE(defaults_lacking) { w->defaults[0].select = false; }
CHANGE(defaults_lacking_all) { defaults_lacking(w); w->now.publication.all_tables = true; }
CHANGE(defaults_lacking_unchosen) { defaults_lacking(w); nothing_chosen(w); }
CHANGE(defaults_of_another) { defaults_lacking_all(w); w->defaults[0].others = "postgres"; }
CHANGE(defaults_unknown) { w->now.defaults.part = why("no"); }

CHANGE(no_publication)
{
    w->now.publication.exists = false;
    w->published[0].covered = w->published[1].covered = false;
}
CHANGE(other_publications)
{
    no_publication(w);
    w->names[0] = "app_publication";
    w->now.publication.others = w->names;
    w->now.publication.n_others = 1;
}
CHANGE(no_publication_no_choice) { no_publication(w); nothing_chosen(w); }
CHANGE(publication_unknown) { w->now.publication.part = why("no"); }
CHANGE(uncovered) { w->published[1].covered = false; }
CHANGE(column_list)
{
    w->names[0] = "id";
    w->published[0].left_out = w->names;
    w->published[0].n_left_out = 1;
}
CHANGE(row_filter) { w->published[0].row_filter = true; }
CHANGE(partitioned) { w->tables[0].kind = 'p'; }
CHANGE(partitioned_unchosen) { partitioned(w); nothing_chosen(w); }
CHANGE(partitioned_via_root) { w->tables[0].kind = 'p'; w->now.publication.via_root = true; }
CHANGE(part_via_root)
{
    w->tables[0].partition = w->published[0].by_parent = true;
    w->now.publication.via_root = true;
}
CHANGE(part_alone) { part_via_root(w); w->published[0].by_parent = false; }
CHANGE(whole_in_whole) { w->tables[0].kind = 'p'; w->tables[0].partition = true; }
CHANGE(generated)
{
    w->names[0] = "dobbel";
    w->chosen[0].columns = w->names;
    w->chosen[0].n_columns = 1;
    w->tables[0].generated = w->names;
    w->tables[0].n_generated = 1;
}
CHANGE(generated_unnamed) { generated(w); w->chosen[0].n_columns = 0; }
CHANGE(published_unknown) { w->now.published.part = why("no"); }
CHANGE(only_some_published) { nothing_chosen(w); w->published[1].covered = false; }
CHANGE(none_published) { only_some_published(w); w->published[0].covered = false; }
CHANGE(no_delete) { w->now.publication.delete_ = false; w->now.publication.truncate = true; }
CHANGE(no_operation)
{
    w->now.publication.insert = w->now.publication.update = false;
    no_delete(w);
}
CHANGE(unsafe)
{
    for (size_t i = 0; i < 10; i++)
        w->names[i] = "public.uten_nokkel";
    w->now.unsafe.tables = w->names;
    w->now.unsafe.n_named = 10;
    w->now.unsafe.n_all = 70;
}
CHANGE(unsafe_planned) { no_publication(w); w->tables[0].has_key = false; }
CHANGE(unsafe_no_choice) { unsafe_planned(w); nothing_chosen(w); }
CHANGE(unsafe_unknown) { w->now.unsafe.part = why("no"); }
CHANGE(unsafe_nothing) { no_publication(w); w->tables[0].identity = 'n'; }
CHANGE(safe_full)
{
    no_publication(w);
    w->tables[0].has_key = false;
    w->tables[0].identity = 'f';
}

CHANGE(slots_unknown) { w->now.slots.part = why("no"); }
CHANGE(slot_temporary) { w->slot.temporary = true; }
CHANGE(slot_plugin) { w->slot.plugin = "wal2json"; }
CHANGE(slot_plugin_read) { slot_plugin(w); w->slot.active = true; }
CHANGE(slot_physical) { w->slot.logical = false; w->slot.database = ""; }
CHANGE(slot_other_db) { w->slot.database = "annen"; }
CHANGE(slot_read)
{
    w->slot.active = true;
    w->slot.active_pid = 99;
    w->slot.active_by = "debezium as x";
}
CHANGE(slot_read_by_us) { slot_read(w); w->view.stream_exists = true; }
CHANGE(slot_older) { w->slot.catalog_age = 30; }
CHANGE(slot_older_42704) { slot_older(w); w->view.stream_saw_42704 = true; }
CHANGE(slot_stuck)
{
    slot_older(w);
    w->view.since = &w->then;
    w->view.stream_exists = true;
    w->now.usage.wal_bytes = 9000;
}
CHANGE(slot_altered)
{
    slot_older(w);
    w->now.publication.age = 40;
    w->now.publication.row_age = 1;
}
CHANGE(slot_ageless) { w->slot.catalog_age = -1; }
CHANGE(slot_no_publication) { no_publication(w); }
CHANGE(slot_lost) { w->slot.wal_status = "lost"; }
CHANGE(slot_invalid) { w->slot.invalidation = "wal_level_insufficient"; }
CHANGE(slot_limit) { w->now.server.max_slot_wal_keep_bytes = 100 * MIB; }
CHANGE(slot_unreserved)
{
    w->slot.wal_status = "unreserved";
    w->slot.active = true;
    w->view.stream_exists = true;
}
CHANGE(slot_unreserved_limit)
{
    slot_unreserved(w);
    w->now.server.max_slot_wal_keep_bytes = 100 << 20;
}
CHANGE(slot_unreserved_theirs)
{
    slot_unreserved(w);
    w->view.stream_exists = false;
}
CHANGE(slot_idle_full) { w->slot.held_bytes = 3000 * MIB; }
CHANGE(slot_mute) { w->slot.held_bytes = -1; w->slot.wal_status = ""; }
static void growing(struct world *w, int64_t mib_an_hour, int64_t free_mib)
{
    w->view.since = &w->then;
    w->slot.held_bytes = w->then.held_bytes + mib_an_hour * MIB;
    w->view.disk_free_bytes = free_mib * MIB;
}
CHANGE(wal_slow) { growing(w, 10, 1000); }
CHANGE(wal_day) { growing(w, 100, 1000); }
CHANGE(wal_now) { growing(w, 100, 100); }
CHANGE(wal_safe_size) { growing(w, 100, 100000); w->slot.safe_bytes = 50 * MIB; }
CHANGE(wal_safe_size_read)
{
    wal_safe_size(w);
    slot_limit(w);
    slot_read_by_us(w);
}
CHANGE(wal_shrinks) { growing(w, -3, 1); }

CHANGE(flyway_unknown)
{
    w->now.flyway.part = why("this login may not read flyway_schema_history");
}
CHANGE(flyway_none) { w->now.flyway.table = false; w->now.flyway.n = 0; }
CHANGE(no_op_both) { no_publication(w); no_slot(w); }
CHANGE(no_op_slot) { no_slot(w); }
CHANGE(first_only) { no_slot(w); w->now.flyway.at = w->migrations + 1; w->now.flyway.n = 2; }
CHANGE(no_op_by_text)
{
    no_publication(w);
    w->migrations[2].script = "V7__noe_helt_annet.sql";
    w->scripts[0] = (struct source_script){"V7__noe_helt_annet.sql", true, false, false};
    w->view.scripts = w->scripts;
    w->view.n_scripts = 1;
    w->now.flyway.at = w->migrations + 2;
    w->now.flyway.n = 1;
}
CHANGE(no_op_grants)
{
    w->tables[0].select = w->tables[1].select = false;
    w->scripts[0] = (struct source_script){"V1.1__start.sql", false, false, true};
    w->view.scripts = w->scripts;
    w->view.n_scripts = 1;
}
CHANGE(grants_worked)
{
    no_op_grants(w);
    w->tables[1].select = true;
}
CHANGE(not_a_setup)
{
    no_publication(w);
    w->now.flyway.at = w->migrations + 2;
    w->now.flyway.n = 1;
}
CHANGE(migration_failed) { w->migrations[0].success = false; }
CHANGE(two_names) { no_slot(w); w->migrations[0].script = "V2__datastream_mer.sql"; }

CHANGE(keyless) { w->tables[0].has_key = false; w->tables[0].n_key = 0; }
CHANGE(keyless_index)
{
    keyless(w);
    w->tables[0].identity = 'i';
    w->tables[0].identity_index_valid = true;
}
CHANGE(keyless_full) { keyless(w); w->tables[0].identity = 'f'; }
CHANGE(key_full) { w->tables[0].identity = 'f'; }
CHANGE(key_nothing) { w->tables[0].identity = 'n'; }
CHANGE(key_full_unchosen) { key_full(w); nothing_chosen(w); }
CHANGE(key_wide) { w->tables[0].n_key = 17; }
CHANGE(a_view) { w->tables[0].kind = 'v'; w->tables[0].has_key = false; }
CHANGE(huge) { w->tables[0].rows = 600000000; }

/* clang-format on */

#endif
