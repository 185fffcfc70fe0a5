/* Where Flyway's files lie: in repositories of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/files/migrations.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void make(const char *path, const char *text)
{
    char whole[512];
    struct err e;
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    char *slash = strrchr(whole, '/');
    *slash = '\0';
    assert_true(path_make_folder(whole, &e));
    *slash = '/';
    if (slash[1])
        assert_true(path_write(whole, text, strlen(text), false, &e));
}

static void make_file(const char *path)
{
    make(path, "");
}

static void remove_all(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
        char whole[1024];
        struct stat st;
        if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
            continue;
        snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);
        if (lstat(whole, &st) == 0 && S_ISDIR(st.st_mode))
            remove_all(whole);
        else
            unlink(whole);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static int begin(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/strom-migrations-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    remove_all(root);
    return 0;
}

static void finds(const char *path, const char *last, size_t n_files)
{
    struct arena a;
    struct migrations_folder f;
    struct err e = {0};
    arena_init(&a);
    if (!migrations_find(&a, root, NULL, &f, &e))
        fail_msg("%s", e.why);
    assert_string_equal(f.path, path);
    if (last)
        assert_string_equal(f.last, last);
    else
        assert_null(f.last);
    assert_int_equal(f.n_files, n_files);
    arena_done(&a);
}

static void test_usual_folders(void **state)
{
    (void)state;
    make_file("src/main/resources/flyway/V1.9__a.sql");
    make_file("src/main/resources/flyway/V1.50__b.sql");
    make_file("src/main/resources/flyway/V1.x__no.sql");
    make_file("src/main/resources/flyway/V2_no.sql");
    make_file("src/main/resources/flyway/R__view.sql");
    make_file("src/main/resources/flyway/V9__notes.md");
    make_file("src/test/resources/db/migration/V99__test.sql");
    make_file("build/resources/main/flyway/V98__copy.sql");
    make_file(".git/V97__x.sql");
    finds("src/main/resources/flyway", "1.50", 2);
}

static void test_modules_and_code(void **state)
{
    (void)state;
    make_file("app/src/main/resources/db/migration/V1__a.sql");
    make_file("app/src/main/resources/db/migration/V2__b.sql");
    make_file("app/src/main/kotlin/db/migration/V3__Code.kt");
    make_file("lib/src/main/resources/db/migration/V7__c.sql");
    finds("app/src/main/resources/db/migration", "3", 3);
    struct arena a;
    struct migrations_folder f;
    struct err e;
    arena_init(&a);
    assert_true(migrations_find(&a, root, NULL, &f, &e));
    assert_string_equal(f.others, "lib/src/main/resources/db/migration");
    arena_done(&a);
}

static void test_newest_of_one_module(void **state)
{
    (void)state;
    make_file("src/main/resources/db/migration/common/V1__a.sql");
    make_file("src/main/resources/db/migration/common/V2__a.sql");
    make_file("src/main/resources/db/migration/gcp/V3__b.sql");
    finds("src/main/resources/db/migration/gcp", "3", 3);
}

static void test_empty_folder(void **state)
{
    (void)state;
    make_file("src/main/resources/db/migration/");
    finds("src/main/resources/db/migration", NULL, 0);
}

static void test_no_folder(void **state)
{
    (void)state;
    struct arena a;
    struct migrations_folder f;
    struct err e = {0};
    arena_init(&a);
    make_file("README.md");
    assert_false(migrations_find(&a, root, NULL, &f, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_true(strlen(e.hint) > 10);
    assert_false(migrations_find(&a, "/nowhere/at/all", NULL, &f, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    arena_done(&a);
}

static void test_links_are_not_followed(void **state)
{
    (void)state;
    char link[128];
    make_file("src/main/resources/flyway/V1__a.sql");
    snprintf(link, sizeof link, "%s/src/main/resources/loop", root);
    assert_int_equal(symlink("../..", link), 0);
    snprintf(link, sizeof link, "%s/src/main/resources/flyway/V8__link.sql", root);
    assert_int_equal(symlink("V1__a.sql", link), 0);
    finds("src/main/resources/flyway", "1", 1);
}

/* --- what the repository says --- */

#define MAIN "src/main/resources/"

/* Two folders look alike; what is said of Flyway decides. */
static void two_folders(void)
{
    make_file(MAIN "db/migration/V1__a.sql");
    make_file(MAIN "db/migration/V9__b.sql");
    make_file(MAIN "annet/V3__c.sql");
}

static void says(const char *file, const char *text, const char *path, const char *last)
{
    struct arena a;
    struct migrations_folder f;
    struct err e = {0};
    two_folders();
    make(file, text);
    arena_init(&a);
    assert_true(migrations_find(&a, root, NULL, &f, &e));
    assert_string_equal(f.path, path);
    assert_string_equal(f.last ? f.last : "none", last);
    if (str_eq(path, MAIN "db/migration"))
        assert_null(f.told_by);
    else
        assert_string_equal(f.told_by, file);
    arena_done(&a);
    remove_all(root);
}

static void test_said(void **state)
{
    static const struct {
        const char *file, *text;
    } rows[] = {
        {MAIN "application.yml", "spring:\n  flyway:\n    locations: classpath:annet\n"},
        {MAIN "application.yaml",
         "spring:\n  flyway:\n    locations:\n      - classpath:/annet/\n    enabled: true\n"},
        {MAIN "application.yaml", "spring.flyway:\n  locations: [ 'classpath:annet' ]\n"},
        {MAIN "application.yml", "spring:\n  flyway:\n    locations: ${DB_DIR:classpath:annet}\n"},
        {MAIN "application.properties", "spring.flyway.locations=classpath:annet\n"},
        {MAIN "application.conf", "flyway {\n  locations = [\"annet\"]\n}\n"},
        {"flyway.conf", "flyway.locations=filesystem:src/main/resources/annet\n"},
        {"flyway.toml",
         "[flyway]\nlocations = [\n  \"filesystem:./src/main/resources/annet\",\n]\n"},
        {"build.gradle", "flyway {\n    locations = ['classpath:annet']\n}\n"},
        {"build.gradle.kts", "flyway {\n    locations = arrayOf(\n        \"filesystem:src/main/"
                             "resources/annet\"\n    )\n}\n"},
        {"pom.xml", "<artifactId>flyway-maven-plugin</artifactId><configuration><locations>\n"
                    "<location>filesystem:src/main/resources/annet</location>\n</locations>"},
        {"src/main/kotlin/Db.kt", "Flyway.configure()\n  .dataSource(x)\n  .locations(\"annet\")\n"
                                  "  .table(\"db/migration\")\n  .load()\n"},
        {"src/main/java/Db.java",
         "Flyway.configure().locations(\n    \"classpath:annet/**\"\n).load();"},
        {MAIN "application-prod.yml", "spring:\n  flyway:\n    locations: classpath:annet\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        says(rows[i].file, rows[i].text, MAIN "annet", "3");
}

static void test_not_said(void **state)
{
    static const struct {
        const char *file, *text;
    } rows[] = {
        {MAIN "application.yml", "spring:\n  web:\n    resources:\n      static-locations: "
                                 "classpath:annet\n  flyway:\n    enabled: true\n"},
        {MAIN "application.yml", "app:\n  locations: classpath:annet\n"}, /* of what? */
        {MAIN "application.yml", "flyway:\n  locations: classpath:finnes/ikke\n"},
        {MAIN "application.yml", "flyway:\n  locations: classpath:../../../annet\n"},
        {"src/main/kotlin/Db.kt", "Flyway.configure().locations(locations).load()\n\"annet\""},
        {"src/main/kotlin/Db.kt", "Flyway.configure().locations(\"annet\""}, /* never ends */
        {"README.md", "flyway.locations=classpath:annet"},
        {"build/application.yml", "flyway.locations: classpath:annet"},
        {"src/test/resources/application.yml", "flyway.locations: classpath:annet"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        says(rows[i].file, rows[i].text, MAIN "db/migration", "9");
}

static void test_said_and_empty(void **state)
{
    (void)state;
    make_file(MAIN "annet/");
    two_folders();
    char gone[128];
    snprintf(gone, sizeof gone, "%s/" MAIN "annet/V3__c.sql", root);
    assert_int_equal(unlink(gone), 0);
    make(MAIN "application.yml", "spring.flyway.locations: classpath:annet");
    finds(MAIN "annet", NULL, 0);
}

static void test_base_goes_before_profile(void **state)
{
    (void)state;
    make(MAIN "application-local.yml", "spring.flyway.locations: classpath:testdata");
    make_file(MAIN "testdata/V99__x.sql");
    says(MAIN "application.yml", "spring.flyway.locations: classpath:annet", MAIN "annet", "3");
}

static void test_vendor_and_modules(void **state)
{
    (void)state;
    make("app/src/main/kotlin/Db.kt", "Flyway.configure().locations(\"db/{vendor}\")");
    make_file("base/src/main/resources/db/postgresql/V5__a.sql");
    make_file("base/src/main/resources/db/oracle/V7__a.sql");
    finds("base/src/main/resources/db/postgresql", "5", 1);
}

/* The newest folder of those that are read; the others are told. */
static void test_several_said(void **state)
{
    struct arena a;
    struct migrations_folder f;
    struct err e;
    (void)state;
    two_folders();
    make_file(MAIN "lokalt/V100__x.sql");
    make(MAIN "application.properties",
         "spring.flyway.locations=classpath:annet, classpath:db/migration\n"
         "spring.flyway.group=true\n");
    arena_init(&a);
    assert_true(migrations_find(&a, root, NULL, &f, &e));
    assert_string_equal(f.path, MAIN "db/migration");
    assert_string_equal(f.last, "9");
    assert_string_equal(f.others, MAIN "annet");
    assert_string_equal(f.grouped_by, MAIN "application.properties");
    assert_true(migrations_find(&a, root, "./" MAIN "annet/", &f, &e));
    assert_string_equal(f.path, MAIN "annet");
    assert_string_equal(f.last, "9"); /* one row of versions */
    assert_false(migrations_find(&a, root, "finnes/ikke", &f, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_false(migrations_find(&a, root, MAIN "../../..", &f, &e));
    arena_done(&a);
}

static void test_not_grouped(void **state)
{
    struct arena a;
    struct migrations_folder f;
    struct err e;
    (void)state;
    two_folders();
    make("build.gradle.kts", "// flyway\ngroup = \"no.nav.aap\"\nflyway { group = false }\n");
    arena_init(&a);
    assert_true(migrations_find(&a, root, NULL, &f, &e));
    assert_null(f.grouped_by);
    make("src/main/kotlin/Db.kt", "Flyway.configure().group(true).load()");
    assert_true(migrations_find(&a, root, NULL, &f, &e));
    assert_string_equal(f.grouped_by, "src/main/kotlin/Db.kt");
    arena_done(&a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_usual_folders),
        TEST(test_modules_and_code),
        TEST(test_newest_of_one_module),
        TEST(test_empty_folder),
        TEST(test_no_folder),
        TEST(test_links_are_not_followed),
        TEST(test_said),
        TEST(test_not_said),
        TEST(test_said_and_empty),
        TEST(test_base_goes_before_profile),
        TEST(test_vendor_and_modules),
        TEST(test_several_said),
        TEST(test_not_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
