/* The command line: order, values, near misses, what fits which command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "screens/cli/options.h"
#include "screens/cli/options_rows.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 80 };

static bool parse(const char *line, struct options *o, struct err *e)
{
    static char text[8192];
    char *argv[WORDS + 1] = {text}, *word, *rest = text;
    int n = 0;
    assert_true(str_copy(text, sizeof text, line));
    for (word = strtok_r(rest, " ", &rest); word && n < WORDS; word = strtok_r(NULL, " ", &rest))
        argv[n++] = word;
    argv[n] = NULL;
    return options_parse(n, argv, o, e);
}

static struct options well(const char *line)
{
    struct options o;
    struct err e = {0};
    if (!parse(line, &o, &e))
        fail_msg("%s: %s (%s)", line, e.why, e.hint);
    return o;
}

/* Refused, and both texts stand in what is said. */
static void badly(const char *line, const char *why, const char *hint)
{
    struct options o;
    struct err e = {0};
    if (parse(line, &o, &e))
        fail_msg("%s was taken", line);
    assert_int_equal(e.kind, ERR_INPUT);
    if (strstr(e.why, why) == NULL || strstr(e.hint, hint) == NULL)
        fail_msg("%s: '%s' '%s'", line, e.why, e.hint);
}

static void test_order_is_free(void **state)
{
    (void)state;
    static const char *const lines[] = {"strom --json --app a create x y -n ns",
                                        "strom create --json x --app=a y --namespace ns",
                                        "strom create x y -n ns --app a --json",
                                        "strom -nns create x --json y --app a",
                                        "strom --json create --app a -n ns -- x y",
                                        "strom --json --app a -n ns -- create x y"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct options o = well(lines[i]);
        assert_string_equal(o.command, "create");
        assert_int_equal(o.n_args, 2);
        assert_string_equal(o.args[0], "x");
        assert_string_equal(o.args[1], "y");
        assert_string_equal(o.app, "a");
        assert_string_equal(o.namespace_, "ns");
        assert_true(o.json);
        assert_false(o.yes);
    }
}

/* Behind -- everything is a word, what begins with dashes too. */
static void test_double_dash(void **state)
{
    (void)state;
    struct options o = well("strom create -- --json --");
    assert_false(o.json);
    assert_int_equal(o.n_args, 2);
    assert_string_equal(o.args[0], "--json");
    assert_string_equal(o.args[1], "--");
    badly("strom create -- a -n b", "'b' is one word too many", "strom create");
    o = well("strom --app -- check --json"); /* here it is a value */
    assert_string_equal(o.app, "--");
    assert_string_equal(o.command, "check");
    assert_true(o.json);
    o = well("strom create -");
    assert_string_equal(o.args[0], "-");
}

static void test_nothing(void **state)
{
    (void)state;
    struct options o = well("strom");
    assert_null(o.command);
    assert_int_equal(o.n_args, 0);
}

static void test_short_ones(void **state)
{
    (void)state;
    struct options o = well("strom apply -yvv -f plan.json -c dev-gcp -v");
    assert_true(o.yes);
    assert_int_equal(o.verbose, 3);
    assert_string_equal(o.file, "plan.json");
    assert_string_equal(o.context, "dev-gcp");
    assert_true(well("strom -h").help);
    assert_true(well("strom -V").version);
}

static void test_beginnings_are_enough(void **state)
{
    (void)state;
    assert_string_equal(well("strom check --proj p").project, "p");
    badly("strom check --no-", "no option '--no-'", "");
}

static void test_near_misses(void **state)
{
    (void)state;
    badly("strom chekc", "no command 'chekc'", "'check'");
    badly("strom stauts --json", "no command 'stauts'", "'status'");
    badly("strom quite-something-else", "no command", "--help");
    badly("strom hlep", "no command 'hlep'",
          "--help"); /* and not 'check', of which it has little */
    badly("strom check --jsno", "no option '--jsno'", "'--json'");
    badly("strom check --locaton=x", "no option '--locaton'", "'--location'");
    badly("strom check --include-tabels x", "no option '--include-tabels'", "'--include-tables'");
    badly("strom check --quite-something-else", "no option", "--help");
    badly("strom check -Z", "no option '-Z'", "--help");
    badly("strom check -vZv", "no option '-Z'", "--help"); /* in the middle of a cluster */
}

static void test_near_words(void **state)
{
    (void)state;
    badly("strom check --color alwais", "'alwais' is none",
          "did you mean 'always'? auto, always or never");
    badly("strom check --naming nav_module", "is none",
          "did you mean 'nav-module'? procedure or nav-module");
    badly("strom check --lang no", "'no' is none", "en or nb");
    badly("strom check --color x", "'x' is none", "auto, always or never");
    badly("strom files --shape narow", "is none", "did you mean 'narrow'");
    badly("strom check --color=", "'' is none", "auto, always or never");
    badly("strom check --color ut", "'ut' is none", "auto"); /* a part of a word is none */
    badly("strom access shwo", "strom access does not know 'shwo'", "did you mean 'show'?");
    badly("strom sandbox statsu", "does not know 'statsu'", "did you mean 'status'?");
    badly("strom export csv", "does not know 'csv'", "sql");
    assert_string_equal(well("strom check --lang auto").lang, "auto");
}

static void test_values_are_missing(void **state)
{
    (void)state;
    badly("strom check --project", "--project needs a value", "");
    badly("strom check -f", "--file needs a value", "");
    badly("strom check -vf", "--file needs a value", "");
    badly("strom check --json=yes", "--json takes no value", "");
    assert_string_equal(well("strom check --project=").project, "");
    badly("strom check --project --json", "--project needs a value", "--project=--json");
    badly("strom check -n --app=x", "--namespace needs a value", "--app=x is an option");
    assert_string_equal(well("strom check --project=--json").project, "--json");
    assert_string_equal(well("strom check --project --jso").project, "--jso"); /* is none */
    assert_string_equal(well("strom check --project -x").project, "-x");
}

static void test_repeated(void **state)
{
    (void)state;
    struct options o =
        well("strom create a b --columns x:c --acknowledge x.c=why --columns y:d --app p --app q "
             "--include-tables x,y --include-tables z");
    assert_int_equal(o.n_columns, 2);
    assert_string_equal(o.columns[1], "y:d");
    assert_int_equal(o.n_acknowledge, 1);
    assert_int_equal(o.n_include, 2);
    assert_string_equal(o.include_tables[1], "z");
    assert_string_equal(o.app, "q"); /* the last one counts */
    struct str line = {0};
    str_add(&line, "strom create a b");
    for (int i = 0; i < OPTIONS_MANY + 1; i++)
        str_add(&line, " --columns=x:c");
    badly(str_text(&line), "--columns stands more than 32 times", "");
    str_clear(&line);
    str_add(&line, "strom create");
    for (int i = 0; i < OPTIONS_MANY + 1; i++)
        str_add(&line, " a");
    badly(str_text(&line), "more than 32 words", "");
    str_done(&line);
}

static void test_names_of_the_older_tool(void **state)
{
    (void)state;
    struct options o = well("strom create app user --publication-name p --replication-slot s "
                            "--dataFreshness 900 -c ctx");
    assert_string_equal(o.publication, "p");
    assert_string_equal(o.slot, "s");
    assert_string_equal(o.freshness, "900");
    assert_string_equal(o.context, "ctx");
    assert_string_equal(well("strom check --publication p").publication, "p");
}

/* An option that a command would pass over in silence is refused. */
static void test_what_fits(void **state)
{
    (void)state;
    badly("strom check --watch", "strom check does not know --watch", "strom check --help");
    badly("strom status --include-tables a", "does not know --include-tables", "");
    badly("strom delete a b --no-start", "does not know --no-start", "");
    badly("strom plan --expect 1", "does not know --expect", "");
    badly("strom check --speed 10", "does not know --speed", "");
    badly("strom check --keys f", "does not know --keys", "");
    assert_true(well("strom status --watch").watch);
    assert_true(well("strom plan --no-start").no_start);
    assert_string_equal(well("strom sandbox up ready --speed 10").speed, "10");
    assert_string_equal(well("strom --keys f").keys, "f");
    assert_true(well("strom check --watch --help").help); /* who asks for help gets it */
}

static void test_values(void **state)
{
    (void)state;
    badly("strom check --freshness 3x", "'3x'", "900s");
    badly("strom check --timeout soon", "'soon'", "10m");
    badly("strom check --timeout 0", "'0'", "10m");
    badly("strom check --naming mine", "'mine'", "nav-module");
    badly("strom check --color blue", "'blue'", "never");
    badly("strom check --color a", "'a'", "never");
    badly("strom check --lang de", "'de'", "nb");
    badly("strom check --lang=", "''", "nb");
    well("strom check --freshness 15m --timeout 2min --naming nav-module --color never --lang nb");
}

static void test_sandbox(void **state)
{
    (void)state;
    struct options o = well("strom --sandbox trouble");
    assert_true(o.sandbox);
    assert_string_equal(o.scenario, "trouble");
    assert_null(o.command);
    o = well("strom --sandbox");
    assert_null(o.scenario);
}

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int seconds;
    } rows[] = {{"900", 900},  {"900s", 900},
                {"15m", 900},  {"15min", 900},
                {"1h", 3600},  {"2d", 172800},
                {"0", 0},      {"0s", 0},
                {"", -1},      {"s", -1},
                {"-1", -1},    {"+1", -1},
                {" 1", -1},    {"1 ", -1},
                {"1.5h", -1},  {"1h30m", -1},
                {"0x10", -1},  {"1w", -1},
                {"1S", -1},    {"100000001", -1},
                {"2000d", -1}, {"99999999999999999999", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (options_seconds(rows[i].text) != rows[i].seconds)
            fail_msg("'%s' is %d", rows[i].text, options_seconds(rows[i].text));
}

static void test_help_can_be_a_word(void **state)
{
    (void)state;
    assert_true(well("strom help").help);
    assert_null(well("strom help").command);
    assert_true(well("strom help plan").help);
    assert_string_equal(well("strom help plan").command, "plan");
    badly("strom help paln", "no command 'paln'", "'plan'");
}

/* Read at a terminal of 80 columns, in both languages. */
static void test_help_is_no_wider(void **state)
{
    (void)state;
    for (int lang = 0; lang < 2; lang++)
        for (int i = -1; i < (int)OPTION_COMMANDS; i++) {
            struct str text = {0};
            assert_true(tr_language(lang ? "nb" : "en"));
            options_help(i < 0 ? NULL : option_commands[i].name, &text);
            for (char *line = text.text, *end; (end = strchr(line, '\n')); line = end + 1) {
                *end = '\0';
                if (utf8_width(line) > 80)
                    fail_msg("%d columns: %s", utf8_width(line), line);
            }
            str_done(&text);
        }
    assert_true(tr_language("en"));
}

static void test_help(void **state)
{
    (void)state;
    struct str whole = {0}, status = {0};
    options_help(NULL, &whole);
    options_help("status", &status);
    assert_non_null(strstr(whole.text, "strom create APP DB-USER"));
    assert_non_null(strstr(whole.text, "--project ID"));
    assert_null(strstr(whole.text, "--keys"));
    assert_null(strstr(whole.text, "--include-tables")); /* it belongs to some commands */
    assert_non_null(strstr(status.text, "--watch"));
    assert_null(strstr(status.text, "--include-tables"));
    assert_null(strstr(status.text, "--shots"));
    str_done(&whole);
    str_done(&status);
}

static void test_sampling(void **state)
{
    (void)state;
    well("strom tables --sample 50");
    well("strom tables --no-sample");
    badly("strom tables --sample 0", "'0' is none", "--no-sample");
    badly("strom tables --sample 100001", "is none", "from 1 to");
    badly("strom tables --sample many", "'many' is none", "from 1 to");
    well("strom plan --sample 50"); /* and who stops at them */
    well("strom review --no-sample");
    badly("strom status --sample 50", "strom status", "");
    well("strom --no-sample"); /* the wizard looks at values, too */
    well("strom --sample 200");
}

static void test_stdin_is_one(void **state)
{
    (void)state;
    badly("strom apply -f - --password-file -", "both", "a file");
    badly("strom apply -f /dev/stdin --password-file /dev/fd/0", "both", "a file");
    badly("strom tables --judge - -f -", "both", "a file");
    well("strom apply -f - --password-file /dev/fd/5");
}

/* What it heeds, and what all heed: nobody reads through what does nothing here. */
static void test_help_of_a_command_is_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *command, *has[5], *lacks[6];
    } rows[] = {
        {"check",
         {"--app APP", "--project ID", "--json", "--help"},
         {"--yes", "--confirm", "--sandbox", "--plain", "--freshness", "--password-file"}},
        {"tables", {"--judge", "--dsn", "--json"}, {"--app", "--yes", "--slot", "--no-notify"}},
        {"plan", {"--freshness", "--columns", "--file"}, {"--yes", "--watch", "--password-file"}},
        {"apply", {"--yes", "--expect", "--password-file"}, {"--watch", "--sandbox"}},
        {"create", {"--yes", "--dataFreshness", "--no-start"}, {"--file", "--plain"}},
        {"status", {"--watch", "--stream"}, {"--yes", "--include-tables", "--confirm"}},
        {"delete", {"--confirm", "--remove-dataset", "--file", "--undo"}, {"--yes", "--freshness"}},
        {"sandbox", {"traffic [N]", "--name", "--rate", "--json"}, {"--app", "--timeout", "--yes"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text = {0};
        options_help(rows[i].command, &text);
        for (size_t k = 0; k < 5 && rows[i].has[k]; k++)
            if (strstr(text.text, rows[i].has[k]) == NULL)
                fail_msg("%s --help lacks %s", rows[i].command, rows[i].has[k]);
        for (size_t k = 0; k < 6 && rows[i].lacks[k]; k++)
            if (strstr(text.text, rows[i].lacks[k]))
                fail_msg("%s --help lists %s", rows[i].command, rows[i].lacks[k]);
        str_done(&text);
    }
    assert_true(well("strom check --yes --plain").yes); /* taken all the same */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_is_free),
        cmocka_unit_test(test_double_dash),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_short_ones),
        cmocka_unit_test(test_beginnings_are_enough),
        cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_near_words),
        cmocka_unit_test(test_help_can_be_a_word),
        cmocka_unit_test(test_help_is_no_wider),
        cmocka_unit_test(test_values_are_missing),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_names_of_the_older_tool),
        cmocka_unit_test(test_what_fits),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_sandbox),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_sampling),
        cmocka_unit_test(test_stdin_is_one),
        cmocka_unit_test(test_help_of_a_command_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
