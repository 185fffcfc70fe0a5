#include "tests/unit/tui/dump.h"
#include "tui/choice.h"
#include "tui/field.h"
#include "tui/key.h"

static void type(struct field *f, const char *text)
{
    for (; *text != '\0'; text++)
        assert_true(field_key(f, (unsigned char)*text));
}

static void typing(void **state)
{
    (void)state;
    char text[32] = "";
    struct field f = {0};
    setlocale(LC_ALL, "C.UTF-8");
    field_init(&f, text, sizeof text);
    type(&f, "q?/u hjklgG");
    assert_string_equal(text, "q?/u hjklgG"); /* all of it is text */
    assert_true(field_key(&f, TUI_CTRL('U')));
    assert_string_equal(text, "");
    field_key(&f, 0xf8); /* ø */
    field_key(&f, 'l');
    assert_string_equal(text, "øl");
    field_key(&f, TUI_LEFT);
    field_key(&f, TUI_BACKSPACE);
    assert_string_equal(text, "l");
    field_key(&f, TUI_DEL);
    assert_string_equal(text, "");
    assert_int_equal(f.at, 0);
    field_key(&f, TUI_BACKSPACE);
    field_key(&f, TUI_DEL);
    field_key(&f, TUI_LEFT);
    field_key(&f, TUI_RIGHT);
    assert_int_equal(f.at, 0);
}

static void words_and_ends(void **state)
{
    (void)state;
    char text[64] = "en to  tre";
    struct field f = {0};
    field_init(&f, text, sizeof text);
    assert_int_equal(f.at, 10);
    field_key(&f, TUI_CTRL('W'));
    assert_string_equal(text, "en to  ");
    field_key(&f, TUI_CTRL('W'));
    assert_string_equal(text, "en ");
    field_key(&f, TUI_HOME);
    field_key(&f, 'x');
    assert_string_equal(text, "xen ");
    field_key(&f, TUI_END);
    field_key(&f, 'y');
    assert_string_equal(text, "xen y");
    field_key(&f, TUI_HOME);
    field_key(&f, TUI_RIGHT);
    field_key(&f, TUI_CTRL('K'));
    assert_string_equal(text, "x");
}

static void whole_signs(void **state)
{
    (void)state;
    char text[64] = "ae\xCC\x81日b";
    struct field f = {0};
    field_init(&f, text, sizeof text);
    field_key(&f, TUI_LEFT);
    field_key(&f, TUI_LEFT);
    field_key(&f, TUI_BACKSPACE); /* é goes as one */
    assert_string_equal(text, "a日b");
    field_key(&f, TUI_DEL);
    assert_string_equal(text, "ab");
}

static void a_full_field_takes_no_more(void **state)
{
    (void)state;
    char text[6] = "";
    struct field f = {0};
    field_init(&f, text, sizeof text);
    type(&f, "abcd");
    assert_true(field_key(&f, 0xe6)); /* æ needs two bytes: one is left */
    assert_string_equal(text, "abcd");
    field_key(&f, 'e');
    assert_string_equal(text, "abcde");
    field_key(&f, 'f');
    assert_string_equal(text, "abcde");
    assert_false(field_paste(&f, "x"));
    assert_string_equal(text, "abcde");
}

static void keys_of_others(void **state)
{
    (void)state;
    static const int others[] = {TUI_ENTER, TUI_ESC, TUI_TAB,  TUI_BTAB,      TUI_UP,
                                 TUI_DOWN,  TUI_F1,  TUI_PGUP, TUI_CTRL('C'), TUI_CTRL('R')};
    char text[8] = "a";
    struct field f = {0};
    field_init(&f, text, sizeof text);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(field_key(&f, others[i]));
    assert_string_equal(text, "a");
}

static void pasting(void **state)
{
    (void)state;
    char text[64] = "ab";
    struct field f = {0};
    field_init(&f, text, sizeof text);
    field_key(&f, TUI_LEFT);
    assert_true(field_paste(&f, "\n\n  one\ntwo\x1b[2J\x07\tthree \r\n"));
    assert_string_equal(text, "aone two[2J threeb");
    assert_true(field_paste(&f, "\n"));
    assert_true(field_paste(&f, "x\xffy"));
    assert_string_equal(text, "aone two[2J threexyb");
}

/* What was deleted from a password is not left behind in the buffer. */
static void a_secret_is_not_shown_nor_left(void **state)
{
    (void)state;
    char text[32] = "";
    struct field f = {.secret = true};
    struct page *p = new_page(60, 16);
    field_init(&f, text, sizeof text);
    type(&f, "hunter2");
    assert_true(f.secret);
    struct field_look look = {.label = "Password", .focus = true};
    field_draw(&f, &look, p);
    assert_false(page_shows(p, "hunter2"));
    assert_false(page_shows(p, "*"));
    assert_true(page_shows(p, "typed, not shown"));
    field_key(&f, TUI_CTRL('U'));
    for (size_t i = 0; i < sizeof text; i++)
        assert_int_equal(text[i], 0);
    page_free(p);
}

static void drawn(void **state)
{
    (void)state;
    char empty[8] = "", name[64] = "søker\tog noe", far[300];
    memset(far, 'x', sizeof far);
    far[250] = '\0';
    struct field f[3] = {{0}};
    field_init(&f[0], empty, sizeof empty);
    field_init(&f[1], name, sizeof name);
    field_init(&f[2], far, sizeof far);
    struct field_look look[3] = {
        {.label = "Project", .placeholder = "from gcloud: aap-dev"},
        {.label = "Instance",
         .problem = "no such instance; choose one of the list or check the project"},
        {.label = "Dataset", .focus = true}};
    struct page *p = new_page(60, 16);
    for (int i = 0; i < 3; i++)
        field_draw(&f[i], &look[i], p);
    assert_page(p, "field");
    page_free(p);
}

static int cursor_column(const struct page *p)
{
    struct str text = {0};
    int col = -1, row;
    shot_text(p, false, &text);
    const char *at = strstr(str_text(&text), "-- cursor ");
    if (at != NULL)
        assert_int_equal(sscanf(at, "-- cursor %d,%d", &col, &row), 2);
    str_done(&text);
    return col;
}

static void the_cursor_stays_inside(void **state)
{
    (void)state;
    char text[200] = "";
    struct field f = {0};
    struct page *p = new_page(60, 16);
    struct field_look look = {.label = "Name", .focus = true};
    field_init(&f, text, sizeof text);
    for (int i = 0; i < 250; i++) {
        field_key(&f, i % 5 ? 'a' : 0x65e5);
        page_begin(p, 60, 16);
        field_draw(&f, &look, p);
        int col = cursor_column(p);
        assert_true(col >= 18 && col < 60);
    }
    for (int i = 0; i < 250; i++) {
        field_key(&f, TUI_LEFT);
        page_begin(p, 60, 16);
        field_draw(&f, &look, p);
        int col = cursor_column(p);
        assert_true(col >= 18 && col < 60);
    }
    assert_int_equal(cursor_column(p), 18);
    page_free(p);
}

/* --- choice --- */

static const struct choice_item modes[] = {
    {"Merge", "one row per key; the table looks as at the source", false},
    {"Append only", "every change is a row; costs more, shows history", false},
    {"Direct", "not possible for a table without a key", true},
};

static void choosing(void **state)
{
    (void)state;
    struct choice c = {0};
    assert_true(choice_key(&c, modes, 3, TUI_DOWN));
    assert_int_equal(c.at, 0); /* moving does not choose */
    assert_true(choice_key(&c, modes, 3, TUI_SPACE));
    assert_int_equal(c.at, 1);
    choice_key(&c, modes, 3, 'j');
    choice_key(&c, modes, 3, TUI_SPACE); /* impossible */
    assert_int_equal(c.at, 1);
    assert_false(choice_key(&c, modes, 3, TUI_DOWN)); /* on to what is below */
    assert_false(choice_key(&c, modes, 3, TUI_ENTER));
    struct choice line = {0};
    assert_true(choice_line_key(&line, modes, 3, TUI_LEFT));
    assert_int_equal(line.at, 1); /* over the impossible one */
    choice_line_key(&line, modes, 3, TUI_SPACE);
    assert_int_equal(line.at, 0);
    assert_false(choice_line_key(&line, modes, 3, TUI_UP));
}

static void choices_drawn(void **state)
{
    (void)state;
    struct choice c = {.at = 1, .cursor = 2};
    struct page *p = new_page(60, 16);
    choice_draw(&c, modes, 3, true, p);
    choice_line(&c, "Mode", modes, 3, false, p);
    choice_line(&c, "Mode", modes, 3, true, p);
    assert_page(p, "choice");
    page_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing),
        cmocka_unit_test(words_and_ends),
        cmocka_unit_test(whole_signs),
        cmocka_unit_test(a_full_field_takes_no_more),
        cmocka_unit_test(keys_of_others),
        cmocka_unit_test(pasting),
        cmocka_unit_test(a_secret_is_not_shown_nor_left),
        cmocka_unit_test(drawn),
        cmocka_unit_test(the_cursor_stays_inside),
        cmocka_unit_test(choosing),
        cmocka_unit_test(choices_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
