#include "tests/unit/tui/dump.h"
#include "tui/key.h"
#include "tui/table.h"
#include "tui/text.h"

static void put(const void *ctx, size_t i, struct page *p)
{
    size_t *asked = *(size_t *const *)ctx;
    (*asked)++;
    page_put(p, STYLE_TEXT, "row %zu", i);
}

static void draw(const struct list *l, size_t n, struct page *p, size_t *asked)
{
    struct list_rows rows = {.n = n, .ctx = &asked, .put = put};
    *asked = 0;
    page_begin(p, 60, 16);
    page_heading(p, "A list");
    list_draw(l, &rows, p);
    page_end(p);
}

static void only_the_window_is_asked_for(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct list l = {0};
    size_t asked;
    draw(&l, 10000000, p, &asked);
    assert_int_equal(asked, 15);
    assert_true(page_shows(p, "› row 0\n"));
    assert_true(list_key(&l, 10000000, TUI_END));
    draw(&l, 10000000, p, &asked);
    assert_int_equal(asked, 15);
    assert_true(page_shows(p, "› row 9999999\n"));
    assert_page(p, "list_end");
    page_free(p);
}

static void the_window_follows_the_cursor(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct list l = {0};
    size_t asked;
    draw(&l, 100, p, &asked);
    for (int i = 0; i < 20; i++) {
        list_key(&l, 100, i % 2 ? 'j' : TUI_DOWN);
        draw(&l, 100, p, &asked);
    }
    assert_int_equal(l.at, 20);
    assert_int_equal(l.seen.top, 6); /* just far enough */
    for (int i = 0; i < 10; i++) {
        list_key(&l, 100, 'k');
        draw(&l, 100, p, &asked);
    }
    assert_int_equal(l.at, 10);
    assert_int_equal(l.seen.top, 6); /* going up moves the cursor first, not the list */
    list_key(&l, 100, TUI_PGDN);
    assert_int_equal(l.at, 24);
    list_key(&l, 100, TUI_PGUP);
    assert_int_equal(l.at, 10);
    list_key(&l, 100, 'G');
    assert_int_equal(l.at, 99);
    list_key(&l, 100, TUI_PGDN);
    assert_int_equal(l.at, 99);
    list_key(&l, 100, 'g');
    list_key(&l, 100, TUI_PGUP);
    list_key(&l, 100, TUI_UP);
    assert_int_equal(l.at, 0);
    page_free(p);
}

static void keys_of_others_are_left_alone(void **state)
{
    (void)state;
    struct list l = {.at = 3};
    static const int others[] = {TUI_SPACE, TUI_ENTER, TUI_ESC, TUI_TAB,
                                 'x',       '/',       TUI_F1,  TUI_LEFT};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(list_key(&l, 10, others[i]));
    assert_int_equal(l.at, 3);
}

static void fewer_rows_than_before(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct list l = {.at = 50};
    size_t asked;
    draw(&l, 100, p, &asked);
    draw(&l, 3, p, &asked); /* drawn before anybody clamped */
    assert_true(page_shows(p, "› row 2\n"));
    list_clamp(&l, 3);
    assert_int_equal(l.at, 2);
    draw(&l, 0, p, &asked);
    assert_true(page_shows(p, "nothing here"));
    list_clamp(&l, 0);
    assert_int_equal(l.at, 0);
    assert_true(list_key(&l, 0, TUI_DOWN));
    assert_int_equal(l.at, 0);
    page_free(p);
}

static void resize_storm(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct list l = {.at = 500};
    size_t asked;
    unsigned seed = 1;
    for (int i = 0; i < 2000; i++) {
        seed = seed * 1103515245U + 12345U;
        int cols = 1 + (int)(seed >> 16 & 0xff), rows = 1 + (int)(seed >> 8 & 0x3f);
        size_t *at = &asked, n = seed >> 3 & 0x3ff;
        struct list_rows lines = {.n = n, .ctx = &at, .put = put};
        page_begin(p, cols, rows);
        list_draw(&l, &lines, p);
        page_end(p);
        list_key(&l, n, seed & 1 ? TUI_PGDN : TUI_UP);
    }
    page_free(p);
}

static void a_blurred_list_is_marked_only(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct list l = {.at = 1};
    size_t asked = 0, *at = &asked;
    struct list_rows rows = {.n = 3, .ctx = &at, .put = put, .blurred = true, .height = 2};
    list_draw(&l, &rows, p);
    assert_page(p, "list_blurred");
    page_free(p);
}

/* --- table --- */

static void parts(const void *ctx, size_t i, struct page_part *out, char *scratch, size_t room)
{
    static const char *const names[] = {"regel_evaluering", "日本語の表", "søker\r\nevil",
                                        "a_very_long_table_name_that_must_be_cut_v2"};
    (void)ctx;
    snprintf(scratch, room, "%zu MB", i * 1000 + 7);
    out[0] = (struct page_part){STYLE_ACCENT, names[i % 4]};
    out[1] = (struct page_part){STYLE_TEXT, scratch};
    out[2] =
        (struct page_part){i % 2 ? STYLE_OK : STYLE_FAIL, i % 2 ? "published" : "not published"};
}

static enum box box(const void *ctx, size_t i)
{
    (void)ctx;
    return (enum box)(i % 5);
}

static void tables(void **state)
{
    (void)state;
    static const struct page_column columns[] = {
        {.title = "Table", .want = 20, .min = 12, .grow = 1, .cut_middle = true},
        {.title = "Size", .want = 9, .align = PAGE_RIGHT},
        {.title = "Publication", .want = 16, .drop = 1}};
    struct table_rows rows = {
        .n = 40, .columns = columns, .n_columns = 3, .parts = parts, .box = box};
    struct list l = {.at = 3};
    struct page *p = new_page(80, 16);
    table_draw(&l, &rows, p);
    assert_page(p, "table");
    page_begin(p, 60, 16);
    rows.n = 0;
    rows.empty = "no table matches";
    table_draw(&l, &rows, p);
    assert_true(page_shows(p, "no table matches"));
    page_free(p);
}

static void put_edge(const void *ctx, size_t i, struct page *p)
{
    (void)ctx;
    (void)i;
    page_tab(p, page_width(p) - 1);
    page_put(p, STYLE_TEXT, "|");
}

/* What stands at the right edge of a heading stands above that of the rows, scrolled or not. */
static void headings_stand_above_their_rows(void **state)
{
    (void)state;
    static const size_t numbers[] = {3, 15, 16, 1000};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        struct page *p = new_page(60, 16);
        struct list l = {0};
        struct list_rows rows = {.n = numbers[k], .put = put_edge};
        struct str text = {0};
        page_tab(p, page_width(p) - list_margin(rows.n, 1, p) - 1);
        page_put(p, STYLE_TEXT, "|");
        page_newline(p);
        list_draw(&l, &rows, p);
        shot_text(p, false, &text);
        size_t head = strcspn(str_text(&text), "|");
        const char *row = strchr(str_text(&text), '\n') + 1;
        int columns = text_width("›") + (int)(strchr(row, '|') - row) - (int)strlen("›");
        assert_int_equal(columns, (int)head);
        str_done(&text);
        page_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_window_is_asked_for),
        cmocka_unit_test(the_window_follows_the_cursor),
        cmocka_unit_test(keys_of_others_are_left_alone),
        cmocka_unit_test(fewer_rows_than_before),
        cmocka_unit_test(resize_storm),
        cmocka_unit_test(a_blurred_list_is_marked_only),
        cmocka_unit_test(headings_stand_above_their_rows),
        cmocka_unit_test(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
