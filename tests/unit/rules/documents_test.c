#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/rules/documents.h"

#include <stdio.h>
#include <string.h>

static struct document_keys keys;

static int fresh(void **state)
{
    (void)state;
    memset(&keys, 0, sizeof keys);
    return 0;
}

static void add(const char *text)
{
    document_keys_add(&keys, text, strlen(text));
}

static uint32_t hits(const char *name)
{
    for (uint32_t i = 0; i < keys.n; i++)
        if (str_eq(keys.name[i], name))
            return keys.hits[i];
    return 0;
}

static void test_keys_are_found(void **state)
{
    (void)state;
    add("{\"sak\": {\"fnr\" : \"a\", \"liste\": [{\"fnr\":1}]}, \"x\\\"y\": \"fnr:\"}");
    add("  [ {\"fnr\": null} ]");
    assert_int_equal(keys.documents, 2);
    assert_int_equal(hits("fnr"), 3);
    assert_int_equal(hits("sak"), 1); /* a part */
    assert_int_equal(hits("liste"), 1);
    assert_int_equal(hits("x\\\"y"), 1);
    assert_int_equal(hits("a"), 0);
    assert_int_equal(keys.n, 4);
}

/* Foreign texts: cut off anywhere, no document at all, more keys than are kept, long ones. */
static void test_hostile_texts(void **state)
{
    (void)state;
    const char *whole = "{\"en\\\\\": {\"to\": \"\\\"\"}, \"tre\":[]}";
    for (size_t n = 0; n <= strlen(whole); n++)
        document_keys_add(&keys, whole, n);
    assert_true(hits("to") > 0);
    fresh(state);
    add("");
    add("   ");
    add("fnr: {\"fnr\": 1}");
    assert_int_equal(keys.documents, 0);
    for (int i = 0; i < 300; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "{\"k%d\": 1}", i);
        add(text);
    }
    assert_int_equal(keys.n, DOCUMENT_KEYS);
    fresh(state);
    char wide[200] = "{\"";
    memset(wide + 2, 'n', 150);
    memcpy(wide + 152, "\": 1}", 6);
    add(wide);
    assert_int_equal(keys.n, 0);
}

static void test_what_keys_say(void **state)
{
    (void)state;
    struct rules_verdict v = {0};
    add("{\"soknadId\": 1, \"sokerFnr\": \"x\"}");
    add("{\"soknadId\": 2}");
    document_keys_verdict(&keys, "public", "jobb", RULES_BY_DATA, &v);
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(v.categories & 1u << RULES_FNR);
    assert_int_equal(v.evidence[0].by, RULES_BY_DATA);
    assert_int_equal(v.evidence[0].hits, 1);
    assert_int_equal(v.evidence[0].sampled, 2);
    fresh(state);
    memset(&v, 0, sizeof v);
    add("{\"regel_navn\": \"x\", \"antall\": 1, \"versjon\": \"1\", \"system_navn\": \"y\"}");
    document_keys_verdict(&keys, "public", "jobb", RULES_BY_DATA, &v);
    assert_int_equal(v.level, RULES_NONE);
}

static bool says(enum rules_category category)
{
    struct rules_verdict v = {0};
    document_keys_verdict(&keys, "public", "jobb", RULES_BY_STATISTICS, &v);
    for (uint32_t i = 0; i < v.n_evidence; i++)
        assert_int_equal(v.evidence[i].by, RULES_BY_STATISTICS);
    return v.categories >> category & 1;
}

/* What holds an object tells by its name, too: "diagnose": {"a": 1}. But it is no number. */
static void test_parts(void **state)
{
    add("{\"diagnose\": {\"a\": 1}, \"innsender\": {\"b\": 2}, \"telefoner\": [ {} ]}");
    assert_true(says(RULES_HEALTH) && says(RULES_PHONE));
    fresh(state);
    add("{\"bruker\": {\"id\": 1}}");
    uint32_t parts = hits("bruker");
    assert_false(says(RULES_FNR)); /* one sees what is in it */
    add("{\"bruker\": \"x\"}");
    assert_int_equal(parts, 1);
    assert_true(says(RULES_FNR)); /* once it was a text */
    fresh(state);
    add("{\"fnr\": {\"verdi\": 1}}");
    assert_true(says(RULES_FNR));
    fresh(state);
    add("{\"steg\": {\"antall\": 1}, \"regler\": [{\"navn\": 2}]}");
    assert_false(says(RULES_FNR) || says(RULES_HEALTH));
}

static void test_hstore(void **state)
{
    add("  \"fnr\"=>\"1\", \"epost\" => NULL");
    assert_int_equal(hits("fnr"), 1);
    assert_int_equal(hits("epost"), 1);
    fresh(state);
    add("\"fnr\": 1 sa han");
    add("\"fnr\"");
    add("\"fnr\"=");
    add("\"");
    assert_int_equal(keys.documents, 0);
    assert_int_equal(keys.n, 0);
    assert_true(document_begins(" \n{", 3) && document_begins("\"a", 2));
    assert_false(document_begins("a{", 2) || document_begins("", 0) || document_begins("  ", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(test_keys_are_found, fresh),
                                       cmocka_unit_test_setup(test_hostile_texts, fresh),
                                       cmocka_unit_test_setup(test_what_keys_say, fresh),
                                       cmocka_unit_test_setup(test_parts, fresh),
                                       cmocka_unit_test_setup(test_hstore, fresh)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
