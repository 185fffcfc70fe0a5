#ifndef STROM_RULES_VALIDATORS_H
#define STROM_RULES_VALIDATORS_H

/* What a value looks like, told in one pass over its bytes; pure, nothing is kept. A hit is only a
 * hint: some 0.2 % of random 11-digit numbers pass as national numbers, some 2 % of accounts do,
 * and every national number passes as an account, so values_verdict judges by shares and by what
 * chance would give (facts/engineering.md, "Sampling").
 *
 *     struct values v = {0};
 *     for each value: values_add(&v, bytes, n);
 *     values_verdict(&v, RULES_BY_DATA, &verdict);
 */

#include "api/rules/rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_FNR,           /* fødselsnummer, both control digits and a possible date */
    VALUE_DNR,           /* D-number: day + 40 */
    VALUE_SYNTHETIC,     /* month + 40, + 65 or + 80 (test populations), D-numbers too */
    VALUE_ELEVEN,        /* eleven digits: what the three above are a share of */
    VALUE_FNR_SHORT,     /* one of the three that lost its leading zero */
    VALUE_TEN,           /* ten digits: its base */
    VALUE_FNR_WITHIN,    /* one of the three inside a longer text or document */
    VALUE_ELEVEN_WITHIN, /* eleven digits inside one: its base */
    VALUE_AKTOERID,      /* 13 digits as the registers hand them out */
    VALUE_NAVIDENT,      /* a letter and six digits */
    VALUE_EMAIL,         /* also inside a text */
    VALUE_PHONE,         /* +47..., 0047..., other countries with +; also inside a text */
    VALUE_EIGHT,         /* eight digits that a Norwegian subscriber may have, no date */
    VALUE_ACCOUNT,       /* Norwegian account number, mod 11 */
    VALUE_ORGNR,         /* nine digits, mod 11 */
    VALUE_IBAN,
    VALUE_CARD, /* Luhn, with a known prefix and its length */
    VALUE_IP,
    VALUE_NAME,      /* up to four words, one of them a frequent given or family name */
    VALUE_ADDRESS,   /* street with a number, or four digits and a place */
    VALUE_DATE,      /* a day, ISO or Norwegian; a time on the hour may stand for one */
    VALUE_TIME,      /* a day and a time of it: nobody writes a date of birth so */
    VALUE_SECRET,    /* known prefix (PEM, JWT, ya29., AKIA, ghp_, $2b$) or a dense random text */
    VALUE_DIAGNOSIS, /* ICD-10 or ICPC-2 */
    VALUE_PROSE,     /* six words or more */
    VALUE_DOCUMENT,  /* begins and ends as JSON or XML does */
    VALUE_UUID,

    /* stronger than its kind alone: one is enough */
    VALUE_ACCOUNT_MARKED,   /* 1234.56.78901 */
    VALUE_FULL_NAME,        /* a frequent given name first, a frequent family name last */
    VALUE_FULL_ADDRESS,     /* street and number, perhaps with postal code and place */
    VALUE_MOBILE,           /* eight digits that begin as those of mobiles do */
    VALUE_DIAGNOSIS_DOTTED, /* M54.5 */

    /* of the same shape: what the others are a share of */
    VALUE_DIGITS, /* nothing else */
    VALUE_EIGHT_DIGITS,
    VALUE_NINE_DIGITS,
    VALUE_THIRTEEN_DIGITS,
    VALUE_CARD_DIGITS, /* 14 to 16 */
    VALUE_DOTTED,      /* numbers with two dots or more between them, and IPv6 */
    VALUE_MIXED,       /* letters and digits in one short word: some of such codes are all digits */
    VALUE_CODE,        /* a letter, then digits, dots and letters: Z999999, M54.5, AB-12 */
    VALUE_CODE_DOTTED, /* one of these with a dot */
    VALUE_LETTER_NUMBER, /* one letter, then three digits or more */

    /* all that a national number has but its first control digit: chance gives one in eleven */
    VALUE_DATED,
    VALUE_DATED_SHORT,  /* without its leading zero */
    VALUE_DATED_WITHIN, /* inside a longer text */

    /* numbers of a document that lost their leading zero, as above */
    VALUE_FNR_SHORT_WITHIN,
    VALUE_TEN_WITHIN,
    VALUE_DATED_SHORT_WITHIN,
    VALUE_MOBILE_WITHIN, /* eight bare digits in a text that begin as those of mobiles do */
    VALUE_EIGHT_WITHIN,  /* eight digits in one: its base */
    VALUE_MSISDN,        /* 47 and a mobile, no plus: its base is ten digits */
    VALUE_IP_LOW,        /* an IP that begins with 0 to 9, as versions do */
    VALUE_EAN,           /* thirteen digits with the control digit of goods */
    VALUE_PROTECTION,    /* STRENGT_FORTROLIG */
    VALUE_KINDS
};

/* The kinds of one value as bits (UINT64_C(1) << kind). bytes need not end in NUL. */
uint64_t value_classify(const char *bytes, size_t n);

/* Eleven (nine) digits, as characters; not ended by a NUL. */
bool value_is_fnr(const char digits[11]);
bool value_is_dnr(const char digits[11]);
bool value_is_synthetic(const char digits[11]);
bool value_is_account(const char digits[11]);
bool value_is_orgnr(const char digits[9]);

struct values {
    uint32_t sampled; /* values that were not NULL or empty */
    uint32_t hits[VALUE_KINDS];
    uint32_t old_dates;        /* before 2000 */
    uint32_t decades, letters; /* of the dates, of the diagnoses: a bit each */
    uint32_t ident_letters;    /* of the NAV idents */
    /* first and second digits of what may be a telephone: numbers in a row share them */
    uint32_t firsts, seconds;
    /* a bit for each different one, by its hash: one number in many rows is one piece of luck */
    uint64_t different_persons, different_dated;
};

void values_add(struct values *v, const char *bytes, size_t n);
/* What was not written as text, counted as its text would be. */
void values_add_integer(struct values *v, int64_t number);
void values_add_day(struct values *v, int year); /* or a time on the hour; 1 to 9999 */
void values_add_time(struct values *v);          /* a day and a time of it */
void values_add_plain(struct values *v);         /* what can say nothing */
/* Adds what the shares allow to say to the verdict. by: RULES_BY_DATA or RULES_BY_STATISTICS. */
void values_verdict(const struct values *v, enum rules_by by, struct rules_verdict *out);

#endif
