/* From counts to a verdict. What hardly anything else looks like counts from the first hit; what
 * chance or other codes can look like counts by its share. */

#include "api/rules/validators.h"

#include "api/base/str.h"

#include <assert.h>

enum basis {
    OF_ALL,    /* a share of all values */
    OF_ELEVEN, /* of those with eleven digits */
    OF_WITHIN, /* of the runs of eleven digits inside texts */
    FIRST_HIT
};

struct threshold {
    const char *rule;
    uint32_t kinds; /* added up */
    enum basis basis;
    uint32_t percent;  /* at least */
    uint32_t at_least; /* hits */
};

#define BIT(kind) (UINT32_C(1) << VALUE_##kind)

static const struct threshold thresholds[] = {
    /* a fifth: chance gives 0.2 % */
    {"data.fnr", BIT(FNR) | BIT(DNR) | BIT(SYNTHETIC), OF_ELEVEN, 20, 1},
    {"data.fnr_within", BIT(FNR_WITHIN), OF_WITHIN, 20, 1},
    {"data.secret", BIT(SECRET), FIRST_HIT, 0, 1},
    {"data.diagnosis", BIT(DIAGNOSIS), OF_ALL, 75, 5},
    {"data.aktoerid", BIT(AKTOERID), OF_ALL, 90, 3},
    {"data.navident", BIT(NAVIDENT), OF_ALL, 80, 2},
    {"data.email", BIT(EMAIL), FIRST_HIT, 0, 1},
    {"data.phone", BIT(PHONE), FIRST_HIT, 0, 1},
    {"data.phone", BIT(EIGHT), OF_ALL, 95, 20},
    {"data.iban", BIT(IBAN), FIRST_HIT, 0, 1},
    {"data.card", BIT(CARD), OF_ALL, 50, 1},
    {"data.account", BIT(ACCOUNT), OF_ELEVEN, 50, 2},
    {"data.orgnr", BIT(ORGNR), OF_ALL, 80, 3},
    {"data.ip", BIT(IP), OF_ALL, 50, 1},
    {"data.name", BIT(NAME), OF_ALL, 20, 2},
    {"data.address", BIT(ADDRESS), OF_ALL, 20, 2},
    {"data.prose", BIT(PROSE), OF_ALL, 50, 1},
    {"data.document", BIT(DOCUMENT), OF_ALL, 50, 1},
};

static uint16_t rule_named(const char *id)
{
    uint16_t i = 0;
    while (i < rules_count() && !str_eq(rules_rule_id(i), id))
        i++;
    assert(i < rules_count()); /* every threshold names a row of rules.def */
    return i;
}

static uint32_t hits_of(const struct values *v, uint32_t kinds)
{
    uint32_t hits = 0;
    for (int k = 0; k < VALUE_KINDS; k++)
        if (kinds & (UINT32_C(1) << k))
            hits += v->hits[k];
    return hits;
}

static uint32_t base_of(const struct values *v, enum basis basis)
{
    switch (basis) {
    case OF_ELEVEN:
        return v->hits[VALUE_ELEVEN];
    case OF_WITHIN:
        return v->hits[VALUE_ELEVEN_WITHIN];
    case OF_ALL:
    case FIRST_HIT:
        return v->sampled;
    }
    return v->sampled;
}

static bool reaches(const struct values *v, const struct threshold *t, uint32_t hits)
{
    if (hits < t->at_least)
        return false;
    return (uint64_t)hits * 100 >= (uint64_t)base_of(v, t->basis) * t->percent;
}

static void say(const struct values *v, const char *id, uint32_t hits, enum rules_by by,
                struct rules_verdict *out)
{
    struct rules_evidence e = {
        .rule = rule_named(id), .by = (uint8_t)by, .hits = hits, .sampled = v->sampled};
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

/* A national number passes as an account, and ten letters of one kind are room numbers. */
static bool is_something_else(const struct values *v, const struct threshold *t)
{
    enum { LETTERS = 3 };
    if (str_eq(t->rule, "data.account"))
        return reaches(v, &thresholds[0], hits_of(v, thresholds[0].kinds));
    return str_eq(t->rule, "data.diagnosis") && bits_in(v->letters) < LETTERS;
}

void values_verdict(const struct values *v, enum rules_by by, struct rules_verdict *out)
{
    if (v->sampled == 0)
        return;
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
        const struct threshold *t = &thresholds[i];
        uint32_t hits = hits_of(v, t->kinds);
        if (reaches(v, t, hits) && !is_something_else(v, t))
            say(v, t->rule, hits, by, out);
    }
    if (are_birthdates(v))
        say(v, "data.birthdate", v->hits[VALUE_DATE], by, out);
}
