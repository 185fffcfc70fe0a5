/* From counts to a verdict. What hardly anything else looks like counts from the first hit; what
 * chance or other codes can look like counts by its share. */

#include "api/rules/validators.h"

#include "api/base/str.h"

enum { OF_ALL = -1, FIRST_HIT = -2 }; /* else: of the values of that kind */

struct threshold {
    const char *rule;
    uint64_t kinds; /* added up */
    int basis;
    uint32_t percent;  /* at least */
    uint32_t at_least; /* hits */
    bool other;        /* other values than those of the row above: both are hits */
};

#define BIT(kind) (UINT64_C(1) << VALUE_##kind)

static const struct threshold thresholds[] = {
    /* a fifth: chance gives 0.2 % */
    {"data.fnr", BIT(FNR) | BIT(DNR) | BIT(SYNTHETIC), VALUE_ELEVEN, 20, 1, false},
    {"data.fnr", BIT(FNR_SHORT), VALUE_TEN, 20, 1, true},
    {"data.fnr_within", BIT(FNR_WITHIN), VALUE_ELEVEN_WITHIN, 20, 1, false},
    {"data.secret", BIT(SECRET), FIRST_HIT, 0, 1, false},
    {"data.diagnosis", BIT(DIAGNOSIS), OF_ALL, 75, 5, false},
    {"data.diagnosis", BIT(DIAGNOSIS_DOTTED), VALUE_CODE, 75, 1, false},
    {"data.aktoerid", BIT(AKTOERID), VALUE_THIRTEEN_DIGITS, 90, 1, false},
    {"data.navident", BIT(NAVIDENT), VALUE_CODE, 80, 1, false},
    {"data.email", BIT(EMAIL), FIRST_HIT, 0, 1, false},
    {"data.phone", BIT(PHONE), FIRST_HIT, 0, 1, false},
    {"data.phone", BIT(EIGHT), VALUE_EIGHT_DIGITS, 95, 20, false},
    {"data.phone", BIT(MOBILE), VALUE_EIGHT_DIGITS, 95, 1, false},
    {"data.iban", BIT(IBAN), FIRST_HIT, 0, 1, false},
    {"data.card", BIT(CARD), VALUE_CARD_DIGITS, 50, 1, false},
    {"data.account", BIT(ACCOUNT), VALUE_ELEVEN, 50, 1, false},
    {"data.account", BIT(ACCOUNT_MARKED), FIRST_HIT, 0, 1, false},
    {"data.orgnr", BIT(ORGNR), VALUE_NINE_DIGITS, 80, 1, false},
    {"data.ip", BIT(IP), VALUE_DOTTED, 50, 1, false},
    {"data.name", BIT(NAME), OF_ALL, 20, 2, false},
    {"data.name", BIT(FULL_NAME), FIRST_HIT, 0, 1, false},
    {"data.address", BIT(ADDRESS), OF_ALL, 20, 2, false},
    {"data.address", BIT(FULL_ADDRESS), FIRST_HIT, 0, 1, false},
    {"data.prose", BIT(PROSE), OF_ALL, 50, 1, false},
    {"data.document", BIT(DOCUMENT), OF_ALL, 50, 1, false},
};

enum { N_THRESHOLDS = sizeof thresholds / sizeof thresholds[0] };

static uint32_t hits_of(const struct values *v, uint64_t kinds)
{
    uint32_t hits = 0;
    for (int k = 0; k < VALUE_KINDS; k++)
        if (kinds & (UINT64_C(1) << k))
            hits += v->hits[k];
    return hits;
}

static bool reaches(const struct values *v, const struct threshold *t, uint32_t hits)
{
    if (hits < t->at_least)
        return false;
    uint32_t base = t->basis < 0 ? v->sampled : v->hits[t->basis];
    return t->basis == FIRST_HIT || (uint64_t)hits * 100 >= (uint64_t)base * t->percent;
}

static void say(const struct values *v, const char *id, uint32_t hits, enum rules_by by,
                struct rules_verdict *out)
{
    struct rules_evidence e = {
        .rule = rules_rule_named(id), .by = (uint8_t)by, .hits = hits, .sampled = v->sampled};
    rules_add_rule(out, e);
}

static int bits_in(uint32_t bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* People are born in all decades; what a system dates lies in the last few. */
static bool are_birthdates(const struct values *v)
{
    enum { DECADES = 4, AT_LEAST = 5, OLD_PERCENT = 30, DATE_PERCENT = 80, BEFORE_2000 = 0x3FF };
    uint32_t dates = v->hits[VALUE_DATE];
    return dates >= AT_LEAST && (uint64_t)dates * 100 >= (uint64_t)v->sampled * DATE_PERCENT &&
           (uint64_t)v->old_dates * 100 >= (uint64_t)dates * OLD_PERCENT &&
           bits_in(v->decades & BEFORE_2000) >= DECADES;
}

/* Codes of letters and digits: where they are digits alone nothing tells them from numbers. */
static bool is_among_codes(const struct values *v, const struct threshold *t)
{
    const uint64_t by_shape = BIT(EIGHT) | BIT(MOBILE) | BIT(AKTOERID);
    return (t->kinds & by_shape) && v->hits[VALUE_MIXED] >= v->hits[t->basis];
}

/* Numbers of all lengths: some of them look like anything. */
static bool is_among_numbers(const struct values *v, const struct threshold *t)
{
    if (t->basis < VALUE_EIGHT_DIGITS && t->basis != VALUE_ELEVEN)
        return false;
    return v->hits[VALUE_DIGITS] > v->sampled / 2 && v->hits[t->basis] < v->sampled / 2;
}

/* A national number passes as an account, ten letters of one kind are room numbers, and numbers in
 * a row are no telephones. */
static bool is_something_else(const struct values *v, const struct threshold *t, uint32_t hits)
{
    enum { MANY = 20, LETTERS = 3, SECONDS = 4 };
    if (!str_eq(t->rule, "data.fnr") && is_among_numbers(v, t))
        return true;
    if (is_among_codes(v, t))
        return true;
    if (str_eq(t->rule, "data.account") && t->basis != FIRST_HIT)
        return reaches(v, &thresholds[0], hits_of(v, thresholds[0].kinds));
    if (str_eq(t->rule, "data.diagnosis"))
        return (t->basis == OF_ALL || hits >= MANY) && bits_in(v->letters) < LETTERS;
    return str_eq(t->rule, "data.phone") && t->basis != FIRST_HIT && hits >= MANY &&
           bits_in(v->seconds) < SECONDS;
}

static uint32_t hits_that_count(const struct values *v, const struct threshold *t)
{
    uint32_t hits = hits_of(v, t->kinds);
    return reaches(v, t, hits) && !is_something_else(v, t, hits) ? hits : 0;
}

void values_verdict(const struct values *v, enum rules_by by, struct rules_verdict *out)
{
    if (v->sampled == 0)
        return;
    for (size_t i = 0; i < N_THRESHOLDS;) {
        const char *rule = thresholds[i].rule;
        uint32_t hits = 0;
        do
            hits += hits_that_count(v, &thresholds[i++]);
        while (i < N_THRESHOLDS && thresholds[i].other);
        if (hits)
            say(v, rule, hits, by, out);
    }
    if (are_birthdates(v))
        say(v, "data.birthdate", v->hits[VALUE_DATE], by, out);
}
