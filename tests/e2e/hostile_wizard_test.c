/* The wizard in a world of hostile strings, screen by screen: every byte that it sends, and every
 * row that stands there; and the same pages as lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/hostile_world.h"
#include "tests/e2e/vt.h"

enum { LONG_MS = 60000, REST_MS = 300 };

static struct vt *v;
static struct hostile_watch watch;
static size_t watched, screens, escapes;

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "300");
    make_hostile_tables();
    lie_about_apis();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    vt_free(v);
    world_close(&w);
    liar_stop(liar);
    return 0;
}

/* A row that begins with the word was begun by somebody else; unless the one above goes on in it,
 * broken in the middle of what was made visible. */
static void look_at_rows(void)
{
    int cols, rows;
    char above[64] = "";

    vt_size(v, &cols, &rows);
    for (int row = 0; row < rows; row++) {
        const char *text = vt_row(v, row), *from = text + strspn(text, " ");
        size_t n = strlen(text);
        escapes += strstr(text, "\\x") != NULL || strstr(text, "\\u") != NULL;
        if (strncmp(from, HOSTILE_ROW, strlen(HOSTILE_ROW)) == 0 && strchr(above, '\\') == NULL) {
            fprintf(stderr, "row %d is forged:\n%s", row, vt_screen(v));
            fail();
        }
        snprintf(above, sizeof above, "%s", n > 12 ? text + n - 12 : text);
    }
}

static void look(void)
{
    size_t n;

    assert_true(vt_wait_quiet(v, REST_MS, LONG_MS));
    const char *log = vt_log(v, &n);
    if (!hostile_watch(&watch, log + watched, n - watched)) {
        fprintf(stderr, "%s\n%s", watch.why, vt_screen(v));
        fail();
    }
    watched = n;
    if (strstr(log, "runtime error") || strstr(log, "==ERROR"))
        fail_msg("%s", log);
    look_at_rows();
    screens++;
}

static void keys(const char *names)
{
    vt_keys(v, names);
    look();
}

static bool is_taken(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_altscreen(t);
}

static void open_it(int cols, int rows, const char *lang, const char *const *env)
{
    const char *const argv[] = {w.strom, "--no-notify", "--lang", lang, NULL};
    struct vt_options o = {.argv = argv, .cwd = w.state, .cols = cols, .rows = rows, .env = env};

    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
    watch = (struct hostile_watch){0};
    watched = 0;
    assert_true(vt_wait(v, is_taken, NULL, LONG_MS));
    look();
}

static void look_around(void)
{
    keys("Down Down Right");
    keys("PgDn");
    keys("G");
    keys("?");
    keys("Esc");
}

/* From Home on; a screen that cannot be left forward is looked at again. */
static void walk(void)
{
    for (int step = 0; step < 7; step++) {
        look_around();
        keys("Home Enter");
    }
    for (int page = 0; page < 12; page++)
        keys("PgDn Right");
    keys("Esc");
    keys("Esc");
}

static void leave(void)
{
    vt_type(v, "\x03\x03");
    assert_int_equal(vt_wait_end(v, LONG_MS), 130);
}

static void told_lies(void **state)
{
    (void)state;
    liar_refuse(liar, false);
    open_it(80, 24, "en", NULL);
    walk();
    leave();
    open_it(131, 50, "nb", NULL); /* goes on where the other was */
    walk();
    leave();
    assert_true(screens > 80 && escapes > 20);
    print_message("%zu screens, %zu rows with something made visible, %zu lies\n", screens, escapes,
                  liar_lies(liar));
}

/* All tables, each row of it, with the details of what is under the cursor. */
static void every_name(void **state)
{
    const char *const honest[] = {honest_endpoint, honest_kubeconfig, NULL};

    (void)state;
    world_new_state(&w);
    open_it(100, 40, "en", honest);
    for (int i = 0; i < 20 && strstr(vt_row(v, 0), "Tables") == NULL; i++) {
        keys("Enter"); /* what still waits for an answer takes none */
        assert_true(vt_wait_quiet(v, 1000, LONG_MS));
    }
    if (!vt_wait_text(v, "public  tables", LONG_MS))
        fail();
    size_t before = escapes;
    keys("+");
    for (int i = 0; i < 20; i++)
        keys("PgDn");
    assert_true(escapes - before > 100);
    leave();
}

static void refused(void **state)
{
    (void)state;
    world_new_state(&w);
    liar_refuse(liar, true);
    open_it(80, 24, "en", NULL);
    walk();
    leave();
    liar_refuse(liar, false);
}

/* The same as a dialogue of lines: nothing in it but lines. */
static void as_lines(void **state)
{
    static const char *const args[] = {"--plain", NULL};
    struct str lines = {0};
    char why[256];

    (void)state;
    world_new_state(&w);
    for (int i = 0; i < 4; i++)
        str_add(&lines, "\n");
    for (int i = 0; i < 6; i++)
        str_add(&lines, "PgDn\nRight\n");
    for (size_t i = 0; i < hostile_count(); i += 29) /* and typed, where no line is one */
        if (strpbrk(hostile_text(i), "\n\r") == NULL)
            str_printf(&lines, "%s\n=%s\n", hostile_text(i), hostile_text(i));
    str_add(&lines, "back\nback\nquit\n");
    struct run_options o = {
        .program = w.strom, .args = args, .cwd = w.state, .input = str_text(&lines)};
    struct run *r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    if (!hostile_is_harmless(run_out(r), strlen(run_out(r)), why) ||
        !hostile_is_harmless(run_err(r), strlen(run_err(r)), why)) {
        fprintf(stderr, "%s\n", why);
        fail();
    }
    assert_true(strlen(run_out(r)) > 20000);
    run_free(r);
    str_done(&lines);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_lies),
        cmocka_unit_test(every_name),
        cmocka_unit_test(refused),
        cmocka_unit_test(as_lines),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
