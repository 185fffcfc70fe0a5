/* Where what runs, or what the database has, is not what a file or its base says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/plan/drift.h"
#include "api/plan/review.h"
#include "api/plan/said.h"

#include <string.h>

static struct arena mem;

static int begin(void **state)
{
    (void)state;
    arena_init(&mem);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&mem);
    return 0;
}

/* public.person_ident (id, ident): both flow. */
static void take(struct selection *s, const char *type, enum rules_level level, bool on)
{
    const struct selection_fact facts[] = {
        {.name = "id", .type = "bigint", .key = true},
        {.name = "ident", .type = type, .level = level, .categories = level ? 1u << RULES_FNR : 0}};

    selection_init(s);
    selection_add(s, "public", "person_ident", facts, 2, NULL);
    for (size_t i = 0; on && i < 2; i++)
        selection_put_back(s, 0, i);
}

static const char *told(const struct drift_item *d)
{
    return said_plain(&mem, drift_text(d, &mem));
}

static void test_a_false_type_of_the_file(void **state)
{
    (void)state;
    struct selection file, seen;
    struct drift d;

    take(&file, "bigint", RULES_NONE, true);
    take(&seen, "text", RULES_SPECIAL, false);
    drift_find(&file, &(struct drift_world){.seen = &seen}, &mem, &d);
    assert_int_equal(d.n, 1);
    assert_true(d.items[0].graver);
    assert_int_equal(d.items[0].level, RULES_SPECIAL);
    assert_string_equal(
        told(&d.items[0]),
        "public.person_ident.ident: the database says text, the file says bigint (special)");
    selection_done(&file);

    take(&file, "varchar", RULES_SPECIAL, true); /* another word, and no less */
    drift_find(&file, &(struct drift_world){.seen = &seen}, &mem, &d);
    assert_int_equal(d.n, 1);
    assert_false(d.items[0].graver);
    assert_string_equal(told(&d.items[0]),
                        "public.person_ident.ident: the database says text, the file says varchar");
    selection_done(&file);
    selection_done(&seen);
}

/* What flows now, and stops, is told as that: it is neither new nor off. */
static void test_news_are_neither_in_the_file_nor_in_the_stream(void **state)
{
    (void)state;
    static const struct selection_fact facts[] = {{.name = "id", .type = "bigint", .key = true},
                                                  {.name = "ny", .type = "text"},
                                                  {.name = "gammel", .type = "text"}};
    static struct datastream_column listed[] = {{.name = "id"}, {.name = "gammel"}};
    static struct datastream_table tables[] = {
        {.name = "listet", .columns = listed, .n_columns = 2},
        {.name = "stanser", .columns = listed, .n_columns = 1}};
    static struct datastream_schema schema = {"public", tables, 2};
    static const struct datastream_stream stream = {
        .id = "s", .freshness_s = -1, .include = {&schema, 1, true}};
    struct drift_world runs[] = {{.stream = &stream}, {.carries = &stream}, {.carries = NULL}};
    struct selection file, seen;

    selection_init(&file);
    selection_add(&file, "public", "listet", facts, 1, NULL);
    selection_put_back(&file, 0, 0);
    selection_init(&seen);
    selection_add(&seen, "public", "listet", facts, 3, NULL);
    selection_add(&seen, "public", "stanser", facts, 3, NULL);
    selection_add(&seen, "public", "nytt", facts, 3, NULL);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct drift d;
        runs[i].seen = &seen;
        drift_find(&file, &runs[i], &mem, &d);
        assert_int_equal(d.n_unlisted, i == 2 ? 4 : 2);
        if (i == 2)
            continue;
        assert_string_equal(d.items[d.n - 2].column, "ny");
        assert_string_equal(d.items[d.n - 1].table, "nytt");
    }
    selection_done(&file);
    selection_done(&seen);
}

/* --- in a review --- */

struct scene {
    struct selection was, is, judged, seen;
    struct target target;
    struct review_input in;
    struct review review;
};

static void review(struct scene *x, const char *was, const char *is, const char *live)
{
    *x = (struct scene){.in = {.base = REVIEW_REVISION, .base_name = "main", .file = "f.json"}};
    take(&x->was, was, RULES_NONE, true);
    take(&x->is, is, RULES_NONE, true);
    take(&x->judged, is, RULES_NONE, true);
    take(&x->seen, live, RULES_SPECIAL, false);
    x->in.was = &x->was;
    x->in.is = &x->is;
    x->in.judged = &x->judged;
    x->in.target = &x->target;
    x->in.live.seen = &x->seen;
    review_make(&x->in, &x->review);
}

static void done(struct scene *x)
{
    review_done(&x->review);
    selection_done(&x->was);
    selection_done(&x->is);
    selection_done(&x->judged);
    selection_done(&x->seen);
}

/* The base had it right, and the file does not: whoever reviews that file has to see it. */
static void test_a_review_against_a_base_tells_the_files_type(void **state)
{
    (void)state;
    struct scene x;
    struct str text = {0};

    review(&x, "text", "bigint", "text");
    assert_int_equal(x.review.drift.n, 1);
    assert_null(x.review.drift.items[0].by);
    review_print(&x.review, &text);
    assert_non_null(strstr(str_text(&text), "! public.person_ident.ident: the database says text, "
                                            "the file says bigint (special)"));
    assert_false(review_is_fine(&x.review));
    str_done(&text);
    done(&x);

    review(&x, "bigint", "text", "text"); /* the file mends it */
    assert_int_equal(x.review.drift.n, 0);
    done(&x);

    review(&x, "bigint", "bigint", "text"); /* wrong on both sides: told once, of the file */
    assert_int_equal(x.review.drift.n, 1);
    assert_null(x.review.drift.items[0].by);
    done(&x);
}

/* What was agreed on in the base is not the file's word. */
static void test_the_right_side_is_named(void **state)
{
    (void)state;
    static struct datastream_stream stream = {.id = "s", .freshness_s = -1};
    static struct datastream_column c = {.name = "id"};
    static struct datastream_table t = {.name = "t", .columns = &c, .n_columns = 1};
    static struct datastream_schema other = {"other", &t, 1};
    struct scene x;
    struct str json = {0};

    review(&x, "text", "text", "text");
    review_done(&x.review);
    stream.include = (struct datastream_selection){&other, 1, true}; /* nothing of it flows */
    x.in.live.stream = &stream;
    review_make(&x.in, &x.review);
    assert_int_equal(x.review.drift.n, 3);
    assert_string_equal(told(&x.review.drift.items[0]), "other.t.id flows, and not by main");
    assert_string_equal(told(&x.review.drift.items[1]),
                        "public.person_ident.id flows by main, and does not");
    review_json(&x.review, &json);
    assert_non_null(strstr(str_text(&json), "\"agreed_by\": \"main\""));
    str_done(&json);
    done(&x);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_false_type_of_the_file),
        CASE(test_news_are_neither_in_the_file_nor_in_the_stream),
        CASE(test_a_review_against_a_base_tells_the_files_type),
        CASE(test_the_right_side_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
