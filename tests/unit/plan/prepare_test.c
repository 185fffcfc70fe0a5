#define _GNU_SOURCE /* strcasestr */
/* The files that prepare a source: from a repository of the test's own and facts by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/plan/prepare.h"
#include "tests/unit/plan/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST ".nais/dev-gcp.yaml"
#define FLYWAY   "src/main/resources/flyway"

struct world {
    struct scene s;
    char repo[64];
    struct prepared p;
    const char *made[16]; /* written meanwhile */
    size_t n_made;
};

static void put(struct world *w, const char *path, const char *text)
{
    struct err e;
    char *full = arena_printf(&w->s.mem, "%s/%s", w->repo, path);
    char *folder = arena_str(&w->s.mem, full);
    *strrchr(folder, '/') = '\0';
    assert_true(path_make_folder(folder, &e));
    assert_true(path_write(full, text, strlen(text), false, &e));
}

static const char manifest[] = "apiVersion: nais.io/v1alpha1\n"
                               "kind: Application\n"
                               "metadata:\n"
                               "  name: postmottak-backend\n"
                               "spec:\n"
                               "  gcp:\n"
                               "    sqlInstances:\n"
                               "      - type: POSTGRES_16 # ours\n"
                               "        databases:\n"
                               "          - name: postmottak\n"
                               "            envVarPrefix: DB_POSTMOTTAK\n";

static int open_world(void **state)
{
    struct world *w = mem_alloc(sizeof *w);
    scene_open(&w->s);
    snprintf(w->repo, sizeof w->repo, "/tmp/strom-prepare-XXXXXX");
    if (mkdtemp(w->repo) == NULL)
        return -1;
    put(w, MANIFEST, manifest);
    put(w, FLYWAY "/V1.1__begin.sql", "CREATE TABLE regel (id int PRIMARY KEY);\n");
    put(w, FLYWAY "/V1.50__oppfolging.sql", "SELECT 1;\n");
    w->s.target.instance[0] = '\0'; /* the manifest has one, and names none */
    names_complete(&w->s.target);
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    static const char *const left[] = {MANIFEST,
                                       FLYWAY "/V1.1__begin.sql",
                                       FLYWAY "/V1.50__oppfolging.sql",
                                       FLYWAY,
                                       "src/main/resources",
                                       "src/main",
                                       "src",
                                       ".nais",
                                       "."};
    struct world *w = *state;
    for (size_t i = 0; i < w->p.n_files; i++)
        remove(arena_printf(&w->s.mem, "%s/%s", w->repo, w->p.files[i].path));
    for (size_t i = 0; i < w->n_made; i++)
        remove(arena_printf(&w->s.mem, "%s/%s", w->repo, w->made[i]));
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        remove(arena_printf(&w->s.mem, "%s/%s", w->repo, left[i]));
    int gone = rmdir(w->repo);
    scene_done(&w->s);
    mem_free(w);
    return gone == 0 ? 0 : -1;
}

/* A source of which everything is known and nothing is there yet, but for the tables. */
static void known(struct world *w, bool user)
{
    struct source_facts *f = &w->s.facts;
    scene_prepared(&w->s);
    f->flyway.part.known = f->defaults.part.known = true;
    f->roles.app = (struct source_role){.name = "Postmottak-backend", .exists = true};
    f->roles.db_user = (struct source_role){
        .name = "datastream", .exists = user, .login = true, .connection_limit = -1};
    f->publication.exists = false;
    w->s.slot = (struct source_slot){.name = "ds_replication",
                                     .plugin = "pgoutput",
                                     .database = "postmottak",
                                     .wal_status = "reserved",
                                     .logical = true};
    f->server.database = "postmottak";
    f->slots.wanted = NULL;
    for (size_t i = 0; i < f->grants.n_tables; i++) {
        w->s.grants[i].usage = w->s.grants[i].select = false;
        w->s.grants[i].has_key = true;
        w->s.grants[i].identity = 'd';
        w->s.published[i].covered = false;
    }
}

static void make(struct world *w, bool asked, bool chosen)
{
    struct err e = {0};
    if (!prepare(&w->s.mem, w->repo, &w->s.target, asked ? &w->s.facts : NULL,
                 chosen ? &w->s.selection : NULL, &w->p, &e))
        fail_msg("%s: %s", e.what, e.why);
}

static void publishes_all(struct world *w)
{
    struct source_publication *p = &w->s.facts.publication;
    p->exists = p->insert = p->update = p->delete_ = true;
}

static void record(struct world *w, struct source_migration *rows, const char *version,
                   const char *script)
{
    struct source_flyway *f = &w->s.facts.flyway;
    f->part.known = f->table = f->readable = true;
    f->at = rows;
    rows[f->n++] = (struct source_migration){
        .version = version, .script = script, .success = true, .rank = (int64_t)f->n};
}

/* The migrations alone, in the repository; gives how many there are. */
static size_t write_all(struct world *w)
{
    struct err e = {0};
    size_t n = 0;
    for (size_t i = 0; i < w->p.n_files; i++)
        n += w->p.files[i].is_new;
    if (!prepare_write(&w->p, w->repo, &e))
        fail_msg("%s: %s", e.what, e.why);
    for (size_t i = 0; i < w->p.n_files; i++)
        w->made[w->n_made++] = w->p.files[i].path;
    return n;
}

static bool noted(const struct world *w, const char *text)
{
    for (size_t i = 0; i < w->p.n_notes; i++)
        if (strstr(w->p.notes[i], text))
            return true;
    return false;
}

static void test_nobody_asked(void **state)
{
    struct world *w = *state;
    make(w, false, false);
    assert_int_equal(w->p.n_files, 1);
    assert_string_equal(w->p.files[0].path, MANIFEST);
    assert_false(w->p.files[0].is_new);
    assert_non_null(strstr(w->p.files[0].diff, "+            users:"));
    assert_non_null(strstr(w->p.files[0].text, "# ours")); /* comments stay */
    assert_true(noted(w, "migrations are written when the database has been asked"));
}

static void test_each_environment_is_named(void **state)
{
    struct world *w = *state;
    put(w, ".nais/prod-gcp.yaml", manifest);
    put(w, ".nais/nais.yaml", manifest);
    str_copy(w->s.target.context, sizeof w->s.target.context, "dev-gcp");
    make(w, false, false);
    assert_int_equal(w->p.n_files, 3);
    assert_int_equal(strncmp(w->p.files[0].does, "this environment:", 17), 0);
    assert_int_equal(strncmp(w->p.files[1].does, "logical decoding", 16), 0);
    assert_int_equal(strncmp(w->p.files[2].does, "ANOTHER environment", 19), 0);
}

static void test_fresh(void **state)
{
    struct world *w = *state;
    known(w, false);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    assert_true(noted(w, "first deploy the manifest"));
    assert_true(noted(w, "does nothing")); /* the trap is explained */
}

static void test_user_exists(void **state)
{
    struct world *w = *state;
    known(w, true);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 3);
    const struct prepared_file *first = &w->p.files[1], *second = &w->p.files[2];
    assert_true(first->is_new && second->is_new);
    assert_int_equal(strncmp(first->path, FLYWAY "/V1.51__", strlen(FLYWAY "/V1.51__")), 0);
    assert_int_equal(strncmp(second->path, FLYWAY "/V1.52__", strlen(FLYWAY "/V1.52__")), 0);
    assert_non_null(strstr(first->text, "FOR ALL TABLES"));
    assert_non_null(strstr(first->text, "\"Postmottak-backend\""));
    assert_null(strcasestr(first->text, "pg_create_logical_replication_slot"));
    assert_non_null(strcasestr(second->text, "pg_create_logical_replication_slot"));
    assert_null(strstr(second->text, "PUBLICATION"));
    assert_non_null(strstr(first->diff, "--- /dev/null"));
    assert_true(first->does[0] && second->does[0]);
}

static void test_narrow(void **state)
{
    struct world *w = *state;
    scene_table(&w->s, "public", "regel", "+id:key");
    scene_table(&w->s, "arkiv", "gammel", "+id:key a");
    scene_table(&w->s, "public", "andre", "id:key");
    known(w, true);
    make(w, true, true);
    assert_int_equal(w->p.n_files, 3);
    const char *first = w->p.files[1].text;
    assert_non_null(strstr(first, "regel"));
    assert_non_null(strstr(first, "gammel"));
    assert_null(strstr(first, "andre"));
    assert_null(strstr(first, "FOR ALL TABLES"));
    assert_null(strstr(first, "DEFAULT PRIVILEGES"));
}

/* --- a shape that does not break the application --- */

static void some_tables(struct world *w)
{
    scene_table(&w->s, "public", "regel", "+id:key");
    scene_table(&w->s, "public", "melding", "+tekst");
    scene_table(&w->s, "arkiv", "post", "+id:key");
    known(w, true);
    for (size_t i = 0; i < 3; i++)
        w->s.grants[i].owner = "Postmottak-backend";
    w->s.grants[1].has_key = false;
}

static void test_a_table_without_key(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 3);
    const char *first = w->p.files[1].text;
    assert_null(strstr(first, "ALL TABLES"));
    assert_non_null(strstr(first, "CREATE PUBLICATION \"ds_publication\" FOR TABLE"));
    assert_non_null(strstr(first, "\"public\".\"regel\""));
    assert_non_null(strstr(first, "\"arkiv\".\"post\""));
    assert_null(strstr(first, "melding"));
    assert_true(noted(w, "UPDATE and DELETE fail on public.melding"));
    assert_true(noted(w, "give it a primary key first"));
}

static void test_all_have_keys(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[1].has_key = true;
    make(w, true, false);
    assert_non_null(strstr(w->p.files[1].text, "FOR ALL TABLES"));
    assert_int_equal(w->p.n_notes, 0);
}

/* FOR TABLE is the owner's to say, and a name with a line break is nobody's. */
static void test_not_ours_to_publish(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[0].owner = "postgres";
    w->s.grants[2].table = "linje\nskift";
    scene_table(&w->s, "public", "andre", "+id:key");
    w->s.grants[3] = w->s.grants[2];
    w->s.grants[3].table = "andre";
    w->s.published[3] = (struct source_published){"arkiv", "andre", .covered = false};
    w->s.facts.grants.n_tables = 4;
    make(w, true, false);
    assert_null(strstr(w->p.files[1].text, "regel"));
    assert_null(strstr(w->p.files[1].text, "linje"));
    assert_non_null(strstr(w->p.files[1].text, "\"andre\""));
}

static void test_chosen_without_key(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, true);
    assert_null(strstr(w->p.files[1].text, "melding"));
    assert_non_null(strstr(w->p.files[1].text, "\"regel\""));
    assert_true(noted(w, "Left out of the publication: public.melding"));
    assert_true(noted(w, "leave it out of the selection"));
}

static void test_chosen_but_not_there(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[0].exists = false;
    make(w, true, true);
    assert_null(strstr(w->p.files[1].text, "\"regel\""));
    assert_true(noted(w, "not in the database, so left out: public.regel"));
    w->s.grants[1].exists = w->s.grants[2].exists = false;
    w->s.facts.roles.app.name = NULL; /* nobody owns what is not there */
    make(w, true, true);
    assert_int_equal(w->p.n_files, 1);
    assert_true(noted(w, "none of the chosen tables can be published"));
}

/* Made FOR TABLE, with nothing chosen: the others are not meant. */
static void test_later_tables_are_added(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.facts.roles.db_user.replication = w->s.facts.roles.app.replication = true;
    publishes_all(w);
    w->s.facts.slots.wanted = &w->s.slot;
    w->s.grants[0].usage = w->s.grants[0].select = w->s.published[0].covered = true;
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    make(w, true, true);
    assert_int_equal(w->p.n_files, 2);
    const char *more = w->p.files[1].text;
    assert_non_null(strstr(more, "ALTER PUBLICATION \"ds_publication\" ADD TABLE"));
    assert_non_null(strstr(more, "\"arkiv\".\"post\""));
    assert_null(strstr(more, "\"regel\""));
}

/* --- what the checks ask for besides --- */

static void test_login_and_operations(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.facts.roles.db_user.login = false;
    w->s.facts.publication.exists = w->s.facts.publication.insert = true;
    w->s.facts.slots.wanted = &w->s.slot;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 2);
    assert_non_null(strstr(w->p.files[1].text, "ALTER USER \"datastream\" LOGIN;"));
    assert_non_null(strstr(w->p.files[1].text,
                           "ALTER PUBLICATION \"ds_publication\" SET (publish = 'insert, update, "
                           "delete');"));
}

static void test_lost_slot_is_made_anew(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.facts.publication.exists = true;
    w->s.slot.wal_status = "lost";
    w->s.facts.slots.wanted = &w->s.slot;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 3);
    assert_non_null(strstr(w->p.files[2].text, "PG_DROP_REPLICATION_SLOT"));
    w->s.slot.wal_status = "reserved";
    w->s.slot.plugin = "test_decoding"; /* somebody's: it is not dropped */
    make(w, true, true);
    assert_int_equal(w->p.n_files, 2);
    assert_true(noted(w, "the slot ds_replication is of another kind"));
}

/* --- what was written already --- */

static void test_not_written_twice(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "/V1.51__datastream_oppsett.sql is written, waiting for deploy"));
    assert_true(noted(w, "/V1.52__datastream_slot.sql is written, waiting for deploy"));
    assert_false(noted(w, "needed now"));
}

static void test_what_waits_is_not_what_is_needed(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    w->s.grants[1].has_key = true; /* all have one now: FOR ALL TABLES */
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "oppsett.sql is written, waiting for deploy, but it does not hold what is "
                         "needed now"));
    assert_false(noted(w, "slot.sql is written, waiting for deploy, but"));
}

static void test_half_was_removed(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    remove(arena_printf(&w->s.mem, "%s/" FLYWAY "/V1.52__datastream_slot.sql", w->repo));
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    assert_string_equal(w->p.files[0].path, FLYWAY "/V1.52__datastream_slot.sql");
    assert_int_equal(write_all(w), 1);
    remove(arena_printf(&w->s.mem, "%s/" FLYWAY "/V1.51__datastream_oppsett.sql", w->repo));
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0); /* V1.53 would run behind the slot */
    assert_true(noted(w, "V1.52__datastream_slot.sql waits for deploy, and would make the slot "
                         "before its publication"));
}

/* Recorded, without effect (the user came later): a new file, the old one stays. */
static void test_ran_without_effect(void **state)
{
    static struct source_migration rows[2];
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    record(w, rows, "1.51", "V1.51__datastream_oppsett.sql");
    record(w, rows, "1.52", "V1.52__datastream_slot.sql");
    make(w, true, false);
    assert_int_equal(w->p.n_files, 2);
    assert_string_equal(w->p.files[0].path, FLYWAY "/V1.53__datastream_oppsett.sql");
    rows[1].success = false; /* that one is to run again */
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0); /* and would run before V1.53 */
    assert_true(noted(w, "would make the slot before its publication"));
}

static void test_history_is_hidden(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    w->s.facts.flyway.part =
        (struct source_part){false, "this login may not read flyway_schema_history"};
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "whether it has run cannot be seen (this login may not read"));
}

static void test_number_is_too_low(void **state)
{
    static struct source_migration rows[1];
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    record(w, rows, "1.60", "V1.60__annet.sql");
    make(w, true, false);
    assert_true(noted(w, "a higher version has run already"));
}

static void test_everything_there(void **state)
{
    struct world *w = *state;
    scene_table(&w->s, "public", "regel", "+id:key");
    known(w, true);
    w->s.facts.roles.db_user.replication = w->s.facts.roles.app.replication = true;
    publishes_all(w);
    w->s.facts.slots.wanted = &w->s.slot;
    w->s.grants[0].usage = w->s.grants[0].select = w->s.published[0].covered = true;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 1); /* the manifest in the repository is the old one */
    put(w, MANIFEST, w->p.files[0].text);
    make(w, true, true);
    assert_int_equal(w->p.n_files, 0);
    assert_int_equal(w->p.n_notes, 0);
}

/* What could not be asked may be there: nothing is made a second time. */
static void test_unknown(void **state)
{
    struct world *w = *state;
    known(w, true);
    w->s.facts.slots.part =
        (struct source_part){false, "permission denied for pg_replication_slots"};
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    assert_true(noted(w, "permission denied for pg_replication_slots"));
}

static void read_back(struct world *w, const char *folder, const char *path, const char *wanted)
{
    struct str text = {0};
    struct err e;
    assert_true(path_read(arena_printf(&w->s.mem, "%s/%s", folder, path), 1 << 20, &text, &e));
    assert_string_equal(str_text(&text), wanted);
    str_done(&text);
}

static void test_writing(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    assert_true(prepare_write(&w->p, w->repo, &e));
    for (size_t i = 0; i < w->p.n_files; i++)
        read_back(w, w->repo, w->p.files[i].path, w->p.files[i].text);
    read_back(w, w->repo, FLYWAY "/V1.1__begin.sql", "CREATE TABLE regel (id int PRIMARY KEY);\n");
}

/* Somebody took the number meanwhile: nothing at all is written. */
static void test_number_is_taken(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    put(w, w->p.files[2].path, "theirs");
    assert_false(prepare_write(&w->p, w->repo, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.what, w->p.files[2].path));
    assert_true(e.hint[0] != '\0');
    read_back(w, w->repo, w->p.files[2].path, "theirs");
    read_back(w, w->repo, MANIFEST, manifest);
    assert_int_not_equal(
        access(arena_printf(&w->s.mem, "%s/%s", w->repo, w->p.files[1].path), F_OK), 0);
}

static void test_no_repository(void **state)
{
    struct world *w = *state;
    struct prepared p;
    struct err e = {0};
    assert_false(prepare(&w->s.mem, "/nonexistent/repository", &w->s.target, NULL, NULL, &p, &e));
    assert_true(e.what[0] && e.why[0]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_table_without_key),
        TEST(test_all_have_keys),
        TEST(test_not_ours_to_publish),
        TEST(test_chosen_without_key),
        TEST(test_chosen_but_not_there),
        TEST(test_later_tables_are_added),
        TEST(test_login_and_operations),
        TEST(test_lost_slot_is_made_anew),
        TEST(test_not_written_twice),
        TEST(test_what_waits_is_not_what_is_needed),
        TEST(test_half_was_removed),
        TEST(test_ran_without_effect),
        TEST(test_history_is_hidden),
        TEST(test_number_is_too_low),
        TEST(test_nobody_asked),
        TEST(test_each_environment_is_named),
        TEST(test_fresh),
        TEST(test_user_exists),
        TEST(test_narrow),
        TEST(test_everything_there),
        TEST(test_unknown),
        TEST(test_writing),
        TEST(test_number_is_taken),
        TEST(test_no_repository),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
