/* Dialog, palette, steps, spark, diff. */

#include "tests/unit/tui/dump.h"
#include "tests/unit/tui/sample.h"
#include "tui/dialog.h"
#include "tui/diff.h"
#include "tui/key.h"
#include "tui/palette.h"
#include "tui/spark.h"
#include "tui/steps.h"

#include <math.h>

static const struct dialog_option leave[] = {
    {'d', "Detach: it goes on by itself", false},
    {'s', "Stop after this step", false},
    {'u', "Undo what was made", true},
    {TUI_NONE, "Stay", false},
};

static void a_question(void **state)
{
    (void)state;
    struct dialog d;
    struct page *p = new_page(80, 24);
    dialog_open(&d, "Leave?", "Three of seven steps are done.\nEverything is recorded.", leave, 4,
                3);
    sample_draw(p);
    dialog_draw(&d, p);
    page_end(p);
    assert_page(p, "dialog");
    assert_int_equal(dialog_key(&d, TUI_UP), DIALOG_OPEN);
    assert_int_equal(d.at, 2);
    assert_int_equal(dialog_key(&d, 'x'), DIALOG_OPEN); /* nobody's key */
    assert_int_equal(dialog_key(&d, 's'), 1);
    assert_false(d.open);
    dialog_open(&d, "Leave?", "", leave, 4, 3);
    assert_int_equal(dialog_key(&d, TUI_ENTER), 3); /* the default is the safe one */
    dialog_open(&d, "Leave?", "", leave, 4, 3);
    assert_int_equal(dialog_key(&d, TUI_ESC), DIALOG_ESC);
    assert_false(d.open);
    page_free(p);
}

static void a_name_must_be_typed(void **state)
{
    (void)state;
    static const struct dialog_option options[] = {{'d', "Delete", true}, {'k', "Keep", false}};
    struct dialog d;
    struct page *p = new_page(60, 16);
    dialog_open(&d, "Delete the stream?", "What was copied stays in BigQuery.", options, 2, 1);
    dialog_confirm_name(&d, "aap-dk");
    assert_int_equal(dialog_key(&d, 'd'), DIALOG_OPEN); /* a letter of the name, not an answer */
    assert_int_equal(dialog_key(&d, TUI_UP), DIALOG_OPEN);
    assert_int_equal(dialog_key(&d, TUI_ENTER), DIALOG_OPEN); /* "d" is not the name */
    assert_true(d.open);
    dialog_key(&d, TUI_CTRL('U'));
    for (const char *c = "aap-dk"; *c != '\0'; c++)
        assert_int_equal(dialog_key(&d, *c), DIALOG_OPEN);
    dialog_draw(&d, p);
    page_end(p);
    assert_page(p, "dialog_name");
    assert_int_equal(dialog_key(&d, TUI_ENTER), 0);
    page_free(p);
}

/* Typed and Enter: no step between them, and no silence. */
static void who_types_the_name_goes_on(void **state)
{
    (void)state;
    static const struct dialog_option options[] = {{'k', "Keep", false}, {'d', "Delete", true}};
    struct dialog d;
    dialog_open(&d, "Delete the stream?", "", options, 2, 0);
    dialog_confirm_name(&d, "qa");
    assert_int_equal(dialog_key(&d, 'q'), DIALOG_OPEN);
    assert_int_equal(d.at, 1);
    assert_int_equal(dialog_key(&d, TUI_ENTER), DIALOG_OPEN); /* by half: told, nothing closed */
    assert_true(d.open && d.wrong);
    assert_int_equal(dialog_key(&d, 'a'), DIALOG_OPEN);
    assert_false(d.wrong);
    assert_int_equal(dialog_key(&d, TUI_DOWN), DIALOG_OPEN); /* there is nothing below */
    assert_int_equal(dialog_key(&d, TUI_ENTER), 1);
    dialog_open(&d, "Delete the stream?", "", options, 2, 0);
    dialog_confirm_name(&d, "qa");
    assert_int_equal(dialog_key(&d, TUI_ENTER), 0); /* nothing typed: the safe one */
    dialog_open(&d, "Delete the stream?", "", options, 2, 0);
    dialog_confirm_name(&d, "qa");
    dialog_key(&d, 'q');
    dialog_key(&d, 'a');
    dialog_key(&d, TUI_UP);
    assert_int_equal(dialog_key(&d, TUI_ENTER), 0); /* moved away: the person's word counts */
}

static void words_give_way_on_a_low_screen(void **state)
{
    (void)state;
    char text[2000];
    struct dialog d;
    struct page *p = new_page(60, 16);
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = "many words to read here "[i % 24];
    text[sizeof text - 1] = '\0';
    dialog_open(&d, "Leave?", text, leave, 4, 3);
    dialog_draw(&d, p);
    page_end(p);
    assert_true(page_shows(p, "Detach"));
    assert_true(page_shows(p, "› Stay"));
    page_free(p);
}

/* --- palette --- */

static const struct palette_item actions[] = {
    {'y', "copy", "copy the fix of this line", false},
    {'r', "check again", "ask everything once more", false},
    {'w', "write", "write the fix into the repository", true},
    {TUI_CTRL('R'), "redo", "do again what was undone", false},
    {TUI_F1, "help", "this list", false},
    {'q', "quit", "leave; everything is kept", false},
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static int type(struct palette *pal, const char *text)
{
    int answer = PALETTE_OPEN;
    for (; *text != '\0'; text++)
        answer = palette_key(pal, actions, ACTIONS, (unsigned char)*text);
    return answer;
}

static void palettes(void **state)
{
    (void)state;
    struct palette pal;
    struct page *p = new_page(80, 24);
    palette_open(&pal);
    sample_draw(p);
    palette_draw(&pal, "Prerequisites", "A live checklist of what the database needs.", actions,
                 ACTIONS, p);
    page_end(p);
    assert_page(p, "palette");
    assert_int_equal(type(&pal, "REPO"), PALETTE_OPEN); /* by description, any case */
    assert_int_equal(palette_key(&pal, actions, ACTIONS, TUI_ENTER),
                     PALETTE_OPEN); /* impossible now */
    palette_key(&pal, actions, ACTIONS, TUI_CTRL('U'));
    type(&pal, "ctrl-r"); /* by key */
    assert_int_equal(palette_key(&pal, actions, ACTIONS, TUI_ENTER), 3);
    assert_false(pal.open);
    palette_open(&pal);
    type(&pal, "zzz");
    page_begin(p, 80, 24);
    palette_draw(&pal, "Prerequisites", NULL, actions, ACTIONS, p);
    assert_true(page_shows(p, "nothing matches"));
    assert_int_equal(palette_key(&pal, actions, ACTIONS, TUI_ENTER), PALETTE_OPEN);
    assert_int_equal(palette_key(&pal, actions, ACTIONS, TUI_ESC), PALETTE_ESC);
    palette_open(&pal);
    palette_key(&pal, actions, ACTIONS, TUI_DOWN);
    assert_int_equal(palette_key(&pal, actions, ACTIONS, TUI_ENTER), 1);
    page_free(p);
}

/* What a row cuts stands below in full, and what cannot be run says so, in words. */
static void a_palette_tells_all(void **state)
{
    (void)state;
    static const struct palette_item items[] = {
        {'w', "write", "what is still to be shown, then all of it into the repository", false},
        {'d', "drop them", "take away what strom granted, and prove that it is gone", true}};
    static const int sizes[][2] = {{80, 24}, {60, 16}};
    for (size_t i = 0; i < 2; i++) {
        struct palette pal;
        struct page *p = new_page(sizes[i][0], sizes[i][1]);
        palette_open(&pal);
        sample_draw(p);
        palette_draw(&pal, "Access", "Who you are, and what the steps ahead need.", items, 2, p);
        page_end(p);
        assert_true(page_shows(p, "repository"));
        assert_true(page_shows(p, "not now: take away"));
        assert_false(page_shows(p, "it is gone"));
        palette_key(&pal, items, 2, TUI_DOWN);
        page_begin(p, sizes[i][0], sizes[i][1]);
        sample_draw(p);
        palette_draw(&pal, "Access", "Who you are, and what the steps ahead need.", items, 2, p);
        page_end(p);
        assert_page(p, i == 0 ? "palette_rest" : "palette_rest_narrow");
        assert_true(page_shows(p, "gone"));
        page_free(p);
    }
}

/* --- steps --- */

static void steps(void **state)
{
    (void)state;
    static const struct steps_item items[] = {{"Connect", MARK_OK, "done: postmottak-backend"},
                                              {"Prerequisites", MARK_WAITING, "here"},
                                              {"Access", MARK_BLOCKED, "blocked: needs a login"},
                                              {"Tables", MARK_WAITING, "not yet"}};
    struct steps s;
    struct page *p = new_page(60, 16);
    steps_open(&s, 1);
    sample_draw(p);
    steps_draw(&s, "Steps: 2 of 4", items, 4, 1, p);
    page_end(p);
    assert_page(p, "steps");
    assert_int_equal(steps_key(&s, 4, 'x'), STEPS_OPEN);
    assert_int_equal(steps_key(&s, 4, TUI_UP), STEPS_OPEN);
    assert_int_equal(steps_key(&s, 4, TUI_ENTER), 0);
    assert_false(s.open);
    steps_open(&s, 1);
    assert_int_equal(steps_key(&s, 4, '5'), STEPS_OPEN); /* there is none */
    assert_int_equal(steps_key(&s, 4, '3'), 2);
    steps_open(&s, 1);
    assert_int_equal(steps_key(&s, 4, TUI_ESC), STEPS_ESC);
    assert_false(s.open);
    page_free(p);
}

/* --- spark --- */

static void sparks(void **state)
{
    (void)state;
    static const double values[] = {0, 0.1, 50, 100, -1, (double)NAN, 25, (double)INFINITY};
    static const double zeros[] = {0, 0, 0};
    struct page *p = new_page(60, 16);
    spark_put(p, STYLE_TEXT, values, 7, 7);
    page_put(p, STYLE_TEXT, "|");
    page_newline(p);
    spark_put(p, STYLE_TEXT, values, 7, 3); /* the newest */
    page_put(p, STYLE_TEXT, "|");
    page_newline(p);
    spark_put(p, STYLE_TEXT, zeros, 3, 6);
    page_put(p, STYLE_TEXT, "|");
    page_newline(p);
    spark_put(p, STYLE_TEXT, values, 8, 8);
    spark_put(p, STYLE_TEXT, NULL, 0, 0);
    page_newline(p);
    struct str text = {0};
    shot_text(p, false, &text);
    assert_true(str_starts(text.text, "▁▂▅█  ▃|\n  █|\n   ▁▁▁|\n"));
    str_done(&text);
    page_free(p);
}

/* --- diff --- */

static const char patch[] =
    "--- a/.nais/dev-gcp.yaml\n+++ b/.nais/dev-gcp.yaml\n@@ -12,3 +12,5 @@\n"
    " gcp:\n   sqlInstances:\n+    - flags:\n-    old\r\n\tend\x1b[2J\n";

static void diffs(void **state)
{
    (void)state;
    struct diff_view d = {0};
    struct page *p = new_page(60, 16);
    diff_draw(&d, patch, true, p);
    assert_page(p, "diff");
    assert_true(diff_key(&d, patch, TUI_RIGHT));
    page_begin(p, 60, 16);
    diff_draw(&d, patch, true, p);
    assert_true(page_shows(p, "stances:"));
    assert_false(page_shows(p, "sqlInstances"));
    diff_key(&d, patch, TUI_LEFT);
    assert_int_equal(d.left, 0);
    assert_true(diff_key(&d, patch, TUI_END));
    assert_int_equal(d.top, 0); /* all of it is to be seen already */
    assert_false(diff_key(&d, patch, TUI_ENTER));
    struct str tall = {0};
    for (int i = 0; i < 100; i++)
        str_printf(&tall, "line %d\n", i);
    diff_draw(&d, tall.text, false, p);
    page_begin(p, 60, 16);
    diff_draw(&d, tall.text, false, p);
    diff_key(&d, tall.text, TUI_END);
    page_begin(p, 60, 16);
    diff_draw(&d, tall.text, false, p);
    assert_true(page_shows(p, "line 99\n"));
    assert_true(page_shows(p, "line 84 "));
    assert_true(page_shows(p, "▲\n")); /* and more stands above it */
    assert_false(page_shows(p, "▼"));
    str_done(&tall);
    page_free(p);
}

/* A key is found by the name that is shown and by that of files and commands. */
static void palettes_in_another_language(void **state)
{
    (void)state;
    static const struct theme_words norwegian = {.space = "Mellomrom"};
    static const struct palette_item items[] = {{'q', "avslutt", "ferdig", false},
                                                {TUI_SPACE, "velg", "på eller av", false}};
    static const char *const names[] = {"mellomrom", "space"};
    struct page *p = new_page(80, 24);
    theme_set_words(&norwegian);
    for (size_t i = 0; i < 2; i++) {
        struct palette pal;
        palette_open(&pal);
        for (const char *c = names[i]; *c != '\0'; c++)
            palette_key(&pal, items, 2, *c);
        page_begin(p, 80, 24);
        palette_draw(&pal, "Tabeller", NULL, items, 2, p);
        page_end(p);
        assert_true(page_shows(p, "› Mellomrom  velg"));
        assert_false(page_shows(p, "avslutt"));
        assert_int_equal(palette_key(&pal, items, 2, TUI_ENTER), 1);
    }
    theme_set_words(&(struct theme_words){.of = NULL});
    page_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question),
        cmocka_unit_test(a_name_must_be_typed),
        cmocka_unit_test(who_types_the_name_goes_on),
        cmocka_unit_test(words_give_way_on_a_low_screen),
        cmocka_unit_test(palettes),
        cmocka_unit_test(palettes_in_another_language),
        cmocka_unit_test(a_palette_tells_all),
        cmocka_unit_test(steps),
        cmocka_unit_test(sparks),
        cmocka_unit_test(diffs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
