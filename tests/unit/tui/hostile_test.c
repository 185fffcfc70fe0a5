/* Hostile strings through every part that a screen is made of, wide and narrow, in the emulator and
 * byte by byte: nothing of them is obeyed, the picture is the page, and no edge is moved. */

#include "tests/unit/tui/painted.h"

#include "api/base/safe.h"
#include "tests/e2e/hostile.h"
#include "tui/choice.h"
#include "tui/dialog.h"
#include "tui/diff.h"
#include "tui/field.h"
#include "tui/key.h"
#include "tui/list.h"
#include "tui/palette.h"
#include "tui/steps.h"
#include "tui/table.h"
#include "tui/tree.h"

static const char *bad; /* the string that is tried */

/* --- pages, each with it in every place that takes a text --- */

static void frame(struct page *p)
{
    const struct page_title title = {
        .program = "strom", .title = bad, .at = 3, .of = 9, .context = bad};
    const struct page_key keys[] = {{'q', "quit"}, {TUI_ENTER, bad}, {'y', bad}};

    page_title(p, &title);
    page_keys(p, keys, 3);
    page_status(p, MARK_FAIL, "%s: %s", bad, bad);
}

static void draw_blocks(struct page *p)
{
    frame(p);
    page_heading(p, "%s", bad);
    page_text(p, "before %s behind", bad);
    page_note(p, "%s", bad);
    page_mark(p, MARK_OK, "%s", bad);
    page_field(p, bad, "%s", bad);
    page_lines(p, STYLE_TEXT, bad);
    page_paragraphs(p, STYLE_WARN, bad);
    page_bar(p, bad, 3, 7);
    page_rule(p);
}

static void draw_lines(struct page *p)
{
    frame(p);
    page_put(p, STYLE_TEXT, "[%-12s][%12s]", bad, bad);
    page_newline(p);
    page_put_until(p, STYLE_TEXT, 20, "%s", bad);
    page_tab(p, 21);
    page_put_right(p, STYLE_OK, "%s", bad);
    page_highlight(p);
    page_newline(p);
    page_put_box(p, BOX_ON);
    page_put(p, STYLE_ACCENT, "%s%s", bad, bad);
    page_cursor(p);
    page_newline(p);
    page_put(p, STYLE_ACCENT, "%s", bad); /* what joins the character before it */
    page_put(p, STYLE_WARN, "%s", bad);
    page_newline(p);
}

static void draw_panes(struct page *p)
{
    frame(p);
    page_split(p, 40);
    page_heading(p, "%s", bad);
    page_text(p, "%s %s %s", bad, bad, bad);
    page_next_pane(p);
    page_text(p, "%s", bad);
    page_put(p, STYLE_TEXT, "%s", bad);
    page_newline(p);
    page_join(p);
}

static void cells(const void *ctx, size_t i, struct page_part *parts, char *scratch, size_t room)
{
    (void)ctx;
    snprintf(scratch, room, "%zu %s", i, bad);
    for (int c = 0; c < 4; c++)
        parts[c] = (struct page_part){STYLE_TEXT, c == 1 ? scratch : bad};
}

static enum box boxed(const void *ctx, size_t i)
{
    (void)ctx;
    return i ? BOX_ON : BOX_SOME;
}

static void draw_table(struct page *p)
{
    const struct page_column columns[] = {
        {.title = bad, .want = 20, .min = 8, .grow = 1},
        {.title = "Rows", .want = 12, .align = PAGE_RIGHT},
        {.title = bad, .want = 16, .min = 6, .drop = 1, .cut_middle = true},
        {.title = "|", .want = 9, .min = 9, .drop = 2}};
    const struct table_rows rows = {
        .n = 5, .columns = columns, .n_columns = 4, .parts = cells, .box = boxed};
    const struct list at = {.at = 2};

    frame(p);
    table_draw(&at, &rows, p);
}

static void put_row(const void *ctx, size_t i, struct page *p)
{
    (void)ctx;
    page_put(p, STYLE_TEXT, "%zu %s", i, bad);
    page_put_right(p, STYLE_OK, "|");
}

static void put_node(const void *ctx, struct tree_node node, struct page *p)
{
    (void)ctx;
    (void)node;
    page_put(p, STYLE_TEXT, "%s", bad);
    page_tab(p, 30);
    page_put(p, STYLE_WARN, "%s", bad);
}

static size_t two_leaves(const void *ctx, size_t group)
{
    (void)ctx;
    (void)group;
    return 2;
}

static void draw_lists(struct page *p)
{
    const struct list_rows rows = {.n = 3, .put = put_row, .height = 3};
    const struct list at = {.at = 1};
    const struct tree_model model = {
        .n_roots = 1, .n_groups = 2, .hide_roots = true, .leaves = two_leaves, .put = put_node};
    struct tree tree = {.open_default = true};

    frame(p);
    list_draw(&at, &rows, p);
    tree_update(&tree, &model);
    tree_draw(&tree, &model, p);
    tree_done(&tree);
}

static void draw_forms(struct page *p)
{
    static char buffer[2048];
    struct field field = {0};
    const struct field_look look = {
        .label = bad, .placeholder = bad, .problem = bad, .focus = true};
    const struct choice_item items[] = {{bad, bad, false}, {"b", bad, true}};
    const struct choice choice = {.at = 0};
    const struct steps_item steps[] = {{bad, MARK_OK, bad}, {bad, MARK_BLOCKED, bad}};

    frame(p);
    field_init(&field, buffer, sizeof buffer);
    field_set(&field, "");
    field_draw(&field, &look, p);
    if (utf8_valid(bad, strlen(bad))) /* else a caller could not have had it */
        field_set(&field, bad);
    field_draw(&field, &look, p);
    choice_draw(&choice, items, 2, true, p);
    choice_line(&choice, bad, items, 2, false, p);
    steps_list(&(struct list){0}, steps, 2, 1, p);
}

static void draw_diff(struct page *p)
{
    const struct diff_view d = {0};
    char text[4096];

    frame(p);
    snprintf(text, sizeof text, "--- a/%s\n+++ b/%s\n@@ -1 +1 @@\n-%s\n+%s\n", bad, bad, bad, bad);
    diff_draw(&d, text, true, p);
}

static void draw_dialog(struct page *p)
{
    const struct dialog_option options[] = {{'s', "stay", false}, {'d', bad, true}};
    struct dialog d = {0};

    draw_blocks(p);
    page_end(p);
    dialog_open(&d, bad, bad, options, 2, 0);
    dialog_confirm_name(&d, bad);
    dialog_draw(&d, p);
}

static void draw_palette(struct page *p)
{
    const struct palette_item items[] = {{'a', bad, bad, false}, {'b', bad, bad, true}};
    struct palette pal = {0};

    draw_blocks(p);
    page_end(p);
    palette_open(&pal);
    palette_draw(&pal, bad, bad, items, 2, p);
}

static void (*const pages[])(struct page *) = {draw_blocks, draw_lines,  draw_panes,
                                               draw_table,  draw_lists,  draw_forms,
                                               draw_diff,   draw_dialog, draw_palette};
enum { PAGES = sizeof pages / sizeof pages[0] };

/* --- what must hold --- */

static const struct size {
    int cols, rows;
} sizes[] = {{80, 24}, {60, 16}, {131, 40}};

static void tried(struct screen *s, struct hostile_watch *watch, struct page *p, size_t page)
{
    pages[page](p);
    if (page < PAGES - 2)
        page_end(p);
    paint(s, p);
    if (!hostile_watch(watch, str_text(&s->bytes), s->bytes.bytes))
        fail_msg("page %zu: %s", page, watch->why);
    assert_painted(s, p);
}

/* Nothing has the right to stand at the left edge but what we put there: a cell holds one sign, and
 * no sign is one that a terminal obeys. */
static void assert_cells(const struct page *p)
{
    for (int row = 0; row < page_rows(p); row++) {
        int col = 0;
        while (col < page_cols(p)) {
            const struct cell *c = page_look(p, col, row);
            assert_true(c->width == 1 || c->width == 2);
            assert_true(safe_is(c->text));
            assert_true(c->text[0] == '\0' || utf8_width(c->text) <= c->width);
            col += c->width;
        }
        assert_int_equal(col, page_cols(p));
    }
}

static void every_string_on_every_page(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++) {
        struct screen s;
        struct hostile_watch watch = {0};
        int cols = sizes[size].cols, rows = sizes[size].rows;
        struct page *p = new_page(cols, rows);
        open_screen(&s, "xterm-256color", true, cols, rows);
        for (size_t i = 0; i < hostile_count(); i++) {
            bad = hostile_text(i);
            for (size_t page = 0; page < PAGES; page++) {
                page_begin(p, cols, rows);
                tried(&s, &watch, p, page);
                if (size == 0)
                    assert_cells(p);
            }
        }
        page_free(p);
        close_screen(&s);
    }
}

/* The right column of a table and the right edge of a box stand where they stand with plain text.
 */
static void edges_of(const struct page *p, const char *edge, char *out, size_t cap)
{
    out[0] = '\0';
    for (int row = 0; row < page_rows(p); row++)
        for (int col = 0; col < page_cols(p); col++)
            if (strcmp(page_look(p, col, row)->text, edge) == 0) {
                size_t n = strlen(out);
                snprintf(out + n, cap - n, "%d,%d ", col, row);
            }
}

static void edges_stay(void **state)
{
    static char want[8192], have[8192];
    struct page *p = new_page(80, 24);

    (void)state;
    bad = "plain";
    draw_lists(p);
    edges_of(p, "|", want, sizeof want);
    assert_true(strlen(want) > 10);
    for (size_t i = 0; i < hostile_count(); i++) {
        bad = hostile_text(i);
        if (strchr(bad, '|'))
            continue;
        page_begin(p, 80, 24);
        draw_lists(p);
        edges_of(p, "|", have, sizeof have);
        if (strcmp(have, want) != 0)
            fail_msg("string %zu: %s, wanted %s", i, have, want);
    }
    page_free(p);
}

/* The corpus itself is what it says: enough, no two alike, and most of it would be obeyed. */
static void the_strings_are_hostile(void **state)
{
    size_t obeyed = 0, names = 0;
    char name[HOSTILE_NAME], why[256], json[8 * HOSTILE_TEXT];

    (void)state;
    assert_true(hostile_count() >= 300);
    for (size_t i = 0; i < hostile_count(); i++) {
        char one[HOSTILE_TEXT];
        snprintf(one, sizeof one, "%s", hostile_text(i));
        assert_true(strlen(one) > 0 && strlen(one) < HOSTILE_TEXT - 1);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(one, hostile_text(other));
        obeyed += !safe_is(one);
        names += hostile_name(i, name)[0] != '\0';
        assert_true(strlen(name) < HOSTILE_NAME && utf8_valid(name, strlen(name)));
        hostile_json(i, json, sizeof json);
    }
    assert_true(obeyed > 200 && names > 240);
    assert_false(hostile_is_harmless("a\n" HOSTILE_ROW, 8, why));
    assert_false(hostile_is_harmless("a\033[m", 5, why));
    assert_false(hostile_is_harmless("a\xc2\x9b", 3, why));
    assert_true(hostile_is_harmless("a\\x0a" HOSTILE_ROW "\n", 12, why));
}

/* The watch that the other tests rely on stops at each string, were it sent as it is; all but the
 * few that hold what we send ourselves. */
static void the_watch_sees_them(void **state)
{
    size_t seen = 0, harmful = 0;

    (void)state;
    for (size_t i = 0; i < hostile_count(); i++) {
        struct hostile_watch w = {0};
        const char *text = hostile_text(i);
        if (safe_is(text))
            continue;
        harmful++;
        seen += !hostile_watch(&w, text, strlen(text));
    }
    print_message("%zu of %zu\n", seen, harmful);
    assert_true(seen * 10 > harmful * 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strings_are_hostile),
        cmocka_unit_test(the_watch_sees_them),
        cmocka_unit_test(every_string_on_every_page),
        cmocka_unit_test(edges_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
