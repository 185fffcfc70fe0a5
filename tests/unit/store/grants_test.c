#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/store/grants.h"
#include "tests/unit/store/world.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What was granted is known to the next start, until it is proved gone. */

static struct grant_row a_row(const char *project)
{
    return (struct grant_row){.project = project,
                              .member = "user:kari@nav.no",
                              .roles = "roles/a roles/b",
                              .title = "strom: app",
                              .expression = "request.time < timestamp(\"2026-01-01T00:00:00Z\")",
                              .brings = "x.y.z",
                              .until = 9000};
}

static size_t open_rows(struct world *w, const char *project, const struct grant_row **rows)
{
    struct err e;
    size_t n;

    assert_true(grants_open(w->store, project, &w->arena, rows, &n, &e));
    return n;
}

static void from_meant_to_gone(void **state)
{
    struct world *w = *state;
    struct grant_row row = a_row("p"), other = a_row("q");
    const struct grant_row *rows;
    struct err e;

    clock_freeze(5000);
    assert_true(grants_mean(w->store, &row, &e));
    assert_true(row.id > 0);
    assert_true(grants_mean(w->store, &other, &e));
    reopen(w);
    assert_int_equal(open_rows(w, "p", &rows), 1);
    assert_int_equal(rows[0].state, GRANT_MEANT);
    assert_string_equal(rows[0].roles, "roles/a roles/b");
    assert_string_equal(rows[0].brings, "x.y.z");
    assert_string_equal(rows[0].expression, row.expression);
    assert_true(rows[0].made == 5000 && rows[0].until == 9000);
    assert_true(grants_set(w->store, row.id, GRANT_HELD, &e));
    assert_int_equal(open_rows(w, NULL, &rows), 2);
    assert_string_equal(rows[0].project, "q"); /* the newest first */
    assert_int_equal(rows[1].state, GRANT_HELD);
    assert_true(grants_set(w->store, row.id, GRANT_GONE, &e));
    assert_int_equal(open_rows(w, "p", &rows), 0);
    assert_int_equal(open_rows(w, "none", &rows), 0);
    clock_freeze(0);
}

/* Killed at any moment: what was said to be recorded is there. */
static void killed_while_granting(void **state)
{
    struct world *w = *state;
    const struct grant_row *rows;
    int64_t said = 0;
    int told[2];

    assert_int_equal(pipe(told), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct err e;
        struct store *s = store_open(w->folder, &e);
        for (int64_t i = 1;; i++) {
            struct grant_row row = a_row("p");
            if (!s || !grants_mean(s, &row, &e) || write(told[1], &i, sizeof i) != sizeof i)
                _exit(2);
        }
    }
    close(told[1]);
    while (said < 20)
        assert_int_equal(read(told[0], &said, sizeof said), sizeof said);
    kill(pid, SIGKILL);
    while (read(told[0], &said, sizeof said) == sizeof said)
        ;
    close(told[0]);
    waitpid(pid, NULL, 0);
    reopen(w);
    size_t n = open_rows(w, "p", &rows);
    assert_true(n >= (size_t)said && n <= (size_t)said + 1);
}

/* A file of before: the table is made, and nothing else is lost. */
static void an_older_file_is_taken_on(void **state)
{
    struct world *w = *state;
    struct grant_row row = a_row("p");
    const struct grant_row *rows;
    struct err e;

    assert_int_equal(sqlite3_exec(w->store->db,
                                  "DROP TABLE granted;"
                                  "INSERT INTO journey(title, updated) VALUES('x', 1)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_false(grants_mean(w->store, &row, &e)); /* nothing may be granted then */
    reopen(w);
    assert_true(grants_mean(w->store, &row, &e));
    assert_int_equal(open_rows(w, "p", &rows), 1);
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(w->store->db, "SELECT count(*) FROM journey", -1, &stmt, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 1);
    sqlite3_finalize(stmt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(from_meant_to_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(killed_while_granting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_file_is_taken_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
