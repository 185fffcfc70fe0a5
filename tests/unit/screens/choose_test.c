/* Choosing tables and columns: what is kept for the next start, and how much of it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/store/internal.h"
#include "api/store/journeys.h"
#include "screens/choose.h"
#include "screens/choose_late.h"
#include "screens/reason_form.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 20, MANY = 10000, FLAGGED = 3 };

struct scene {
    struct options options;
    struct live live;
    struct journey j;
};

/* Tables t0, t1, ...: `id` is the key, c3 is sensitive. */
static void add_tables(struct selection *s, size_t n)
{
    struct selection_fact facts[COLUMNS];
    char names[COLUMNS][24], table[24];

    for (size_t c = 0; c < COLUMNS; c++) {
        snprintf(names[c], sizeof names[c], c ? "c%zu" : "id", c);
        facts[c] = (struct selection_fact){.name = names[c],
                                           .type = "text",
                                           .key = c == 0,
                                           .level = c == FLAGGED ? RULES_SPECIAL : RULES_NONE};
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(table, sizeof table, "t%zu", i);
        selection_add(s, "public", table, facts, COLUMNS, NULL);
    }
}

static void open_scene(struct scene *s, size_t tables)
{
    struct err e;

    *s = (struct scene){.live = {.options = &s->options}};
    s->live.store = store_open_memory(&e);
    assert_non_null(s->live.store);
    journey_open(&s->j, &s->live);
    add_tables(&s->j.selection, tables);
    s->j.selection_ready = true;
}

static void close_scene(struct scene *s)
{
    journey_close(&s->j);
    store_close(s->live.store);
}

static void choose_all(struct scene *s)
{
    size_t n = s->j.selection.n_tables, *all = mem_alloc(n * sizeof *all);

    for (size_t i = 0; i < n; i++)
        all[i] = i;
    choose_tables(&s->j, all, n, true);
    mem_free(all);
}

/* Entries that the next save writes; SIZE_MAX: all of them. */
static size_t to_write(const struct scene *s)
{
    const char *const *keys;
    bool all;
    size_t n = kept_touched(s->j.kept, &keys, &all);

    return all ? SIZE_MAX : n;
}

static const struct selection_place flagged = {0, FLAGGED};

static const char *kept_reason(const struct scene *s, const char *table, const char *column)
{
    char key[64];

    snprintf(key, sizeof key, "ack.public\x1f%s\x1f%s", table, column);
    return kept_text(s->j.kept, key, "");
}

static const char *kept_columns(const struct scene *s, const char *table)
{
    char key[64];

    snprintf(key, sizeof key, "chosen.public\x1f%s", table);
    return kept_text(s->j.kept, key, "");
}

static bool is_chosen(const struct scene *s, size_t column)
{
    return s->j.selection.tables[0].columns[column].included;
}

static void test_one_choice_among_many_writes_one_entry(void **state)
{
    struct scene s;
    (void)state;

    open_scene(&s, MANY);
    choose_all(&s);
    assert_int_equal(s.j.totals.tables, MANY);
    assert_int_equal(s.j.totals.columns, MANY * (COLUMNS - 1));
    assert_true(choose_late_waits(&s.j)); /* behind the picture, some at a time */
    assert_true(journey_save_some(&s.j)); /* the step */
    assert_true(journey_save_some(&s.j)); /* some tables */
    assert_string_not_equal(kept_columns(&s, "t0"), "");
    assert_string_equal(kept_columns(&s, "t9999"), "");
    journey_save(&s.j);
    assert_string_not_equal(kept_columns(&s, "t9999"), "");
    assert_int_equal(to_write(&s), 0);

    assert_int_equal(choose_column(&s.j, 17, 5, false), SELECTION_DONE);
    assert_int_equal(to_write(&s), 1);
    assert_int_equal(s.j.totals.columns, MANY * (COLUMNS - 1) - 1);
    assert_null(strstr(kept_columns(&s, "t17"), "c5"));
    assert_non_null(strstr(kept_columns(&s, "t18"), "c5"));
    journey_save(&s.j);

    choose_undo(&s.j);
    assert_int_equal(to_write(&s), 1);
    assert_non_null(strstr(kept_columns(&s, "t17"), "c5"));
    close_scene(&s);
}

/* A schema of ten thousand tables is one step, there and back, kept or not yet. */
static void test_many_tables_are_one_step(void **state)
{
    struct scene s;
    (void)state;

    open_scene(&s, MANY);
    choose_all(&s);
    choose_undo(&s.j);
    assert_int_equal(s.j.totals.tables, 0);
    journey_save(&s.j);
    assert_string_equal(kept_columns(&s, "t17"), "");
    choose_redo(&s.j);
    assert_int_equal(s.j.totals.columns, MANY * (COLUMNS - 1));
    journey_save(&s.j);
    assert_non_null(strstr(kept_columns(&s, "t17"), "c19"));
    choose_undo(&s.j);
    choose_undo(&s.j); /* nothing is left */
    assert_int_equal(s.j.totals.tables, 0);
    close_scene(&s);
}

/* Values rise a level while it is chosen: it stays, lacks a reason, and undo brings it back so. */
static void test_what_rises_stays_chosen(void **state)
{
    struct selection_place lacking[4];
    struct scene s;
    (void)state;

    open_scene(&s, 2);
    assert_int_equal(choose_table(&s.j, 0, true), SELECTION_DONE);
    assert_true(selection_raise(&s.j.selection, 0, 5, RULES_SPECIAL, 1u << RULES_FNR));
    assert_false(selection_raise(&s.j.selection, 0, 5, RULES_PERSONAL, 1u << RULES_NAME));
    assert_true(is_chosen(&s, 5));
    assert_int_equal(selection_unacknowledged(&s.j.selection, lacking, 4), 1);
    assert_int_equal(lacking[0].column, 5);
    assert_int_equal(choose_table(&s.j, 0, false), SELECTION_DONE);
    assert_int_equal(choose_table(&s.j, 0, true), SELECTION_DONE);
    assert_false(is_chosen(&s, 5)); /* anew it wants a reason */
    choose_undo(&s.j);
    choose_undo(&s.j);
    assert_true(is_chosen(&s, 5));
    close_scene(&s);
}

static void test_what_is_left_out_is_not_kept(void **state)
{
    struct scene s;
    (void)state;

    open_scene(&s, 3);
    choose_all(&s);
    journey_save(&s.j);
    assert_int_equal(choose_table(&s.j, 1, false), SELECTION_DONE);
    assert_string_equal(kept_columns(&s, "t1"), "");
    assert_string_not_equal(kept_columns(&s, "t0"), "");
    choose_undo(&s.j);
    assert_string_not_equal(kept_columns(&s, "t1"), "");
    choose_redo(&s.j);
    assert_string_equal(kept_columns(&s, "t1"), "");
    close_scene(&s);
}

static void test_a_second_reason_is_kept(void **state)
{
    struct scene s;
    struct err e;
    (void)state;

    open_scene(&s, 2);
    assert_int_equal(choose_column(&s.j, 0, FLAGGED, true), SELECTION_NEEDS_ACK);
    assert_true(choose_with_reason(&s.j, &flagged, 1, "statistics", "B123", &e));
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics\x1f"
                                                        "B123\x1f"));
    assert_int_equal(s.j.totals.acknowledged, 1);
    journey_save(&s.j);

    assert_true(choose_with_reason(&s.j, &flagged, 1, "statistics of 2026", "B124", &e));
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics of 2026\x1f"
                                                        "B124\x1f"));
    assert_true(s.j.dirty);
    assert_int_equal(to_write(&s), 1);

    assert_false(choose_with_reason(&s.j, &flagged, 1, "", "B125", &e));
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics of 2026\x1f"
                                                        "B124\x1f"));
    close_scene(&s);
}

/* --- a stream that is changed --- */

static struct datastream_column flowing[] = {{.name = "id"}, {.name = "c1"}, {.name = "c3"}};

static void carries(struct scene *s, size_t columns, bool news)
{
    struct datastream_table t0 = {"t0", flowing, columns};
    struct datastream_schema schema = {"public", &t0, 1};
    struct datastream_selection in = {&schema, 1, true}, out = {0};

    s->j.opened = true;
    assert_int_equal(journey_use_flows(&s->j, &in, &out), news);
}

static bool is_on(const struct scene *s, size_t column)
{
    return s->j.selection.tables[0].columns[column].included;
}

/* What the person changed stays changed, and what somebody else changed meanwhile is seen. */
static void test_changes_of_a_stream_are_kept_apart(void **state)
{
    struct scene s;
    (void)state;

    open_scene(&s, 2);
    carries(&s, 3, true);
    assert_true(is_on(&s, 1) && is_on(&s, FLAGGED)); /* it flows, with a reason or without */
    assert_int_equal(s.j.totals.columns, 3);
    assert_int_equal(choose_column(&s.j, 0, 1, false), SELECTION_DONE);
    assert_int_equal(choose_column(&s.j, 0, 5, true), SELECTION_DONE);
    assert_string_equal(kept_columns(&s, "t0"), "");
    assert_string_equal(kept_text(s.j.kept, "edit.public\x1ft0", ""), "-c1\x1f"
                                                                      "+c5\x1f");
    carries(&s, 3, false);
    carries(&s, 2, true); /* somebody took c3 out */
    assert_false(is_on(&s, 1) || is_on(&s, FLAGGED));
    assert_true(is_on(&s, 5));
    choose_undo(&s.j);
    choose_undo(&s.j);
    assert_true(is_on(&s, 1));
    assert_false(is_on(&s, 5));
    assert_string_equal(kept_text(s.j.kept, "edit.public\x1ft0", ""), "");
    close_scene(&s);
}

static void test_what_was_carried_out_is_no_change_any_more(void **state)
{
    struct scene s;
    (void)state;

    open_scene(&s, 2);
    carries(&s, 3, true);
    assert_int_equal(choose_table(&s.j, 1, true), SELECTION_DONE);
    journey_flows_now(&s.j);
    assert_string_equal(kept_text(s.j.kept, "edit.public\x1ft1", ""), "");
    assert_true(s.j.selection.tables[1].columns[2].flows);
    assert_true(journey_changes_stream(&s.j));
    assert_int_equal(choose_table(&s.j, 1, false), SELECTION_DONE);
    assert_string_not_equal(kept_text(s.j.kept, "edit.public\x1ft1", ""), "");
    close_scene(&s);
}

/* Another journey: the one before stays in the store, what it was connected with goes. */
static void test_another_source_takes_nothing_along(void **state)
{
    struct target other = {.stream = "postgres-annen-bigquery", .project = "p"};
    struct scene s;
    struct err e;
    int64_t first;
    (void)state;

    open_scene(&s, 2);
    s.options.password_file = NULL;
    s.live.db_password = secret_new("hemmelig", 8);
    str_copy(s.j.target.stream, sizeof s.j.target.stream, "postgres-var-bigquery");
    str_copy(s.j.dsn, sizeof s.j.dsn, "host=var");
    s.j.reached = AT_TABLES;
    assert_int_equal(choose_column(&s.j, 0, 1, true), SELECTION_DONE);
    journey_save(&s.j);
    first = s.j.id;
    journey_put_aside(&s.j, &other, false);
    assert_null(s.live.db_password);
    assert_string_equal(s.j.dsn, "");
    assert_true(s.j.elsewhere && !s.j.selection_ready);
    assert_string_equal(s.j.target.stream, "postgres-annen-bigquery");
    journey_changed(&s.j);
    journey_save(&s.j);
    assert_int_not_equal(s.j.id, first);
    assert_true(journey_switch(&s.j, first));
    assert_int_equal(s.j.id, first);
    assert_string_equal(s.j.target.stream, "postgres-var-bigquery");
    assert_string_equal(s.j.dsn, "host=var");
    assert_int_equal(s.j.reached, AT_TABLES);
    assert_true(journeys_prune(s.live.store, &e)); /* nothing of it is old */
    assert_true(journey_switch(&s.j, first));
    close_scene(&s);
}

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
    assert_true(str_starts(kept_reason(&s, "t0", "c6"), "PVK; kode 6/7: filtrert i visning\x1f"));
    reason_form_open(&f, &s.j, 0, 6);
    assert_string_equal(f.texts[REASON_WHY], "PVK");
    assert_string_equal(f.texts[REASON_PROTECTED], "filtrert i visning");
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_choice_among_many_writes_one_entry),
        cmocka_unit_test(test_many_tables_are_one_step),
        cmocka_unit_test(test_what_rises_stays_chosen),
        cmocka_unit_test(test_a_reason_for_a_group),
        cmocka_unit_test(test_code_6_7_stands_alone),
        cmocka_unit_test(test_what_is_left_out_is_not_kept),
        cmocka_unit_test(test_a_second_reason_is_kept),
        cmocka_unit_test(test_changes_of_a_stream_are_kept_apart),
        cmocka_unit_test(test_what_was_carried_out_is_no_change_any_more),
        cmocka_unit_test(test_another_source_takes_nothing_along),
        cmocka_unit_test(test_the_form_of_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
