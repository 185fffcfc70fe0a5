/* A review as text and as Markdown: tests/cases/plan/review-*.case hold a few words on the case,
 * the file as it was, the file as it is, and both texts, with a line ---- between.
 * STROM_WRITE_CASES=1 writes the texts anew, for a person to read in the diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/path.h"
#include "api/plan/file.h"
#include "api/plan/judge.h"
#include "api/plan/review.h"
#include "api/plan/running.h"
#include "tests/unit/plan/any.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20, PARTS = 5, LIVE = 32 };
enum { ABOUT, WAS, IS, TEXT, MARKDOWN };

/* --- a case --- */

struct reviewed {
    struct arena mem;
    struct selection was, is, judged;
    bool has_was;
    struct selection seen;
    struct source_facts facts;
    struct target target;
    struct datastream_stream stream;
    struct datastream_schema schemas[LIVE];
    struct datastream_table tables[LIVE];
    struct datastream_column columns[LIVE * 4];
    size_t n_tables, n_columns;
    struct rules_team *team, *team_was;
    struct review_input in;
    struct review review;
};

static void read_plan(const char *text, struct selection *out)
{
    struct err e = {0};

    if (!plan_file_read(text, strlen(text), out, &e))
        fail_msg("%s", e.why);
}

/* "public.person id navn", a schema a table: lists may name one twice. */
static void take_live(struct reviewed *w, char *rest)
{
    char *table = strtok_r(rest, " ", &rest), *dot = strchr(table, '.');
    struct datastream_table *t = &w->tables[w->n_tables];

    *dot = '\0';
    w->schemas[w->n_tables] = (struct datastream_schema){table, t, str_eq(dot + 1, "*") ? 0 : 1};
    *t = (struct datastream_table){.name = dot + 1, .columns = &w->columns[w->n_columns]};
    for (char *c; (c = strtok_r(NULL, " ", &rest)) != NULL; t->n_columns++)
        w->columns[w->n_columns++].name = c;
    w->n_tables++;
    w->stream.include = (struct datastream_selection){w->schemas, w->n_tables, true};
    w->in.live.stream = &w->stream;
}

static void take_team(struct rules_team **out, const char *text)
{
    struct err e = {0};

    if (!team_read(text, strlen(text), out, &e))
        fail_msg("%s", e.why);
}

/* What the source says: the publication is for all tables, and hands out what flows. */
static void take_wide(struct reviewed *w)
{
    w->facts.publication = (struct source_publication){.part.known = true,
                                                       .exists = true,
                                                       .all_tables = true,
                                                       .via_root = true,
                                                       .insert = true,
                                                       .update = true,
                                                       .delete_ = true};
    w->facts.published.part.known = true;
    w->in.live.facts = &w->facts;
}

/* "public.person id navn", of the database: each a bigint. */
static void take_seen(struct reviewed *w, char *rest)
{
    char *table = strtok_r(rest, " ", &rest), *dot = strchr(table, '.');
    struct selection_fact facts[LIVE];
    size_t n = 0;

    if (w->in.live.seen == NULL)
        selection_init(&w->seen);
    w->in.live.seen = &w->seen;
    *dot = '\0';
    for (char *c; (c = strtok_r(NULL, " ", &rest)) != NULL;)
        facts[n++] = (struct selection_fact){.name = c, .type = "bigint"};
    selection_add(&w->seen, table, dot + 1, facts, n, NULL);
}

static void take_word(struct reviewed *w, char *line)
{
    char *rest = line, *word = strtok_r(rest, " ", &rest);

    if (word == NULL || word[0] == '#')
        return;
    if (strcmp(word, "revision") == 0 || strcmp(word, "file") == 0) {
        w->in.base = word[0] == 'r' ? REVIEW_REVISION : REVIEW_FILE;
        w->in.base_name = rest;
    } else if (strcmp(word, "commit") == 0)
        w->in.commit = rest;
    else if (strcmp(word, "live") == 0)
        take_live(w, rest);
    else if (strcmp(word, "seen") == 0)
        take_seen(w, rest);
    else if (strcmp(word, "for_all_tables") == 0)
        take_wide(w);
    else if (strcmp(word, "live_why") == 0)
        w->in.live_why = rest;
    else if (strcmp(word, "team") == 0)
        take_team(&w->team, rest);
    else if (strcmp(word, "team_was") == 0)
        take_team(&w->team_was, rest);
    else
        fail_msg("%s: no such word", word);
}

static void open_review(struct reviewed *w, const char *const part[PARTS])
{
    char *rest;

    *w = (struct reviewed){.in = {.base = REVIEW_STREAM, .file = "replication.json"}};
    arena_init(&w->mem);
    rest = arena_str(&w->mem, part[ABOUT]);
    for (char *line; (line = strtok_r(rest, "\n", &rest)) != NULL;)
        take_word(w, line);
    read_plan(part[IS], &w->is);
    read_plan(part[IS], &w->judged);
    judge_again(&w->judged, w->team, NULL);
    str_copy(w->target.publication, sizeof w->target.publication, "ds_publication");
    str_copy(w->target.db_user, sizeof w->target.db_user, "datastream");
    str_copy(w->target.project, sizeof w->target.project, "aap-dev-ab12");
    str_copy(w->target.dataset, sizeof w->target.dataset, "datastream_postmottak");
    w->stream.freshness_s = -1;
    w->stream.id = "postgres-postmottak-bigquery";
    w->has_was = strspn(part[WAS], "\n") != strlen(part[WAS]);
    if (w->in.base == REVIEW_STREAM && w->in.live.stream)
        running_selection(&w->stream, &w->is, &w->was);
    else if (w->has_was)
        read_plan(part[WAS], &w->was);
    w->has_was = w->has_was || (w->in.base == REVIEW_STREAM && w->in.live.stream);
    if (w->in.base == REVIEW_STREAM)
        w->in.base_name = w->stream.id;
    w->in.was = w->has_was ? &w->was : NULL;
    w->in.is = &w->is;
    w->in.judged = &w->judged;
    w->in.target = &w->target;
    w->in.team = w->team;
    w->in.team_was = w->team_was;
    w->in.team_known = w->team || w->team_was;
    review_make(&w->in, &w->review);
}

static void close_review(struct reviewed *w)
{
    review_done(&w->review);
    selection_done(&w->is);
    selection_done(&w->judged);
    if (w->in.live.seen)
        selection_done(&w->seen);
    if (w->has_was)
        selection_done(&w->was);
    team_free(w->team);
    team_free(w->team_was);
    arena_done(&w->mem);
}

/* --- texts --- */

static size_t split(char *text, char *part[PARTS])
{
    size_t n = 0;

    part[n++] = text;
    for (char *at; n < PARTS && (at = strstr(part[n - 1], "----\n")) != NULL;) {
        *at = '\0';
        part[n++] = at + 5;
    }
    return n;
}

static void write_case(const char *path, char *const part[PARTS], const char *text,
                       const char *markdown)
{
    struct str whole = {0};
    struct err e;

    str_printf(&whole, "%s----\n%s----\n%s----\n%s----\n%s", part[ABOUT], part[WAS], part[IS], text,
               markdown);
    assert_true(path_write(path, str_text(&whole), whole.bytes, false, &e));
    str_done(&whole);
}

static void must_equal(const char *path, const char *wanted, const char *got)
{
    if (strcmp(wanted, got) != 0)
        fail_msg("%s: wanted\n%sgot\n%s", path, wanted, got);
}

static void is_json(const struct review *r)
{
    struct str text = {0};
    struct err e;

    review_json(r, &text);
    struct json *doc = json_parse_strict(str_text(&text), text.bytes, &e);
    assert_non_null(doc);
    assert_int_equal(json_count(json_get(doc, "columns")), r->n_columns);
    if (r->in->live.seen) { /* the same figures as in the text */
        assert_int_equal(json_int64(doc, "summary.drift", -1), r->drift.n - r->drift.n_unlisted);
        assert_int_equal(json_int64(doc, "summary.unlisted", -1), r->drift.n_unlisted);
        assert_int_equal(json_count(json_get(doc, "drift")), r->drift.n);
    }
    json_free(doc);
    str_done(&text);
}

static void check_case(const char *path)
{
    struct str whole = {0}, text = {0}, markdown = {0};
    char *part[PARTS] = {0};
    struct reviewed w;
    struct err e;

    assert_true(path_read(path, MOST_BYTES, &whole, &e));
    size_t n = split(whole.text, part);
    assert_true(n == PARTS || (n >= TEXT && getenv("STROM_WRITE_CASES")));
    open_review(&w, (const char *const *)part);
    review_print(&w.review, &text);
    review_markdown(&w.review, &markdown);
    is_json(&w.review);
    if (getenv("STROM_WRITE_CASES")) {
        write_case(path, part, str_text(&text), str_text(&markdown));
    } else {
        must_equal(path, part[TEXT], str_text(&text));
        must_equal(path, part[MARKDOWN], str_text(&markdown));
    }
    close_review(&w);
    str_done(&whole);
    str_done(&text);
    str_done(&markdown);
}

static void test_cases(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob(TESTS_DIR "/cases/plan/review-*.case", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_case(found.gl_pathv[i]);
    assert_true(found.gl_pathc >= 7);
    globfree(&found);
}

/* --- foreign words in Markdown --- */

static const char *behind_code(const char *at)
{
    size_t fence = strspn(at, "`");
    for (at += fence; *at && *at != '\n';) {
        size_t run = strspn(at, "`");
        if (run == fence)
            return at + run;
        at += run ? run : 1;
    }
    fail_msg("a code span does not end: %.60s", at);
    return at;
}

/* A line begins as ours do, and none of the foreign words stands outside a code span. */
static void is_harmless(const char *line)
{
    static const char *const begins[] = {"## ",  "### ",      "- ",    "  - ", "apply ",
                                         "and ", "What has ", "Some ", "\n"};
    bool known = false;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        known = known || str_starts(line, begins[i]);
    if (!known)
        fail_msg("this begins as no line of ours: %.60s", line);
    for (const char *at = line; *at && *at != '\n';)
        if (*at == '`') {
            at = behind_code(at);
        } else {
            assert_true(*at != '$' && *at != '{' && *at != '\xF0');
            at += *at == '\\' ? 2 : 1;
        }
}

static const char *behind_line(const char *at)
{
    const char *end = strchr(at, '\n');
    assert_non_null(end);
    return end + 1;
}

static void check_markdown(const char *text)
{
    bool in_sql = false;
    for (const char *at = text; *at; at = behind_line(at)) {
        if (str_starts(at, "````")) {
            in_sql = !in_sql;
            continue;
        }
        if (in_sql)
            assert_true(str_starts(at, "ALTER TABLE `") ||
                        str_starts(at, "DROP TABLE IF EXISTS `"));
        else
            is_harmless(at);
    }
    assert_false(in_sql);
}

static void test_nothing_foreign_is_markdown(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        struct str was = {0}, is = {0}, text = {0};
        struct selection s;
        struct reviewed w;
        any_selection(&s, seed);
        plan_file_write(&s, &was);
        selection_done(&s);
        any_selection(&s, seed % 3 ? seed + 1000 : seed);
        plan_file_write(&s, &is);
        selection_done(&s);
        const char *const part[PARTS] = {"revision ma`in $HOME\ncommit 0123\n", str_text(&was),
                                         str_text(&is), "", ""};
        open_review(&w, part);
        review_markdown(&w.review, &text);
        check_markdown(str_text(&text));
        is_json(&w.review);
        close_review(&w);
        str_done(&was);
        str_done(&is);
        str_done(&text);
    }
}

int main(void)
{
    clock_freeze(clock_parse("2026-11-23T09:00:00Z"));
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
                                       cmocka_unit_test(test_nothing_foreign_is_markdown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
