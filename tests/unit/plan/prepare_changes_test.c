/* Other shapes, a selection that changes later, and taking it all down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/render.h"
#include "tests/unit/plan/prepare_world.h"

static struct source_member members[4];

/* All is prepared, for these; nothing else is chosen. */
static void prepared(struct world *w)
{
    struct source_facts *f = &w->s.facts;
    some_tables(w);
    w->s.grants[1].has_key = true;
    publishes_all(w);
    f->roles.db_user.replication = f->roles.app.replication = true;
    f->slots.wanted = &w->s.slot;
    members[0] = (struct source_member){"arkiv", "post", 'r', true};
    members[1] = (struct source_member){"public", "melding", 'r', true};
    members[2] = (struct source_member){"public", "regel", 'r', true};
    f->publication.members = members;
    f->publication.n_members = 3;
    for (size_t i = 0; i < 3; i++)
        w->s.grants[i].usage = w->s.grants[i].select = w->s.published[i].covered = true;
}

static void take_out(struct world *w, const char *schema, const char *table)
{
    size_t at;
    assert_true(selection_find(&w->s.selection, schema, table, &at));
    assert_int_equal(selection_set_table(&w->s.selection, at, false), SELECTION_DONE);
}

static size_t n_migrations(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->p.n_files; i++)
        n += w->p.files[i].is_migration;
    return n;
}

/* The n-th file that is a migration: there has to be one. */
static const struct prepared_file *migration(const struct world *w, size_t n)
{
    size_t i = 0;
    assert_true(n < n_migrations(w));
    while (!w->p.files[i].is_migration || n-- > 0)
        i++;
    return &w->p.files[i];
}

static bool has(const struct world *w, size_t n, const char *words)
{
    const struct prepared_file *f = migration(w, n);
    assert_non_null(f);
    return strstr(f->text, words) != NULL;
}

/* --- a selection that changes --- */

static void test_one_leaves(struct world *w, bool readable)
{
    prepared(w);
    members[1].readable = readable;
    take_out(w, "public", "melding");
    w->s.facts.grants.n_tables = 3;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 1);
    assert_non_null(strstr(migration(w, 0)->path, "/V1.51__datastream_faerre_tabeller.sql"));
    assert_true(has(w, 0,
                    "ALTER PUBLICATION \"ds_publication\" DROP TABLE\n                "
                    "\"public\".\"melding\";\n"));
    assert_false(has(w, 0, "\"regel\""));
    assert_int_equal(has(w, 0, "REVOKE SELECT ON"), readable);
}

static void test_leaves(void **state)
{
    test_one_leaves(*state, true);
}

static void test_leaves_unreadable(void **state)
{
    test_one_leaves(*state, false);
}

static void test_comes_and_goes(void **state)
{
    struct world *w = *state;
    prepared(w);
    take_out(w, "arkiv", "post");
    w->s.published[0].covered = w->s.grants[0].select = false; /* regel is new */
    w->s.facts.publication.n_members = 2;
    make(w, true, true);
    assert_true(has(w, 0, "ADD TABLE\n                \"public\".\"regel\";"));
    assert_true(has(w, 0, "GRANT SELECT ON"));
    assert_true(has(w, 1, "DROP TABLE\n                \"arkiv\".\"post\";"));
    assert_non_null(strstr(migration(w, 0)->path, "V1.51__"));
    assert_non_null(strstr(migration(w, 1)->path, "V1.52__"));
    assert_int_equal(n_migrations(w), 2);
}

/* Deployed before the stream lets go of it, the migration would stop it. */
static void test_still_flows(void **state)
{
    struct world *w = *state;
    size_t at;
    prepared(w);
    take_out(w, "public", "melding");
    assert_true(selection_find(&w->s.selection, "public", "melding", &at));
    w->s.selection.tables[at].columns[0].flows = true;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 0);
    assert_true(noted(w, "still in the stream: public.melding. Apply the change first"));
}

/* As the cloud tells, where the selection was made of names alone. */
static void test_the_stream_carries(void **state)
{
    struct world *w = *state;
    const struct observed_column_set tables[] = {{"public", "regel", NULL, 0},
                                                 {"public", "melding", NULL, 0}};
    const struct observed_column_set schema[] = {{"public", NULL, NULL, 0}};
    const struct observed_column_set without[] = {{"public", "melding", NULL, 0}};
    struct observed seen = {.stream_tables = tables, .n_stream_tables = 2};

    prepared(w);
    take_out(w, "public", "melding");
    w->wanted.seen = &seen;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 0);
    assert_true(noted(w, "still in the stream: public.melding"));
    seen.n_stream_tables = 1;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 1);
    assert_true(w->p.takes_out);
    seen.stream_tables = schema;
    make(w, true, true);
    assert_true(noted(w, "still in the stream: public.melding"));
    seen = (struct observed){
        .stream_takes_all = true, .stream_excluded = without, .n_stream_excluded = 1};
    make(w, true, true);
    assert_int_equal(n_migrations(w), 1);
    seen.n_stream_excluded = 0;
    make(w, true, true);
    assert_true(noted(w, "still in the stream: public.melding"));
}

static void test_the_stream_is_not_known(void **state)
{
    struct world *w = *state;

    prepared(w);
    take_out(w, "public", "melding");
    w->wanted.unseen = "no login";
    make(w, true, true);
    assert_int_equal(n_migrations(w), 1);
    assert_true(noted(w, "could not be looked at (no login)"));
}

/* It cannot be made narrow, and that is said where something else is written. */
static void test_all_tables_stay(void **state)
{
    struct world *w = *state;

    prepared(w);
    w->s.facts.publication.all_tables = true;
    w->s.facts.publication.n_members = 0;
    w->s.grants[0].select = false;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 1);
    assert_false(has(w, 0, "ALTER PUBLICATION"));
    assert_true(noted(w, "stays FOR ALL TABLES"));
}

/* A list that leaves out what is chosen comes off; with a filter beside it that is left to people.
 */
static void test_a_list_of_columns_comes_off(void **state)
{
    static const char *const left_out[] = {"navn"};
    struct world *w = *state;

    prepared(w);
    w->s.published[0].left_out = left_out;
    w->s.published[0].n_left_out = 1;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 1);
    assert_true(has(w, 0, "DROP TABLE"));
    assert_true(has(w, 0, "ADD TABLE"));
    w->s.published[0].row_filter = true;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 0);
    assert_true(noted(w, "with the filter that is to stay"));
}

static void test_nothing_leaves(void **state)
{
    struct world *w = *state;
    prepared(w);
    make(w, true, true);
    assert_int_equal(n_migrations(w), 0);
    make(w, true, false); /* without a choice the publication is what is meant */
    assert_int_equal(n_migrations(w), 0);
    take_out(w, "public", "melding");
    w->s.facts.publication.all_tables = true; /* of which none can be taken out */
    w->s.facts.publication.n_members = 0;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 0);
}

/* A part is chosen, and handed out through its whole. */
static void test_a_whole_stays_for_its_part(void **state)
{
    struct world *w = *state;
    prepared(w);
    take_out(w, "public", "melding");
    members[1].kind = 'p';
    w->s.published[0].by_parent = true;
    make(w, true, true);
    assert_int_equal(n_migrations(w), 0);
}

/* Review says it of what the stream carries, and waits for none of it. */
static void test_leaves_afterwards(void **state)
{
    struct world *w = *state;
    struct str text = {0};
    prepared(w);
    scene_ready(&w->s);
    scene_stream_as_chosen(&w->s);
    w->s.lists_given = true;
    assert_null(scene_plan(&w->s)->leaving);
    take_out(w, "public", "melding");
    const struct plan *p = scene_plan(&w->s);
    assert_non_null(p->leaving);
    assert_non_null(strstr(p->leaving, "out of the publication ds_publication: public.melding ("));
    plan_print(p, &w->s.selection, NULL, &text);
    assert_non_null(strstr(str_text(&text), "afterwards (migration): out of the publication"));
    str_clear(&text);
    plan_json(p, &w->s.selection, NULL, NULL, NULL, &text);
    assert_non_null(strstr(str_text(&text), "\"afterwards\": ["));
    str_done(&text);
    w->s.facts.publication.n_members = 0; /* it is for all tables */
    assert_null(scene_plan(&w->s)->leaving);
}

/* --- shapes --- */

static void test_three(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->wanted.shape = PREPARE_THREE;
    make(w, true, true);
    assert_true(has(w, 0, "GRANT SELECT ON"));
    assert_false(has(w, 0, "PUBLICATION"));
    assert_true(has(w, 1, "IF NOT EXISTS(SELECT 1 FROM pg_publication WHERE"));
    assert_false(has(w, 1, "melding")); /* no key */
    assert_true(has(w, 2, "IF NOT EXISTS(SELECT 1 FROM pg_replication_slots WHERE"));
    assert_non_null(strstr(migration(w, 2)->path, "V1.53__datastream_slot.sql"));
    make(w, true, false);
    assert_true(has(w, 1, "FOR TABLE"));
}

static void test_three_wait(void **state)
{
    struct world *w = *state;
    struct err e;
    some_tables(w);
    w->wanted.shape = PREPARE_THREE;
    make(w, true, true);
    assert_true(prepare_write(&w->p, w->repo, &e));
    for (size_t i = 0; i < w->p.n_files; i++)
        w->made[w->n_made++] = w->p.files[i].path;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "V1.51__datastream_tilganger.sql is written, waiting for deploy"));
    assert_true(noted(w, "V1.52__datastream_publikasjon.sql is written, waiting for deploy"));
    assert_false(noted(w, "needed now"));
    size_t about = 0;
    for (size_t i = 0; i < w->p.n_notes; i++)
        about += strstr(w->p.notes[i], "is written, waiting") != NULL;
    assert_int_equal(about, 3);        /* each once */
    w->wanted.shape = PREPARE_FITTING; /* the same, in two files */
    make(w, true, true);
    assert_int_equal(w->p.n_files, 0);
}

static void test_procedure_although_chosen(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[1].has_key = true;
    w->wanted.shape = PREPARE_PROCEDURE;
    make(w, true, true);
    assert_true(has(w, 0, "FOR ALL TABLES"));
    w->s.grants[1].has_key = false; /* would break the application */
    make(w, true, true);
    assert_false(has(w, 0, "ALL TABLES"));
    assert_true(noted(w, "not FOR ALL TABLES: some table has no key"));
}

static void test_narrow_although_nothing_chosen(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[1].has_key = true;
    w->wanted.shape = PREPARE_NARROW;
    make(w, true, false);
    assert_true(has(w, 0, "FOR TABLE"));
    assert_true(has(w, 0, "\"melding\""));
    assert_false(has(w, 0, "DEFAULT PRIVILEGES"));
}

static void test_another_folder(void **state)
{
    struct world *w = *state;
    struct prepare_wanted wanted = {.repo = w->repo, .t = &w->s.target, .facts = &w->s.facts};
    struct err e = {0};
    some_tables(w);
    wanted.folder = "finnes/ikke";
    assert_false(prepare(&w->s.mem, &wanted, &w->p, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    wanted.folder = FLYWAY;
    assert_true(prepare(&w->s.mem, &wanted, &w->p, &e));
    assert_non_null(migration(w, 1));
}

/* --- taking down --- */

static void test_undo_migration(void **state)
{
    struct world *w = *state;
    prepared(w);
    w->wanted.undo = true;
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1); /* the manifest's turn comes */
    assert_non_null(strstr(w->p.files[0].path, "/V1.51__datastream_fjern.sql"));
    assert_true(has(w, 0, "PG_DROP_REPLICATION_SLOT"));
    assert_true(has(w, 0, "REVOKE SELECT ON ALL TABLES IN SCHEMA \"public\""));
    assert_true(has(w, 0, "REVOKE SELECT ON ALL TABLES IN SCHEMA \"arkiv\""));
    assert_true(noted(w, "wherever this folder is deployed"));
    assert_true(noted(w, "come back"));
    assert_false(noted(w, "being read"));
    w->s.slot.active = true;
    w->s.slot.active_by = "Datastream";
    make(w, true, false);
    assert_true(noted(w, "is being read by Datastream: delete the stream first"));
}

static void test_undo_waits(void **state)
{
    struct world *w = *state;
    struct err e;
    prepared(w);
    w->wanted.undo = true;
    make(w, true, false);
    assert_true(prepare_write(&w->p, w->repo, &e));
    w->made[w->n_made++] = w->p.files[0].path;
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "V1.51__datastream_fjern.sql is written, waiting for deploy"));
}

static void test_undo_manifest(void **state)
{
    struct world *w = *state;
    struct err e;
    prepared(w);
    put(w, ".nais/prod-gcp.yaml", manifest);
    str_copy(w->s.target.context, sizeof w->s.target.context, "dev-gcp");
    make(w, true, false); /* both patched */
    assert_true(prepare_write(&w->p, w->repo, &e));
    w->s.facts.slots.wanted = NULL;
    w->s.facts.publication = (struct source_publication){.part.known = true};
    w->wanted.undo = true;
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1); /* the other environment's is its own affair */
    assert_string_equal(w->p.files[0].path, MANIFEST);
    assert_null(strstr(w->p.files[0].text, "datastream"));
    assert_null(strstr(w->p.files[0].text, "logical_decoding"));
    assert_non_null(strstr(w->p.files[0].text, "# ours"));
    assert_true(noted(w, "kubectl annotate sqluser postmottak-backend-postmottak-datastream"));
    assert_true(prepare_write(&w->p, w->repo, &e));
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    remove(arena_printf(&w->s.mem, "%s/.nais/prod-gcp.yaml", w->repo));
}

static void test_undo_without_the_user(void **state)
{
    struct world *w = *state;
    prepared(w);
    w->s.facts.roles.db_user.exists = false;
    w->wanted.undo = true;
    make(w, true, false);
    assert_true(has(w, 0, "PG_DROP_REPLICATION_SLOT"));
    assert_false(has(w, 0, "IF EXISTS(SELECT * FROM pg_roles")); /* it would do nothing */
}

static void test_undo_unknown(void **state)
{
    struct world *w = *state;
    prepared(w);
    w->wanted.undo = true;
    make(w, false, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "when the database has been asked"));
    w->s.facts.slots.part = (struct source_part){false, "permission denied"};
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "permission denied"));
}

/* --- nothing is overwritten --- */

static void test_changed_meanwhile(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    put(w, MANIFEST, "theirs\n");
    assert_false(prepare_write(&w->p, w->repo, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.what, MANIFEST));
    assert_non_null(strstr(e.why, "another text than was shown"));
    assert_int_not_equal(
        access(arena_printf(&w->s.mem, "%s/%s", w->repo, w->p.files[1].path), F_OK), 0);
    put(w, MANIFEST, manifest);
    assert_true(prepare_write(&w->p, w->repo, &e));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_leaves),
        TEST(test_leaves_unreadable),
        TEST(test_comes_and_goes),
        TEST(test_still_flows),
        TEST(test_the_stream_carries),
        TEST(test_the_stream_is_not_known),
        TEST(test_all_tables_stay),
        TEST(test_a_list_of_columns_comes_off),
        TEST(test_nothing_leaves),
        TEST(test_a_whole_stays_for_its_part),
        TEST(test_leaves_afterwards),
        TEST(test_three),
        TEST(test_three_wait),
        TEST(test_procedure_although_chosen),
        TEST(test_narrow_although_nothing_chosen),
        TEST(test_another_folder),
        TEST(test_undo_migration),
        TEST(test_undo_waits),
        TEST(test_undo_manifest),
        TEST(test_undo_without_the_user),
        TEST(test_undo_unknown),
        TEST(test_changed_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
