/* What the labels of an enum say, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/rules/labels.h"
#include "api/rules/match.h"
#include "api/rules/rules.h"
#include "api/rules/team.h"

#include <stdio.h>
#include <string.h>

struct labels {
    const char *text; /* " | " between them */
    uint32_t says;
};

static void split(const char *text, char out[512])
{
    size_t n = 0;
    for (; *text != '\0'; text += strncmp(text, " | ", 3) == 0 ? 3 : 1)
        out[n++] = strncmp(text, " | ", 3) == 0 ? '\n' : *text;
    out[n] = '\0';
}

static void check_all(const struct labels *l, size_t n)
{
    char lines[512];
    for (size_t i = 0; i < n; i++) {
        split(l[i].text, lines);
        if (labels_say(lines) != l[i].says)
            fail_msg("%s: %x", l[i].text, (unsigned)labels_say(lines));
    }
}

#define P LABELS_BIT(PROTECTED)
#define H LABELS_BIT(HEALTH)
#define C LABELS_BIT(CREED)
#define S LABELS_BIT(SEX)
#define M LABELS_BIT(CIVIL)

static void test_said(void **state)
{
    (void)state;
    static const struct labels l[] = {
        {"FORTROLIG | STRENGT_FORTROLIG", P},
        {"STRENGT_FORTROLIG_UTLAND | UGRADERT", P},
        {"strengtFortrolig | fortrolig | klientadresse | ugradert", P},
        {"Strengt fortrolig | Ingen", P},
        {"SPSF | SPFO | KLIE", P},
        {"KODE_6 | KODE_7 | INGEN", P},
        {"6 | 7", P},
        {"0 | 6 | 7", P},
        {"MANN | KVINNE | UKJENT", S},
        {"male | female | other", S},
        {"K | M", S},
        {"M | F | X", S},
        {"UOPPGITT | UGIFT | GIFT | ENKE_ELLER_ENKEMANN | SKILT", M},
        {"single | married | divorced", M},
        {"samboer | skilt", M},
        {"F32.1 | G43.9 | M54.5 | A01.2", H},
        {"E11 | G43 | I10 | J45 | M54", H},
        {"DIABETES | KREFT | ANNET", H},
        {"SYKMELDT | FRISKMELDT | UF\xC3\x98R", H},
        {"kristen | muslim | j\xC3\xB8"
         "de | ingen",
         C},
        {"heterofil | homofil | bifil", C},
    };
    check_all(l, sizeof l / sizeof l[0]);
}

static void test_not_said(void **state)
{
    (void)state;
    static const struct labels l[] = {
        {"", 0},
        {"NY | UNDER_BEHANDLING | FERDIG", 0},
        {"\xC3\x85PEN | INTERN | FORTROLIG | STRENGT_FORTROLIG", 0}, /* documents */
        {"PUBLIC | INTERNAL | STRICTLY_CONFIDENTIAL", 0},
        {"PUBLIC | CONFIDENTIAL", 0}, /* clients of OAuth */
        {"KODE1 | KODE2 | KODE6", 0}, /* any codes */
        {"5 | 6 | 7", 0},             /* any numbers */
        {"M | K | S | XL", 0},        /* sizes */
        {"F | K", 0},                 /* invoice and credit note */
        {"ADRESSEBESKYTTELSE_V1 | KJOENN_V1 | SIVILSTAND_V1 | DOEDSFALL_V1", 0}, /* messages */
        {"SINGLE | MULTI", 0},
        {"HEALTHY | UNHEALTHY", 0},
        {"A1 | A2 | B1 | B2 | C1 | C2", 0}, /* of languages */
        {"DAGPENGER | FORELDREPENGER | SYKEPENGER", 0},
        {"MANDAG | TIRSDAG | S\xC3\x98NDAG", 0},
    };
    check_all(l, sizeof l / sizeof l[0]);
}

/* What a set lists is written as labels are folded, or it is never found. */
static void test_folded(void **state)
{
    (void)state;
    static const char *const lists[] = {
#define ROW(what, n, words, unless) words, unless,
#define ONLY(what, n, words)        words,
#include "api/rules/labels.def"
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const char *at = lists[i]; *at != '\0'; at += strspn(at, " ")) {
            char out[128];
            size_t n = strcspn(at, " ");
            if (match_fold(out, sizeof out, at, n) != n || strncmp(out, at, n) != 0)
                fail_msg("%.*s is folded as %s", (int)n, at, out);
            at += n;
        }
}

static struct rules_verdict judged(const char *table, const char *column, const char *type,
                                   const char *labels, const struct rules_team *team)
{
    struct rules_table t;
    struct rules_verdict v;
    struct rules_column c = {.name = column, .type = type, .labels = labels};
    rules_table_of(&t, "public", table, NULL);
    rules_table_team(&t, team);
    rules_judge(&t, &c, &v);
    return v;
}

static void test_judged(void **state)
{
    (void)state;
    static const char protection[] = "FORTROLIG\nSTRENGT_FORTROLIG";
    struct rules_verdict v = judged("sak", "kode", "k", protection, NULL);
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_int_equal(v.categories, 1u << RULES_PROTECTED_ADDRESS);
    assert_int_equal(v.n_evidence, 1);
    assert_int_equal(v.evidence[0].by, RULES_BY_LABELS);
    assert_string_equal(rules_by_name(RULES_BY_LABELS), "type");
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "labels.protected");
    assert_int_equal(judged("sak", "kode", "k", NULL, NULL).level, RULES_NONE);
    /* an enum may be called as another type is */
    assert_int_equal(judged("sak", "verdi", "numeric", protection, NULL).level, RULES_SPECIAL);
    assert_int_equal(judged("sak", "a", "b", "MANN\nKVINNE", NULL).level, RULES_PERSONAL);
    assert_int_equal(judged("kodeverk", "a", "b", "MANN\nKVINNE", NULL).level, RULES_NONE);
    assert_int_equal(judged("sak", "a", "b", "NY\nFERDIG", NULL).level, RULES_NONE);
}

static void test_silenced(void **state)
{
    (void)state;
    static const char rules[] = "{\"version\": 1, \"rules\": [{\"do\": \"silence\", \"table\": "
                                "\"sak\", \"column\": \"kode\", \"reason\": \"of documents\"}]}";
    struct rules_team *team;
    struct err e;
    assert_true(team_read(rules, sizeof rules - 1, &team, &e));
    assert_int_equal(judged("sak", "kode", "k", "FORTROLIG", team).level, RULES_NONE);
    assert_int_equal(judged("sak", "grad", "k", "FORTROLIG", team).level, RULES_SPECIAL);
    team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_said),     cmocka_unit_test(test_not_said),
        cmocka_unit_test(test_folded),   cmocka_unit_test(test_judged),
        cmocka_unit_test(test_silenced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
