/* Every text for people has its Norwegian: what stands in tr() or an error anywhere in the sources,
 * and what passes it by a variable: titles, helps and actions of the steps, words of problems,
 * rules and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/access/permissions.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/check.h"
#include "api/plan/alter.h"
#include "api/plan/selection.h"
#include "api/plan/steps.h"
#include "api/rules/rules.h"
#include "screens/cli/options_rows.h"
#include "screens/steps.h"
#include "screens/tables_view.h"
#include "tui/key.h"

#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

static size_t looked_at, missing;

static bool is_known(const char *text)
{
    const char *english, *norwegian;

    for (size_t i = 0; tr_entry(i, &english, &norwegian); i++)
        if (str_eq(english, text))
            return true;
    return false;
}

/* Signs and formats alone are no words. */
static bool has_words(const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p == '%') {
            while (p[1] && !isalpha((unsigned char)p[1]))
                p++;
            p += p[1] != '\0';
            p += p[0] == 'z' || p[0] == 'l' ? strspn(p + 1, "lduzx") : 0;
        } else if (isalpha((unsigned char)p[0]) && isalpha((unsigned char)p[1])) {
            return true;
        }
    return false;
}

static void look_at(const char *where, const char *text)
{
    looked_at++;
    if (str_is_empty(text) || !has_words(text) || is_known(text))
        return;
    missing++;
    print_error("%s: no Norwegian in api/base/po/nb.po for \"%s\"\n", where, text);
}

/* --- what stands in tr() --- */

static char escaped(const char **at)
{
    static const char from[] = "ntr0abfv", to[] = "\n\t\r\0\a\b\f\v";
    char c = *(*at)++;
    const char *known = c ? strchr(from, c) : NULL;

    if (c != 'x')
        return known ? to[known - from] : c;
    unsigned value = 0;
    for (; isxdigit((unsigned char)**at); (*at)++)
        value = value * 16 + (unsigned)(isdigit((unsigned char)**at)
                                            ? **at - '0'
                                            : tolower((unsigned char)**at) - 'a' + 10);
    return (char)value;
}

/* One literal, `at` behind its quote; returns behind its other quote. */
static const char *take_literal(const char *at, struct str *out)
{
    while (*at && *at != '"')
        if (*at == '\\') {
            at++;
            str_addc(out, escaped(&at));
        } else {
            str_addc(out, *at++);
        }
    return at + (*at == '"');
}

/* The literals between the brackets; those that stand side by side are one. */
static void look_at_call(const char *file, const char *at)
{
    struct str text = {0};

    for (int depth = 1; *at && depth > 0;) {
        if (*at == '"') {
            at = take_literal(at + 1, &text);
            at += strspn(at, " \t\n");
            if (*at == '"')
                continue;
            look_at(file, str_text(&text));
            str_clear(&text);
        } else {
            depth += (*at == '(') - (*at == ')');
            at++;
        }
    }
    str_done(&text);
}

/* Errors look their words up themselves: the first literal is the format. */
static void look_at_error(const char *file, const char *at)
{
    struct str text = {0};

    for (int depth = 1; *at && depth > 0 && text.bytes == 0; at++) {
        depth += (*at == '(') - (*at == ')');
        while (*at == '"') {
            at = take_literal(at + 1, &text);
            at += strspn(at, " \t\n");
        }
    }
    if (text.bytes)
        look_at(file, str_text(&text));
    str_done(&text);
}

static void look_at_errors(const char *file, const char *text)
{
    static const char *const calls[] = {"err_set(", "err_why(", "err_hint(", "err_system("};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (const char *at = text; (at = strstr(at, calls[i])) != NULL;) {
            at += strlen(calls[i]);
            look_at_error(file, at);
        }
}

/* Two words or more, as a person reads them. */
static bool is_prose(const char *text)
{
    int words = 0, letters = 0;

    for (const char *at = text;; at++) {
        if (*at >= 'a' && *at <= 'z') {
            letters++;
            continue;
        }
        words += letters > 1 && (*at == ' ' || *at == '\0' || ispunct((unsigned char)*at)) &&
                 at[-letters - (at - letters > text)] != '%';
        letters = 0;
        if (*at == '\0')
            return words > 1 && strchr(text, ' ');
    }
}

/* Where a text goes out to a person: it passes tr() there, or (bare) where it is shown. */
static void look_at_way_out(const char *file, const char *at, bool bare)
{
    struct str text = {0};

    for (const char *from = at; *at && *at != ';';) {
        if (*at != '"') {
            at++;
            continue;
        }
        const char *before = at;
        while (before > from && isspace((unsigned char)before[-1]))
            before--;
        bool translated = before - from >= 3 && strncmp(before - 3, "tr(", 3) == 0;
        while (*at == '"') {
            at = take_literal(at + 1, &text);
            at += strspn(at, " \t\n");
        }
        bool command = str_starts(str_text(&text), "gcloud ") || strchr(str_text(&text), '\n');
        if (!translated && is_prose(str_text(&text)) && bare && !command)
            look_at(file, str_text(&text));
        else if (!translated && is_prose(str_text(&text)) && !bare) {
            missing++;
            print_error("%s: not in tr(): \"%s\"\n", file, str_text(&text));
        }
        str_clear(&text);
    }
    str_done(&text);
}

static void look_at_ways_out(const char *file, const char *text)
{
    static const struct {
        const char *call;
        bool bare;
    } ways[] = {
        {"out_talk(", false},    {"out_line(", false}, {"->message, sizeof s->message,", false},
        {"journey_say(", false}, {"out_ask(", false},  {"->why = ", true},
        {"->hint = ", true},     {"store_fail(", true}};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (const char *at = text; (at = strstr(at, ways[i].call)) != NULL;) {
            at += strlen(ways[i].call);
            look_at_way_out(file, at, ways[i].bare);
        }
}

static int look_at_file(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    size_t n = strlen(path), got;
    struct str text = {0};
    char buffer[4096];
    FILE *f;

    (void)status;
    (void)ftw;
    if (kind != FTW_F || n < 2 || !str_eq(path + n - 2, ".c"))
        return 0;
    f = fopen(path, "r");
    assert_non_null(f);
    while ((got = fread(buffer, 1, sizeof buffer, f)) > 0)
        str_addn(&text, buffer, got);
    fclose(f);
    for (const char *at = str_text(&text); (at = strstr(at, "tr(")) != NULL; at += 3)
        if (at == text.text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_'))
            look_at_call(strstr(path, "/../") + 4, at + 3);
    look_at_errors(strstr(path, "/../") + 4, str_text(&text));
    look_at_ways_out(strstr(path, "/../") + 4, str_text(&text));
    str_done(&text);
    return 0;
}

static void test_every_literal(void **state)
{
    static const char *const folders[] = {TESTS_DIR "/../api", TESTS_DIR "/../screens",
                                          TESTS_DIR "/../tui",
                                          TESTS_DIR "/../tests/sandbox/program"};

    (void)state;
    looked_at = missing = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_int_equal(nftw(folders[i], look_at_file, 16, FTW_PHYS), 0);
    assert_true(looked_at > 1000);
    assert_int_equal(missing, 0);
}

/* --- what passes it by a variable --- */

static const struct step *const steps[] = {&home_step,   &connect_step,  &prerequisites_step,
                                           &access_step, &tables_step,   &destination_step,
                                           &review_step, &create_step,   &monitor_step,
                                           &remove_step, &reviewer_step, &manage_step};
enum { ALL_STEPS = sizeof steps / sizeof *steps };

static void test_every_step(void **state)
{
    (void)state;
    looked_at = missing = 0;
    for (size_t i = 0; i < ALL_STEPS; i++) {
        look_at("title", steps[i]->title);
        look_at("help", steps[i]->help);
        for (const struct action *a = steps[i]->actions; a && a->label; a++) {
            look_at(steps[i]->title, a->label);
            look_at(steps[i]->title, a->help);
        }
    }
    assert_true(looked_at > 100);
    assert_int_equal(missing, 0);
}

static bool has_key(const struct step *step, int key)
{
    for (const struct action *a = step->actions; a && a->label; a++)
        if (a->key == key)
            return true;
    return false;
}

/* On every keyboard without a second hand or a dead key, and not taken by a terminal, screen or
 * tmux: letters, Space, arrows and the like, and those of Ctrl that nobody eats. `/` is shifted in
 * Norway, and has a twin. */
static bool is_everywhere(const struct step *step, int key)
{
    static const char eaten[] = "ABSQOYZGIJMH"; /* the last five are keys of their own */

    if (key > 0 && key < 0x20)
        return strchr(eaten, key | 0x40) == NULL;
    if (key == '/')
        return has_key(step, 'f');
    return key == TUI_NONE || key == ' ' || (key < 0x7f && isalnum(key)) ||
           (key >= TUI_UP && key < TUI_F1);
}

static void test_every_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL_STEPS; i++)
        for (const struct action *a = steps[i]->actions; a && a->label; a++)
            if (!is_everywhere(steps[i], a->key))
                fail_msg("%s: not every keyboard has the key of %s", steps[i]->title, a->label);
}

static void test_every_word(void **state)
{
    (void)state;
    looked_at = missing = 0;
    for (int a = 0; a <= SELECTION_NEEDS_ACK; a++)
        look_at("answer", selection_answer_text((enum selection_answer)a));
    for (int v = 0; v < VIEWS; v++)
        look_at("view", tables_view_name((enum view)v));
    for (int o = 0; o < ORDERS; o++)
        look_at("order", tables_view_order_name((enum order)o));
    for (size_t r = 0; r < rules_count(); r++)
        look_at(rules_rule_id((uint16_t)r), rules_rule_why((uint16_t)r));
    look_at("level", rules_level_name(RULES_PERSONAL));
    look_at("level", rules_level_name(RULES_SPECIAL));
    for (int i = 0; i < STEPS; i++)
        look_at("step", step_type((enum step_id)i)->title);
    for (int i = 0; i < ALTERS; i++) {
        look_at("change", alter_type((enum alter_kind)i)->title);
        look_at("change", alter_type((enum alter_kind)i)->explain);
    }
    for (int i = 0; i < CHECK_IDS; i++)
        look_at("check", check_title((enum check_id)i));
    for (int i = 0; i < ACCESS_STEPS; i++)
        look_at("access", access_step_name((enum access_step)i));
    for (int i = 0; i < OPTION_ROWS; i++) /* "-": nobody is told of it */
        if (!str_eq(option_rows[i].commands, "-"))
            look_at(option_rows[i].name, option_rows[i].help);
    for (int i = 0; i < OPTION_COMMANDS; i++)
        look_at("command", option_commands[i].help);
    assert_true(looked_at > 150);
    assert_int_equal(missing, 0);
}

/* The words that this test itself stands on. */
static void test_it_can_tell(void **state)
{
    (void)state;
    assert_true(has_words("tables %zu"));
    assert_false(has_words("%zu/%-3u %s: %lld"));
    assert_false(is_known("these words stand in no table"));
    assert_true(is_known("Tables"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_can_tell), cmocka_unit_test(test_every_literal),
        cmocka_unit_test(test_every_step),  cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_every_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
