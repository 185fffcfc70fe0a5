/* Parser, --help, man page and completion come from one table: here they are held against each
 * other, and the tables of the man page against the sources and the README. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/file.h"
#include "screens/cli/complete.h"
#include "screens/cli/manual.h"
#include "screens/cli/options_rows.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT TESTS_DIR "/.."

static bool has_word(const char *text, const char *word, const char *ends)
{
    size_t n = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if (strchr(ends, at[n]))
            return true;
    return false;
}

/* At the beginning of a line, not where another option speaks of it. */
static bool is_helped(const char *help, const struct option_row *row)
{
    char head[80];

    snprintf(head, sizeof head, "\n  %c%c%s --%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name);
    return has_word(help, head, " \n");
}

/* The part of strom(1) on one command. */
static char *part_on(const char *page, const char *command)
{
    char head[64];

    snprintf(head, sizeof head, ".It Nm Cm %s", command);
    const char *from = strstr(page, head);
    if (from == NULL)
        fail_msg("strom(1) does not tell of %s", command);
    const char *to = strstr(from + 1, ".It Nm Cm"), *end = strstr(from, ".El");
    return strndup(from, (size_t)((to && to < end ? to : end) - from));
}

static bool parses(const char *command, const struct option_row *row)
{
    char name[64], word[64];
    const char *value = option_value_of(row->name)->words;
    char program[] = "strom", *argv[] = {program, word, name, NULL, NULL};
    struct options o;
    struct err e = {0};

    snprintf(word, sizeof word, "%s", command);
    snprintf(name, sizeof name, "--%s", row->name);
    char first[64];
    snprintf(first, sizeof first, "%.*s", value ? (int)strcspn(value, " ") : 2,
             value ? value : "1h");
    if (str_eq(row->name, "sample"))
        snprintf(first, sizeof first, "5");
    if (str_eq(row->name, "dsn"))
        snprintf(first, sizeof first, "dbname=x");
    argv[3] = row->value ? first : NULL;
    /* "Reading --window: '1h' is none" tells that the option is known, and that is asked here */
    bool ok = options_parse(row->value ? 4 : 3, argv, &o, &e) || strstr(e.what, name);
    if (!ok)
        print_message("strom %s %s %s: %s (%s)\n", command, name, first, e.why, e.hint);
    return ok;
}

static void test_one_table(void **state)
{
    struct str page = {0};
    (void)state;

    manual_strom(&page);
    for (size_t i = 0; i < OPTION_COMMANDS; i++) {
        const char *command = option_commands[i].name;
        struct str help = {0}, offers = {0};
        if (option_commands[i].help == NULL)
            continue;
        const char *const line[] = {command, "--"};
        options_help(command, &help);
        complete_answer(line, 2, &offers);
        char *part = part_on(str_text(&page), command);
        for (size_t k = 0; k < OPTION_ROWS; k++) {
            const struct option_row *row = &option_rows[k];
            char fl[64], offered[64];
            snprintf(offered, sizeof offered, "\n--%s", row->name);
            snprintf(fl, sizeof fl, ".Fl \\-%s", row->name);
            bool helped = is_helped(str_text(&help), row);
            if (has_word(str_text(&offers), offered, "\t") != helped ||
                has_word(part, fl, " \n") != helped)
                fail_msg("strom %s --%s: help %d, completion %d, man %d", command, row->name,
                         helped, has_word(str_text(&offers), offered, "\t"),
                         has_word(part, fl, " \n"));
            if (helped && !parses(command, row))
                fail_msg("strom %s lists --%s and does not take it", command, row->name);
        }
        free(part);
        str_done(&help);
        str_done(&offers);
    }
    str_done(&page);
}

/* Every option that is listed at all stands in OPTIONS; those of the tests nowhere. */
static void test_every_option_is_told(void **state)
{
    struct str page = {0}, help = {0}, offers = {0};
    const char *const line[] = {"--"};
    (void)state;

    manual_strom(&page);
    options_help(NULL, &help);
    complete_answer(line, 1, &offers);
    const char *options = strstr(str_text(&page), ".Sh OPTIONS");
    assert_non_null(options);
    for (size_t i = 0; i < OPTION_ROWS; i++) {
        char fl[64], offered[64];
        bool listed = !str_eq(option_rows[i].commands, "-");
        snprintf(fl, sizeof fl, " Fl \\-%s", option_rows[i].name);
        snprintf(offered, sizeof offered, "\n--%s", option_rows[i].name);
        assert_int_equal(has_word(options, fl, " \n"), listed);
        assert_int_equal(is_helped(str_text(&help), &option_rows[i]),
                         has_word(str_text(&offers), offered, "\t"));
        if (!listed)
            assert_false(is_helped(str_text(&help), &option_rows[i]));
    }
    str_done(&page);
    str_done(&help);
    str_done(&offers);
}

/* --- the tables beside --- */

static char *slurp(const char *path)
{
    FILE *f = fopen(path, "r");
    struct str text = {0};
    char part[4096];
    size_t n;

    if (f == NULL)
        fail_msg("%s cannot be read", path);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        str_addn(&text, part, n);
    fclose(f);
    char *copy = strdup(str_text(&text));
    str_done(&text);
    return copy;
}

static bool is_told(const char *name, size_t n)
{
    for (const struct manual_row *row = manual_environment; row->name; row++)
        if (strlen(row->name) == n && strncmp(row->name, name, n) == 0)
            return true;
    return false;
}

static void test_every_variable_is_told(void **state)
{
    static const char *const folders[] = {ROOT "/api/*/*.c", ROOT "/screens/*.c",
                                          ROOT "/screens/cli/*.c", ROOT "/tui/*.c"};
    size_t found = 0;
    (void)state;

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        glob_t files;
        assert_int_equal(glob(folders[i], 0, NULL, &files), 0);
        for (size_t k = 0; k < files.gl_pathc; k++) {
            char *text = slurp(files.gl_pathv[k]);
            for (const char *at = strstr(text, "getenv(\""); at; at = strstr(at, "getenv(\"")) {
                at += strlen("getenv(\"");
                size_t n = strcspn(at, "\"");
                found++;
                if (!is_told(at, n))
                    fail_msg("%s asks for %.*s, of which strom(1) says nothing", files.gl_pathv[k],
                             (int)n, at);
            }
            free(text);
        }
        globfree(&files);
    }
    assert_true(found > 20);
}

static void test_readme_tells_the_exit_codes(void **state)
{
    char *readme = slurp(ROOT "/README.md");
    (void)state;

    const char *table = strstr(readme, "| exit code |");
    assert_non_null(table);
    for (const struct manual_row *row = manual_exits; row->name; row++)
        if (!has_word(table, row->name, " ,"))
            fail_msg("README.md does not tell of exit code %s", row->name);
    free(readme);
}

/* The newest entry of the changelog is what --version says; every command stands in the README. */
static void test_readme_and_changelog(void **state)
{
    char *readme = slurp(ROOT "/README.md"), *changes = slurp(ROOT "/CHANGELOG.md"), head[64];
    (void)state;

    snprintf(head, sizeof head, "## %s (", STROM_VERSION);
    assert_non_null(strstr(changes, "\n## "));
    assert_memory_equal(strstr(changes, "\n## ") + 1, head, strlen(head));
    for (size_t i = 0; i < OPTION_COMMANDS; i++) {
        snprintf(head, sizeof head, "\nstrom %s", option_commands[i].name);
        if (option_commands[i].help && strstr(readme, head) == NULL)
            fail_msg("README.md does not tell of strom %s", option_commands[i].name);
    }
    free(readme);
    free(changes);
}

/* What roff would take for a request is text. */
/* Who does not see it reads it: the page that the picture was made of (tests/screens). */
static void test_each_picture_has_its_text(void **state)
{
    static const char picture[] = "](screenshots/", text[] = "[as text](";
    char *readme = slurp(ROOT "/README.md"), name[160], path[256], title[64], svg[96];
    size_t n = 0;
    (void)state;
    for (const char *at = readme; (at = strstr(at, picture)) != NULL; n++) {
        at += strlen(picture);
        assert_int_equal(sscanf(at, "%79[a-z-].svg)", svg), 1);
        const char *page = at + strcspn(at, ")") + 1;
        page += strspn(page, " (\n");
        if (strncmp(page, text, strlen(text)) != 0 ||
            sscanf(page + strlen(text), "%159[^)]", name) != 1)
            fail_msg("README.md has no text beside the picture %s", svg);
        snprintf(path, sizeof path, "%s/%s", ROOT, name);
        char *words = slurp(path);
        snprintf(path, sizeof path, "%s/screenshots/%s.svg", ROOT, svg);
        char *drawn = slurp(path);
        assert_non_null(strstr(drawn, "<title>"));
        assert_int_equal(sscanf(strstr(drawn, "<title>"), "<title>%63[^<]", title), 1);
        words[strcspn(words, "\n")] = '\0';
        if (strstr(words, title) == NULL)
            fail_msg("%s is not the text of the picture %s", name, svg);
        free(words);
        free(drawn);
    }
    assert_true(n >= 10);
    free(readme);
}

/* What the page shows as a plan file is one. */
static void test_the_example_is_a_plan_file(void **state)
{
    static const char from[] = ".Sh EXAMPLES\n.Bd -literal\n";
    struct str page = {0};
    struct selection s = {0};
    struct err e = {0};
    (void)state;
    manual_plan(&page);
    const char *example = strstr(str_text(&page), from);
    assert_non_null(example);
    example += strlen(from);
    const char *end = strstr(example, ".Ed\n");
    assert_non_null(end);
    if (!plan_file_read(example, (size_t)(end - example), &s, &e))
        fail_msg("the example is refused: %s", e.why);
    selection_done(&s);
    str_done(&page);
}

static void test_nothing_becomes_a_request(void **state)
{
    struct str page = {0};
    (void)state;

    manual_plan(&page);
    for (const char *at = str_text(&page); at && *at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (at[0] == '\'')
            fail_msg("a line begins with an apostrophe: %.40s", at);
        if (at[0] == '.' && strchr("\\ABCDEFINOSXP", at[1]) == NULL)
            fail_msg("no macro of mdoc: %.40s", at);
    }
    str_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_table),
        cmocka_unit_test(test_every_option_is_told),
        cmocka_unit_test(test_every_variable_is_told),
        cmocka_unit_test(test_readme_tells_the_exit_codes),
        cmocka_unit_test(test_readme_and_changelog),
        cmocka_unit_test(test_each_picture_has_its_text),
        cmocka_unit_test(test_nothing_becomes_a_request),
        cmocka_unit_test(test_the_example_is_a_plan_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
