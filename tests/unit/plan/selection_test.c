#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/plan/selection.h"

#include <stdio.h>
#include <string.h>

static struct selection s;

enum { ID, NAME, FNR, PLACE, TABLE_COLUMNS };

static const struct selection_fact person[TABLE_COLUMNS] = {
    [ID] = {.name = "id", .type = "bigint", .key = true},
    [NAME] = {.name = "status", .type = "text"},
    [FNR] = {.name = "fnr",
             .type = "text",
             .level = RULES_SPECIAL,
             .categories = UINT32_C(1) << RULES_FNR},
    [PLACE] = {.name = "sted", .type = "point", .unsupported = true},
};

static const struct selection_fact ident[] = {
    {.name = "ident", .type = "text", .key = true, .level = RULES_SPECIAL, .categories = 1},
    {.name = "type", .type = "text"},
};

enum { PERSON, IDENT, FLYWAY };

static const struct selection_ack ack = {
    .reason = "avklart i PVK", .reference = "B123", .by = "kari", .at = "2026-01-02T03:04:05Z"};

static int begin(void **state)
{
    (void)state;
    selection_init(&s);
    selection_add(&s, "public", "person", person, TABLE_COLUMNS, NULL)->rows = 100;
    selection_add(&s, "public", "person_ident", ident, 2, NULL);
    selection_add(&s, "public", "flyway_schema_history", ident, 2, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    selection_done(&s);
    return 0;
}

static void test_nothing_is_chosen_at_first(void **state)
{
    (void)state;
    struct selection_totals t;
    selection_totals(&s, &t);
    assert_int_equal(t.tables, 0);
    assert_int_equal(t.columns, 0);
    assert_int_equal(selection_table_box(&s.tables[PERSON]), SELECTION_OFF);
}

static void test_a_table_takes_what_is_harmless(void **state)
{
    (void)state;
    assert_int_equal(selection_set_table(&s, PERSON, true), SELECTION_DONE);
    assert_true(s.tables[PERSON].columns[ID].included);
    assert_true(s.tables[PERSON].columns[NAME].included);
    assert_false(s.tables[PERSON].columns[FNR].included);
    assert_false(s.tables[PERSON].columns[PLACE].included);
    assert_int_equal(selection_table_box(&s.tables[PERSON]), SELECTION_PART);
    assert_int_equal(selection_set_table(&s, PERSON, true), SELECTION_SAME);
    struct selection_totals t;
    selection_totals(&s, &t);
    assert_int_equal(t.tables, 1);
    assert_int_equal(t.columns, 2);
    assert_int_equal(t.left_out_sensitive, 1);
    assert_int_equal(t.rows, 100);
    assert_false(t.rows_unknown);
    assert_int_equal(selection_set_table(&s, PERSON, false), SELECTION_DONE);
    assert_int_equal(s.tables[PERSON].n_included, 0);
}

static void test_a_column_brings_its_keys(void **state)
{
    (void)state;
    assert_int_equal(selection_set_column(&s, PERSON, NAME, true), SELECTION_DONE);
    assert_true(s.tables[PERSON].columns[ID].included);
    assert_int_equal(selection_set_column(&s, PERSON, ID, false), SELECTION_KEY);
    assert_true(s.tables[PERSON].columns[ID].included);
    assert_int_equal(selection_set_column(&s, PERSON, NAME, false), SELECTION_DONE);
    assert_int_equal(selection_set_column(&s, PERSON, ID, false), SELECTION_DONE);
    assert_int_equal(s.tables[PERSON].n_included, 0);
}

static void test_sensitive_needs_a_reason(void **state)
{
    (void)state;
    struct err e;
    assert_int_equal(selection_set_column(&s, PERSON, FNR, true), SELECTION_NEEDS_ACK);
    assert_int_equal(s.tables[PERSON].n_included, 0);
    assert_true(selection_acknowledge(&s, PERSON, FNR, &ack, &e));
    assert_false(s.tables[PERSON].columns[FNR].included);
    assert_int_equal(selection_set_column(&s, PERSON, FNR, true), SELECTION_DONE);
    struct selection_totals t;
    selection_totals(&s, &t);
    assert_int_equal(t.special, 1);
    assert_int_equal(t.acknowledged, 1);
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 0);
}

static void test_a_sensitive_key_holds_the_table(void **state)
{
    (void)state;
    struct err e;
    assert_int_equal(selection_set_table(&s, IDENT, true), SELECTION_NEEDS_ACK);
    assert_int_equal(selection_set_column(&s, IDENT, 1, true), SELECTION_NEEDS_ACK);
    assert_int_equal(s.tables[IDENT].n_included, 0);
    assert_true(selection_acknowledge(&s, IDENT, 0, &ack, &e));
    assert_int_equal(selection_set_table(&s, IDENT, true), SELECTION_DONE);
    assert_int_equal(selection_table_box(&s.tables[IDENT]), SELECTION_ON);
}

static void test_what_cannot_be_chosen(void **state)
{
    (void)state;
    assert_int_equal(selection_set_column(&s, PERSON, PLACE, true), SELECTION_UNSUPPORTED);
    assert_false(s.tables[FLYWAY].selectable);
    assert_int_equal(selection_set_table(&s, FLYWAY, true), SELECTION_NOT_SELECTABLE);
    assert_int_equal(selection_set_column(&s, FLYWAY, 1, true), SELECTION_NOT_SELECTABLE);
    const struct selection_fact key[] = {
        {.name = "k", .type = "box", .key = true, .unsupported = true},
        {.name = "v", .type = "text"}};
    selection_add(&s, "public", "odd", key, 2, NULL);
    selection_add(&s, "public", "seen", key, 2, "a view");
    assert_int_equal(selection_set_table(&s, 3, true), SELECTION_UNSUPPORTED);
    assert_int_equal(selection_set_table(&s, 4, true), SELECTION_NOT_SELECTABLE);
    assert_string_equal(s.tables[4].why, "a view");
    for (int a = SELECTION_KEY; a <= SELECTION_NEEDS_ACK; a++)
        assert_true(strlen(selection_answer_text((enum selection_answer)a)) > 10);
}

static void refused(struct selection_ack wrong, const char *why)
{
    struct err e = {0};
    assert_false(selection_acknowledge(&s, PERSON, FNR, &wrong, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.why, why));
    assert_null(s.tables[PERSON].columns[FNR].ack);
}

static void test_reasons_are_checked(void **state)
{
    (void)state;
    char longer[600];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    refused((struct selection_ack){.reason = "", .reference = "B1"}, "reason is empty");
    refused((struct selection_ack){.reason = "ja", .reference = NULL}, "reference is empty");
    refused((struct selection_ack){.reason = " ", .reference = "B1"}, "reason is blank");
    refused((struct selection_ack){.reason = "ja", .reference = "\xC2\xA0\xE2\x80\x8B"},
            "reference is blank");
    refused((struct selection_ack){.reason = "a\nb", .reference = "B1"}, "control");
    refused((struct selection_ack){.reason = "a\xff", .reference = "B1"}, "reason");
    refused((struct selection_ack){.reason = "a\xE2\x80\xAE"
                                             "b",
                                   .reference = "B1"},
            "turns the text");
    refused((struct selection_ack){.reason = longer, .reference = "B1"}, "longer than 500");
    struct err e;
    clock_freeze(1767323045);
    assert_true(selection_acknowledge(
        &s, PERSON, FNR, &(struct selection_ack){.reason = "ja", .reference = "B1"}, &e));
    clock_freeze(0);
    assert_string_equal(s.tables[PERSON].columns[FNR].ack->at, "2026-01-02T03:04:05Z");
    assert_string_equal(s.tables[PERSON].columns[FNR].ack->by, "");
}

/* What flows already goes on, and is asked for its reason all the same. */
/* A reason settles the categories that were known, not only the level. */
static void test_another_category_asks_again(void **state)
{
    (void)state;
    struct selection_column *c = &s.tables[PERSON].columns[FNR];
    struct err e;

    c->level = RULES_SPECIAL;
    c->categories = 1u << RULES_HEALTH | 1u << RULES_NAME;
    assert_true(selection_acknowledge(&s, PERSON, FNR, &ack, &e));
    assert_false(selection_lacks_reason(c));
    assert_false(selection_raise(&s, PERSON, FNR, RULES_PERSONAL, 1u << RULES_EMAIL));
    assert_false(selection_lacks_reason(c)); /* less than what it was given for */
    assert_true(selection_raise(&s, PERSON, FNR, RULES_SPECIAL, 1u << RULES_FNR));
    assert_true(selection_lacks_reason(c));
    assert_int_equal(selection_unsettled(c), 1u << RULES_FNR);
    assert_false(selection_raise(&s, PERSON, FNR, RULES_SPECIAL, 1u << RULES_FNR)); /* told */
    assert_true(selection_acknowledge(&s, PERSON, FNR, &ack, &e));
    assert_false(selection_lacks_reason(c));

    c->level = RULES_PERSONAL;
    c->categories = 1u << RULES_NAME;
    assert_true(selection_acknowledge(&s, PERSON, FNR, &ack, &e));
    c->categories |= 1u << RULES_PHONE;
    assert_true(selection_lacks_reason(c));
    c->level = RULES_NONE;
    assert_false(selection_lacks_reason(c));
}

/* One judgement for all: what review calls unsaid is no reason to plan, apply and the wizard. */
static void test_code_6_and_7_want_an_answer_of_their_own(void **state)
{
    (void)state;
    struct selection_column *c = &s.tables[PERSON].columns[FNR];
    struct selection_ack answered = ack;
    struct selection_place at;
    struct err e;

    answered.reason = "settled" SELECTION_PROTECTED "left out by a view";
    c->level = RULES_SPECIAL;
    c->categories = 1u << RULES_PROTECTED_ADDRESS;
    assert_true(selection_acknowledge(&s, PERSON, FNR, &ack, &e));
    assert_true(selection_lacks_reason(c));
    assert_false(selection_reason_is_outgrown(c));
    selection_put_back(&s, PERSON, FNR);
    assert_int_equal(selection_unacknowledged(&s, &at, 1), 1);
    assert_true(selection_acknowledge(&s, PERSON, FNR, &answered, &e));
    assert_false(selection_lacks_reason(c));
    assert_int_equal(selection_unacknowledged(&s, &at, 1), 0);
}

/* Which category makes a column special by itself is what the rules say. */
static void test_what_is_special_is_special_by_every_rule(void **state)
{
    (void)state;
    struct selection_ack before = {.level = RULES_SPECIAL};
    bool mild[RULES_CATEGORIES] = {false};

    for (uint16_t i = 0; i < rules_count(); i++) {
        struct rules_verdict v = {0};
        rules_add_rule(&v, (struct rules_evidence){.rule = i});
        mild[rules_rule_category(i)] |= v.level != RULES_SPECIAL;
    }
    for (int i = 0; i < RULES_CATEGORIES; i++) {
        struct selection_column c = {.level = RULES_SPECIAL, .categories = 1u << i, .ack = &before};
        assert_int_equal(selection_lacks_reason(&c), !mild[i]);
    }
}

static void test_unacknowledged_are_listed(void **state)
{
    (void)state;
    struct selection_place places[1];
    selection_set_flowing(&s, PERSON, ID, true);
    selection_set_flowing(&s, PERSON, FNR, true);
    assert_int_equal(selection_unacknowledged(&s, places, 1), 1);
    assert_int_equal(places[0].table, PERSON);
    assert_int_equal(places[0].column, FNR);
    assert_true(s.tables[PERSON].columns[ID].included);
}

static void test_names_are_kept_once(void **state)
{
    (void)state;
    const char *a = selection_keep(&s, "opprettet_tid");
    char other[] = "opprettet_tid";
    assert_ptr_equal(a, selection_keep(&s, other));
    assert_null(selection_keep(&s, NULL));
    assert_string_equal(selection_keep(&s, ""), "");
}

static void test_ten_thousand_tables(void **state)
{
    (void)state;
    enum { TABLES = 10000 };
    for (int i = 0; i < TABLES; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%d", i);
        selection_add(&s, i % 2 ? "a" : "b", name, person, TABLE_COLUMNS, NULL);
    }
    size_t at;
    assert_true(selection_find(&s, "a", "t7777", &at));
    assert_string_equal(s.tables[at].name, "t7777");
    assert_false(selection_find(&s, "b", "t7777", &at));
    assert_true(selection_find_column(&s.tables[at], "sted", &at));
    assert_int_equal(at, PLACE);
    assert_false(selection_find_column(&s.tables[0], "nei", &at));
    assert_true(sizeof(struct selection_column) <= 32);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_chosen_at_first),
        TEST(test_a_table_takes_what_is_harmless),
        TEST(test_a_column_brings_its_keys),
        TEST(test_sensitive_needs_a_reason),
        TEST(test_a_sensitive_key_holds_the_table),
        TEST(test_what_cannot_be_chosen),
        TEST(test_reasons_are_checked),
        TEST(test_another_category_asks_again),
        TEST(test_code_6_and_7_want_an_answer_of_their_own),
        TEST(test_what_is_special_is_special_by_every_rule),
        TEST(test_unacknowledged_are_listed),
        TEST(test_names_are_kept_once),
        TEST(test_ten_thousand_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
