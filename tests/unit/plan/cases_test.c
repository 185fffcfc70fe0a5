/* tests/cases/plan/make-*.case: what is wanted and what was seen, "--", and the plan as text.
 * STROM_WRITE_CASES=1 writes the texts anew, for a person to read in the diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/plan/render.h"
#include "tests/unit/plan/scene.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the reader: "word rest" a line --- */

static const struct {
    const char *word;
    size_t at;
} texts[] = {
#define SEEN(word, field)                                                                          \
    {                                                                                              \
        word, offsetof(struct observed, field)                                                     \
    }
    SEEN("address_ip", address_ip),
    SEEN("proxy_ip", proxy_ip),
    SEEN("proxy_instance", proxy_instance),
    SEEN("connection_network", connection_network),
    SEEN("connection_subnet", connection_subnet),
    SEEN("firewall_network", firewall_network),
    SEEN("host", source_host),
    SEEN("user", source_user),
    SEEN("database", source_database),
    SEEN("way", source_connection),
    SEEN("dataset_location", dataset_location),
    SEEN("stream_source", stream_source),
    SEEN("stream_publication", stream_publication),
    SEEN("stream_slot", stream_slot),
    SEEN("stream_dataset", stream_dataset),
    SEEN("state", stream_state),
    SEEN("ranges_why", ranges_why),
    SEEN("streams_why", streams_why),
#undef SEEN
};

static int number(const char *text)
{
    long long n = 0;

    assert_true(str_int64(text, 0, 1000000, &n));
    return (int)n;
}

static const char *value_of(struct scene *s, const char *rest)
{
    return strcmp(rest, "none") == 0 ? NULL : arena_str(&s->mem, rest);
}

static bool take_text(struct scene *s, const char *word, const char *rest)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].word, word) == 0) {
            *(const char **)(void *)((char *)&s->seen + texts[i].at) = value_of(s, rest);
            return true;
        }
    return false;
}

/* "datastream.private_connection broken the peering was refused" */
static void take_thing(struct scene *s, const char *rest)
{
    static const char *const words[] = {"unknown", "absent",  "pending", "ready",
                                        "broken",  "leaving", "stopped"};
    char id[64] = "", word[16] = "";
    int used = 0;

    assert_true(sscanf(rest, "%63s %15s %n", id, word, &used) >= 2);
    enum step_id step = step_by_id(id);
    assert_true(step < STEPS);
    struct observed_thing *o = &s->seen.things[step];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *o = (struct observed_thing){.seen = (enum observed_seen)i};
            if (o->seen == SEEN_PENDING || o->seen == SEEN_LEAVING || o->seen == SEEN_STOPPED)
                o->state = arena_str(&s->mem, rest + used);
            else if (rest[used])
                o->why = arena_str(&s->mem, rest + used);
            return;
        }
    fail_msg("%s: no such state", rest);
}

/* "schema.table rest" */
static char *split_table(struct scene *s, const char *text, const char **schema, char **rest)
{
    char *copy = arena_str(&s->mem, text), *dot = strchr(copy, '.');

    assert_non_null(dot);
    *dot = '\0';
    *schema = copy;
    *rest = strchr(dot + 1, ' ');
    if (*rest)
        *(*rest)++ = '\0';
    return dot + 1;
}

static void take_list(struct scene *s, struct observed_column_set *list, size_t *n,
                      const char *text)
{
    const char *schema;
    char *columns, *table;

    s->lists_given = true;
    if (strcmp(text, "everything") == 0) {
        s->seen.stream_takes_all = true;
        return;
    }
    table = split_table(s, text, &schema, &columns);
    scene_list(s, list, n, schema, strcmp(table, "*") == 0 ? NULL : table, columns ? columns : "");
}

/* How the source tells one row from another, and how many there are. */
static bool take_identity(struct source_grant *t, const char *word)
{
    if (strcmp(word, "keyless") == 0) {
        t->has_key = false;
        t->n_key = 0;
    } else if (strcmp(word, "wide") == 0)
        t->n_key = 17;
    else if (strcmp(word, "huge") == 0)
        t->rows = 500000001;
    else if (strcmp(word, "nothing") == 0 || strcmp(word, "full") == 0 ||
             strcmp(word, "index") == 0)
        t->identity = word[0];
    else
        return false;
    return true;
}

/* The source: prepared, but for ... */
static void take_fact(struct scene *s, const char *rest)
{
    static const char *const dropped[] = {"navn"}; /* after it was chosen */
    const char *schema;
    char *word = arena_str(&s->mem, rest), *name = strchr(word, ' '), *none;
    struct source_facts *f = &s->facts;

    if (name)
        *name++ = '\0';
    if (!s->with_facts)
        scene_prepared(s);
    if (strcmp(word, "no-logical") == 0)
        f->server.wal_level = "replica";
    else if (strcmp(word, "no-user") == 0)
        f->roles.db_user.exists = false;
    else if (strcmp(word, "no-publication") == 0)
        f->publication.exists = false;
    else if (strcmp(word, "no-slot") == 0)
        f->slots.wanted = NULL;
    else if (strcmp(word, "slot-lost") == 0)
        s->slot.wal_status = "lost";
    else if (strcmp(word, "no-login") == 0)
        f->roles.db_user.login = f->roles.db_user.replication = false;
    else if (strcmp(word, "no-deletes") == 0)
        f->publication.delete_ = false;
    else if (strcmp(word, "slot-other") == 0)
        s->slot.plugin = "test_decoding";
    else if (strcmp(word, "unknown-publication") == 0)
        f->publication.part.known = false;
    else if (name) {
        const char *table = split_table(s, name, &schema, &none);
        bool found = false;
        for (size_t i = 0; i < f->grants.n_tables; i++)
            if (str_eq(s->grants[i].table, table) && str_eq(s->grants[i].schema, schema)) {
                found = true;
                if (strcmp(word, "unreadable") == 0)
                    s->grants[i].select = false;
                else if (strcmp(word, "gone") == 0)
                    s->grants[i].exists = false;
                else if (strcmp(word, "without-navn") == 0) {
                    s->grants[i].absent = dropped;
                    s->grants[i].n_absent = 1;
                } else if (strcmp(word, "partitioned") == 0)
                    s->grants[i].kind = 'p';
                else if (!take_identity(&s->grants[i], word) && strcmp(word, "filtered") == 0)
                    s->published[i].row_filter = true;
                else if (strcmp(word, "unpublished") == 0)
                    s->published[i].covered = false;
            }
        assert_true(found);
    } else if (strcmp(word, "prepared") != 0) {
        fail_msg("%s: no such fact", rest);
    }
}

static bool take_target(struct scene *s, const char *word, const char *rest)
{
    struct target *t = &s->target;

    if (strcmp(word, "naming") == 0)
        t->naming = strcmp(rest, "nav-module") == 0 ? TARGET_NAV_MODULE : TARGET_PROCEDURE;
    else if (strcmp(word, "wanted_mode") == 0)
        t->mode = strcmp(rest, "append_only") == 0 ? TARGET_APPEND_ONLY : TARGET_MERGE;
    else if (strcmp(word, "wanted_freshness") == 0)
        t->freshness_seconds = number(rest);
    else if (strcmp(word, "wanted_publication") == 0)
        str_copy(t->publication, sizeof t->publication, rest);
    else if (strcmp(word, "wanted_slot") == 0)
        str_copy(t->slot, sizeof t->slot, rest);
    else if (strcmp(word, "wanted_instance") == 0)
        str_copy(t->instance, sizeof t->instance, rest);
    else if (strcmp(word, "wanted_location") == 0)
        str_copy(t->location, sizeof t->location, rest);
    else
        return false;
    return true;
}

static void take_line(struct scene *s, char *line)
{
    char *rest = strchr(line, ' '), *columns;
    const char *schema;

    if (rest)
        *rest++ = '\0';
    else
        rest = line + strlen(line);
    if (strcmp(line, "all") == 0 && strcmp(rest, "ready") == 0)
        scene_ready(s);
    else if (strcmp(line, "all") == 0)
        scene_all(s, SEEN_ABSENT);
    else if (strcmp(line, "thing") == 0)
        take_thing(s, rest);
    else if (strcmp(line, "table") == 0) {
        const char *table = split_table(s, rest, &schema, &columns);
        scene_table(s, schema, table, columns);
    } else if (strcmp(line, "stream") == 0)
        take_list(s, s->in, &s->seen.n_stream_tables, rest);
    else if (strcmp(line, "exclude") == 0)
        take_list(s, s->out, &s->seen.n_stream_excluded, rest);
    else if (strcmp(line, "fact") == 0)
        take_fact(s, rest);
    else if (strcmp(line, "off") == 0) {
        s->off[s->seen.n_services_off++] = arena_str(&s->mem, rest);
        s->seen.services_off = s->off;
    } else if (strcmp(line, "range") == 0) {
        s->ranges[s->seen.n_ranges++] = arena_str(&s->mem, rest);
        s->seen.ranges = s->ranges;
    } else if (strcmp(line, "firewall_source") == 0)
        s->sources[0] = arena_str(&s->mem, rest);
    else if (strcmp(line, "firewall_closed") == 0)
        s->seen.firewall_opens_5432 = false;
    else if (strcmp(line, "port") == 0)
        s->seen.source_port = number(rest);
    else if (strcmp(line, "proxy_by_declaration") == 0)
        s->seen.proxy_by_declaration = true;
    else if (strcmp(line, "append_only") == 0)
        s->seen.stream_append_only = true;
    else if (strcmp(line, "others") == 0)
        s->seen.other_streams = (size_t)number(rest);
    else if (strcmp(line, "begun") == 0)
        s->options.begun = true;
    else if (strcmp(line, "unheard") == 0)
        s->options.unheard |= 1u << step_by_id(rest);
    else if (strcmp(line, "no-start") == 0)
        s->options.start = false;
    else if (!take_target(s, line, rest) && !take_text(s, line, rest))
        fail_msg("%s: no such word", line);
}

/* --- a case --- */

static void write_case(const char *path, const char *head, const char *text)
{
    struct str whole = {0};
    struct err e;

    str_printf(&whole, "%s--\n%s", head, text);
    assert_true(path_write(path, str_text(&whole), whole.bytes, false, &e));
    str_done(&whole);
}

static void check_case(const char *path)
{
    struct str text = {0}, plan = {0};
    struct scene s;
    struct err e;

    assert_true(path_read(path, 1 << 16, &text, &e));
    char *end = strstr(text.text, "\n--\n");
    if (end == NULL)
        fail_msg("%s has no line --", path);
    end[1] = '\0';
    char *head = mem_str(text.text), *rest = text.text;
    scene_open(&s);
    for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (line[0] != '#')
            take_line(&s, line);
    plan_print(scene_plan(&s), &s.selection, NULL, &plan);
    if (getenv("STROM_WRITE_CASES"))
        write_case(path, head, str_text(&plan));
    else if (strcmp(str_text(&plan), end + 4) != 0)
        fail_msg("%s: wanted\n%sgot\n%s", path, end + 4, str_text(&plan));
    mem_free(head);
    str_done(&text);
    str_done(&plan);
    scene_done(&s);
}

static void test_cases(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob(TESTS_DIR "/cases/plan/make-*.case", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_case(found.gl_pathv[i]);
    assert_true(found.gl_pathc > 30);
    globfree(&found);
}

int main(void)
{
    clock_freeze(clock_parse("2026-11-23T09:00:00Z"));
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
