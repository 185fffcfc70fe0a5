/* From counts to a verdict. What hardly anything else looks like counts from the first hit. What
 * other numbers can look like counts by its share of those of its shape, or where it is more than
 * chance gives among them:
 *
 *   a person's number has two control digits. Among eleven digits that may begin with a day and fit
 *   the second one, one in eleven fits the first one, too: of random numbers, of account numbers
 *   (whose digit is the second one) and of order numbers that begin with a day.
 *   an account or an organisation has one: chance gives one in eleven. */

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
    int among;         /* or: far more than `chance` in a hundred of these, and `floor` percent */
    uint32_t chance, floor;
};

#define BIT(kind) (UINT64_C(1) << VALUE_##kind)

enum { ONE_DIGIT = 9 }; /* in a hundred, rounded: one in eleven */

static const struct threshold thresholds[] = {
    {"data.fnr", BIT(FNR) | BIT(DNR) | BIT(SYNTHETIC), VALUE_ELEVEN, 20, 1, false, VALUE_DATED,
     ONE_DIGIT, 0},
    {"data.fnr", BIT(FNR_SHORT), VALUE_TEN, 20, 1, true, VALUE_DATED_SHORT, ONE_DIGIT, 0},
    {"data.fnr_within", BIT(FNR_WITHIN), VALUE_ELEVEN_WITHIN, 20, 1, false, VALUE_DATED_WITHIN,
     ONE_DIGIT, 0},
    {"data.fnr_within", BIT(FNR_SHORT_WITHIN), VALUE_TEN_WITHIN, 20, 1, true,
     VALUE_DATED_SHORT_WITHIN, ONE_DIGIT, 0},
    {"data.secret", BIT(SECRET), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.protected", BIT(PROTECTION), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.diagnosis", BIT(DIAGNOSIS), OF_ALL, 75, 5, false, 0, 0, 0},
    {"data.diagnosis", BIT(DIAGNOSIS_DOTTED), VALUE_CODE, 75, 1, false, 0, 0, 0},
    {"data.diagnosis", BIT(DIAGNOSIS_DOTTED), VALUE_CODE_DOTTED, 75, 5, false, 0, 0, 0},
    {"data.diagnosis", BIT(DIAGNOSIS), VALUE_CODE, 75, 20, false, 0, 0, 0},
    {"data.aktoerid", BIT(AKTOERID), VALUE_THIRTEEN_DIGITS, 90, 1, false, 0, 0, 0},
    {"data.navident", BIT(NAVIDENT), VALUE_CODE, 80, 1, false, 0, 0, 0},
    {"data.navident", BIT(NAVIDENT), VALUE_LETTER_NUMBER, 80, 5, false, 0, 0, 0},
    {"data.email", BIT(EMAIL), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.phone", BIT(PHONE), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.phone", BIT(EIGHT), VALUE_EIGHT_DIGITS, 95, 20, false, 0, 0, 0},
    {"data.phone", BIT(MOBILE), VALUE_EIGHT_DIGITS, 95, 1, false, 0, 0, 0},
    {"data.phone", BIT(MOBILE_WITHIN), VALUE_EIGHT_WITHIN, 95, 5, false, 0, 0, 0},
    {"data.phone", BIT(MSISDN), VALUE_TEN, 95, 5, false, 0, 0, 0},
    {"data.iban", BIT(IBAN), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.card", BIT(CARD), VALUE_CARD_DIGITS, 50, 1, false, 0, 0, 0},
    {"data.account", BIT(ACCOUNT), VALUE_ELEVEN, 50, 1, false, VALUE_ELEVEN, ONE_DIGIT, 25},
    {"data.account", BIT(ACCOUNT_MARKED), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.orgnr", BIT(ORGNR), VALUE_NINE_DIGITS, 80, 1, false, VALUE_NINE_DIGITS, ONE_DIGIT, 25},
    {"data.ip", BIT(IP), VALUE_DOTTED, 80, 1, false, 0, 0, 0},
    {"data.name", BIT(NAME), OF_ALL, 20, 2, false, 0, 0, 0},
    {"data.name", BIT(FULL_NAME), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.address", BIT(ADDRESS), OF_ALL, 20, 2, false, 0, 0, 0},
    {"data.address", BIT(FULL_ADDRESS), FIRST_HIT, 0, 1, false, 0, 0, 0},
    {"data.prose", BIT(PROSE), OF_ALL, 50, 1, false, 0, 0, 0},
    {"data.document", BIT(DOCUMENT), OF_ALL, 50, 1, false, 0, 0, 0},
};

enum { N_THRESHOLDS = sizeof thresholds / sizeof thresholds[0] };

static const uint64_t persons = BIT(FNR) | BIT(DNR) | BIT(SYNTHETIC);

static uint32_t hits_of(const struct values *v, uint64_t kinds)
{
    uint32_t hits = 0;
    for (int k = 0; k < VALUE_KINDS; k++)
        if (kinds & (UINT64_C(1) << k))
            hits += v->hits[k];
    return hits;
}

static int bits_in(uint64_t bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* --- what chance gives --- */

/* How many of n values are different ones: as many as it takes to set so many of 64 bits. Where
 * nearly all are set that says nothing. */
static uint32_t different(uint32_t n, uint64_t prints)
{
    enum { ALL = 64, NEARLY = 56 };
    int bits = bits_in(prints);
    double draws = 0;
    for (int i = 0; i < bits; i++)
        draws += (double)ALL / (ALL - i);
    return bits < NEARLY && draws + 0.5 < n ? (uint32_t)(draws + 0.5) : n;
}

/* Would chance give so many hits among n at most once in ten thousand such columns? The tail of the
 * binomial distribution, added up from its other end. */
static bool is_beyond_chance(uint32_t hits, uint32_t n, double chance)
{
    enum { MOST = 4000 }; /* a double holds (1 - chance)^n */
    const double rare = 1e-4;
    if (n > MOST) {
        hits = (uint32_t)((uint64_t)hits * MOST / n);
        n = MOST;
    }
    double term = 1, below = 0;
    for (uint32_t i = 0; i < n; i++)
        term *= 1 - chance;
    for (uint32_t i = 0; i < hits && i <= n; i++) {
        below += term;
        term *= (double)(n - i) / (i + 1) * chance / (1 - chance);
    }
    return 1 - below < rare;
}

static bool outdoes_chance(const struct values *v, const struct threshold *t, uint32_t hits)
{
    uint32_t n = t->chance ? v->hits[t->among] : 0;
    if (n == 0 || (uint64_t)hits * 100 < (uint64_t)n * t->floor)
        return false;
    if (t->among == VALUE_DATED || t->among == VALUE_DATED_SHORT ||
        t->among == VALUE_DATED_WITHIN || t->among == VALUE_DATED_SHORT_WITHIN) {
        hits = different(hits, v->different_persons);
        n = different(n, v->different_dated);
    }
    return is_beyond_chance(hits, n > hits ? n : hits, t->chance / 100.0);
}

/* --- the thresholds --- */

/* Where all are accounts one in forty passes as a person's number: of a few, a fifth. */
static uint32_t percent_of(const struct values *v, const struct threshold *t)
{
    enum { MOSTLY = 50 };
    bool accounts = v->hits[VALUE_ELEVEN] > 1 && v->hits[VALUE_ACCOUNT] == v->hits[VALUE_ELEVEN];
    return t->kinds == persons && accounts ? MOSTLY : t->percent;
}

static bool reaches(const struct values *v, const struct threshold *t, uint32_t hits)
{
    if (hits < t->at_least)
        return false;
    uint32_t base = t->basis < 0 ? v->sampled : v->hits[t->basis];
    return t->basis == FIRST_HIT || (uint64_t)hits * 100 >= (uint64_t)base * percent_of(v, t) ||
           outdoes_chance(v, t, hits);
}

static void say(const struct values *v, const char *id, uint32_t hits, enum rules_by by,
                struct rules_verdict *out)
{
    struct rules_evidence e = {
        .rule = rules_rule_named(id), .by = (uint8_t)by, .hits = hits, .sampled = v->sampled};
    rules_add_rule(out, e);
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
    if (t->basis != VALUE_ELEVEN && (t->basis < VALUE_EIGHT_DIGITS || t->basis > VALUE_DOTTED))
        return false;
    return v->hits[VALUE_DIGITS] > v->sampled / 2 && v->hits[t->basis] < v->sampled / 2;
}

/* A national number passes as an account: of the others, a few may have the digit by chance. */
static bool are_persons(const struct values *v)
{
    enum { FEW = 3 };
    uint32_t hits = hits_of(v, persons);
    uint32_t others = v->hits[VALUE_ELEVEN] - hits, accounts = v->hits[VALUE_ACCOUNT] - hits;
    return reaches(v, &thresholds[0], hits) && (accounts < FEW || accounts * 2 < others);
}

/* All begin with the same one, and it is not that of test users. */
static bool is_another_letter(const struct values *v)
{
    return bits_in(v->ident_letters) == 1 && v->ident_letters != UINT32_C(1) << ('z' - 'a');
}

/* Orders, invoices: numbers of one length that begin alike. Telephones are spread: four and nine
 * stand before mobiles, and what follows is anything. */
static bool is_running(const struct values *v, const struct threshold *t, uint32_t hits)
{
    enum { MANY = 20, SECONDS = 4 };
    return t->basis != FIRST_HIT && hits >= MANY &&
           (bits_in(v->seconds) < SECONDS || bits_in(v->firsts) < 2);
}

/* Versions begin small, and what is packed has a control digit of its own. */
static bool is_of_things(const struct values *v, const struct threshold *t)
{
    enum { FEW = 5, MOST = 90 };
    if (t->kinds == BIT(AKTOERID))
        return v->hits[VALUE_EAN] >= FEW &&
               (uint64_t)v->hits[VALUE_EAN] * 100 >= (uint64_t)v->hits[t->basis] * MOST;
    return t->kinds == BIT(IP) && v->hits[VALUE_IP] >= FEW &&
           v->hits[VALUE_IP_LOW] * 2 >= v->hits[VALUE_IP];
}

/* Codes of one kind begin alike; of the two rows for few hits, a letter says nothing. */
static bool is_one_series(const struct values *v, const struct threshold *t, uint32_t hits)
{
    enum { MANY = 20, LETTERS = 3, CHAPTERS = 8 };
    if (str_eq(t->rule, "data.navident"))
        return t->basis == VALUE_LETTER_NUMBER ? bits_in(v->ident_letters) < LETTERS
                                               : hits >= MANY && is_another_letter(v);
    bool bare = t->basis == VALUE_CODE && t->kinds == BIT(DIAGNOSIS);
    bool ask = t->basis != VALUE_CODE || hits >= MANY;
    return ask && bits_in(v->letters) < (bare ? CHAPTERS : LETTERS);
}

/* Ten letters of one kind are room numbers, and numbers in a row are no telephones. */
static bool is_something_else(const struct values *v, const struct threshold *t, uint32_t hits)
{
    if (!str_eq(t->rule, "data.fnr") && is_among_numbers(v, t))
        return true;
    if (is_among_codes(v, t) || is_of_things(v, t))
        return true;
    if (str_eq(t->rule, "data.account") && t->basis != FIRST_HIT)
        return are_persons(v);
    if (str_eq(t->rule, "data.diagnosis") || str_eq(t->rule, "data.navident"))
        return is_one_series(v, t, hits);
    return str_eq(t->rule, "data.phone") && is_running(v, t, hits);
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
