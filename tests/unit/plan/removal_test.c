/* What goes and what stays, over every state of everything: nothing goes that something needs
 * which stays, or which nobody could look at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/removal.h"
#include "tests/unit/plan/scene.h"

#include <string.h>

/* Said here once more, and otherwise: what each needs, one line a thing. */
static unsigned needs(enum step_id step)
{
#define IT(name) (1u << STEP_##name)
    switch ((int)step) {
    case STEP_STREAM:
        return IT(SOURCE_PROFILE) | IT(DESTINATION_PROFILE) | IT(DATASET);
    case STEP_SOURCE_PROFILE:
        return IT(PROXY) | IT(ADDRESS) | IT(PRIVATE_CONNECTION) | IT(FIREWALL);
    case STEP_PROXY:
        return IT(ADDRESS) | IT(NETWORK) | IT(ACCOUNT) | IT(BINDING);
    case STEP_ADDRESS:
    case STEP_PRIVATE_CONNECTION:
    case STEP_FIREWALL:
        return IT(NETWORK);
    case STEP_BINDING:
        return IT(ACCOUNT);
    default:
        return 0;
    }
#undef IT
}

static unsigned all_needs(enum step_id step)
{
    unsigned all = needs(step);
    for (int again = 0; again < STEPS; again++)
        for (enum step_id s = 0; s < STEPS; s++)
            if (all & 1u << s)
                all |= needs(s);
    return all;
}

static void check_state(const struct remove_options *o, const struct names *n, struct arena *a)
{
    struct remove_part parts[REMOVALS];
    unsigned goes = 0;
    removal_decide(o, n, a, parts);
    for (size_t i = 0; i < REMOVALS; i++)
        if (parts[i].there && parts[i].why == NULL)
            goes |= 1u << parts[i].step;
    for (size_t i = 0; i < REMOVALS; i++) {
        const struct remove_part *p = &parts[i];
        unsigned lost = all_needs(p->step) & goes;
        assert_true(p->there == (o->seen->things[p->step].seen != SEEN_ABSENT));
        assert_false(o->seen->things[p->step].seen == SEEN_UNKNOWN && (goes & 1u << p->step));
        if (p->there && p->why && lost)
            fail_msg("%s stays (%s), and what it needs goes: %x", step_type(p->step)->id, p->why,
                     lost);
    }
}

static const enum step_id parts[] = {STEP_STREAM,
                                     STEP_SOURCE_PROFILE,
                                     STEP_DESTINATION_PROFILE,
                                     STEP_PROXY,
                                     STEP_ADDRESS,
                                     STEP_NETWORK,
                                     STEP_PRIVATE_CONNECTION,
                                     STEP_FIREWALL,
                                     STEP_BINDING,
                                     STEP_ACCOUNT,
                                     STEP_DATASET};
static const enum observed_seen seen[] = {SEEN_READY, SEEN_ABSENT, SEEN_UNKNOWN};
enum { PARTS = sizeof parts / sizeof *parts, STATES = 177147 /* 3^11 */ };

static void set_state(struct scene *s, unsigned number, unsigned kinds)
{
    for (size_t i = 0; i < PARTS; i++, number /= kinds)
        s->seen.things[parts[i]].seen = seen[number % kinds];
}

/* Each of those states, with what makes things stay for another reason. */
static void check_all(struct scene *s, struct remove_options *o, unsigned kinds)
{
    struct arena a = {0};
    struct names n;
    names_complete(&s->target);
    observed_names(&s->seen, &s->target, &n);
    for (unsigned number = 0; number < (kinds == 3 ? STATES : 1u << PARTS); number++) {
        set_state(s, number, kinds);
        check_state(o, &n, &a);
        arena_reset(&a);
    }
    arena_done(&a);
}

static void test_every_state(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    scene_ready(&s);
    struct remove_options o = {.target = &s.target, .seen = &s.seen, .with_dataset = true};
    check_all(&s, &o, 3);
    scene_done(&s);
}

static void test_every_state_with_others(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    scene_ready(&s);
    s.seen.other_streams = s.seen.other_streams_here = 1;
    struct remove_options o = {.target = &s.target, .seen = &s.seen};
    check_all(&s, &o, 2);
    scene_done(&s);
}

/* Each thing that stays because it is another's, by itself and with all others there or not. */
static void test_every_state_of_foreign_things(void **state)
{
    (void)state;
    for (int foreign = 0; foreign < 5; foreign++) {
        struct scene s;
        scene_open(&s);
        scene_ready(&s);
        struct remove_options o = {.target = &s.target, .seen = &s.seen, .with_dataset = true};
        const char **fields[] = {&s.seen.proxy_instance, &s.seen.source_database,
                                 &s.seen.connection_network, &s.seen.firewall_network,
                                 &s.seen.stream_source};
        *fields[foreign] = "another";
        check_all(&s, &o, 2);
        scene_done(&s);
    }
}

/* --- whose stream it is --- */

static bool stays(const struct remove_options *o, struct arena *a, enum step_id step)
{
    struct remove_part out[REMOVALS];
    struct names n;
    observed_names(o->seen, o->target, &n);
    removal_decide(o, &n, a, out);
    for (size_t i = 0; i < REMOVALS; i++)
        if (out[i].step == step)
            return out[i].why != NULL;
    return false;
}

static void test_stream_of_another_database(void **state)
{
    (void)state;
    struct scene s;
    struct err e;
    scene_open(&s);
    str_copy(s.target.stream, sizeof s.target.stream, "postgres-behandlingsflyt-bigquery");
    scene_ready(&s);
    names_complete(&s.target);
    struct remove_options o = {.target = &s.target, .seen = &s.seen};
    assert_true(remove_possible(&o, &e));
    s.seen.source_database = "behandlingsflyt";
    assert_false(remove_possible(&o, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.reason, "NOT_OURS");
    assert_non_null(strstr(e.why, "behandlingsflyt"));
    for (size_t i = 0; i < PARTS; i++)
        assert_true(stays(&o, &s.mem, parts[i]));
    scene_done(&s);
}

/* The same database name in two instances: the profile's host is the proxy of the other. */
static void test_stream_of_another_instance(void **state)
{
    (void)state;
    struct scene s;
    struct err e;
    scene_open(&s);
    scene_ready(&s);
    names_complete(&s.target);
    struct remove_options o = {.target = &s.target, .seen = &s.seen};
    s.seen.proxy_instance = "aap-dev-ab12:europe-north1:another";
    assert_false(remove_possible(&o, &e));
    assert_true(stays(&o, &s.mem, STEP_SOURCE_PROFILE));
    s.seen.source_host = "10.166.0.99"; /* another machine: this proxy tells nothing of it */
    assert_true(remove_possible(&o, &e));
    scene_done(&s);
}

/* A scene in which everything is ready, and a run, by its mark and its journal, that made it. */
static struct remove_options undo_of_all(struct scene *s)
{
    static const char *const marks[] = {SCENE_RUN};

    scene_open(s);
    scene_ready(s);
    names_complete(&s->target);
    return (struct remove_options){
        .target = &s->target, .seen = &s->seen, .undo = true, .made = {~0u, ~0u, marks, 1}};
}

/* What a run meant to make and somebody else has made meanwhile is not taken back with it: another
 * tool, or another run of strom, of another person and for another app. */
static void test_undo_goes_by_the_mark_too(void **state)
{
    struct scene s;
    (void)state;
    struct remove_options o = undo_of_all(&s);
    o.with_dataset = true;
    for (size_t i = 0; i < PARTS; i++) {
        struct observed_thing *thing = &s.seen.things[parts[i]];
        assert_false(stays(&o, &s.mem, parts[i]));
        thing->run = "run-5";
        assert_true(stays(&o, &s.mem, parts[i]) == (step_type(parts[i])->marked != 0));
        thing->run = NULL;
        assert_true(stays(&o, &s.mem, parts[i]) == (step_type(parts[i])->marked != 0));
        thing->seen = SEEN_PENDING; /* what is being made bears none yet */
        assert_false(stays(&o, &s.mem, parts[i]));
        thing->seen = SEEN_READY;
        thing->run = SCENE_RUN;
    }
    struct remove_part out[REMOVALS];
    struct names n;
    observed_names(&s.seen, &s.target, &n);
    removal_decide(&o, &n, &s.mem, out);
    for (size_t i = 0; i < REMOVALS; i++) /* what bears none goes by the journal: that is said */
        if (out[i].there && out[i].why == NULL)
            assert_true((strstr(out[i].note, "journal") == NULL) ==
                        (step_type(out[i].step)->marked != 0));
    o.undo = false; /* taking down asks by other signs: old streams bear other labels */
    s.seen.things[STEP_STREAM].run = NULL;
    assert_false(stays(&o, &s.mem, STEP_STREAM));
    scene_done(&s);
}

/* The step failed behind its making: the mark tells whose it is, and without one it stays. */
static void test_undo_of_what_failed_later(void **state)
{
    struct scene s;
    (void)state;
    struct remove_options o = undo_of_all(&s);
    o.made.steps &= ~(1u << STEP_PROXY);
    assert_false(stays(&o, &s.mem, STEP_PROXY));
    assert_false(stays(&o, &s.mem, STEP_ADDRESS)); /* which it needs */
    s.seen.things[STEP_PROXY].run = "run-5";
    assert_true(stays(&o, &s.mem, STEP_PROXY));
    s.seen.things[STEP_PROXY].run = NULL;
    assert_true(stays(&o, &s.mem, STEP_PROXY));
    scene_done(&s);
}

/* The answer to the call that gave the role was never heard: the account tells, or nothing does. */
static void test_undo_of_a_role(void **state)
{
    struct scene s;
    (void)state;
    struct remove_options o = undo_of_all(&s);
    o.made.sure &= ~(1u << STEP_BINDING);
    assert_false(stays(&o, &s.mem, STEP_BINDING)); /* an account of its own had none before */
    s.seen.things[STEP_ACCOUNT].run = "run-5";
    assert_true(stays(&o, &s.mem, STEP_BINDING));
    assert_true(stays(&o, &s.mem, STEP_ACCOUNT));
    o.made.sure = ~0u; /* it gave the role to an account that was there */
    assert_false(stays(&o, &s.mem, STEP_BINDING));
    scene_done(&s);
}

/* Nobody could look at the profile: by the stream's own name, or not at all. */
static void test_stream_of_nobody_knows(void **state)
{
    (void)state;
    struct scene s;
    struct err e;
    scene_open(&s);
    scene_ready(&s);
    names_complete(&s.target);
    struct remove_options o = {.target = &s.target, .seen = &s.seen};
    s.seen.source_database = NULL;
    assert_true(remove_possible(&o, &e));
    str_copy(s.target.stream, sizeof s.target.stream, "postgres-behandlingsflyt-bigquery");
    assert_false(remove_possible(&o, &e));
    s.seen.things[STEP_STREAM].seen = SEEN_ABSENT; /* nothing that could be another's */
    assert_true(remove_possible(&o, &e));
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state),
        cmocka_unit_test(test_every_state_with_others),
        cmocka_unit_test(test_every_state_of_foreign_things),
        cmocka_unit_test(test_stream_of_another_database),
        cmocka_unit_test(test_stream_of_another_instance),
        cmocka_unit_test(test_undo_goes_by_the_mark_too),
        cmocka_unit_test(test_undo_of_a_role),
        cmocka_unit_test(test_undo_of_what_failed_later),
        cmocka_unit_test(test_stream_of_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
