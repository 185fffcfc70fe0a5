/* Tables: the cursor among what is flagged, the hits of a filter, a reason that is half typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "screens/choose.h"
#include "screens/reason_form.h"
#include "screens/tables_choose.h"
#include "screens/tables_filter.h"
#include "screens/tables_view.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 6 };

struct scene {
    struct options options;
    struct live live;
    struct journey j;
    struct tables_view view;
};

/* t0, t1, t2 of six columns; c2 and c4 of t0 and t2 are flagged. */
static void open_scene(struct scene *s)
{
    struct selection_fact facts[COLUMNS];
    char names[COLUMNS][24], table[24];
    struct err e;

    *s = (struct scene){.live = {.options = &s->options}};
    s->live.store = store_open_memory(&e);
    assert_non_null(s->live.store);
    journey_open(&s->j, &s->live);
    for (size_t i = 0; i < 3; i++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            snprintf(names[c], sizeof names[c], "c%zu", c);
            facts[c] = (struct selection_fact){.name = names[c],
                                               .type = "text",
                                               .key = c == 0,
                                               .level = i != 1 && (c == 2 || c == 4) ? RULES_SPECIAL
                                                                                     : RULES_NONE};
        }
        snprintf(table, sizeof table, "t%zu", i);
        selection_add(&s->j.selection, "public", table, facts, COLUMNS, NULL);
    }
    s->j.selection_ready = true;
    tables_view_update(&s->view, &s->j);
}

static void close_scene(struct scene *s)
{
    tables_view_done(&s->view);
    journey_close(&s->j);
    store_close(s->live.store);
}

static void expect_next(struct scene *s, size_t table, size_t column)
{
    assert_true(tables_view_next(&s->view, 1));
    assert_int_equal(s->view.tables[s->view.tree.at.group], table);
    assert_int_equal(tables_view_column(&s->view), column);
}

static void test_every_flagged_column_in_order(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    for (int round = 0; round < 2; round++) {
        expect_next(&s, 0, 2);
        expect_next(&s, 0, 4);
        expect_next(&s, 2, 2);
        expect_next(&s, 2, 4);
    }
    close_scene(&s);
}

static void look_for(struct scene *s, const char *text)
{
    str_copy(s->view.filter, sizeof s->view.filter, text);
    tables_view_update(&s->view, &s->j);
    tables_view_first_hit(&s->view);
}

static void look_for_nothing(struct scene *s)
{
    s->view.filter[0] = '\0';
    tables_view_update(&s->view, &s->j);
}

/* While a filter stands the next one is its next hit, and only hits are seen. */
static void test_the_next_hit(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    look_for(&s, "c5");
    assert_int_equal(s.view.hits, 3);
    for (int round = 0; round < 2; round++) {
        expect_next(&s, 1, 5);
        expect_next(&s, 2, 5);
        expect_next(&s, 0, 5);
    }
    assert_true(tables_view_next(&s.view, -1));
    assert_int_equal(s.view.tree.at.group, 2);
    s.view.whole = true; /* the cursor stays at its column */
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.tree.at.leaf, 5);
    assert_int_equal(s.view.model.leaves(s.view.model.ctx, 2), COLUMNS);
    s.view.whole = false;
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.tree.at.leaf, 0);
    assert_int_equal(tables_view_column(&s.view), 5);
    look_for(&s, "t1"); /* a table by its name shows all of it */
    assert_int_equal(s.view.hits, 0);
    assert_int_equal(s.view.model.leaves(s.view.model.ctx, 0), COLUMNS);
    look_for(&s, "nothing of that name");
    assert_false(tables_view_next(&s.view, 1));
    close_scene(&s);
}

static void test_the_cursor_comes_to_the_hit(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    look_for(&s, "T1");
    assert_int_equal(s.view.n, 1);
    assert_int_equal(s.view.tables[s.view.tree.at.group], 1);
    assert_int_equal(s.view.tree.at.leaf, TREE_NONE);
    look_for(&s, "c5");
    assert_int_equal(s.view.n, 3);
    assert_int_equal(s.view.tree.at.group, 0);
    assert_int_equal(tables_view_column(&s.view), 5);
    assert_int_equal(s.view.model.leaves(s.view.model.ctx, 0), 1); /* the hit alone */
    assert_true(tree_is_open(&s.view.tree, &s.view.model, (struct tree_node){0, 0, TREE_NONE}));
    look_for(&s, "nothing of that name");
    assert_int_equal(s.view.n, 0);
    close_scene(&s);
}

/* What only a hit has opened does not stay open; where the person went on from it, it does. */
static void test_a_hit_leaves_nothing_open(void **state)
{
    const struct tree_node first = {0, 0, TREE_NONE};
    struct scene s;

    (void)state;
    open_scene(&s);
    look_for(&s, "c5");
    tables_view_forget_hit(&s.view);
    look_for(&s, "");
    assert_false(tree_is_open(&s.view.tree, &s.view.model, first));
    assert_int_equal(s.view.tree.at.leaf, TREE_NONE);
    look_for(&s, "c5");
    expect_next(&s, 1, 5);
    tables_view_forget_hit(&s.view);
    look_for_nothing(&s);
    assert_false(tree_is_open(&s.view.tree, &s.view.model, first));
    assert_true(tree_is_open(&s.view.tree, &s.view.model, (struct tree_node){0, 1, TREE_NONE}));
    assert_int_equal(tables_view_column(&s.view), 5);
    close_scene(&s);
}

static bool is_open(const struct scene *s, size_t group)
{
    return tree_is_open(&s->view.tree, &s->view.model, (struct tree_node){0, group, TREE_NONE});
}

/* Each table that a column of is hit stands open: no hit is behind an arrow. */
static void test_every_hit_is_seen(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    look_for(&s, "c5");
    assert_int_equal(tree_rows(&s.view.tree), 1 + 3 * 2);
    for (size_t g = 0; g < 3; g++)
        assert_true(is_open(&s, g));
    tree_key(&s.view.tree, &s.view.model, '-'); /* closed by the person */
    assert_false(is_open(&s, 1));
    tables_choose_shown(&s.view, &s.j); /* what it takes is seen again */
    assert_true(is_open(&s, 1));
    look_for(&s, "4");
    tree_key(&s.view.tree, &s.view.model, '-');
    struct tables_filter f = {0};
    tables_filter_init(&f, &s.view);
    f.typing = true;
    tables_filter_key(&f, &s.view, &s.j, TUI_BACKSPACE);
    tables_filter_key(&f, &s.view, &s.j, '5'); /* another filter, other hits */
    assert_true(is_open(&s, 1));
    tables_filter_clear(&f, &s.view, &s.j);
    for (size_t g = 0; g < 3; g++)
        assert_false(is_open(&s, g));
    look_for(&s, "t1"); /* by its name: what is in it is not what was looked for */
    assert_false(is_open(&s, 0));
    close_scene(&s);
}

/* A table that waits for a reason keeps nobody from leaving the others out again. */
static void test_shown_goes_on_and_off(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    s.j.selection.tables[1].columns[0].level = RULES_SPECIAL; /* its key */
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.totals.tables, 2);
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.totals.tables, 0);
    close_scene(&s);
}

/* What is sensitive stays out, so its box is never full: Space leaves all of it none the less, and
 * what undo keeps of many tables brings them back. */
static void test_a_schema_goes_on_and_off(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    s.view.tree.at = (struct tree_node){0, TREE_NONE, TREE_NONE};
    for (size_t i = 0; i < 4; i++) {
        tables_choose_here(&s.view, NULL, &s.j);
        assert_int_equal(s.j.totals.tables, i % 2 ? 0 : 3);
        assert_int_equal(s.j.totals.columns, i % 2 ? 0 : 3 * COLUMNS - 4);
    }
    for (size_t i = 0; i < 4; i++) {
        choose_undo(&s.j);
        assert_int_equal(s.j.totals.columns, i % 2 ? 0 : 3 * COLUMNS - 4);
    }
    choose_redo(&s.j);
    assert_int_equal(s.j.totals.columns, 3 * COLUMNS - 4);
    assert_false(s.j.selection.tables[0].columns[2].included);
    close_scene(&s);
}

/* Columns that the filter hits are taken, not the tables around them; their keys come along. */
static void test_what_matches_is_chosen(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    look_for(&s, "c5");
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.totals.tables, 3);
    assert_int_equal(s.j.totals.columns, 6);
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.totals.columns, 3); /* keys are left to the table */
    look_for(&s, "t1");
    tables_choose_shown(&s.view, &s.j);
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.selection.tables[1].n_included, COLUMNS);
    close_scene(&s);
    open_scene(&s);
    look_for(&s, "1"); /* one table by its name, of the others a column */
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.selection.tables[1].n_included, COLUMNS);
    assert_int_equal(s.j.selection.tables[0].n_included, 2);
    assert_true(s.j.selection.tables[0].columns[1].included);
    tables_choose_shown(&s.view, &s.j);
    assert_int_equal(s.j.selection.tables[1].n_included, 0);
    assert_int_equal(s.j.selection.tables[0].n_included, 1); /* its key */
    close_scene(&s);
}

/* Of what was reviewed: what differs, and what was not there. */
/* A partition is not on the screen: its name leads to the table that it arrives as. */
static void test_a_partition_leads_to_its_table(void **state)
{
    struct scene s;
    const struct selection_fact fact = {.name = "c0", .type = "text", .key = true};
    (void)state;
    open_scene(&s);
    for (int i = 0; i < 2; i++) { /* of t1, and of that partition */
        struct selection_table *t =
            selection_add(&s.j.selection, "arkiv", i ? "eldst" : "eldre", &fact, 1, "a partition");
        t->root = i ? 4 : 2;
    }
    s.j.selection.has_partitions = true;
    tables_view_renew(&s.view);
    static const char *const names[] = {"eldst", "arkiv.eldre", "eld"};
    for (size_t i = 0; i < 3; i++) {
        look_for(&s, names[i]);
        bool found = false;
        for (size_t k = 0; k < s.view.n; k++)
            found = found || s.view.tables[k] == 1;
        assert_true(found);
        assert_true(tables_match_table(&s.view.match, &s.j.selection.tables[1]));
        assert_false(tables_match_table(&s.view.match, &s.j.selection.tables[0]));
        assert_string_equal(tables_match_partition(&s.view.match, &s.j.selection, 1),
                            i ? "eldre" : "eldst");
        assert_null(tables_match_partition(&s.view.match, &s.j.selection, 0));
    }
    look_for(&s, "t1");
    assert_null(tables_match_partition(&s.view.match, &s.j.selection, 1));
    look_for(&s, "finnes ikke");
    assert_int_equal(s.view.n, 0);
    close_scene(&s);
}

static void test_changed_and_new(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    s.view.view = VIEW_CHANGED;
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.n, 0);
    s.j.selection.tables[2].columns[5].fresh = true;
    assert_int_equal(choose_table(&s.j, 1, true), SELECTION_DONE);
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.n, 2);
    assert_int_equal(s.view.tables[0], 1);
    journey_reviewed(&s.j);
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.n, 0);
    close_scene(&s);
}

static void test_the_largest_first(void **state)
{
    struct churn churn[3] = {{.known = true, .inserts = 5}, {0}, {.known = true, .updates = 9}};
    struct scene s;

    (void)state;
    open_scene(&s);
    s.j.selection.tables[1].bytes = 900;
    s.j.selection.tables[2].bytes = 9000;
    s.view.order = ORDER_SIZE;
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.tables[0], 2);
    assert_int_equal(s.view.tables[1], 1);
    s.view.order = ORDER_CHURN;
    tables_view_update(&s.view, &s.j); /* not known yet: by name */
    assert_int_equal(s.view.tables[0], 0);
    s.view.churn = churn;
    tables_view_update(&s.view, &s.j);
    assert_int_equal(s.view.tables[0], 2);
    assert_int_equal(s.view.tables[2], 1);
    s.view.churn = NULL;
    close_scene(&s);
}

static void type(struct reason_form *f, struct journey *j, const char *text)
{
    while (*text)
        reason_form_key(f, j, (unsigned char)*text++);
}

static void test_both_are_needed(void **state)
{
    struct scene s;
    struct reason_form f = {0};

    (void)state;
    open_scene(&s);
    reason_form_open(&f, &s.j, 0, 2);
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_int_equal(f.at, REASON_WHY);
    assert_true(f.tried[REASON_WHY]);
    type(&f, &s.j, "why");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_int_equal(f.at, REASON_REFERENCE);
    assert_false(f.tried[1]);
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_true(f.open && f.at == REASON_REFERENCE && f.tried[1]);
    type(&f, &s.j, "B123");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_false(f.open);
    assert_true(s.j.selection.tables[0].columns[2].included);
    close_scene(&s);
}

/* As after kill -9: only what was kept is there, and the numbers of tables are others. */
static void test_half_a_reason_outlives_a_kill(void **state)
{
    struct scene s;
    struct reason_form f = {0}, g = {0};

    (void)state;
    open_scene(&s);
    reason_form_open(&f, &s.j, 2, 4);
    type(&f, &s.j, "avtalt");
    reason_form_key(&f, &s.j, TUI_TAB);
    type(&f, &s.j, "B12");
    reason_form_key(&f, &s.j, TUI_LEFT);
    reason_form_save(&f, s.j.kept);
    reason_form_load(&g, s.j.kept);
    reason_form_find(&g, &s.j);
    assert_true(g.open && g.at == REASON_REFERENCE);
    assert_int_equal(g.table, 2);
    assert_int_equal(g.column, 4);
    assert_string_equal(g.texts[REASON_WHY], "avtalt");
    assert_string_equal(g.texts[REASON_REFERENCE], "B12");
    assert_int_equal(g.fields[1].at, 2);
    str_copy(g.names[1], REASON_NAME, "gone");
    reason_form_find(&g, &s.j);
    assert_false(g.open);
    reason_form_save(&g, s.j.kept);
    assert_false(kept_has(s.j.kept, "tables.reason.text"));
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_flagged_column_in_order),
                                       cmocka_unit_test(test_the_cursor_comes_to_the_hit),
                                       cmocka_unit_test(test_the_next_hit),
                                       cmocka_unit_test(test_a_hit_leaves_nothing_open),
                                       cmocka_unit_test(test_every_hit_is_seen),
                                       cmocka_unit_test(test_shown_goes_on_and_off),
                                       cmocka_unit_test(test_a_schema_goes_on_and_off),
                                       cmocka_unit_test(test_what_matches_is_chosen),
                                       cmocka_unit_test(test_a_partition_leads_to_its_table),
                                       cmocka_unit_test(test_changed_and_new),
                                       cmocka_unit_test(test_the_largest_first),
                                       cmocka_unit_test(test_both_are_needed),
                                       cmocka_unit_test(test_half_a_reason_outlives_a_kill)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
