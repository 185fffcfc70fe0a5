/* Why a sensitive column may flow: the form, what it names and does, and what a reason settles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/screens/choose_scene.h"

#include "screens/kept_reasons.h"
#include "screens/reason_form.h"
#include "screens/reason_group.h"
#include "screens/tables_view.h"
#include "tui/key.h"

#include <string.h>

static void type_in(struct reason_form *f, struct journey *j, const char *text)
{
    for (; *text; text++)
        reason_form_key(f, j, *text);
}

/* The form: both are needed; what was given before stands there and can be changed. */
static void test_the_form_of_a_reason(void **state)
{
    struct scene s;
    struct reason_form f = {0};
    (void)state;

    open_scene(&s, 2);
    reason_form_open(&f, &s.j, 1, FLAGGED);
    type_in(&f, &s.j, "PVK");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_true(f.open && f.at == REASON_REFERENCE);
    reason_form_key(&f, &s.j, TUI_ENTER); /* without a reference */
    assert_true(f.open);
    assert_string_equal(kept_reason(&s, "t1", "c3"), "");
    reason_form_paste(&f, "B123");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_false(f.open);
    assert_true(str_starts(kept_reason(&s, "t1", "c3"), "PVK\x1f"
                                                        "B123\x1f"));
    assert_non_null(strstr(kept_columns(&s, "t1"), "c3"));

    reason_form_open(&f, &s.j, 1, FLAGGED);
    assert_string_equal(f.texts[REASON_WHY], "PVK");
    assert_string_equal(f.texts[REASON_REFERENCE], "B123");
    type_in(&f, &s.j, " 17");
    reason_form_key(&f, &s.j, TUI_ESC); /* nothing is changed */
    assert_true(str_starts(kept_reason(&s, "t1", "c3"), "PVK\x1f"));
    reason_form_open(&f, &s.j, 1, FLAGGED);
    type_in(&f, &s.j, " 17");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_false(f.open);
    assert_true(str_starts(kept_reason(&s, "t1", "c3"), "PVK 17\x1f"));
    close_scene(&s);
}

/* One reason for the flagged columns of a table, or for those of a kind in all tables that flow. */
static void test_a_reason_for_a_group(void **state)
{
    struct scene s;
    struct reason_form f = {0};
    (void)state;

    open_scene(&s, 4);
    for (size_t t = 0; t < 4; t++) {
        selection_raise(&s.j.selection, t, FLAGGED, RULES_SPECIAL, 1u << RULES_FNR);
        selection_raise(&s.j.selection, t, 4, RULES_PERSONAL, 1u << RULES_NAME);
    }
    assert_int_equal(choose_table(&s.j, 1, true), SELECTION_DONE);
    assert_int_equal(choose_table(&s.j, 2, true), SELECTION_DONE);
    assert_true(reason_form_open_table(&f, &s.j, 0));
    assert_int_equal(f.scope, REASON_TABLE);
    assert_int_equal(f.n[REASON_TABLE], 2);
    assert_int_equal(f.n[REASON_ALIKE], 3); /* t3 does not flow */
    s.j.selection.tables[1].columns[FLAGGED].level = RULES_PERSONAL;
    reason_form_open(&f, &s.j, 0, FLAGGED);
    assert_int_equal(f.n[REASON_ALIKE], 2); /* of the same categories, but less of them */
    s.j.selection.tables[1].columns[FLAGGED].level = RULES_SPECIAL;
    assert_true(reason_form_open_table(&f, &s.j, 0));
    type_in(&f, &s.j, "PVK");
    reason_form_key(&f, &s.j, TUI_TAB);
    type_in(&f, &s.j, "B1");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_false(f.open);
    assert_true(is_chosen(&s, FLAGGED) && is_chosen(&s, 4));
    assert_int_equal(s.j.totals.acknowledged, 2);
    choose_undo(&s.j); /* one step */
    assert_int_equal(s.j.totals.acknowledged, 0);
    assert_int_equal(s.j.totals.tables, 2);

    reason_form_open(&f, &s.j, 1, FLAGGED);
    assert_int_equal(f.n[REASON_ALIKE], 2);
    f.at = REASON_SCOPE;
    reason_form_key(&f, &s.j, TUI_RIGHT);
    reason_form_key(&f, &s.j, TUI_RIGHT);
    assert_int_equal(f.scope, REASON_ALIKE);
    reason_form_key(&f, &s.j, TUI_DOWN);
    assert_int_equal(f.at, REASON_LIST);
    reason_form_key(&f, &s.j, TUI_DOWN);
    assert_int_equal(f.at, REASON_LIST);
    reason_form_key(&f, &s.j, TUI_DOWN);
    type_in(&f, &s.j, "kohort");
    reason_form_key(&f, &s.j, TUI_DOWN);
    type_in(&f, &s.j, "B2");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_false(f.open);
    assert_int_equal(s.j.totals.acknowledged, 2);
    assert_true(str_starts(kept_reason(&s, "t2", "c3"), "kohort\x1f"));
    assert_string_equal(kept_reason(&s, "t3", "c3"), "");
    close_scene(&s);
}

static void give_reason(struct reason_form *f, struct journey *j)
{
    f->at = REASON_WHY;
    if (f->texts[REASON_WHY][0] == '\0')
        type_in(f, j, "PVK");
    reason_form_key(f, j, TUI_TAB);
    if (f->texts[REASON_REFERENCE][0] == '\0')
        type_in(f, j, "B1");
    reason_form_key(f, j, TUI_ENTER);
}

/* What the filter hits, also in tables that are off; not what cannot be chosen, and not code 6/7.
 */
static void test_a_reason_for_hits(void **state)
{
    struct scene s;
    struct reason_form f = {0};
    struct tables_view v = {.kept_table = -1};
    (void)state;

    open_scene(&s, 5);
    s.j.selection.tables[3].selectable = false;
    selection_raise(&s.j.selection, 0, 4, RULES_PERSONAL, 1u << RULES_NAME);
    selection_raise(&s.j.selection, 4, FLAGGED, RULES_SPECIAL, 1u << RULES_PROTECTED_ADDRESS);
    assert_int_equal(choose_table(&s.j, 1, true), SELECTION_DONE);
    f.hits = (struct reason_hits){&v, tables_view_hits_table, tables_view_hits_column};
    tables_view_update(&v, &s.j);
    reason_form_open(&f, &s.j, 0, FLAGGED); /* there is no filter */
    assert_int_equal(f.n[REASON_HITS], 1);
    str_copy(v.filter, sizeof v.filter, "c3");
    tables_view_update(&v, &s.j);
    reason_form_open(&f, &s.j, 0, FLAGGED);
    assert_int_equal(f.n[REASON_ALIKE], 2); /* t1 flows */
    assert_int_equal(f.n[REASON_HITS], 3);  /* t0, t1, t2 */
    f.at = REASON_SCOPE;
    while (f.scope != REASON_HITS)
        reason_form_key(&f, &s.j, TUI_RIGHT);
    assert_int_equal(f.n_named, 5); /* and the keys of t0 and t2 */
    give_reason(&f, &s.j);
    assert_false(f.open);
    assert_int_equal(s.j.totals.acknowledged, 3);
    assert_int_equal(s.j.totals.tables, 3);
    for (size_t t = 0; t < 5; t++)
        assert_int_equal(s.j.selection.tables[t].columns[FLAGGED].included, t < 3);
    assert_false(is_chosen(&s, 4));
    choose_undo(&s.j); /* one step */
    assert_int_equal(s.j.totals.tables, 1);
    str_copy(v.filter, sizeof v.filter, "t2"); /* a table by its name: all that is flagged of it */
    tables_view_update(&v, &s.j);
    reason_form_open(&f, &s.j, 0, 4);
    assert_int_equal(f.n[REASON_HITS], 2); /* its c3 is without a reason again */
    tables_view_done(&v);
    close_scene(&s);
}

static struct reason_parts parts_of(const struct scene *s, const struct reason_form *f,
                                    struct arena *a)
{
    struct selection_place places[16];
    struct reason_parts out;

    assert_true(f->n[f->scope] <= 16);
    size_t n = reason_group(&s->j, f->table, f->column, f->scope, &f->hits, places);
    reason_parts(&s->j, places, n, f->wish, a, &out);
    return out;
}

/* What is turned on was named before, the special ones first; and the other way round. */
static void test_a_form_names_what_it_does(void **state)
{
    struct scene s;
    struct arena a = {0};
    struct reason_form f = {0};
    (void)state;

    open_scene(&s, 2);
    selection_raise(&s.j.selection, 0, 2, RULES_PERSONAL, 1u << RULES_NAME);
    assert_true(reason_form_open_table(&f, &s.j, 0));
    struct reason_parts parts = parts_of(&s, &f, &a);
    assert_int_equal(parts.n, 3); /* c2, c3 and the key */
    assert_int_equal(f.n_named, 3);
    assert_int_equal(parts.settled, 2);
    assert_int_equal(parts.starts, 3);
    assert_int_equal(parts.all[0].at.column, FLAGGED);
    assert_int_equal(parts.all[1].at.column, 2);
    assert_int_equal(parts.all[2].at.column, 0);
    assert_false(parts.all[2].settled);
    type_in(&f, &s.j, "  ");
    reason_form_key(&f, &s.j, TUI_TAB);
    type_in(&f, &s.j, " ");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_true(f.open); /* blank says nothing */
    field_set(&f.fields[REASON_WHY], "");
    field_set(&f.fields[REASON_REFERENCE], "");
    give_reason(&f, &s.j);
    assert_false(f.open);
    for (size_t c = 0; c < COLUMNS; c++)
        assert_int_equal(is_chosen(&s, c), c == 0 || c == 2 || c == FLAGGED);
    arena_done(&a);
    close_scene(&s);
}

/* A harmless column of a table whose key is sensitive: the key is asked about, and the column comes
 * along; a flagged one is asked about first, and then the key, with the same words. */
static void test_a_sensitive_key_stands_in_the_way(void **state)
{
    struct scene s;
    struct reason_form f = {0};
    (void)state;

    open_scene(&s, 3);
    for (size_t t = 0; t < 3; t++)
        selection_raise(&s.j.selection, t, 0, RULES_PERSONAL, 1u << RULES_AKTOERID);
    assert_true(reason_form_open_key(&f, &s.j, 0, 5));
    assert_int_equal(f.column, 0);
    assert_int_equal(f.n_named, 2);
    give_reason(&f, &s.j);
    assert_false(f.open);
    for (size_t c = 0; c < COLUMNS; c++)
        assert_int_equal(is_chosen(&s, c), c == 0 || c == 5);
    choose_undo(&s.j); /* one step */
    assert_int_equal(s.j.totals.columns, 0);

    assert_true(reason_form_open_key(&f, &s.j, 1, REASON_WISH_TABLE));
    assert_int_equal(f.n_named, COLUMNS - 1);
    give_reason(&f, &s.j);
    assert_int_equal(s.j.totals.columns, COLUMNS - 1); /* all but the flagged one */

    reason_form_open(&f, &s.j, 2, FLAGGED);
    give_reason(&f, &s.j);
    assert_true(f.open);
    assert_int_equal(f.column, 0);
    assert_string_equal(f.texts[REASON_WHY], "PVK");
    assert_int_equal(s.j.totals.tables, 1);
    give_reason(&f, &s.j);
    assert_false(f.open);
    assert_int_equal(s.j.totals.columns, COLUMNS + 1);
    close_scene(&s);
}

/* A reason settles what was known when it was given. */
static void test_a_reason_does_not_outlive_its_level(void **state)
{
    struct scene s;
    struct arena a = {0};
    (void)state;

    open_scene(&s, 1);
    struct selection_column *c = &s.j.selection.tables[0].columns[FLAGGED];
    c->level = RULES_PERSONAL;
    assert_true(settle(&s, "PVK", "B1"));
    assert_int_equal(s.j.totals.acknowledged, 1);
    assert_true(selection_raise(&s.j.selection, 0, FLAGGED, RULES_SPECIAL, 1u << RULES_HEALTH));
    assert_true(c->included && selection_lacks_reason(c));
    assert_int_equal(selection_unacknowledged(&s.j.selection, NULL, 0), 1);
    journey_save(&s.j);

    c->ack = NULL; /* a new start: judged special, its reason was for less */
    kept_reasons_restore(&s.j);
    assert_non_null(c->ack);
    assert_true(selection_lacks_reason(c));
    assert_true(settle(&s, "PVK 2", "B2"));
    c->ack = NULL;
    kept_reasons_restore(&s.j);
    assert_false(selection_lacks_reason(c));
    assert_true(selection_raise(&s.j.selection, 0, FLAGGED, RULES_SPECIAL, 1u << RULES_FNR));
    journey_save(&s.j);
    c->ack = NULL; /* the categories it was given for are kept, too */
    kept_reasons_restore(&s.j);
    assert_int_equal(selection_unsettled(c), 1u << RULES_FNR);
    c->level = RULES_PERSONAL; /* for more than is known now */
    assert_false(selection_lacks_reason(c));
    arena_done(&a);
    close_scene(&s);
}

/* Code 6 and 7 are asked about by name, each column by itself. */
static void test_code_6_7_stands_alone(void **state)
{
    struct scene s;
    struct reason_form f = {0};
    (void)state;

    open_scene(&s, 1);
    selection_raise(&s.j.selection, 0, 4, RULES_PERSONAL, 1u << RULES_NAME);
    selection_raise(&s.j.selection, 0, 6, RULES_SPECIAL, 1u << RULES_PROTECTED_ADDRESS);
    reason_form_open(&f, &s.j, 0, FLAGGED);
    assert_int_equal(f.n[REASON_TABLE], 2);
    assert_false(f.asks_protected);
    reason_form_open(&f, &s.j, 0, 6);
    assert_true(f.asks_protected);
    assert_int_equal(f.n[REASON_TABLE], 1);
    type_in(&f, &s.j, "PVK");
    reason_form_key(&f, &s.j, TUI_ENTER);
    type_in(&f, &s.j, "B1");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_true(f.open && f.at == REASON_PROTECTED);
    reason_form_key(&f, &s.j, TUI_ENTER); /* without an answer */
    assert_true(f.open && f.tried[REASON_PROTECTED]);
    type_in(&f, &s.j, "filtrert i visning");
    reason_form_key(&f, &s.j, TUI_ENTER);
    assert_false(f.open);
    assert_true(
        str_starts(kept_reason(&s, "t0", "c6"), "PVK; protected_address: filtrert i visning\x1f"));
    reason_form_open(&f, &s.j, 0, 6);
    assert_string_equal(f.texts[REASON_WHY], "PVK");
    assert_string_equal(f.texts[REASON_PROTECTED], "filtrert i visning");

    const struct selection_ack before = {.reason = "PVK; kode 6/7: avtalt", .reference = "B1"};
    struct err e; /* as an earlier version wrote it */
    assert_true(selection_acknowledge(&s.j.selection, 0, 6, &before, &e));
    reason_form_open(&f, &s.j, 0, 6);
    assert_string_equal(f.texts[REASON_WHY], "PVK");
    assert_string_equal(f.texts[REASON_PROTECTED], "avtalt");
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form_of_a_reason),
        cmocka_unit_test(test_a_reason_for_a_group),
        cmocka_unit_test(test_a_reason_for_hits),
        cmocka_unit_test(test_a_form_names_what_it_does),
        cmocka_unit_test(test_a_sensitive_key_stands_in_the_way),
        cmocka_unit_test(test_a_reason_does_not_outlive_its_level),
        cmocka_unit_test(test_code_6_7_stands_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
