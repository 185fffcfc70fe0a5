/* A password typed into the line of the connection: nothing of it reaches the disk, at no key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "screens/connect_ask.h"
#include "screens/steps.h"
#include "tests/unit/store/folder.h"
#include "tui/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *folder;

struct scene {
    struct options options;
    struct live live;
    struct journey j;
    struct connect *connect;
};

static void open_scene(struct scene *s)
{
    struct err e;

    *s = (struct scene){0};
    setenv("XDG_STATE_HOME", folder, 1);
    setenv("HOME", folder, 1);
    setenv("STROM_GCP_ENDPOINT", "http://127.0.0.1:9", 1);
    setenv("PGHOST", "127.0.0.1", 1);
    setenv("PGPORT", "9", 1);
    unsetenv("KUBECONFIG");
    if (!live_open(&s->live, &s->options, &e))
        fail_msg("%s: %s", e.what, e.why);
    journey_open(&s->j, &s->live);
    s->connect = mem_alloc(connect_step.size);
    connect_step.load(s->connect, s->j.kept);
    connect_step.enter(s->connect, &s->j);
    s->connect->focus = ROW_DSN;
}

static void close_scene(struct scene *s)
{
    connect_step.leave(s->connect);
    mem_free(s->connect);
    journey_close(&s->j);
    live_close(&s->live);
}

/* As the wizard does after each key. */
static void press(struct scene *s, int key)
{
    connect_step.update(s->connect, &s->j, (struct event){.kind = EV_KEY, .key = key});
    connect_step.save(s->connect, s->j.kept);
    journey_changed(&s->j);
    journey_save(&s->j);
    assert_int_equal(s->live.store_trouble.kind, ERR_NONE);
}

static void type(struct scene *s, const char *text)
{
    while (*text)
        press(s, (unsigned char)*text++);
}

static bool holds(const char *path, const char *text)
{
    size_t n = strlen(text), room = 1 << 22, bytes;
    char *all = mem_alloc(room);
    FILE *f = fopen(path, "rb");
    bool found = false;

    bytes = f ? fread(all, 1, room, f) : 0;
    if (f)
        fclose(f);
    for (size_t i = 0; !found && i + n <= bytes; i++)
        found = memcmp(all + i, text, n) == 0;
    mem_free(all);
    return found;
}

static bool on_disk(const struct scene *s, const char *text)
{
    char log[512];

    snprintf(log, sizeof log, "%s-wal", store_file(s->live.store));
    return holds(store_file(s->live.store), text) || holds(log, text);
}

static void test_password_in_uri(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    type(&s, "postgresql://kari:hemmelig123");
    press(&s, TUI_TAB);
    assert_string_equal(s.j.dsn, "");
    assert_non_null(connect_problem(s.connect, ROW_DSN));
    s.connect->focus = ROW_DSN;
    type(&s, "@127.0.0.1/db");
    press(&s, TUI_ENTER);
    press(&s, TUI_ESC);
    assert_string_equal(s.j.dsn, "");
    assert_false(on_disk(&s, "hemmel"));
    close_scene(&s);
}

static void test_password_as_a_word(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    type(&s, "host=127.0.0.1 user=kari password=hemmelig456");
    press(&s, TUI_DOWN);
    assert_string_equal(s.j.dsn, "");
    assert_false(on_disk(&s, "hemmel"));
    close_scene(&s);
}

/* The same eyes see what is kept: the test above could not pass by looking into the wrong file. */
static void test_what_is_no_password(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    type(&s, "postgresql://kari@127.0.0.1:9/synlig789");
    assert_false(on_disk(&s, "synlig789"));
    press(&s, TUI_TAB);
    press(&s, TUI_TAB); /* not the password's field: one further */
    assert_string_equal(s.j.dsn, "postgresql://kari@127.0.0.1:9/synlig789");
    assert_true(on_disk(&s, "synlig789"));
    close_scene(&s);
}

static void test_in_the_wrong_line(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    s.connect->focus = ROW_DATABASE;
    type(&s, "postgresql://kari:hemmelig321@127.0.0.1/db");
    assert_non_null(connect_problem(s.connect, ROW_DATABASE));
    press(&s, TUI_ENTER);
    press(&s, TUI_ESC);
    assert_false(on_disk(&s, "hemmel"));
    close_scene(&s);
}

static void test_passwords_own_field(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    s.connect->focus = ROW_PASSWORD;
    type(&s, "dyphemmelig");
    press(&s, TUI_UP);
    assert_false(on_disk(&s, "dyphem"));
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_password_in_uri), cmocka_unit_test(test_password_as_a_word),
        cmocka_unit_test(test_what_is_no_password), cmocka_unit_test(test_in_the_wrong_line),
        cmocka_unit_test(test_passwords_own_field)};

    folder = folder_make();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    folder_remove(folder);
    return failed;
}
