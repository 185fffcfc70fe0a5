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
#include "screens/kept_names.h"
#include "screens/kept_reasons.h"
#include "tests/unit/screens/choose_scene.h"

#include <stdio.h>
#include <string.h>

static void test_one_choice_among_many_writes_one_entry(void **state)
{
    struct scene s;
    (void)state;

    open_scene(&s, MANY);
    choose_all(&s);
    assert_int_equal(s.j.totals.tables, MANY);
    assert_int_equal(s.j.totals.columns, MANY * (COLUMNS - 1));
    assert_true(choose_late_waits(&s.j));     /* behind the picture, some at a time */
    while (kept_columns(&s, "t0")[0] == '\0') /* the step first, then tables */
        assert_true(journey_save_some(&s.j));
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
    (void)state;

    open_scene(&s, 2);
    assert_int_equal(choose_column(&s.j, 0, FLAGGED, true), SELECTION_NEEDS_ACK);
    assert_true(settle(&s, "statistics", "B123"));
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics\x1f"
                                                        "B123\x1f"));
    assert_int_equal(s.j.totals.acknowledged, 1);
    journey_save(&s.j);

    assert_true(settle(&s, "statistics of 2026", "B124"));
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics of 2026\x1f"
                                                        "B124\x1f"));
    assert_true(s.j.dirty);
    assert_int_equal(to_write(&s), 1);

    assert_false(settle(&s, "", "B125"));
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics of 2026\x1f"
                                                        "B124\x1f"));
    close_scene(&s);
}

/* A reason is an edit of the plan as a tick is: back to the one before, and to none at all. */
static void test_a_reason_is_undone(void **state)
{
    const struct selection_column *c;
    struct scene s;
    (void)state;

    open_scene(&s, 2);
    c = &s.j.selection.tables[0].columns[FLAGGED];
    assert_true(settle(&s, "statistics", "B123"));
    assert_true(settle(&s, "research", "B124"));
    choose_undo(&s.j);
    assert_string_equal(c->ack->reason, "statistics");
    assert_true(str_starts(kept_reason(&s, "t0", "c3"), "statistics\x1f"
                                                        "B123\x1f"));
    assert_true(is_chosen(&s, FLAGGED)); /* the step was a reason and nothing else */
    assert_int_equal(s.j.totals.acknowledged, 1);
    choose_undo(&s.j);
    assert_false(is_chosen(&s, FLAGGED));
    assert_null(c->ack);
    assert_string_equal(kept_reason(&s, "t0", "c3"), "");
    assert_int_equal(choose_column(&s.j, 0, FLAGGED, true), SELECTION_NEEDS_ACK);
    choose_redo(&s.j);
    choose_redo(&s.j);
    assert_string_equal(c->ack->reason, "research");
    assert_string_equal(c->ack->reference, "B124");
    assert_int_equal(c->ack->level, RULES_SPECIAL);
    assert_true(is_chosen(&s, FLAGGED));
    assert_false(selection_lacks_reason(c));
    close_scene(&s);
}

/* What was undone stays so after a restart, though a plan file may still say it. */
static void test_a_reason_taken_back_stays_so(void **state)
{
    const struct selection_ack of_file = {"statistics",           "B123",        "p",
                                          "2026-01-01T00:00:00Z", RULES_SPECIAL, 0};
    struct scene s;
    struct err e;
    (void)state;

    open_scene(&s, 2);
    assert_true(settle(&s, "statistics", "B123"));
    choose_undo(&s.j);
    assert_true(selection_acknowledged(&s.j.selection, 0, FLAGGED, &of_file, &e));
    kept_reasons_restore(&s.j);
    assert_null(s.j.selection.tables[0].columns[FLAGGED].ack);
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

/* Names that hold what separates names: chosen, undone, redone and kept like any other. */
static void test_hostile_names_come_back(void **state)
{
    static const char *const names[] = {"id",
                                        "a\x1f"
                                        "b",
                                        "a",
                                        "b",
                                        "b\nc",
                                        "\x1b"
                                        "s",
                                        "\x1b",
                                        "+c\x1b"
                                        "n",
                                        "-c",
                                        "*"};
    enum { NAMES = sizeof names / sizeof *names };
    struct selection_fact facts[NAMES];
    struct scene s;
    struct str text = {0};
    char *parts[NAMES + 1], *copy;
    (void)state;

    open_scene(&s, 0);
    for (size_t i = 0; i < NAMES; i++) {
        facts[i] = (struct selection_fact){.name = names[i], .type = "text", .key = i == 0};
        names_put(&text, names[i]);
        str_add(&text, NAMES_SEP);
    }
    copy = mem_str(str_text(&text));
    assert_int_equal(names_cut(copy, parts, NAMES + 1), NAMES);
    for (size_t i = 0; i < NAMES; i++)
        assert_string_equal(parts[i], names[i]);
    mem_free(copy);
    str_done(&text);
    for (size_t t = 0; t < NAMES; t++) {
        selection_add(&s.j.selection,
                      "sk\x1f"
                      "ema\n",
                      names[t], facts, NAMES, NULL);
        s.j.selection.tables[t].selectable = true; /* as a stream may carry them */
        for (size_t c = 0; c < NAMES; c++)
            s.j.selection.tables[t].columns[c].unsupported = false;
    }
    for (size_t t = 0; t < NAMES; t++)
        for (size_t c = 1 + t % 3; c < NAMES; c += 2)
            assert_int_equal(choose_column(&s.j, t, c, true), SELECTION_DONE);
    size_t chosen = s.j.totals.columns;
    journey_save(&s.j);
    for (size_t t = 0; t < NAMES; t++)
        assert_int_equal(choose_table(&s.j, t, false), SELECTION_DONE);
    for (size_t t = 0; t < NAMES; t++)
        choose_undo(&s.j);
    assert_int_equal(s.j.totals.columns, chosen);
    for (size_t t = 0; t < NAMES; t++)
        for (size_t c = 1; c < NAMES; c++)
            assert_int_equal(s.j.selection.tables[t].columns[c].included,
                             c >= 1 + t % 3 && (c - 1 - t % 3) % 2 == 0);
    choose_redo(&s.j);
    assert_int_equal(s.j.selection.tables[0].n_included, 0);
    choose_undo(&s.j);
    assert_int_equal(s.j.totals.columns, chosen);
    close_scene(&s);
}

/* Undo says what it takes back, and a pass that changes nothing says why. */
static void test_what_is_said(void **state)
{
    struct selection_place some[3] = {{0, 4}, {0, 5}, {0, FLAGGED}};
    struct scene s;
    (void)state;

    open_scene(&s, 3);
    choose_columns(&s.j, some, 3, true);
    assert_non_null(strstr(s.j.said, "changed: 2"));
    assert_non_null(strstr(s.j.said, "reason (e): 1"));
    choose_columns(&s.j, some, 2, true);
    assert_non_null(strstr(s.j.said, "0; they are on already"));
    choose_undo(&s.j);
    assert_non_null(strstr(s.j.said, "t0, columns 2"));
    choose_all(&s);
    choose_undo(&s.j);
    assert_non_null(strstr(s.j.said, "tables 3 (t0"));
    assert_int_equal(choose_column(&s.j, 2, 7, true), SELECTION_DONE);
    choose_undo(&s.j);
    assert_non_null(strstr(s.j.said, "t2.c7"));
    s.j.selection.tables[1].columns[4].unsupported = true;
    choose_columns(&s.j, &(struct selection_place){1, 4}, 1, true);
    assert_non_null(strstr(s.j.said, "does not carry"));
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_choice_among_many_writes_one_entry),
        cmocka_unit_test(test_many_tables_are_one_step),
        cmocka_unit_test(test_what_rises_stays_chosen),
        cmocka_unit_test(test_hostile_names_come_back),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_what_is_left_out_is_not_kept),
        cmocka_unit_test(test_a_second_reason_is_kept),
        cmocka_unit_test(test_a_reason_is_undone),
        cmocka_unit_test(test_a_reason_taken_back_stays_so),
        cmocka_unit_test(test_changes_of_a_stream_are_kept_apart),
        cmocka_unit_test(test_what_was_carried_out_is_no_change_any_more),
        cmocka_unit_test(test_another_source_takes_nothing_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
