#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/err.h"
#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- secrets --- */

static void scrubs(void **state)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"host=db password=hemmelig user=x", "host=db password=*** user=x"},
        {"password='a b\\'c' host=db", "password=*** host=db"},
        {"password = x1", "password = **"},
        {"PGPASSWORD=abc psql", "PGPASSWORD=*** psql"},
        {"STROM_DB_PASSWORD=abc", "STROM_DB_PASSWORD=***"},
        {"DB_POSTMOTTAK_PASSWORD=abcdef", "DB_POSTMOTTAK_PASSWORD=***"},
        {"postgres://kari:hem@melig@db/x?sslmode=require",
         "postgres://kari:***@db/x?sslmode=require"},
        {"https://u:p@h/", "https://u:*@h/"},
        {"postgres://kari@db:5432/x", "postgres://kari@db:5432/x"},
        {"Authorization: Bearer abcdefghijk.lmn-op", "Authorization: Bearer ***"},
        {"authorization: bearer abcdefghijklmnop, x", "authorization: bearer ***, x"},
        {"Basic dXNlcjpwYXNz", "Basic ***"},
        {"the bearer token expired", "the bearer token expired"},
        {"{\"access_token\":\"abc\",\"n\":1}", "{\"access_token\":***,\"n\":1}"},
        {"{\"refresh_token\": \"1//0abc\"}", "{\"refresh_token\": ***}"},
        {"refresh_token=abcd&grant_type=x", "refresh_token=***&grant_type=x"},
        {"got ya29.a0AfH6SMBx-123_456789 back", "got *** back"},
        {"jwt eyJhbGciOi.eyJzdWIi.c2ln end", "jwt *** end"},
        {"-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nrest", "***\nrest"},
        {"-----BEGIN RSA PRIVATE KEY-----\\nabc", "***"},
        {"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
         "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"},
        {"password authentication failed for user \"x\"",
         "password authentication failed for user \"x\""},
        {"no password supplied", "no password supplied"},
        {"the token: none", "the token: ***"},
        {"passwords=1 mypassword_x=2", "passwords=1 mypassword_x=2"},
        {"see https://cloud.google.com/iam/docs", "see https://cloud.google.com/iam/docs"},
        {"", ""},
        {"password=", "password="},
        {"password='never closed", "password=***"},
        {"password='it''s' x", "password=*** x"},
        {"{\"password\":\"a\"}", "{\"password\":***}"},
        /* a quote that is never closed, before a secret that is */
        {"secret='x\npassword='hemmelig her' y", "secret=*** y"},
        {"token=\"x\n{\"client_secret\": \"hemmelig\", z", "token=***, z"},
        /* a key that is cut off, before a whole one */
        {"-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIV\n-----BEGIN PRIVATE KEY-----\nabc\n"
         "-----END PRIVATE KEY-----",
         "***\n***"},
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str_copy(text, sizeof text, cases[i].text);
        bool some = secret_scrub(text);
        assert_string_equal(text, cases[i].clean);
        assert_int_equal(some, strcmp(cases[i].text, cases[i].clean) != 0);
    }
}

/* Cut at every place: what is left of the secret does not show, and nothing is read beyond the end.
 */
static void scrubs_what_was_cut_off(void **state)
{
    static const char whole[] =
        "x postgres://kari:hemmelighet@db password='hemmelighet' Bearer hemmelighet "
        "-----BEGIN PRIVATE KEY-----hemmelighet";

    (void)state;
    for (size_t n = 0; n < sizeof whole; n++) {
        char *exact = malloc(n + 1);
        memcpy(exact, whole, n);
        exact[n] = '\0';
        secret_scrub(exact);
        const char *left = strstr(exact, "hemmelighet");
        /* a URL that ends before its @ is not known to hold a password */
        assert_true(!left || n <= strlen("x postgres://kari:hemmelighet"));
        free(exact);
    }
}

static void secrets(void **state)
{
    struct secret *s = secret_new("abc\0d", 5), *copy = secret_dup(s), *none = secret_new("", 0);

    (void)state;
    assert_memory_equal(secret_reveal(s), "abc\0d", 6);
    assert_true(secret_eq(s, copy));
    assert_false(secret_eq(s, none));
    assert_true(secret_eq(NULL, none));
    assert_true(secret_is_empty(none) && secret_is_empty(NULL) && !secret_is_empty(s));
    assert_string_equal(secret_reveal(NULL), "");
    assert_null(secret_dup(NULL));
    char buffer[4] = "xyz";
    secret_wipe(buffer, sizeof buffer);
    assert_memory_equal(buffer, "\0\0\0\0", 4);
    secret_free(s);
    secret_free(copy);
    secret_free(none);
    secret_free(NULL);
}

/* --- errors --- */

static void errors(void **state)
{
    struct err e = {.code = 9, .retryable = true, .hint = "old"};
    char large[2000];

    (void)state;
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_false(err_set(&e, ERR_SQL, "read %s", "æ\x1b[2J"));
    assert_string_equal(e.what, "read æ\\x1b[2J");
    assert_int_equal(e.kind, ERR_SQL);
    assert_true(e.code == 0 && !e.retryable && !e.hint[0]);
    assert_false(err_why(&e, "FATAL: x\nDETAIL: password=%s\n", "hemmelig"));
    assert_string_equal(e.why, "FATAL: x DETAIL: password=***");
    assert_false(err_hint(&e, "%s", large));
    assert_int_equal(strlen(e.hint), sizeof e.hint - 1);
    err_resource(&e, "a\xff");
    assert_string_equal(e.resource, "a\\xff");
    err_reason(&e, "42501");
    assert_string_equal(e.reason, "42501");
    assert_false(err_system(&e, ENOENT, "open %d", 3));
    assert_int_equal(e.code, ENOENT);
    assert_true(e.kind == ERR_SYSTEM && e.why[0] && !e.reason[0]);
    for (int kind = ERR_NONE; kind <= ERR_BUG; kind++)
        assert_true(err_kind_name((enum err_kind)kind)[0]);
    assert_string_equal(err_kind_name(ERR_DENIED), "denied");
}

/* Half a sentence says that it is one, and no half character stands before the mark. */
static void what_is_cut_says_so(void **state)
{
    (void)state;
    char text[2000], said[sizeof((struct err *)NULL)->why];
    struct err e;
    err_set(&e, ERR_NETWORK, "Asking");
    for (size_t at = 0; at + 3 < sizeof text; at += 2)
        memcpy(text + at, "\xC3\xA6", 3);
    for (size_t shift = 0; shift < 2; shift++) {
        err_why(&e, "%s%s", shift ? "a" : "", text);
        size_t n = strlen(e.why);
        assert_true(n < sizeof e.why && n + 4 >= sizeof e.why);
        assert_string_equal(e.why + n - 3, "...");
        assert_true(utf8_valid(e.why, n));
    }
    memset(said, 'x', sizeof said - 1);
    said[sizeof said - 1] = '\0';
    err_why(&e, "%s", said); /* just fits */
    assert_string_equal(e.why, said);
}

/* --- languages --- */

static const char *language(const char *all, const char *messages, const char *lang)
{
    setenv("LC_ALL", all, 1);
    setenv("LC_MESSAGES", messages, 1);
    setenv("LANG", lang, 1);
    tr_language("auto");
    return tr_current();
}

static void languages(void **state)
{
    (void)state;
    assert_string_equal(language("", "", "nb_NO.UTF-8"), "nb");
    assert_string_equal(language("", "", "nn_NO"), "nb");
    assert_string_equal(language("", "no", "en_US"), "nb");
    assert_string_equal(language("C", "nb_NO", "nb_NO"), "en");
    assert_string_equal(language("", "", "en_US.UTF-8"), "en");
    assert_string_equal(language("", "", ""), "en");
    assert_string_equal(language("", "", "nbx"), "en");
    assert_true(tr_language("nb"));
    assert_string_equal(tr("Tables"), "Tabeller");
    assert_string_equal(tr("not in the table"), "not in the table");
    assert_null(tr(NULL));
    assert_false(tr_language("xx"));
    assert_string_equal(tr("Tables"), "Tables");
    assert_true(tr_language("en"));
    assert_true(tr_language(NULL));
}

/* The directives of a translation are those of the original, in their order. */
static void directives(const char *format, char *out, size_t cap)
{
    size_t used = 0;

    for (const char *p = strchr(format, '%'); p && used + 12 < cap; p = strchr(p, '%')) {
        size_t n = 1 + strcspn(p + 1, "diouxXeEfgGaAcsp%") + 1;
        if (!(n == 2 && p[1] == '%')) {
            memcpy(out + used, p, n);
            used += n;
        }
        p += n;
    }
    out[used] = '\0';
}

static void translations_fit(void **state)
{
    const char *english, *norwegian;
    char a[256], b[256];
    size_t n = 0;

    (void)state;
    for (; tr_entry(n, &english, &norwegian); n++) {
        directives(english, a, sizeof a);
        directives(norwegian, b, sizeof b);
        if (strcmp(a, b) != 0)
            fail_msg("\"%s\" and \"%s\" take different values", english, norwegian);
        assert_true(utf8_valid(norwegian, strlen(norwegian)) && norwegian[0]);
    }
    assert_true(n >= 9);
}

static size_t count_of(const char *text, char c)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == c;
    return n;
}

static void without_letters_that_ascii_lacks(void **state)
{
    size_t questions = 0, now = 0, n = 0;
    const char *english, *norwegian;
    (void)state;

    assert_true(tr_language("nb"));
    for (size_t i = 0; tr_entry(i, &english, &norwegian); i++)
        questions += count_of(norwegian, '?');
    tr_plain_letters();
    for (; tr_entry(n, &english, &norwegian); n++) {
        for (const char *at = norwegian; *at; at++)
            if ((unsigned char)*at >= 0x80)
                fail_msg("a letter that ASCII lacks: %s", norwegian);
        now += count_of(norwegian, '?');
    }
    assert_int_equal(now, questions); /* each letter has its spelling */
    assert_string_equal(tr("What do you want to do?"), "Hva vil du gjoere?");
    assert_true(tr_language("en"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scrubs),
        cmocka_unit_test(scrubs_what_was_cut_off),
        cmocka_unit_test(secrets),
        cmocka_unit_test(errors),
        cmocka_unit_test(what_is_cut_says_so),
        cmocka_unit_test(languages),
        cmocka_unit_test(translations_fit),
        cmocka_unit_test(without_letters_that_ascii_lacks), /* the last: it stays so */
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
