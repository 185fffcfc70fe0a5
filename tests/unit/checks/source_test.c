#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/tr.h"
#include "api/checks/scripts.h"
#include "tests/unit/checks/world.h"

#include <stdio.h>
#include <string.h>

struct tried {
    void (*change)(struct world *w);
    enum check_id id;
    enum check_result result;
    const char *found, *remedy; /* NULL: not looked at; remedy "": none */
};

#define PASS CHECK_PASS
#define WARN CHECK_WARN
#define FAIL CHECK_FAIL
#define OPEN CHECK_UNKNOWN

static const struct tried cases[] = {
    {as_is, CHECK_SOURCE_CONNECTION, PASS, "postmottak as kari", ""},
    {is_replica, CHECK_SOURCE_CONNECTION, FAIL, "read replica", "instance itself"},
    {server_unknown, CHECK_SOURCE_CONNECTION, OPEN, "permission denied", ""},
    {as_is, CHECK_SOURCE_VERSION, PASS, "15.20", ""},
    {version_12, CHECK_SOURCE_VERSION, WARN, NULL, "POSTGRES_16"},
    {version_12_slot, CHECK_SOURCE_VERSION, WARN, NULL,
     "refused while the slot ds_replication is there"},
    {version_9, CHECK_SOURCE_VERSION, FAIL, NULL, "POSTGRES_16"},
    {server_unknown, CHECK_SOURCE_VERSION, OPEN, "permission denied", ""},
    {as_is, CHECK_SOURCE_WAL_LEVEL, PASS, "logical", ""},
    {wal_replica, CHECK_SOURCE_WAL_LEVEL, FAIL, "replica",
     "flags:\n  - name: cloudsql.logical_decoding\n    value: \"on\""},
    {wal_not_yet, CHECK_SOURCE_WAL_LEVEL, FAIL, "replica: the flag is set, and not yet in force",
     "Wait for the restart"},
    {server_unknown, CHECK_SOURCE_WAL_LEVEL, OPEN, "permission denied", ""},
    {as_is, CHECK_SOURCE_SLOTS, PASS, "1 of 10", ""},
    {slots_full, CHECK_SOURCE_SLOTS, FAIL, "10 of 10", "max_replication_slots"},
    {slots_full_with_ours, CHECK_SOURCE_SLOTS, PASS, "ours", ""},
    {usage_unknown, CHECK_SOURCE_SLOTS, OPEN, "no", ""},
    {as_is, CHECK_SOURCE_SENDERS, PASS, "0 of 10", ""},
    {senders_full, CHECK_SOURCE_SENDERS, FAIL, "10 of 10", "max_wal_senders"},
    {senders_full_with_ours, CHECK_SOURCE_SENDERS, PASS, "ours", ""},
    {senders_full_with_theirs, CHECK_SOURCE_SENDERS, FAIL, "10 of 10", "max_wal_senders"},
    {sender_timeout, CHECK_SOURCE_SENDERS, WARN, "wal_sender_timeout is 5 s", "600000"},
    {sender_timeout_full, CHECK_SOURCE_SENDERS, FAIL, "10 of 10", "max_wal_senders"},
    {sender_timeout_none, CHECK_SOURCE_SENDERS, PASS, "0 of 10", ""},
    {server_unknown, CHECK_SOURCE_SENDERS, OPEN, "permission denied", ""},
    {xact_none, CHECK_SOURCE_LONG_TRANSACTIONS, PASS, NULL, ""},
    {xact_short, CHECK_SOURCE_LONG_TRANSACTIONS, PASS, NULL, ""},
    {xact_long, CHECK_SOURCE_LONG_TRANSACTIONS, WARN, "pid 4711 (batch of post-mottak)", "Wait"},
    {xact_hidden, CHECK_SOURCE_LONG_TRANSACTIONS, OPEN, "1 s at least", "again in a minute"},
    {xact_hidden_long, CHECK_SOURCE_LONG_TRANSACTIONS, WARN, "at least", "Wait"},
    {xact_prepared, CHECK_SOURCE_LONG_TRANSACTIONS, WARN, "to steg", "ROLLBACK PREPARED"},
    {xact_long_with_slot, CHECK_SOURCE_LONG_TRANSACTIONS, PASS, "exists already", ""},
    {activity_unknown, CHECK_SOURCE_LONG_TRANSACTIONS, OPEN, "permission denied", ""},

    {as_is, CHECK_ROLE_EXISTS, PASS, "datastream", ""},
    {no_user, CHECK_ROLE_EXISTS, FAIL, "no user datastream",
     "databases:\n  - name: postmottak\n    users:\n      - name: datastream"},
    {roles_unknown, CHECK_ROLE_EXISTS, OPEN, "no", ""},
    {as_is, CHECK_ROLE_LOGIN, PASS, NULL, ""},
    {user_nologin, CHECK_ROLE_LOGIN, FAIL, "may not log in", "ALTER USER \"datastream\" LOGIN;"},
    {user_expired, CHECK_ROLE_LOGIN, FAIL, "expired", "VALID UNTIL 'infinity'"},
    {user_limit, CHECK_ROLE_LOGIN, FAIL, "CONNECTION LIMIT 0", "CONNECTION LIMIT -1"},
    {no_user, CHECK_ROLE_LOGIN, OPEN, "no user", ""},
    {as_is, CHECK_ROLE_REPLICATION, PASS, NULL, ""},
    {user_super, CHECK_ROLE_REPLICATION, PASS, NULL, ""},
    {user_no_replication, CHECK_ROLE_REPLICATION, FAIL, "lacks",
     "ALTER USER \"datastream\" WITH REPLICATION;"},
    {no_user, CHECK_ROLE_REPLICATION, OPEN, "no user", ""},
    {app_has, CHECK_APP_ROLE_REPLICATION, PASS, "post-mottak", ""},
    {app_lacks, CHECK_APP_ROLE_REPLICATION, FAIL, "post-mottak lacks",
     "ALTER USER \"post-mottak\" WITH REPLICATION;"},
    {app_lacks_with_slot, CHECK_APP_ROLE_REPLICATION, PASS, "made already", ""},
    {app_unknown, CHECK_APP_ROLE_REPLICATION, OPEN, "no tables", ""},
    {roles_unknown, CHECK_APP_ROLE_REPLICATION, OPEN, "no", ""},

    {as_is, CHECK_GRANT_USAGE, PASS, NULL, ""},
    {no_usage, CHECK_GRANT_USAGE, FAIL, "not: public",
     "GRANT USAGE ON SCHEMA \"public\" TO \"datastream\";"},
    {no_user, CHECK_GRANT_USAGE, OPEN, "no user", ""},
    {grants_unknown, CHECK_GRANT_USAGE, OPEN, "no", ""},
    {as_is, CHECK_GRANT_SELECT, PASS, "all 2 tables", ""},
    {no_select, CHECK_GRANT_SELECT, FAIL, "not readable: public.regelsett_resultat",
     "GRANT SELECT ON \"public\".\"regelsett_resultat\" TO \"datastream\";"},
    {no_column, CHECK_GRANT_SELECT, FAIL, "public.regel_evaluering.resultat", "GRANT SELECT"},
    {no_table, CHECK_GRANT_SELECT, FAIL, "not there: public.borte", "spelling"},
    {absent_column, CHECK_GRANT_SELECT, FAIL, "not there: public.regel_evaluering.borte",
     "spelling"},
    {row_security, CHECK_GRANT_SELECT, FAIL, "row security",
     "ALTER USER \"datastream\" BYPASSRLS;"},
    {unpublished_unreadable, CHECK_GRANT_SELECT, PASS, "the table", ""},
    {no_tables_at_all, CHECK_GRANT_SELECT, OPEN, "no tables", ""},
    {no_user, CHECK_GRANT_SELECT, OPEN, "no user", ""},
    {as_is, CHECK_GRANT_DEFAULT_PRIVILEGES, PASS, NULL, ""},
    {defaults_lacking, CHECK_GRANT_DEFAULT_PRIVILEGES, PASS, "not needed", ""},
    {defaults_lacking_all, CHECK_GRANT_DEFAULT_PRIVILEGES, WARN, "post-mottak.public",
     "ALTER DEFAULT PRIVILEGES FOR ROLE \"post-mottak\" IN SCHEMA \"public\" GRANT SELECT ON "
     "TABLES "
     "TO \"datastream\";"},
    {defaults_lacking_unchosen, CHECK_GRANT_DEFAULT_PRIVILEGES, PASS, "not needed", ""},
    {defaults_of_another, CHECK_GRANT_DEFAULT_PRIVILEGES, WARN, "postgres set",
     "FOR ROLE \"post-mottak\""},
    {defaults_unknown, CHECK_GRANT_DEFAULT_PRIVILEGES, OPEN, "no", ""},
    {no_user, CHECK_GRANT_DEFAULT_PRIVILEGES, OPEN, "no user", ""},

    {as_is, CHECK_PUBLICATION_EXISTS, PASS, "ds_publication", ""},
    {no_publication, CHECK_PUBLICATION_EXISTS, FAIL, "no publication",
     "CREATE PUBLICATION \"ds_publication\" FOR TABLE \"public\".\"regel_evaluering\", "
     "\"public\".\"regelsett_resultat\";"},
    {no_publication_no_choice, CHECK_PUBLICATION_EXISTS, FAIL, NULL, "FOR ALL TABLES;"},
    {unsafe_no_choice, CHECK_PUBLICATION_EXISTS, FAIL, NULL,
     "CREATE PUBLICATION \"ds_publication\" FOR TABLE \"public\".\"regelsett_resultat\";"},
    {other_publications, CHECK_PUBLICATION_EXISTS, FAIL, "app_publication", "CREATE PUBLICATION"},
    {publication_unknown, CHECK_PUBLICATION_EXISTS, OPEN, "no", ""},
    {as_is, CHECK_PUBLICATION_TABLES, PASS, NULL, ""},
    {uncovered, CHECK_PUBLICATION_TABLES, FAIL, "not published: public.regelsett_resultat",
     "ALTER PUBLICATION \"ds_publication\" ADD TABLE \"public\".\"regelsett_resultat\";"},
    {column_list, CHECK_PUBLICATION_TABLES, FAIL, "public.regel_evaluering.id",
     "ALTER PUBLICATION \"ds_publication\" DROP TABLE \"public\".\"regel_evaluering\"; ALTER "
     "PUBLICATION \"ds_publication\" ADD TABLE \"public\".\"regel_evaluering\";"},
    {row_filter, CHECK_PUBLICATION_TABLES, WARN, "only some rows", "filter"},
    {partitioned, CHECK_PUBLICATION_TABLES, FAIL, "part by part",
     "publish_via_partition_root = true"},
    {partitioned_unchosen, CHECK_PUBLICATION_TABLES, WARN,
     "2 of 2 tables; part by part: public.regel_evaluering", "as a whole"},
    {partitioned_via_root, CHECK_PUBLICATION_TABLES, PASS, NULL, ""},
    {part_via_root, CHECK_PUBLICATION_TABLES, FAIL, "as a whole", "instead of its parts"},
    {part_alone, CHECK_PUBLICATION_TABLES, PASS, NULL, ""},
    {whole_in_whole, CHECK_PUBLICATION_TABLES, FAIL, "part by part", "via_partition_root"},
    {generated, CHECK_PUBLICATION_TABLES, WARN, "public.regel_evaluering.dobbel", "generated"},
    {generated_unnamed, CHECK_PUBLICATION_TABLES, PASS, NULL, ""},
    {only_some_published, CHECK_PUBLICATION_TABLES, PASS, "1 of 2", ""},
    {none_published, CHECK_PUBLICATION_TABLES, WARN, "0 of 2", "Choose"},
    {published_unknown, CHECK_PUBLICATION_TABLES, OPEN, "no", ""},
    {no_publication, CHECK_PUBLICATION_TABLES, OPEN, "no publication", ""},
    {as_is, CHECK_PUBLICATION_OPERATIONS, PASS, "insert, update, delete", ""},
    {no_delete, CHECK_PUBLICATION_OPERATIONS, FAIL, "insert, update",
     "SET (publish = 'insert, update, delete, truncate');"},
    {no_operation, CHECK_PUBLICATION_OPERATIONS, FAIL, "none of them", "SET (publish ="},
    {no_publication, CHECK_PUBLICATION_OPERATIONS, OPEN, "no publication", ""},
    {as_is, CHECK_PUBLICATION_APP_SAFETY, PASS, NULL, ""},
    {unsafe, CHECK_PUBLICATION_APP_SAFETY, WARN, "and 64 more", "primary key"},
    {unsafe_planned, CHECK_PUBLICATION_APP_SAFETY, WARN, "once published", "primary key"},
    {unsafe_nothing, CHECK_PUBLICATION_APP_SAFETY, WARN, "public.regel_evaluering", NULL},
    {safe_full, CHECK_PUBLICATION_APP_SAFETY, PASS, NULL, ""},
    {unsafe_unknown, CHECK_PUBLICATION_APP_SAFETY, OPEN, "no", ""},
    {publication_unknown, CHECK_PUBLICATION_APP_SAFETY, OPEN, "no", ""},

    {as_is, CHECK_SLOT_EXISTS, PASS, "ds_replication", ""},
    {no_slot, CHECK_SLOT_EXISTS, FAIL, "no slot",
     "SELECT pg_create_logical_replication_slot('ds_replication', 'pgoutput');"},
    {slot_temporary, CHECK_SLOT_EXISTS, FAIL, "temporary", "session"},
    {slots_unknown, CHECK_SLOT_EXISTS, OPEN, "no", ""},
    {as_is, CHECK_SLOT_PLUGIN, PASS, "pgoutput", ""},
    {slot_plugin, CHECK_SLOT_PLUGIN, FAIL, "wal2json", "pg_drop_replication_slot"},
    {slot_plugin_read, CHECK_SLOT_PLUGIN, FAIL, "wal2json", "take a slot of another name"},
    {slot_physical, CHECK_SLOT_PLUGIN, FAIL, "physical", "pg_create_logical"},
    {no_slot, CHECK_SLOT_PLUGIN, OPEN, "no slot", ""},
    {as_is, CHECK_SLOT_DATABASE, PASS, "postmottak", ""},
    {slot_other_db, CHECK_SLOT_DATABASE, FAIL, "annen", "another name"},
    {slot_physical, CHECK_SLOT_DATABASE, OPEN, "physical", ""},
    {slot_temporary, CHECK_SLOT_FREE, OPEN, "temporary", ""},
    {server_unknown, CHECK_SLOT_DATABASE, OPEN, "permission denied", ""},
    {as_is, CHECK_SLOT_FREE, PASS, "nobody", ""},
    {slot_read, CHECK_SLOT_FREE, FAIL, "pid 99 (debezium as x)", "Stop that reader"},
    {slot_read_by_us, CHECK_SLOT_FREE, PASS, "the stream", ""},
    {no_slot, CHECK_SLOT_FREE, OPEN, "no slot", ""},
    {as_is, CHECK_SLOT_ORDER, PASS, "first", ""},
    {slot_older, CHECK_SLOT_ORDER, WARN, "after the slot", "Only when the stream reports 42704"},
    {slot_older_42704, CHECK_SLOT_ORDER, FAIL, "cannot get past", "pg_drop_replication_slot"},
    {slot_stuck, CHECK_SLOT_ORDER, FAIL, "cannot get past", NULL},
    {slot_altered, CHECK_SLOT_ORDER, PASS, NULL, ""},
    {slot_ageless, CHECK_SLOT_ORDER, OPEN, NULL, ""},
    {slot_no_publication, CHECK_SLOT_ORDER, FAIL, "no publication", NULL},
    {publication_unknown, CHECK_SLOT_ORDER, OPEN, "no", ""},
    {as_is, CHECK_SLOT_WAL, PASS, "5.2 MB held, reserved", ""},
    {slot_lost, CHECK_SLOT_WAL, FAIL, "lost", "pg_create_logical"},
    {slot_invalid, CHECK_SLOT_WAL, FAIL, "(wal_level_insufficient)", "pg_create_logical"},
    {slot_limit, CHECK_SLOT_WAL, PASS, "given up beyond 105 MB (max_slot_wal_keep_size)", ""},
    {slot_unreserved, CHECK_SLOT_WAL, WARN, "unreserved", "diskAutoresize: true"},
    {slot_unreserved_limit, CHECK_SLOT_WAL, WARN, "unreserved", "max_slot_wal_keep_size"},
    {slot_unreserved_theirs, CHECK_SLOT_WAL, WARN, "unreserved", "another name"},
    {slot_idle_full, CHECK_SLOT_WAL, WARN, "3.1 GB", "pg_drop_replication_slot"},
    {slot_mute, CHECK_SLOT_WAL, OPEN, "does not tell", ""},
    {wal_slow, CHECK_SLOT_WAL, PASS, "10.5 MB an hour, full in about 100 hours", ""},
    {wal_day, CHECK_SLOT_WAL, WARN, "full in about 10 hours", NULL},
    {wal_now, CHECK_SLOT_WAL, FAIL, "full within about 1 hour", NULL},
    {wal_safe_size, CHECK_SLOT_WAL, FAIL, "lost within about", "pg_drop_replication_slot"},
    {wal_safe_size_read, CHECK_SLOT_WAL, FAIL, "lost within about",
     "max_slot_wal_keep_size\n    value: \"400\""},
    {wal_shrinks, CHECK_SLOT_WAL, PASS, "held", ""},
    {no_slot, CHECK_SLOT_WAL, OPEN, "no slot", ""},

    {as_is, CHECK_MIGRATION_NO_OP, PASS, "none", ""},
    {no_op_both, CHECK_MIGRATION_NO_OP, FAIL,
     "V1.51__datastream_oppsett.sql, V1.52__del_2_datastream.sql", "next number"},
    {no_op_slot, CHECK_MIGRATION_NO_OP, FAIL, "did nothing: V1.52__del_2_datastream.sql",
     "next number"},
    {first_only, CHECK_MIGRATION_NO_OP, PASS, "none", ""},
    {two_names, CHECK_MIGRATION_NO_OP, FAIL, "V2__datastream_mer.sql", NULL},
    {no_op_grants, CHECK_MIGRATION_NO_OP, FAIL, "ran, did nothing: V1.1__start.sql", "next number"},
    {grants_worked, CHECK_MIGRATION_NO_OP, PASS, "none", ""},
    {no_op_by_text, CHECK_MIGRATION_NO_OP, FAIL, "V7__noe_helt_annet.sql", NULL},
    {not_a_setup, CHECK_MIGRATION_NO_OP, PASS, "none", ""},
    {migration_failed, CHECK_MIGRATION_NO_OP, FAIL, "recorded as failed", "flyway repair"},
    {flyway_none, CHECK_MIGRATION_NO_OP, PASS, "no flyway", ""},
    {flyway_unknown, CHECK_MIGRATION_NO_OP, OPEN, "may not read", ""},
    {slots_unknown, CHECK_MIGRATION_NO_OP, OPEN, "no", ""},

    {as_is, CHECK_TABLES_KEYS, PASS, NULL, ""},
    {keyless, CHECK_TABLES_KEYS, WARN, "only inserts arrive: public.regel_evaluering",
     "ADD PRIMARY KEY"},
    {keyless_index, CHECK_TABLES_KEYS, PASS, NULL, ""},
    {keyless_full, CHECK_TABLES_KEYS, PASS, NULL, ""},
    {key_full, CHECK_TABLES_KEYS, FAIL, "FULL or NOTHING",
     "ALTER TABLE \"public\".\"regel_evaluering\" REPLICA IDENTITY DEFAULT;"},
    {key_nothing, CHECK_TABLES_KEYS, FAIL, "FULL or NOTHING", "REPLICA IDENTITY DEFAULT"},
    {key_full_unchosen, CHECK_TABLES_KEYS, WARN, NULL, NULL},
    {key_wide, CHECK_TABLES_KEYS, FAIL, "more than 16", "Leave it out"},
    {a_view, CHECK_TABLES_KEYS, FAIL, "views", "Leave it out"},
    {huge, CHECK_TABLES_KEYS, WARN, "500 million", NULL},
    {unpublished_unreadable, CHECK_TABLES_KEYS, PASS, NULL, ""},
    {grants_unknown, CHECK_TABLES_KEYS, OPEN, "no", ""},
};

static void expect(size_t i, const struct check *c)
{
    const struct tried *k = &cases[i];
    if (c->result != k->result)
        fail_msg("case %zu, %s: %s (%s), not %s", i, check_name(k->id),
                 check_result_name(c->result), c->found, check_result_name(k->result));
    if (k->found != NULL && strstr(c->found, k->found) == NULL)
        fail_msg("case %zu, %s: found \"%s\", not \"%s\"", i, check_name(k->id), c->found,
                 k->found);
    if (k->remedy == NULL)
        return;
    if (strstr(c->remedy.text, k->remedy) == NULL)
        fail_msg("case %zu, %s: remedy \"%s\", not \"%s\"", i, check_name(k->id), c->remedy.text,
                 k->remedy);
    if (k->remedy[0] == '\0' && (c->remedy.text[0] != '\0' || c->remedy.kind != CHECK_REMEDY_NONE))
        fail_msg("case %zu, %s: a remedy where none is needed: %s", i, check_name(k->id),
                 c->remedy.text);
}

static void test_cases(void **state)
{
    (void)state;
    static struct world w;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct check_list l;
        fine(&w);
        cases[i].change(&w);
        check_list_init(&l);
        source_checks(&l, &w.view);
        expect(i, &l.at[cases[i].id]);
        for (int id = CHECK_SOURCE_CONNECTION; id < CHECK_IDS; id++)
            if (!l.at[id].asked || l.at[id].found[0] == '\0')
                fail_msg("case %zu leaves %s open", i, check_name((enum check_id)id));
        check_list_done(&l);
    }
}

/* A publication of half the chosen tables would be one, too. */
/* --- in Norwegian --- */

static void judge_in(const char *language, size_t i, struct check_list *l)
{
    static struct world w;
    tr_language(language);
    fine(&w);
    cases[i].change(&w);
    check_list_init(l);
    source_checks(l, &w.view);
}

static bool same_text(const char *en, const char *nb)
{
    return en[0] != '\0' && strcmp(en, nb) == 0;
}

/* Why it matters is a sentence in the person's language, whatever was found; so is what to do, but
 * for what a machine reads. */
static void test_norwegian(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct check_list en, nb;
        judge_in("en", i, &en);
        judge_in("nb", i, &nb);
        for (int id = CHECK_SOURCE_CONNECTION; id < CHECK_IDS; id++) {
            const struct check *c = &en.at[id], *n = &nb.at[id];
            bool advice = c->remedy.kind == CHECK_REMEDY_NONE ||
                          c->remedy.kind == CHECK_REMEDY_WAIT ||
                          c->remedy.kind == CHECK_REMEDY_COMMAND;
            if (same_text(c->why, n->why) || (advice && same_text(c->remedy.text, n->remedy.text)))
                fail_msg("%s: not in Norwegian: %s / %s", check_name(c->id), c->why,
                         c->remedy.text);
        }
        check_list_done(&en);
        check_list_done(&nb);
    }
    for (int id = 0; id < CHECK_IDS; id++) {
        tr_language("en");
        const char *title = check_title((enum check_id)id);
        tr_language("nb");
        if (strcmp(title, check_title((enum check_id)id)) == 0)
            fail_msg("%s: its title is not in Norwegian", check_name((enum check_id)id));
    }
    tr_language("en");
}

static void test_publication_of_many_tables(void **state)
{
    enum { MANY = 450 };
    static struct source_table many[MANY];
    static char names[MANY][16];
    static struct world w;
    struct check_list l;
    (void)state;
    fine(&w);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "t_%03zu", i);
        many[i] = (struct source_table){.schema = "public", .table = names[i]};
    }
    w.wanted.tables = many;
    w.wanted.n_tables = MANY;
    w.now.publication.exists = false;
    check_list_init(&l);
    source_checks(&l, &w.view);
    const char *sql = l.at[CHECK_PUBLICATION_EXISTS].remedy.text;
    assert_non_null(strstr(sql, "\"t_000\""));
    assert_non_null(strstr(sql, "\"t_449\";"));
    check_list_done(&l);
}

/* Every id of these groups is tried with pass, with unknown, and with a fail or a warning. */
static void test_complete(void **state)
{
    (void)state;
    for (int id = CHECK_SOURCE_CONNECTION; id < CHECK_IDS; id++) {
        unsigned seen = 0;
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            if ((int)cases[i].id == id)
                seen |= 1u << cases[i].result;
        bool bad = (seen & (1u << CHECK_WARN | 1u << CHECK_FAIL)) != 0;
        if ((seen & 1u << CHECK_PASS) == 0 || (seen & 1u << CHECK_UNKNOWN) == 0 || !bad)
            fail_msg("%s is not tried with every result", check_name((enum check_id)id));
    }
}

/* When all is well nothing is said but pass, and each entry explains itself. */
static void test_all_well(void **state)
{
    (void)state;
    static struct world w;
    struct check_list l;
    fine(&w);
    check_list_init(&l);
    source_checks(&l, &w.view);
    for (int id = CHECK_SOURCE_CONNECTION; id < CHECK_IDS; id++) {
        assert_int_equal(l.at[id].result, CHECK_PASS);
        if (l.at[id].needed[0] == '\0' || l.at[id].why[0] == '\0')
            fail_msg("%s does not explain itself", check_name((enum check_id)id));
    }
    check_list_done(&l);
}

static void test_not_connected(void **state)
{
    (void)state;
    struct check_list l;
    struct err e;
    err_set(&e, ERR_DENIED, "could not connect to x");
    err_why(&e, "wrong password");
    err_hint(&e, "Type it again.");
    check_list_init(&l);
    checks_not_connected(&l, &e);
    assert_int_equal(l.at[CHECK_SOURCE_CONNECTION].result, CHECK_FAIL);
    assert_non_null(strstr(l.at[CHECK_SOURCE_CONNECTION].found, "wrong password"));
    assert_string_equal(l.at[CHECK_SOURCE_CONNECTION].remedy.text, "Type it again.");
    for (int id = CHECK_SOURCE_VERSION; id < CHECK_IDS; id++)
        assert_true(l.at[id].asked && l.at[id].result == CHECK_UNKNOWN);
    assert_false(l.at[CHECK_INSTANCE_DISK].asked);
    check_list_done(&l);
    check_list_init(&l);
    checks_not_connected(&l, NULL);
    assert_int_equal(l.at[CHECK_SOURCE_CONNECTION].result, CHECK_UNKNOWN);
    check_list_done(&l);
}

/* Names of others never break out of a sentence or of SQL. */
static void test_hostile_names(void **state)
{
    (void)state;
    static struct world w;
    struct check_list l;
    fine(&w);
    no_slot(&w);
    w.wanted.db_user = "x\"; DROP TABLE a; --";
    w.wanted.slot = "s'; --";
    w.tables[0].schema = "a\nb";
    w.tables[0].table = "t\x1b[2J";
    w.tables[0].select = w.tables[0].usage = false;
    w.now.roles.app.name = "ro\"le";
    w.now.roles.app.replication = w.now.roles.db_user.replication = false;
    check_list_init(&l);
    source_checks(&l, &w.view);
    assert_string_equal(l.at[CHECK_ROLE_REPLICATION].remedy.text,
                        "ALTER USER \"x\"\"; DROP TABLE a; --\" WITH REPLICATION;");
    assert_string_equal(l.at[CHECK_APP_ROLE_REPLICATION].remedy.text,
                        "ALTER USER \"ro\"\"le\" WITH REPLICATION;");
    assert_non_null(strstr(l.at[CHECK_SLOT_EXISTS].remedy.text, "'s''; --'"));
    assert_null(strchr(l.at[CHECK_GRANT_SELECT].found, '\x1b'));
    assert_null(strstr(l.at[CHECK_GRANT_SELECT].remedy.text, "a\nb"));
    assert_non_null(strstr(l.at[CHECK_GRANT_SELECT].remedy.text, "cannot be written"));
    check_list_done(&l);
}

static void test_trend(void **state)
{
    (void)state;
    static struct world w;
    fine(&w);
    struct source_mark now = w.then, none = w.then;
    now.taken_ms = w.now.taken_ms;
    now.held_bytes += 50 * MIB;
    none.held_bytes = -1;
    assert_int_equal(slot_bytes_per_hour(&w.then, &now), 50 * MIB);
    assert_int_equal(slot_bytes_per_hour(NULL, &now), -1);
    assert_int_equal(slot_bytes_per_hour(&none, &now), -1);
    assert_int_equal(slot_bytes_per_hour(&w.then, &none), -1);
    w.then.taken_ms = now.taken_ms - 9000;
    assert_int_equal(slot_bytes_per_hour(&w.then, &now), -1);
    w.then.taken_ms = now.taken_ms - 20000;
    now.held_bytes = 0;
    assert_int_equal(slot_bytes_per_hour(&w.then, &now), 0);
    w.now.slots.wanted = NULL;
    assert_int_equal(source_mark(&w.now).held_bytes, -1);
    assert_true(slot_hours_until(100, 0) < 0);
    assert_true(slot_hours_until(-1, 10) < 0);
    assert_true(slot_hours_until(100, 10) > 9.9 && slot_hours_until(100, 10) < 10.1);
}

static void test_scripts(void **state)
{
    (void)state;
    static const struct source_wanted w = {"datastream", "ds_publication", "ds_replication", NULL,
                                           0};
    struct source_script s = script_of("a",
                                       "DO $$ BEGIN\n  CREATE\n\tPUBLICATION \"DS_publication\" "
                                       "FOR ALL TABLES;\nEND $$",
                                       &w);
    assert_true(s.publication && !s.slot && !s.grants);
    s = script_of("b", "PERFORM PG_CREATE_LOGICAL_REPLICATION_SLOT('ds_replication', 'x')", &w);
    assert_true(!s.publication && s.slot && !s.grants);
    s = script_of("c", "grant  select on a to \"datastream\"", &w);
    assert_true(!s.publication && !s.slot && s.grants);
    s = script_of("d", "-- create publication ds_publication\nSELECT 1 -- grant select datastream",
                  &w);
    assert_true(!s.publication && !s.slot && !s.grants);
    s = script_of("e", "CREATE PUBLICATION another FOR ALL TABLES; GRANT SELECT ON a TO kari", &w);
    assert_true(!s.publication && !s.slot && !s.grants);
    s = script_of("f", "", &w);
    assert_true(!s.publication && !s.slot && !s.grants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),         cmocka_unit_test(test_publication_of_many_tables),
        cmocka_unit_test(test_complete),      cmocka_unit_test(test_all_well),
        cmocka_unit_test(test_not_connected), cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_trend),         cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_norwegian),
    };
    tr_language("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
