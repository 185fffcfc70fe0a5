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
    f->roles.db_user = (struct source_role){.name = "datastream", .exists = user};
    f->publication.exists = false;
    f->slots.wanted = NULL;
    for (size_t i = 0; i < f->grants.n_tables; i++) {
        w->s.grants[i].usage = w->s.grants[i].select = false;
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

static void test_everything_there(void **state)
{
    struct world *w = *state;
    scene_table(&w->s, "public", "regel", "+id:key");
    known(w, true);
    w->s.facts.roles.db_user.replication = w->s.facts.roles.app.replication = true;
    w->s.facts.publication.exists = true;
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
        TEST(test_nobody_asked),    TEST(test_each_environment_is_named),
        TEST(test_fresh),           TEST(test_user_exists),
        TEST(test_narrow),          TEST(test_everything_there),
        TEST(test_unknown),         TEST(test_writing),
        TEST(test_number_is_taken), TEST(test_no_repository),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
