/* `plan` says exactly what `apply` will do, and `apply` does exactly that: choices and settings
 * drawn at random, one after the other onto the same stream. The calls that apply makes are those
 * of the steps that plan printed, no more and no fewer; the lists that it sends are those of the
 * file; what plan said will start and stop is what differs from before. STROM_SEED draws others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/e2e/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APP    "--app", "postmottak-backend"
#define STREAM "postgres-postmottak-bigquery"

enum { ROUNDS = 14, MOST = 40, STEPS = 16 };

struct choice { /* "schema.table.column" each, sorted */
    char names[MOST * 16][96];
    size_t n;
    int freshness;
    size_t n_lacking; /* sensitive, without a reason */
    bool unprepared;  /* a table that the database user may not read */
};

static struct world w;
static char file[WORLD_PATH + 32];
static struct json *tables; /* of strom tables */
static uint64_t state_of_luck;

static unsigned draw(unsigned n)
{
    state_of_luck ^= state_of_luck << 13;
    state_of_luck ^= state_of_luck >> 7;
    state_of_luck ^= state_of_luck << 17;
    return (unsigned)(state_of_luck >> 33) % n;
}

/* --- a choice --- */

static bool is_key(const struct json *table, const char *column)
{
    for
        json_each(k, json_get(table, "primary_key")) if (strcmp(json_text(k), column) ==
                                                         0) return true;
    return false;
}

/* With a key, and no part of another; the one that is not readable comes seldom. */
static bool takes(const struct json *t)
{
    if (!json_bool(t, "selectable", false) || json_count(json_get(t, "primary_key")) == 0 ||
        strcmp(json_string(t, "kind"), "table") != 0)
        return false;
    return draw(json_bool(t, "readable", false) ? 5 : 40) == 0;
}

static void put_column(struct json_out *o, const struct json *table, const struct json *c, bool on,
                       struct choice *out)
{
    bool sensitive = strcmp(json_string(c, "level"), "none") != 0;
    bool reason = sensitive && on && draw(60) != 0;
    json_open_object(o, NULL);
    json_put_string(o, "name", json_string(c, "name"));
    json_put_string(o, "type", json_string(c, "type"));
    json_put_bool(o, "included", on);
    json_put_string(o, "level", json_string(c, "level"));
    json_put_part(o, "categories", json_get(c, "categories"));
    if (reason) {
        json_open_object(o, "acknowledged");
        json_put_string(o, "reason", "avklart; protected_address: ingen av dem er i tabellen");
        json_put_string(o, "reference", "Behandlingskatalogen B1");
        json_put_string(o, "by", "kari.nordmann@nav.no");
        json_put_string(o, "at", "2026-01-01T00:00:00Z");
        json_close_object(o);
    }
    json_close_object(o);
    out->n_lacking += on && sensitive && !reason;
    if (on)
        snprintf(out->names[out->n++], sizeof out->names[0], "%s.%s.%s",
                 json_string(table, "schema"), json_string(table, "table"), json_string(c, "name"));
}

static void put_table(struct json_out *o, const struct json *t, struct choice *out)
{
    json_open_object(o, NULL);
    json_put_string(o, "schema", json_string(t, "schema"));
    json_put_string(o, "table", json_string(t, "table"));
    json_open_array(o, "columns");
    for
        json_each(c, json_get(t, "columns")) put_column(
            o, t, c,
            json_bool(c, "supported", false) && (is_key(t, json_string(c, "name")) || draw(3) > 0),
            out);
    json_close_array(o);
    json_close_object(o);
    out->unprepared = out->unprepared || !json_bool(t, "readable", false);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void put_head(struct json_out *o, int freshness)
{
    static const char *const source[] = {
        "app",         "postmottak-backend", "context",  "dev-gcp",       "namespace", "aap",
        "instance",    "postmottak-backend", "database", "postmottak",    "db_user",   "datastream",
        "publication", "ds_publication",     "slot",     "ds_replication"};
    json_put_int(o, "version", 1);
    json_open_object(o, "source");
    for (size_t i = 0; i < sizeof source / sizeof *source; i += 2)
        json_put_string(o, source[i], source[i + 1]);
    json_close_object(o);
    json_open_object(o, "destination");
    json_put_string(o, "project", "aap-dev-ab12");
    json_put_string(o, "location", "europe-north1");
    json_put_string(o, "dataset", "datastream_postmottak");
    json_put_string(o, "mode", "merge");
    json_put_int(o, "freshness_seconds", freshness);
    json_close_object(o);
    json_open_object(o, "naming");
    json_put_string(o, "family", "procedure");
    json_put_string(o, "stream", STREAM);
    json_close_object(o);
}

static void draw_choice(const struct choice *before, struct choice *out)
{
    struct str text = {0};
    struct json_out o;
    struct err e;
    *out = (struct choice){.freshness = draw(3) ? before->freshness : 900 + 60 * (int)draw(20)};
    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    put_head(&o, out->freshness);
    json_open_array(&o, "tables");
    for
        json_each(t, json_get(tables, "tables")) if (takes(t)) put_table(&o, t, out);
    json_close_array(&o);
    json_close_object(&o);
    qsort(out->names, out->n, sizeof out->names[0], by_name);
    assert_true(path_write(file, text.text, text.bytes, false, &e));
    str_done(&text);
}

static bool has(const struct choice *c, const char *name)
{
    return bsearch(name, c->names, c->n, sizeof c->names[0], by_name) != NULL;
}

/* --- what the plan says --- */

struct said {
    char steps[STEPS][48]; /* to be done */
    size_t n;
    bool creates; /* the stream */
};

static bool names_step(const struct said *s, const char *step)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->steps[i], step) == 0)
            return true;
    return false;
}

static void add_step(struct said *s, const char *step)
{
    if (!names_step(s, step))
        snprintf(s->steps[s->n++], sizeof s->steps[0], "%s", step);
}

/* A table that the file does not list any more is told as a whole: its columns. */
static size_t count_under(const struct choice *c, const char *table)
{
    size_t n = 0, length = strlen(table);
    for (size_t i = 0; i < c->n; i++)
        n += strncmp(c->names[i], table, length) == 0 && c->names[i][length] == '.';
    return n;
}

/* Exactly the columns that differ, each the right way. */
static void assert_changes(const struct json *action, const struct choice *before,
                           const struct choice *now)
{
    size_t differ = 0, told = 0;
    for (size_t i = 0; i < now->n; i++)
        differ += !has(before, now->names[i]);
    for (size_t i = 0; i < before->n; i++)
        differ += !has(now, before->names[i]);
    for
        json_each(c, json_get(action, "changes"))
        {
            const char *path = json_string(c, "path"), *to = json_string_or(c, "to", "");
            if (strchr(path, '.') == NULL)
                continue; /* a setting */
            bool starts = strcmp(to, "flows") == 0;
            if (strchr(path, '.') == strrchr(path, '.')) {
                assert_false(starts);
                assert_int_equal(count_under(now, path), 0);
                told += count_under(before, path);
                continue;
            }
            if (!has(starts ? now : before, path) || has(starts ? before : now, path))
                fail_msg("plan says that %s %s", path, starts ? "starts" : "stops");
            told++;
        }
    assert_int_equal(told, differ);
}

static void read_plan(const struct answer *a, const struct choice *before, const struct choice *now,
                      struct said *out)
{
    *out = (struct said){.n = 0};
    for
        json_each(x, json_get(a->doc, "actions"))
        {
            const char *verb = json_string(x, "action"), *step = json_string(x, "step");
            if (strcmp(verb, "keep") == 0)
                continue;
            assert_string_not_equal(verb, "blocked");
            add_step(out, step);
            if (strcmp(step, "datastream.stream") != 0)
                continue;
            out->creates = strcmp(verb, "create") == 0;
            if (!out->creates)
                assert_changes(x, before, now);
        }
}

/* --- what apply does --- */

struct done {
    struct said steps;
    const struct choice *wanted;
};

static const char *step_of(const char *method, const char *url)
{
    static const char *const known[][2] = {
        {"//serviceusage.", "services.enable"},
        {"/global/networks", "compute.network"},
        {"/serviceAccounts", "iam.service_account"},
        {":setIamPolicy", "iam.binding"},
        {"/addresses", "compute.address"},
        {"/instances", "compute.proxy"},
        {"/privateConnections", "datastream.private_connection"},
        {"/firewalls", "compute.firewall"},
        {"connectionProfileId=postgres-", "datastream.source_profile"},
        {"connectionProfileId=bigquery-", "datastream.destination_profile"},
        {"/datasets", "bigquery.dataset"}};
    if (strstr(url, "/streams") != NULL)
        return strcmp(method, "PATCH") == 0 && strstr(url, "updateMask=state&") != NULL
                   ? "datastream.start"
                   : "datastream.stream";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(url, known[i][0]) != NULL)
            return known[i][1];
    fail_msg("a call of no step: %s %s", method, url);
    return "";
}

/* What is sent is the file's choice, to the column. */
static void assert_lists(const struct json *stream, const struct choice *wanted)
{
    const struct json *lists =
        json_get(stream, "sourceConfig.postgresqlSourceConfig.includeObjects.postgresqlSchemas");
    char name[96];
    size_t n = 0;
    for json_each(s, lists)
        for json_each(t, json_get(s, "postgresqlTables"))
            for json_each(c, json_get(t, "postgresqlColumns"))
        {
            snprintf(name, sizeof name, "%s.%s.%s", json_string(s, "schema"),
                     json_string(t, "table"), json_string(c, "column"));
            if (!has(wanted, name))
                fail_msg("apply sends %s, which is not chosen", name);
            n++;
        }
    assert_int_equal(n, wanted->n);
}

static void assert_freshness(const struct json *stream, const struct choice *wanted)
{
    const char *sent =
        json_string(stream, "destinationConfig.bigqueryDestinationConfig.dataFreshness");
    char text[32];
    snprintf(text, sizeof text, "%ds", wanted->freshness);
    if (sent)
        assert_string_equal(sent, text);
}

static void note_call(void *ctx, const struct json *request)
{
    struct done *d = ctx;
    const char *method = json_string(request, "method"), *url = json_string(request, "url");
    const char *step = step_of(method, url), *body = json_string(request, "body");
    struct err e;
    add_step(&d->steps, step);
    if (strcmp(step, "datastream.stream") != 0 || body == NULL)
        return;
    struct json *stream = json_parse(body, strlen(body), &e);
    assert_non_null(stream);
    assert_lists(stream, d->wanted);
    assert_freshness(stream, d->wanted);
    json_free(stream);
}

static void assert_same_steps(const struct said *plan, const struct said *apply)
{
    for (size_t i = 0; i < plan->n; i++)
        if (!names_step(apply, plan->steps[i]))
            fail_msg("plan says %s; apply made no call of it", plan->steps[i]);
    for (size_t i = 0; i < apply->n; i++)
        if (!names_step(plan, apply->steps[i]))
            fail_msg("apply made a call of %s; plan does not say it", apply->steps[i]);
}

/* --- a round --- */

static void refused(const struct choice *now, size_t writes)
{
    const struct answer *a = STROM(&w, "apply", "-f", file, APP, "--yes", "--json");
    answer_is(a, now->n_lacking ? 4 : 1);
    assert_int_equal(world_each_write(&w, SIZE_MAX, note_call, NULL), writes);
}

static void carried_out(const struct answer *a, const struct choice *before,
                        const struct choice *now, size_t writes)
{
    struct done done = {.wanted = now};
    struct said plan;
    char digest[32];
    read_plan(a, before, now, &plan);
    snprintf(digest, sizeof digest, "%s", json_string(a->doc, "digest"));
    a = STROM(&w, "apply", "-f", file, APP, "--expect", digest, "--yes", "--json");
    answer_is(a, 0);
    world_each_write(&w, writes, note_call, &done);
    assert_same_steps(&plan, &done.steps);
    a = STROM(&w, "plan", "-f", file, APP, "--json");
    answer_is(a, 0);
    assert_int_equal(json_int64(a->doc, "summary.keep", 0),
                     json_count(json_get(a->doc, "actions")));
}

/* True when it was carried out. */
static bool play(const struct choice *before, const struct choice *now)
{
    size_t writes = world_each_write(&w, SIZE_MAX, note_call, NULL);
    const struct answer *a = STROM(&w, "plan", "-f", file, APP, "--json");
    answer_document(a);
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), now->n_lacking);
    assert_int_equal(json_count(json_get(a->doc, "needs")) > 0, now->unprepared);
    print_message("columns %zu, without a reason %zu, not prepared %d, freshness %d: exit %d\n",
                  now->n, now->n_lacking, now->unprepared, now->freshness, a->code);
    if (now->n_lacking || now->unprepared) {
        answer_is(a, 3);
        refused(now, writes);
        return false;
    }
    carried_out(a, before, now, writes);
    return true;
}

/* Somebody pauses it: to start it again is part of the plan then. */
static void pause_it(void)
{
    answer_is(STROM(&w, "stream", "pause", "-f", file, APP, "--yes", "--json"), 0);
    print_message("paused\n");
}

static void apply_does_what_plan_said(void **state)
{
    static struct choice one, other;
    struct choice *before = &one, *now = &other;
    bool carried = false;
    (void)state;
    one.freshness = 900;
    for (int i = 0; i < ROUNDS; i++) {
        if (carried && draw(5) == 0)
            pause_it();
        if (carried && draw(5) == 0) /* the same again */
            *now = *before;
        else
            do
                draw_choice(before, now);
            while (now->n == 0);
        carried = play(before, now);
        if (!carried)
            continue;
        struct choice *swap = before;
        before = now;
        now = swap;
    }
}

static void requests_are_as_google_wants_them(void **state)
{
    (void)state;
    world_check_requests(&w);
}

static int start(void **state)
{
    const char *seed = getenv("STROM_SEED");
    (void)state;
    state_of_luck =
        seed ? strtoull(seed, NULL, 10) * 2654435761u + 88172645463325252u : 88172645463325252u;
    print_message("STROM_SEED=%s\n", seed ? seed : "");
    WORLD_UP(&w, "ready", "--speed", "400");
    snprintf(file, sizeof file, "%.900s/drawn.json", w.state);
    const struct answer *a = STROM(&w, "tables", APP, "--no-sample", "--json");
    answer_is(a, 0);
    struct err e;
    tables = json_parse(a->out, strlen(a->out), &e);
    assert_non_null(tables);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_free(tables);
    world_close(&w);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest all[] = {
        cmocka_unit_test(apply_does_what_plan_said),
        cmocka_unit_test(requests_are_as_google_wants_them),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(all, start, stop);
}
