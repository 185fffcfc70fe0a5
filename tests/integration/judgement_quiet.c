/* Near misses: what looks like personal data and is none. */

#include "tests/integration/judgement_values.h"

#include <stdio.h>
#include <string.h>

static const char *const family[] = {"Hansen", "Nordmann",  "Olsen", "Berg",     "Li",
                                     "Haugen", "Fjeldstad", "Moen",  "Kowalski", "Johansen"};
static const char *const everyday[] = {"avventer",  "ok",     "til kontroll", "ukjent",
                                       "INNVILGET", "steg 2", "ikke satt",    "JOBB"};

static void order_eleven(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%02u%09u", below(100), below(1000000000));
}

static void order_in_row(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%u", 40000000 + row * 7);
}

static void order_eight(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%u%07u", 1 + below(9), below(10000000));
}

static void order_nine(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%u%08u", 1 + below(9), below(100000000));
}

static void order_named(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "ORD-2024-%06u", row);
}

static void kid_of(char d[VALUE_ROOM], unsigned digits)
{
    for (unsigned i = 0; i + 1 < digits; i++)
        d[i] = (char)('0' + below(10));
    snprintf(d + digits - 1, VALUE_ROOM - digits, "%d", luhn_of(d, digits - 1));
}

static void kid(char d[VALUE_ROOM], unsigned row)
{
    kid_of(d, 7 + row % 19);
}

static void kid_eleven(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    kid_of(d, 11);
}

static void kid_sixteen(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    kid_of(d, 16);
}

static void epoch(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "17%08u", 7000000 + row * 977 + below(900));
}

static void epoch_ms(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "17%011llu", (unsigned long long)below(1000000000) * 10 + below(10));
}

static void stamp(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "2024-%02u-%02uT%02u:%02u:00.%06uZ", 1 + below(12), 1 + below(28),
             below(24), below(60), row);
}

static void case_date(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%u-%02u-%02u", 2012 + below(14), 1 + below(12), 1 + below(28));
}

static void uuid(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%08x-%04x-4%03x-a%03x-%08x%04x", below(UINT32_MAX), below(65536),
             below(4096), below(4096), below(UINT32_MAX), row);
}

static void sha(char d[VALUE_ROOM], unsigned row)
{
    size_t n = 0;
    (void)row;
    for (int i = 0; i < 8; i++)
        n += (size_t)snprintf(d + n, VALUE_ROOM - n, "%08x", below(UINT32_MAX));
}

static void ulid(char d[VALUE_ROOM], unsigned row)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    (void)row;
    for (int i = 0; i < 26; i++)
        d[i] = letters[below(32)];
    d[26] = '\0';
}

static void version(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, row % 9 ? "%u.%u.%u" : "%u.%u.%u.1", below(12), below(40), row);
}

static void amount(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%u.%02u", below(10000000), row % 100);
}

static void amount_spaced(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%u %03u %03u", 10 + below(90), below(1000), below(1000));
}

static void status(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%s", PICK(everyday));
}

static void rule_name(char d[VALUE_ROOM], unsigned row)
{
    static const char *const names[] = {"Medlemskap siste fem aar", "Bosatt i Norge",
                                        "Alder over 18", "Har krav paa ytelse"};
    (void)row;
    snprintf(d, VALUE_ROOM, "%s", PICK(names));
}

static void firm(char d[VALUE_ROOM], unsigned row)
{
    static const char *const ends[] = {"Bygg AS", "Transport AS", "& Co ANS", "Bakeri DA"};
    (void)row;
    snprintf(d, VALUE_ROOM, "%s %s", PICK(family), PICK(ends));
}

static void town(char d[VALUE_ROOM], unsigned row)
{
    static const char *const towns[] = {"Oslo",  "Bergen", "Trondheim",     "Kristiansand", "Hamar",
                                        "Molde", "Alta",   "Gj\xC3\xB8vik", "Lillehammer",  "Moss"};
    (void)row;
    snprintf(d, VALUE_ROOM, "%s", PICK(towns));
}

static void class_name(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "no.nav.aap.prosessering.Jobb%uUtforer", row % 40);
}

static void link(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "https://www.nav.no/sak/%u/detaljer", row);
}

static void file_name(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "vedlegg_%u.pdf", row);
}

static void room(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "A%02u", below(100));
}

static void product_code(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%c%c-%04u", 'A' + (int)(row % 26), 'A' + (int)below(26), below(10000));
}

static void ean(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "70%05u%06u", below(100000), below(1000000));
}

static void four_digits(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%04u", row % 10000);
}

static void settings(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "versjon=%u;modus=fast", row);
}

/* A register's own: half of such numbers begin with 4, and some of them have no letter. */
static void case_number(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    d[0] = '4';
    for (int i = 1; i < 8; i++)
        d[i] = "23456789ABCDEFZY"[below(16)];
    d[8] = '\0';
}

static void old_time(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%u-%02u-%02u %02u:%02u:%02u", 1931 + below(90), 1 + below(12),
             1 + below(28), below(24), 1 + row % 59, below(60));
}

const struct value_case quiet_cases[] = {
    {"eleven digits", "text", order_eleven, 0, 0, false},
    {"eleven digits bigint", "bigint", order_eleven, 0, 0, false},
    {"eight digits in a row", "text", order_in_row, 0, 0, false},
    {"eight digits in a row integer", "integer", order_in_row, 0, 0, false},
    {"eight digits", "text", order_eight, 0, 0, false},
    {"nine digits", "text", order_nine, 0, 0, false},
    {"order names", "text", order_named, 0, 0, false},
    {"kid", "text", kid, 0, 0, false},
    {"kid of eleven", "text", kid_eleven, 0, 0, false},
    {"kid of sixteen", "text", kid_sixteen, 0, 0, false},
    {"kid of eleven bigint", "bigint", kid_eleven, 0, 0, false},
    {"seconds since 1970", "bigint", epoch, 0, 0, false},
    {"milliseconds since 1970", "bigint", epoch_ms, 0, 0, false},
    {"milliseconds as text", "text", epoch_ms, 0, 0, false},
    {"time stamps", "text", stamp, 0, 0, false},
    {"dates of cases", "date", case_date, 0, 0, false},
    {"dates of cases text", "text", case_date, 0, 0, false},
    {"uuid", "text", uuid, 0, 0, false},
    {"uuid varchar", "varchar(36)", uuid, 0, 0, false},
    {"sha", "text", sha, 0, 0, false},
    {"ulid", "text", ulid, 0, 0, false},
    {"version", "text", version, 0, 0, false},
    {"amount", "numeric", amount, 0, 0, false},
    {"amount text", "text", amount, 0, 0, false},
    {"amount spaced", "text", amount_spaced, 0, 0, false},
    {"status", "text", status, 0, 0, false},
    {"rule names", "text", rule_name, 0, 0, false},
    {"firms", "text", firm, 0, 0, false},
    {"towns", "text", town, 0, 0, false},
    {"class names", "text", class_name, 0, 0, false},
    {"links", "text", link, 0, 0, false},
    {"file names", "text", file_name, 0, 0, false},
    {"rooms", "text", room, 0, 0, false},
    {"product codes", "text", product_code, 0, 0, false},
    {"ean", "text", ean, 0, 0, false},
    {"four digits", "text", four_digits, 0, 0, false},
    {"case numbers", "text", case_number, 0, 0, false},
    {"times of long ago", "timestamp", old_time, 0, 0, false},
    {"time stamps typed", "timestamptz", stamp, 0, 0, false},
    {"settings", "text", settings, 0, 0, false},
};
const size_t n_quiet_cases = sizeof quiet_cases / sizeof *quiet_cases;
