#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Whatever api/google, api/nais and api/net say to a person is there in Norwegian: their sources
 * are read, every text that is a sentence must be in the table, and what goes into an error must
 * pass tr(). A few errors are made in both languages, to see that the table is asked. */

#include "api/base/arena.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/google/refusal.h"
#include "api/google/rest.h"
#include "tests/unit/google/calls.h"

#include <ctype.h>
#include <dirent.h>

enum { DEEP = 64, NAME = 64, FILE_MAX = 1024 * 1024, FEWEST_SENTENCES = 300 };

struct reader {
    const char *file, *at;
    char before[NAME];      /* the name just read */
    char calls[DEEP][NAME]; /* what the brackets that are open belong to */
    size_t depth;
    bool declares_a_task; /* {"google call", ...}: for the log */
    size_t sentences, missing;
};

/* --- texts that are for machines --- */

static bool is_for_machines(const struct reader *r, const char *text)
{
    static const char *const calls[] = {"log_line", "assert",          "strstr",
                                        "strchr",   "json_put_string", "str_starts"};
    static const char *const texts[] = {"region eq .*/%s", "name = \"%s\"", "Bearer %s"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_eq(texts[i], text))
            return true;
    for (size_t d = r->depth; d-- > 0;)
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
            if (str_eq(calls[i], r->calls[d]))
                return true;
    return r->declares_a_task;
}

/* A lower-case letter, a blank, and more; what stands for a value does not count. */
static bool is_sentence(const char *text)
{
    char plain[1024];
    size_t n = 0;
    for (const char *p = text; *p && n + 1 < sizeof plain; p++) {
        plain[n++] = *p;
        if (*p == '%' && p[1])
            p += strcspn(p + 1, "diuszfgxXc%") + 1;
    }
    plain[n] = '\0';
    for (const char *p = plain; *p; p++)
        if (islower((unsigned char)*p) && p[1] == ' ' && p[2] && p[2] != ' ')
            return true;
    return false;
}

/* --- judging one --- */

static bool has_norwegian(const char *english)
{
    const char *known, *norwegian;
    for (size_t i = 0; tr_entry(i, &known, &norwegian); i++)
        if (str_eq(known, english))
            return *norwegian != '\0';
    return false;
}

/* Said in an error, and not through tr(). */
static bool goes_past_the_table(const struct reader *r)
{
    for (size_t d = r->depth; d-- > 0;) {
        if (str_eq(r->calls[d], "tr"))
            return false;
        if (str_starts(r->calls[d], "err_"))
            return true;
    }
    return false;
}

static void judge(struct reader *r, const char *text)
{
    if (!is_sentence(text) || is_for_machines(r, text))
        return;
    r->sentences++;
    const char *wrong = !has_norwegian(text)     ? "has no Norwegian"
                        : goes_past_the_table(r) ? "does not pass tr()"
                                                 : NULL;
    if (!wrong)
        return;
    fprintf(stderr, "%s: '%s' %s\n", r->file, text, wrong);
    r->missing++;
}

/* --- reading C --- */

static void skip_comment(struct reader *r)
{
    const char *end = strstr(r->at, "*/");
    r->at = end ? end + 2 : r->at + strlen(r->at);
}

static void read_name(struct reader *r)
{
    size_t n = 0;
    while (isalnum((unsigned char)*r->at) || *r->at == '_') {
        if (n + 1 < sizeof r->before)
            r->before[n++] = *r->at;
        r->at++;
    }
    r->before[n] = '\0';
    if (str_eq(r->before, "task_type"))
        r->declares_a_task = true;
}

/* One literal, its escapes undone. */
static void read_part(struct reader *r, struct str *out)
{
    for (r->at++; *r->at && *r->at != '"'; r->at++) {
        if (*r->at == '\\' && r->at[1])
            r->at++;
        str_addc(out, *r->at);
    }
    r->at += *r->at == '"';
}

/* Literals side by side are one. */
static void read_text(struct reader *r)
{
    struct str text = {0};
    while (*r->at == '"') {
        read_part(r, &text);
        while (isspace((unsigned char)*r->at))
            r->at++;
    }
    judge(r, str_text(&text));
    str_done(&text);
}

static void read_sign(struct reader *r)
{
    if (*r->at == '(' && r->depth < DEEP)
        str_copy(r->calls[r->depth++], NAME, r->before);
    if (*r->at == ')' && r->depth)
        r->depth--;
    if (*r->at == ';')
        r->declares_a_task = false;
    if (*r->at == '\'') /* '"' and '(' are no brackets */
        r->at += r->at[1] == '\\' ? 3 : 2;
    if (!isspace((unsigned char)*r->at))
        r->before[0] = '\0';
    r->at += *r->at != '\0';
}

static void read_source(struct reader *r)
{
    while (*r->at) {
        if (str_starts(r->at, "/*"))
            skip_comment(r);
        else if (isalpha((unsigned char)*r->at) || *r->at == '_')
            read_name(r);
        else if (*r->at == '"')
            read_text(r);
        else
            read_sign(r);
    }
}

static void read_folder(const char *folder, size_t *sentences, size_t *missing)
{
    struct arena a;
    struct err e;
    arena_init(&a);
    const char *whole = path_join(&a, TESTS_DIR "/../api", folder);
    DIR *d = opendir(whole);
    assert_non_null(d);
    for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        struct str text = {0};
        if (!str_ends(entry->d_name, ".c") && !str_ends(entry->d_name, ".h"))
            continue;
        assert_true(path_read(path_join(&a, whole, entry->d_name), FILE_MAX, &text, &e));
        struct reader r = {.file = entry->d_name, .at = str_text(&text)};
        read_source(&r);
        *sentences += r.sentences;
        *missing += r.missing;
        str_done(&text);
    }
    closedir(d);
    arena_done(&a);
}

static void every_sentence_is_there(void **state)
{
    static const char *const folders[] = {"google", "nais", "net"};
    size_t sentences = 0, missing = 0;
    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        read_folder(folders[i], &sentences, &missing);
    assert_int_equal(missing, 0);
    assert_true(sentences >= FEWEST_SENTENCES); /* else nothing was read */
}

/* --- the reader itself --- */

static size_t found_wrong(const char *source)
{
    struct reader r = {.file = "(test)", .at = source};
    read_source(&r);
    return r.missing;
}

static void the_reader_finds_them(void **state)
{
    (void)state;
    assert_int_equal(found_wrong("err_hint(e, tr(\"no such text is there\"));"), 1);
    assert_int_equal(found_wrong("err_hint(e, \"use https\");"), 1);
    assert_int_equal(found_wrong("err_hint(e, tr(\"use \" \"https\"));"), 0);
    assert_int_equal(found_wrong("#define HINT \"no such advice is there\"\n"), 1);
    assert_int_equal(found_wrong("{'\"', '(', \"no such row is there\"}"), 1);
    assert_int_equal(found_wrong("/* no \"such text is\" there */ log_line(1, \"a word or two\");"),
                     0);
}

/* --- the table is asked --- */

static void advice_of(int status, const char *lang, struct err *e)
{
    struct refusal r;
    assert_true(tr_language(lang));
    refusal_read(status, "", 0, &r);
    refusal_to_err(&r, "x", "y", e);
    tr_language("en");
}

static void refusals_speak_both(void **state)
{
    static const int statuses[] = {302, 400, 401, 403, 404, 408, 409, 412,
                                   418, 429, 500, 501, 502, 503, 504};
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct err english, norwegian;
        advice_of(statuses[i], "en", &english);
        advice_of(statuses[i], "nb", &norwegian);
        assert_true(*english.hint && *norwegian.hint);
        assert_string_not_equal(english.hint, norwegian.hint);
        assert_string_not_equal(english.why, norwegian.why);
    }
}

static void a_call_speaks_norwegian(void **state)
{
    (void)state;
    assert_true(tr_language("nb"));
    world_token(&w);
    struct task *t = datastream_stream_get(w.google, "p", "l", "strøm");
    assert_int_equal(wait_for(t), TASK_FAILED);
    assert_string_equal(task_error(t)->what, "Lesing av strømmen strøm");
    assert_string_equal(task_error(t)->hint, "sjekk navnet, prosjektet og regionen");
    tr_language("en");
    task_drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sentence_is_there),
        cmocka_unit_test(the_reader_finds_them),
        cmocka_unit_test(refusals_speak_both),
        CASE(a_call_speaks_norwegian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
