/* Prepared states, each with exactly the set of results that it must give, and the same facts as
 * JSON and as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/pg/pg.h"
#include "tests/integration/checks/manners.h"
#include "tests/integration/checks/same.h"
#include "tests/integration/checks/scene.h"

#include <stdio.h>
#include <string.h>

static const char *only; /* states whose name has it in it; NULL: all */
static size_t n_looked, n_wrong;

static const struct expected *expectation(const struct state *s, enum check_id id)
{
    for (size_t i = 0; i < SCENE_DIFFERS && s->differs[i].wanted != 0; i++)
        if (s->differs[i].id == id)
            return &s->differs[i];
    return NULL;
}

static bool is_right(const struct state *s, const struct check *c)
{
    const struct expected *x = expectation(s, c->id);
    if (x == NULL)
        return c->result == CHECK_PASS;
    return (int)c->result == x->wanted - 1 &&
           (x->found == NULL || strstr(c->found, x->found) != NULL);
}

static void say_wrong(const struct state *s, const struct check *c)
{
    const struct expected *x = expectation(s, c->id);
    int wanted = x != NULL ? x->wanted - 1 : CHECK_PASS;
    print_message("%s: %s: %s \"%s\", wanted %s \"%s\"\n", s->name, check_name(c->id),
                  check_result_name(c->result), c->found,
                  check_result_name((enum check_result)wanted),
                  x != NULL && x->found != NULL ? x->found : "");
    n_wrong++;
}

static void judge(const struct state *s, const struct check_list *l)
{
    for (int id = 0; id < CHECK_IDS; id++)
        if (!is_right(s, &l->at[id]))
            say_wrong(s, &l->at[id]);
}

static void tell(const struct state *s, const struct check_list *l)
{
    char why[SAME_WHY];
    if (same_everywhere(l, why) == NULL)
        return;
    print_message("%s: %s\n", s->name, why);
    n_wrong++;
}

static void look_at_all(const struct states *group)
{
    size_t wrong = n_wrong;
    int64_t from = clock_mono_ms();
    for (size_t i = 0; i < group->n; i++) {
        const struct state *s = &group->at[i];
        if (only != NULL && strstr(s->name, only) == NULL)
            continue;
        const struct check_list *l = scene_look(s);
        judge(s, l);
        tell(s, l);
        n_looked++;
    }
    print_message("%s: %zu states in %lld ms\n", group->name, group->n,
                  (long long)(clock_mono_ms() - from));
    assert_int_equal(n_wrong, wrong);
}

#define LIST(name)                                                                                 \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        look_at_all(&states_##name);                                                               \
    }

LIST(rights)
LIST(publication)
LIST(tables)
LIST(slot)
LIST(cloud)
LIST(reached)

/* What the slot has not handed out yet is older than the publication: the stream dies of it. */
static void test_stream(void **state)
{
    (void)state;
    int64_t until = clock_mono_ms() + 60000;
    scene_start_stream();
    look_at_all(&states_stream);
    scene_run(
        "DROP PUBLICATION ds_publication;\nINSERT INTO regelsett_resultat VALUES (1);\n" PUBLISH(
            THREE) "INSERT INTO regelsett_resultat VALUES (2);\n");
    while (scene_look(&states_dead.at[0])->at[CHECK_SLOT_ORDER].result != CHECK_FAIL)
        if (clock_mono_ms() > until)
            fail_msg("the stream lives on");
    look_at_all(&states_dead);
}

/* A slot that is there keeps the server from starting with less. */
static void test_replica(void **state)
{
    (void)state;
    scene_run(DROP_SLOT);
    scene_restart(false);
    look_at_all(&states_replica);
    scene_restart(true);
    scene_run(MAKE_SLOT);
}

static void test_standby(void **state)
{
    (void)state;
    scene_run(DROP_SLOT);
    scene_standby(true);
    look_at_all(&states_standby);
    scene_standby(false);
    scene_run(MAKE_SLOT);
}

/* --- manners --- */

static void test_log(void **state)
{
    (void)state;
    struct manners m = manners_in_log(false);
    print_message("%zu statements in %zu session\n", m.statements, m.sessions);
    assert_in_range(m.statements, 11, 20);
    assert_int_equal(m.sessions, 1);
    assert_int_equal(m.writing, 0);
    assert_int_equal(m.unnamed, 0);
    m = manners_in_log(true); /* what waits has a session of its own */
    assert_in_range(m.statements, 11, 20);
    assert_int_equal(m.sessions, 2);
    assert_int_equal(m.writing, 0);
    assert_int_equal(m.unnamed, 0);
}

static void test_locks(void **state)
{
    (void)state;
    struct locks l = manners_locks();
    print_message("%zu locks seen, %zu beyond ACCESS SHARE\n", l.seen, l.strong);
    assert_true(l.seen > 0);
    assert_int_equal(l.strong, 0);
}

static void setting(const char *name, const char *wanted)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT current_setting('%s')", name);
    struct task *t = scene_ask(sql);
    assert_int_equal(task_state(t), TASK_OK);
    assert_string_equal(pg_text(pg_rows(t), 0, 0), wanted);
    task_drop(t);
}

static void test_session(void **state)
{
    (void)state;
    setting("transaction_read_only", "on");
    setting("statement_timeout", "30s");
    setting("lock_timeout", "2s");
    setting("application_name", "strom");
    struct task *t = scene_ask("CREATE TABLE public.skrevet (id int)");
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "25006");
    task_drop(t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session),     cmocka_unit_test(test_log),
        cmocka_unit_test(test_locks),       cmocka_unit_test(test_rights),
        cmocka_unit_test(test_publication), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_slot),        cmocka_unit_test(test_cloud),
        cmocka_unit_test(test_reached),     cmocka_unit_test(test_replica),
        cmocka_unit_test(test_standby),     cmocka_unit_test(test_stream),
    };
    only = argc > 1 ? argv[1] : NULL;
    int skipped = scene_open();
    if (skipped != 0)
        return skipped;
    int64_t from = clock_mono_ms();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    print_message("%zu prepared states, %zu results not as they must be, %lld ms\n", n_looked,
                  n_wrong, (long long)(clock_mono_ms() - from));
    scene_close();
    return failed;
}
