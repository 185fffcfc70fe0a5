/* Trouble in a terminal: small ones, dumb ones, lost ones, and a world that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/relay.h"
#include "tests/e2e/wizard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "100");
    return 0;
}

/* Every test begins at Home, in a state folder of its own. */
static void open_in(int cols, int rows, const char *const *env, const char *const *argv)
{
    const char *const usual[] = {w.strom, "--no-notify", NULL};
    struct vt_options o = {.cols = cols,
                           .rows = rows,
                           .argv = argv != NULL ? argv : usual,
                           .env = env,
                           .cwd = session_repo(w.session)};
    vt_free(v);
    world_new_state(&w);
    v = vt_start(&o);
    assert_non_null(v);
}

static bool is_given_back(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(t) && !vt_altscreen(t) && !vt_paste_mode(t) && vt_cursor(t, NULL, NULL);
}

static void ends_with(int code)
{
    assert_int_equal(vt_wait_end(v, LONG_MS), code);
    assert_true(vt_wait(v, is_given_back, NULL, LONG_MS));
}

/* Also where q would be text. */
static void leaves(void)
{
    vt_key(v, "Ctrl-C");
    see("Interrupted");
    vt_key(v, "Ctrl-C");
    ends_with(130);
}

/* --- the terminal --- */

static void twenty_by_five_says_so_and_recovers(void **state)
{
    (void)state;
    open_in(20, 5, NULL, NULL);
    see("60x16");
    vt_resize(v, 80, 24);
    see("What do you want to do?");
    vt_resize(v, 20, 5);
    see("60x16");
    vt_signal(v, SIGTERM);
    ends_with(143);
}

/* As a held key sends them; and where the question cannot be seen. */
static void two_at_once_leave_too(void **state)
{
    (void)state;
    open_in(80, 24, NULL, NULL);
    see("Enter choose");
    vt_type(v, "\x03\x03");
    ends_with(130);
    open_in(20, 5, NULL, NULL);
    see("60x16");
    vt_type(v, "\x03\x03");
    ends_with(130);
}

static void gets_lines(const char *term)
{
    const char *const env[] = {term, NULL};
    open_in(80, 60, env, NULL); /* a page, and what is asked below it */
    see("== Home ==");
    see("quit");
    vt_type(v, "\r"); /* Set up a replication */
    see("Where is the data today?");
    see("postmottak as kari.nordmann@nav.no");
    assert_null(memchr(vt_log(v, NULL), '\033', vt_bytes(v)));
    vt_type(v, "quit\r");
    ends_with(0);
}

static void a_dumb_terminal_gets_lines(void **state)
{
    (void)state;
    gets_lines("TERM=dumb");
    gets_lines("TERM=");
    gets_lines("TERM");
}

static void an_unknown_terminal_is_no_reason_to_stop(void **state)
{
    static const char *const env[] = {"TERM=tmux-strange-256color", NULL};
    (void)state;
    open_in(80, 24, env, NULL);
    see("What do you want to do?");
    leaves();
}

static void log_is_ascii(void)
{
    size_t n;
    const char *log = vt_log(v, &n);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)log[i] >= 0x80)
            fail_msg("byte %zu is %02x: %.40s", i, (unsigned char)log[i],
                     log + (i < 20 ? 0 : i - 20));
}

/* Without UTF-8 everything is said in ASCII, signs too. */
static void a_plain_locale_sees_ascii_only(void **state)
{
    static const char *const env[] = {"LC_ALL=C", NULL}, *const argv[] = {w.strom, "--no-notify",
                                                                          "--lang", "nb", NULL};
    (void)state;
    open_in(80, 24, env, NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("0 fail");
    vt_keys(v, "G w");
    assert_true(vt_wait_quiet(v, 200, LONG_MS));
    log_is_ascii();
    leaves();
    open_in(80, 24, env, argv);
    see("Hva vil du gjoere?");
    vt_key(v, "Enter");
    see("482910375264");
    vt_key(v, "Ctrl-C");
    see("Avbrutt");
    log_is_ascii();
    vt_key(v, "Ctrl-C");
    ends_with(130);
}

static bool uses_colour(struct vt *t, int cols, int rows)
{
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++) {
            struct vt_cell c = vt_cell(t, col, row);
            if (c.fg != -1 || c.bg != -1)
                return true;
        }
    return false;
}

static void no_color_is_obeyed(void **state)
{
    static const char *const env[] = {"NO_COLOR=1", NULL};
    (void)state;
    open_in(80, 24, NULL, NULL);
    see("Enter choose");
    vt_key(v, "Enter");
    see("number 482910375264");
    assert_true(uses_colour(v, 80, 24));
    leaves();
    open_in(80, 24, env, NULL);
    see("Enter choose");
    vt_key(v, "Enter");
    see("number 482910375264");
    see(" ok "); /* a word, not a colour alone */
    assert_false(uses_colour(v, 80, 24));
    leaves();
}

/* Hung up: no spin, no sanitizer's word, and the choices are there the next time. */
static void a_terminal_that_goes_ends_it(void **state)
{
    const char *const argv[] = {w.strom, "--no-notify", NULL};
    struct vt_options o = {.argv = argv, .cwd = session_repo(w.session)};
    (void)state;
    open_in(80, 24, NULL, NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    vt_close_terminal(v);
    int code = vt_wait_end(v, LONG_MS);
    assert_true(code == 128 + SIGHUP);
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
    see("Where is the data today?");
    leaves();
}

static void a_termination_gives_it_back(void **state)
{
    (void)state;
    open_in(80, 24, NULL, NULL);
    see("What do you want to do?");
    vt_signal(v, SIGTERM);
    ends_with(143);
}

/* --- a world that does not answer --- */

static void connect_says_what_does_not_answer(void **state)
{
    static const char *const env[] = {"PGPORT=9", "GOOGLE_APPLICATION_CREDENTIALS",
                                      "KUBECONFIG=/nonexistent", NULL};
    (void)state;
    open_in(100, 40, env, NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("No cluster");
    see("gcloud auth"); /* the next step of each */
    see("nais postgres proxy");
    see("Ctrl-R test again");
    leaves();
}

static bool names_the_database(struct vt *t, void *ctx)
{
    int row;
    (void)ctx;
    return vt_find(t, "Database", NULL, &row) && strstr(vt_row(t, row), "postmottak") != NULL;
}

/* Without a cluster the connection itself tells which database it is. */
static void a_connection_names_its_database(void **state)
{
    static const char *const env[] = {"KUBECONFIG=/nonexistent", NULL};
    (void)state;
    open_in(80, 24, env, NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("No cluster");
    see("postmottak as kari.nordmann@nav.no");
    assert_true(vt_wait(v, names_the_database, NULL, LONG_MS));
    leaves();
}

#define PERSONS "FROM pg_stat_activity WHERE usename = 'kari.nordmann@nav.no'"

static bool is_checked_again(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_find(t, " fail, ", NULL, NULL) && !vt_find(t, "asking again", NULL, NULL);
}

static void a_database_that_restarts_is_connected_again(void **state)
{
    char value[256];
    (void)state;
    open_in(80, 24, NULL, NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("0 fail");
    world_source(&w, "SELECT count(pg_terminate_backend(pid)) " PERSONS, value);
    assert_string_equal(value, "1");
    /* When it had not been noticed yet, the first press says that it is lost. */
    for (int press = 0; press < 5 && strcmp(value, "t") != 0; press++) {
        vt_key(v, "r");
        assert_true(vt_wait_quiet(v, 200, LONG_MS));
        assert_true(vt_wait(v, is_checked_again, NULL, LONG_MS));
        world_source(&w, "SELECT count(*) = 1 " PERSONS, value);
    }
    see("0 fail, 0 unknown");
    vt_key(v, "Enter");
    see("You hold Editor");
    vt_key(v, "Enter");
    see("28 of 28");
    leaves();
}

static void a_full_disk_is_said_and_walks_on(void **state)
{
    char line[WORLD_PATH + 96];
    (void)state;
    snprintf(line, sizeof line, "trap '' XFSZ; ulimit -f 1; exec '%s' --no-notify", w.strom);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    open_in(80, 24, NULL, argv);
    see("What do you want to do?");
    see("cannot open the state file");
    vt_key(v, "Enter");
    see("number 482910375264");
    leaves();
}

/* The road to Create, for one table. */
static void walk_to_consent(void)
{
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("0 fail");
    vt_key(v, "Enter");
    see("You hold Editor");
    vt_key(v, "Enter");
    see("28 of 28");
    vt_type(v, "/regel_ev");
    see("1 of 28");
    vt_keys(v, "Enter Down Space");
    see("tables 1, columns 4");
    vt_key(v, "Enter");
    see("Where does it arrive?");
    vt_key(v, "Enter");
    see(" to create, 0 to change");
    vt_key(v, "Enter");
    see("Create now?");
}

/* While the question stands another program makes it all: nothing is written over that. */
static void a_plan_that_moved_is_not_carried_out(void **state)
{
    const struct answer *a;
    size_t writes;
    (void)state;
    open_in(80, 24, NULL, NULL);
    walk_to_consent();
    a = STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
              "regel_evaluering", "--yes");
    answer_is(a, 0);
    writes = world_writes(&w);
    vt_key(v, "c");
    see("Nothing was made");
    see("create then, keep now");
    see("This is what will happen");
    assert_int_equal(world_writes(&w), writes);
    vt_key(v, "r"); /* seen */
    if (!vt_wait_gone(v, "Nothing was made", LONG_MS))
        fail_msg("what has been seen is still said");
    see("0 to create");
    leaves();
    assert_int_equal(world_writes(&w), writes);
}

/* It is said as soon as it goes, and no longer when it is back: nothing has to be done again. */
static void the_network_goes_and_comes_back(void **state)
{
    char endpoint[64];
    const char *const env[] = {endpoint, NULL};
    (void)state;
    struct relay *relay = relay_start(world_google_port());
    answer_is(STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm",
                    "postgres-postmottak-bigquery"),
              3); /* the slot is left to do by hand */
    snprintf(endpoint, sizeof endpoint, "STROM_GCP_ENDPOINT=http://127.0.0.1:%d",
             relay_port(relay));
    open_in(100, 40, env, NULL);
    relay_mend(relay);
    walk_to_consent();
    vt_key(v, "c");
    see("Private connection");
    see(" of 3 min");
    relay_cut(relay);
    see("trying again");
    relay_mend(relay);
    see("The stream runs");
    if (!vt_wait_gone(v, "trying again", LONG_MS))
        fail_msg("what is over is still said");
    leaves();
    relay_stop(relay);
}

/* The connection comes late, while a stream is being taken down: the receipt stays, and is whole.
 */
static void a_late_connection_takes_no_receipt_away(void **state)
{
    char port[32];
    const char *const env[] = {port, NULL};
    (void)state;
    struct relay *relay = relay_start((int)strtol(world_env("PGPORT"), NULL, 10));
    snprintf(port, sizeof port, "PGPORT=%d", relay_port(relay));
    answer_is(STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
                    "regel_evaluering", "--yes"),
              0);
    open_in(100, 40, env, NULL);
    relay_hush(relay);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    vt_key(v, "Esc");
    see("postgres-postmottak-bigquery");
    for (int i = 0; i < 6 && !vt_find(v, "› Take one down", NULL, NULL); i++) {
        vt_key(v, "Down");
        assert_true(vt_wait_quiet(v, 100, LONG_MS));
    }
    vt_key(v, "Enter");
    see("Enter take down");
    vt_key(v, "Enter");
    see("Take it down?");
    vt_type(v, "postgres-postmottak-bigquery");
    vt_keys(v, "Down Enter");
    see("Taking it down");
    relay_mend(relay);
    see("Taken down");
    assert_true(vt_wait_quiet(v, 500, LONG_MS));
    see("Taken down");
    leaves();
    relay_stop(relay);
}

/* Everything goes while Monitor looks: it says so, and can be left. */
static void a_lost_world_is_said_on_monitor(void **state)
{
    const struct answer *a = STROM(&w, "create", "postmottak-backend", "datastream",
                                   "--include-tables", "regel_evaluering", "--yes");
    (void)state;
    answer_is(a, 0);
    open_in(80, 24, NULL, NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    vt_key(v, "Esc");
    see("postgres-postmottak-bigquery");
    vt_keys(v, "Down Down");
    vt_key(v, "Enter");
    vt_key(v, "Enter");
    see("Monitor");
    see("RUNNING");
    session_kill(w.session);
    vt_key(v, "r");
    see("not reachable since");
    see("RUNNING"); /* what was known last stays, with its time */
    leaves();
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_by_five_says_so_and_recovers),
        cmocka_unit_test(two_at_once_leave_too),
        cmocka_unit_test(a_dumb_terminal_gets_lines),
        cmocka_unit_test(an_unknown_terminal_is_no_reason_to_stop),
        cmocka_unit_test(a_plain_locale_sees_ascii_only),
        cmocka_unit_test(no_color_is_obeyed),
        cmocka_unit_test(a_terminal_that_goes_ends_it),
        cmocka_unit_test(a_termination_gives_it_back),
        cmocka_unit_test(connect_says_what_does_not_answer),
        cmocka_unit_test(a_connection_names_its_database),
        cmocka_unit_test(a_database_that_restarts_is_connected_again),
        cmocka_unit_test(a_full_disk_is_said_and_walks_on),
        cmocka_unit_test(a_plan_that_moved_is_not_carried_out),
        cmocka_unit_test(the_network_goes_and_comes_back),
        cmocka_unit_test(a_late_connection_takes_no_receipt_away),
        cmocka_unit_test(a_lost_world_is_said_on_monitor),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}
