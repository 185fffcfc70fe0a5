/* What holds for every plan: order, digest, JSON, sizes. Whole plans as text: cases_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "api/plan/apply.h"
#include "api/plan/render.h"
#include "tests/unit/plan/scene.h"

#include <stdio.h>
#include <time.h>

static void open_ready(struct scene *s)
{
    scene_open(s);
    scene_table(s, "public", "regel", "+id:key +resultat fnr:special");
    scene_table(s, "public", "steg", "+id:key +navn:personal:ack");
    scene_ready(s);
}

/* A run that was broken off behind any step: what is there is kept, the rest is made. */
static void test_half_made(void **state)
{
    (void)state;
    for (int made = 0; made <= STEPS; made++) {
        struct scene s;
        open_ready(&s);
        for (int i = made; i < STEPS; i++)
            s.seen.things[i].seen = SEEN_ABSENT;
        if (made <= STEP_START)
            s.seen.stream_state = made > STEP_STREAM ? "NOT_STARTED" : NULL;
        if (made <= STEP_ADDRESS)
            s.seen.address_ip = NULL;
        if (made <= STEP_PROXY)
            s.seen.proxy_ip = s.seen.proxy_instance = NULL;
        if (made <= STEP_PRIVATE_CONNECTION)
            s.seen.connection_network = s.seen.connection_subnet = NULL;
        const struct plan *p = scene_plan(&s);
        for (enum step_id i = 0; i < STEP_START; i++)
            assert_int_equal(scene_verb(p, i), (int)i < made ? PLAN_KEEP : PLAN_CREATE);
        assert_int_equal(scene_verb(p, STEP_START), made > STEP_START    ? PLAN_KEEP
                                                    : made == STEP_START ? PLAN_UPDATE
                                                                         : PLAN_CREATE);
        assert_int_equal(plan_changes_nothing(p), made == STEPS);
        assert_string_equal(p->subnet, "10.2.0.0/29");
        assert_string_equal(p->address, made > STEP_ADDRESS ? "10.166.0.2" : "");
        scene_done(&s);
    }
}

static void test_only_some_steps(void **state)
{
    (void)state;
    struct scene s;
    open_ready(&s);
    scene_all(&s, SEEN_ABSENT);
    s.options.only = 1u << STEP_NETWORK | 1u << STEP_DATASET;
    const struct plan *p = scene_plan(&s);
    assert_int_equal(p->n_actions, 2);
    assert_int_equal(p->count[PLAN_CREATE], 2);
    assert_null(plan_action(p, STEP_STREAM));
    assert_int_equal(plan_usual_seconds(p), 20);
    scene_done(&s);
}

/* --- the digest --- */

static void digest_of(struct scene *s, char out[17])
{
    memcpy(out, scene_plan(s)->digest, 17);
}

typedef void change(struct scene *s);

static void change_freshness(struct scene *s)
{
    s->target.freshness_seconds = 60;
}
static void change_mode(struct scene *s)
{
    s->target.mode = TARGET_APPEND_ONLY;
}
static void change_region(struct scene *s)
{
    str_copy(s->target.region, sizeof s->target.region, "europe-west1");
}
static void change_instance(struct scene *s)
{
    str_copy(s->target.instance, sizeof s->target.instance, "another");
}
static void change_column(struct scene *s)
{
    s->selection.tables[0].columns[2].included = true;
    s->selection.tables[0].n_included++;
}
static void change_network(struct scene *s)
{
    s->seen.things[STEP_NETWORK].seen = SEEN_ABSENT;
}
static void change_host(struct scene *s)
{
    s->seen.source_host = "10.166.0.77";
}
static void change_stream_state(struct scene *s)
{
    s->seen.stream_state = "PAUSED";
}
static void change_proxy(struct scene *s)
{
    s->seen.proxy_instance = "a:europe-north1:b";
}
static void change_proxy_again(struct scene *s)
{
    s->seen.proxy_instance = "a:europe-north1:c";
}
static void change_services(struct scene *s)
{
    s->off[0] = "compute.googleapis.com";
    s->seen.services_off = s->off;
    s->seen.n_services_off = 1;
}
static void change_others(struct scene *s)
{
    s->seen.other_streams = 1;
}
static void change_firewall(struct scene *s)
{
    s->sources[0] = "10.2.0.0/16";
}
static void change_stream_list(struct scene *s)
{
    s->lists_given = true;
    s->seen.n_stream_tables = 0;
    scene_list(s, s->in, &s->seen.n_stream_tables, "public", "regel", "id resultat");
}
static void change_need(struct scene *s)
{
    scene_prepared(s);
    s->facts.slots.wanted = NULL;
}
static void change_range(struct scene *s)
{
    s->seen.connection_subnet = "10.9.0.0/29";
}

/* Every change gives another digest, and each another one. */
static void test_digest_moves(void **state)
{
    (void)state;
    static change *const changes[] = {
        change_freshness, change_mode,        change_region,   change_instance,
        change_column,    change_network,     change_host,     change_stream_state,
        change_proxy,     change_proxy_again, change_services, change_others,
        change_firewall,  change_stream_list, change_need,     change_range,
    };
    enum { CHANGES = sizeof changes / sizeof *changes };
    char all[CHANGES + 1][17];
    for (size_t i = 0; i <= CHANGES; i++) {
        struct scene s;
        open_ready(&s);
        names_complete(&s.target);
        if (i < CHANGES)
            changes[i](&s);
        digest_of(&s, all[i]);
        assert_int_equal(strlen(all[i]), 16);
        for (size_t k = 0; k < i; k++)
            if (strcmp(all[i], all[k]) == 0)
                fail_msg("changes %zu and %zu have one digest", i, k);
        scene_done(&s);
    }
}

static void change_every_need(struct scene *s)
{
    scene_prepared(s);
    s->facts.server.wal_level = "replica";
    s->facts.roles.db_user.login = s->facts.roles.db_user.replication = false;
    s->grants[0].select = false;
    s->published[0].covered = false;
    s->facts.publication.delete_ = false;
    s->slot.wal_status = "lost";
}
static void change_no_publication(struct scene *s)
{
    scene_prepared(s);
    s->facts.publication.exists = s->grants[0].exists = false;
    s->slot.plugin = "test_decoding";
}
static void change_no_user(struct scene *s)
{
    scene_prepared(s);
    s->facts.roles.db_user.exists = false;
}
static void change_all(struct scene *s)
{
    scene_all(s, SEEN_ABSENT);
    s->seen.stream_state = NULL;
}

/* Planned in Norwegian, applied in English: one plan. Each need is told in the language. */
static void test_digest_knows_no_language(void **state)
{
    (void)state;
    static change *const changes[] = {
        change_every_need, change_no_publication, change_no_user, change_need,
        change_all,        change_others,         change_host,    change_stream_state,
        change_mode,       change_stream_list};

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct scene s;
        char english[17], norwegian[17], needs[8][160];
        open_ready(&s);
        names_complete(&s.target);
        changes[i](&s);
        assert_true(tr_language("en"));
        digest_of(&s, english);
        size_t n = s.plan.n_needs;
        for (size_t k = 0; k < n; k++)
            str_copy(needs[k], sizeof needs[k], s.plan.needs[k].text);
        assert_true(tr_language("nb"));
        digest_of(&s, norwegian);
        assert_string_equal(english, norwegian);
        assert_int_equal(s.plan.n_needs, n);
        for (size_t k = 0; k < n; k++) {
            assert_string_not_equal(s.plan.needs[k].text, needs[k]);
            assert_string_equal(s.plan.needs[k].sign, needs[k]);
        }
        assert_true(tr_language("en"));
        scene_done(&s);
    }
}

/* The names stand below each other whatever the titles are called. */
static void test_rows_stand_in_columns(void **state)
{
    (void)state;
    static const char *const languages[] = {"en", "nb"};

    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        struct plan_lines l;
        int column = 0;
        open_ready(&s);
        scene_all(&s, SEEN_ABSENT);
        assert_true(tr_language(languages[i]));
        const struct plan *p = scene_plan(&s);
        plan_lines(p, &s.selection, NULL, &s.mem, &l);
        for (size_t k = 0, at = 0; k < l.n; k++) {
            if (l.items[k].kind != PLAN_LINE_ACTION)
                continue;
            char row[200];
            str_copy(row, sizeof row, l.items[k].text);
            char *name = strstr(row, p->actions[at].name);
            assert_non_null(name);
            *name = '\0';
            if (at++ == 0)
                column = utf8_width(row);
            assert_int_equal(utf8_width(row), column);
        }
        assert_true(tr_language("en"));
        scene_done(&s);
    }
}

static void ready_in_order(struct scene *s, bool reversed)
{
    scene_open(s);
    for (int i = 0; i < 2; i++)
        if ((i == 0) != reversed)
            scene_table(s, "public", "regel",
                        reversed ? "fnr:special +resultat +id:key"
                                 : "+id:key +resultat fnr:special");
        else
            scene_table(s, "public", "steg", "+id:key");
    scene_ready(s);
    s->lists_given = true;
    s->seen.n_stream_tables = 0;
    if (reversed)
        scene_list(s, s->in, &s->seen.n_stream_tables, "gammel", "x", "b a");
    scene_list(s, s->in, &s->seen.n_stream_tables, "public", "regel",
               reversed ? "fnr id" : "id fnr");
    if (!reversed)
        scene_list(s, s->in, &s->seen.n_stream_tables, "gammel", "x", "a b");
}

/* Order of tables, columns and lists says nothing; neither do words, rows and where texts live. */
static void test_digest_stays(void **state)
{
    (void)state;
    char first[17], second[17];
    struct scene s;
    ready_in_order(&s, false);
    digest_of(&s, first);
    s.selection.tables[0].rows = 77;
    s.seen.things[STEP_NETWORK].why = "another word";
    s.seen.stream_display_name = "another name";
    digest_of(&s, second);
    assert_string_equal(first, second);
    scene_done(&s);
    ready_in_order(&s, true);
    digest_of(&s, second);
    assert_string_equal(first, second);
    scene_done(&s);
}

/* What is wanted has a digest of its own, which the world does not change. */
static void test_wanted(void **state)
{
    (void)state;
    char first[17];
    struct scene s;
    open_ready(&s);
    memcpy(first, scene_plan(&s)->wanted, sizeof first);
    scene_all(&s, SEEN_ABSENT);
    s.seen.stream_state = NULL;
    assert_string_equal(scene_plan(&s)->wanted, first);
    change_column(&s);
    assert_string_not_equal(scene_plan(&s)->wanted, first);
    scene_done(&s);
}

/* --- as data --- */

static void check_action(const struct json *a)
{
    static const char *const fields[] = {"step", "name", "action", "why"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        assert_non_null(json_string(a, fields[i]));
    assert_true(json_is_array(json_get(a, "changes")));
    for
        json_each(c, json_get(a, "changes"))
        {
            assert_non_null(json_string(c, "path"));
            assert_non_null(json_get(c, "from"));
            assert_non_null(json_get(c, "to"));
        }
}

static void test_json(void **state)
{
    (void)state;
    static const char *const verbs[] = {"create", "update", "delete", "keep", "blocked"};
    struct scene s;
    struct str text = {0};
    struct err e;
    open_ready(&s);
    scene_table(&s, "public", "\xC3\xA6 \"x\"\n", "+id:key +fnr:special");
    s.seen.things[STEP_PROXY] = (struct observed_thing){.seen = SEEN_ABSENT};
    s.seen.firewall_opens_5432 = false;
    change_need(&s);
    const struct plan *p = scene_plan(&s);
    plan_json(p, &s.selection, NULL, NULL, NULL, &text);
    struct json *doc = json_parse_strict(str_text(&text), text.bytes, &e);
    assert_non_null(doc);
    assert_int_equal(json_int64(doc, "version", 0), 1);
    assert_string_equal(json_string_or(doc, "digest", ""), p->digest);
    assert_int_equal(json_count(json_get(doc, "actions")), p->n_actions);
    int64_t sum = 0;
    for (size_t i = 0; i < 5; i++)
        sum += json_int64(json_get(doc, "summary"), verbs[i], -100);
    assert_int_equal(sum, p->n_actions);
    for
        json_each(a, json_get(doc, "actions")) check_action(a);
    const struct json *un = json_first(json_get(doc, "unacknowledged"));
    assert_int_equal(json_count(json_get(doc, "unacknowledged")), 1);
    assert_string_equal(json_string_or(un, "table", ""), "\xC3\xA6 \"x\"\n");
    assert_string_equal(json_string_or(un, "column", ""), "fnr");
    assert_string_equal(json_string_or(un, "level", ""), "special");
    assert_string_equal(json_text(json_first(json_get(un, "categories"))), "fnr");
    const struct json *need = json_first(json_get(doc, "needs"));
    assert_string_equal(json_string_or(need, "kind", ""), "migration");
    assert_non_null(json_string(need, "text"));
    json_free(doc);
    str_done(&text);
    scene_done(&s);
}

/* The refusal names them: nobody looks for one of 20 000 columns. */
static void test_unsettled_are_named(void **state)
{
    (void)state;
    struct scene s;
    struct err e;
    open_ready(&s);
    assert_null(scene_plan(&s)->unsettled);
    scene_done(&s);
    open_ready(&s);
    scene_table(&s, "public", "person", "+id:key +fnr:special");
    assert_false(apply_possible(scene_plan(&s), NULL, &e));
    assert_string_equal(e.reason, "UNACKNOWLEDGED");
    assert_string_equal(e.why, "1 sensitive column has no reason that holds: public.person.fnr");
    assert_string_equal(e.resource, "public.person.fnr");
    scene_done(&s);
    open_ready(&s);
    scene_table(&s, "public", "alle", "+id:key +a:special +b:special +c:special +d:personal");
    assert_false(apply_possible(scene_plan(&s), NULL, &e));
    assert_string_equal(
        e.why, "4 sensitive columns have no reason that holds: public.alle.a, public.alle.b, "
               "public.alle.c and 1 more");
    scene_done(&s);
}

static void test_signs(void **state)
{
    (void)state;
    assert_int_equal(plan_sign(PLAN_CREATE), '+');
    assert_int_equal(plan_sign(PLAN_UPDATE), '~');
    assert_int_equal(plan_sign(PLAN_DELETE), '-');
    assert_int_equal(plan_sign(PLAN_KEEP), '=');
    assert_int_equal(plan_sign(PLAN_BLOCKED), '!');
}

/* --- as large as Datastream lets it be --- */

enum { TABLES = 10000, COLUMNS = 20 };

static void many_tables(struct scene *s)
{
    struct selection_fact facts[COLUMNS];
    char names[COLUMNS][16], table[16];
    for (int c = 0; c < COLUMNS; c++) {
        snprintf(names[c], sizeof names[c], "c%d", c);
        facts[c] = (struct selection_fact){.name = names[c], .type = "text", .key = c == 0};
    }
    for (int i = 0; i < TABLES; i++) {
        snprintf(table, sizeof table, "t%d", i);
        selection_add(&s->selection, "public", table, facts, COLUMNS, NULL);
        if (i % 100 == 0)
            selection_set_table(&s->selection, (size_t)i, true);
    }
}

/* A stream without a list against a hundred tables chosen: 200 000 columns are compared; memory and
 * time grow with their number and no faster. */
static void test_large(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    many_tables(&s);
    scene_ready(&s);
    s.lists_given = true;
    s.seen.stream_takes_all = true;
    clock_t before = clock();
    const struct plan *p = scene_plan(&s);
    assert_true(clock() - before < 5 * CLOCKS_PER_SEC); /* our own time, not the wall's */
    assert_int_equal(plan_action(p, STEP_STREAM)->n_changes, 99 * TABLES / 100 * COLUMNS + 1);
    assert_true(arena_bytes(&p->mem) < (size_t)64 * 1024 * 1024);
    scene_done(&s);
}

/* The same with a list of 10 000 tables: each is found without looking at all the others. */
static void test_large_list(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    many_tables(&s);
    scene_ready(&s);
    s.lists_given = true;
    struct observed_column_set *sets = arena_array(&s.mem, struct observed_column_set, TABLES);
    for (size_t i = 0; i < TABLES; i++)
        sets[i] = (struct observed_column_set){.schema = "public",
                                               .table = s.selection.tables[TABLES - 1 - i].name};
    names_complete(&s.target);
    s.seen.stream_tables = sets;
    s.seen.n_stream_tables = TABLES;
    clock_t before = clock();
    struct plan p;
    plan_make(&s.target, &s.selection, &s.seen, &s.options, &p);
    assert_true(clock() - before < 5 * CLOCKS_PER_SEC); /* our own time, not the wall's */
    assert_int_equal(plan_action(&p, STEP_STREAM)->verb, PLAN_UPDATE);
    plan_done(&p);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_made),
        cmocka_unit_test(test_only_some_steps),
        cmocka_unit_test(test_digest_moves),
        cmocka_unit_test(test_digest_knows_no_language),
        cmocka_unit_test(test_rows_stand_in_columns),
        cmocka_unit_test(test_digest_stays),
        cmocka_unit_test(test_wanted),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_unsettled_are_named),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_large_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
