#include "tests/integration/replication_world.h"

#include "api/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_MOST = 40000 };

/* splitmix64: the same numbers everywhere for one seed. */
uint64_t dice_roll(struct dice *d)
{
    uint64_t x = d->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

int dice_below(struct dice *d, int n)
{
    return (int)(dice_roll(d) % (uint64_t)n);
}

bool dice_chance(struct dice *d, int percent)
{
    return dice_below(d, 100) < percent;
}

/* --- values --- */

/* A literal: now and then null, empty or full of what formats stumble over. */
static const char *some_text(struct world *w, char out[200])
{
    static const char *const pieces[] = {"E''",
                                         "NULL",
                                         "E'\\\\N'",
                                         "E'a\\tb\\nc\\\\d\\re'",
                                         "'ÆØÅ æøå \"quoted\" {1,2}'",
                                         "E'\\b\\f\\v'",
                                         "'NULL'",
                                         "E'\\U0001F9ED'"};
    int at = dice_below(&w->dice, 24);
    if (at < 8)
        return pieces[at];
    snprintf(out, 200, "'v%llx'", (unsigned long long)dice_roll(&w->dice));
    return out;
}

/* Incompressible, so it is stored out of line and left out of updates that do not touch it. */
static const char *long_text(struct world *w, char *out)
{
    int n = 2500 + dice_below(&w->dice, dice_chance(&w->dice, 20) ? LONG_MOST - 2500 : 4000),
        used = 0;
    out[used++] = '\'';
    while (used < n)
        used += snprintf(out + used, 20, "%016llx", (unsigned long long)dice_roll(&w->dice));
    out[used++] = '\'';
    out[used] = '\0';
    return out;
}

/* --- statements --- */

static void run(struct world *w, int who, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void run(struct world *w, int who, const char *fmt, ...)
{
    struct str sql = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&sql, fmt, args);
    va_end(args);
    PQclear(world_must(w->writers[who].db, str_text(&sql)));
    str_done(&sql);
}

static int new_id(struct world *w, int who)
{
    return dice_below(&w->dice, 4000) * WRITERS + who;
}

/* The writer's first row at or behind a random place. */
#define PICK(table, key, own)                                                                      \
    "(SELECT " key " FROM " table " WHERE " key " >= %d AND " own " = %d ORDER BY " key " LIMIT "  \
    "1)"

static void change_person(struct world *w, int who)
{
    char name[200], tag[200];
    static char big[LONG_MOST + 64];
    int id = new_id(w, who), at = new_id(w, who), n = dice_below(&w->dice, 1000);
    const char *text = some_text(w, name);
    switch (dice_below(&w->dice, 8)) {
    case 0:
    case 1:
        run(w, who,
            "INSERT INTO person (id, name, big, price, free, flag, seen, doc, tags, nums, raw, "
            "feel)"
            " VALUES (%d, %s, %s, %d.%02d, 1e-%d, %s, now(), jsonb_build_object('t', %s::text),"
            " ARRAY[%s, 'z'], ARRAY[%d, NULL], '\\x%04x', 'trist') ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, doc = excluded.doc",
            id, text, dice_chance(&w->dice, 40) ? long_text(w, big) : "NULL", n, n % 100, n % 20,
            n % 2 ? "true" : "NULL", some_text(w, tag), some_text(w, tag), n, n);
        break;
    case 2:
    case 3:
        run(w, who,
            "UPDATE person SET name = %s, ratio = %d / 7.0, born = date '2000-01-01' + %d WHERE id "
            "= " PICK("person", "id", "id %% 3"),
            text, n, n, at, who);
        break;
    case 4:
        run(w, who,
            "UPDATE person SET big = %s, free = -%d WHERE id = " PICK("person", "id", "id %% 3"),
            long_text(w, big), n, at, who);
        break;
    case 5:
        run(w, who,
            "UPDATE person SET id = %d, name = %s WHERE id = " PICK(
                "person", "id", "id %% 3") " AND NOT EXISTS (SELECT 1 FROM person WHERE id = %d)",
            id, text, at, who, id);
        break;
    case 6:
        run(w, who, "DELETE FROM person WHERE id = " PICK("person", "id", "id %% 3"), at, who);
        break;
    default:
        run(w, who,
            "UPDATE person SET small = %d, bits = %d::bit(11)::varbit, span = '%d days %d s'"
            " WHERE id BETWEEN %d AND %d AND id %% 3 = %d",
            n, n, n, n, at, at + 60, who);
    }
}

static void change_pair(struct world *w, int who)
{
    char a[200], b[200];
    static char big[LONG_MOST + 64];
    int at = new_id(w, who), id = new_id(w, who);
    const char *text = some_text(w, a);
    switch (dice_below(&w->dice, 5)) {
    case 0:
        run(w, who,
            "INSERT INTO pair VALUES (%d, coalesce(%s, 'n'), %s, %s, 'x') ON CONFLICT DO NOTHING",
            id, text, some_text(w, b), dice_chance(&w->dice, 50) ? long_text(w, big) : "NULL");
        break;
    case 1:
        run(w, who, "UPDATE pair SET note = %s WHERE a = " PICK("pair", "a", "a %% 3"), text, at,
            who);
        break;
    case 2: /* a part of the key only */
        run(w, who,
            "UPDATE pair p SET b = 'k%d' WHERE a = " PICK(
                "pair", "a",
                "a %% 3") " AND b = (SELECT min(b) FROM pair q WHERE q.a = p.a)"
                          " AND NOT EXISTS (SELECT 1 FROM pair r WHERE r.a = p.a AND r.b = 'k%d')",
            id, at, who, id);
        break;
    case 3:
        run(w, who, "DELETE FROM pair WHERE a = " PICK("pair", "a", "a %% 3"), at, who);
        break;
    default:
        run(w, who, "UPDATE pair SET secret = 'y' || secret WHERE a = " PICK("pair", "a", "a %% 3"),
            at, who);
    }
}

#define PICK_WORD "(SELECT w FROM word WHERE w >= '%d%02x' AND w < '%d~' ORDER BY w LIMIT 1)"

static void change_word(struct world *w, int who)
{
    static char key[LONG_MOST + 64], big[LONG_MOST + 64];
    int at = dice_below(&w->dice, 256), n = dice_below(&w->dice, 1000);
    snprintf(key, sizeof key, "'%d%llx'", who, (unsigned long long)dice_roll(&w->dice));
    if (dice_chance(&w->dice, 20)) { /* long enough to be stored out of line */
        long_text(w, key);
        snprintf(key + 2400, 2, "'");
        key[1] = (char)('0' + who);
    }
    switch (dice_below(&w->dice, 5)) {
    case 0:
        run(w, who, "INSERT INTO word VALUES (%s, %d, %s)", key, n,
            dice_chance(&w->dice, 40) ? long_text(w, big) : "NULL");
        break;
    case 1:
        run(w, who, "UPDATE word SET w = %s WHERE w = " PICK_WORD, key, who, at, who);
        break;
    case 2:
        run(w, who, "UPDATE word SET w = %s, n = %d WHERE w = " PICK_WORD, key, n, who, at, who);
        break;
    case 3:
        run(w, who, "DELETE FROM word WHERE w = " PICK_WORD, who, at, who);
        break;
    default:
        run(w, who, "UPDATE word SET n = %d WHERE w >= '%d%02x' AND w < '%d%02x~'", n, who, at, who,
            at);
    }
}

static void change_full_row(struct world *w, int who)
{
    char a[200];
    static char big[LONG_MOST + 64];
    int at = dice_below(&w->dice, 15) * WRITERS + who;
    switch (dice_below(&w->dice, 4)) {
    case 0:
        run(w, who, "INSERT INTO full_row VALUES (%d, %s, %s)", at, some_text(w, a),
            dice_chance(&w->dice, 30) ? long_text(w, big) : "NULL");
        break;
    case 1:
        run(w, who,
            "UPDATE full_row SET b = %s WHERE ctid = (SELECT min(ctid) FROM full_row WHERE a = %d)",
            some_text(w, a), at);
        break;
    case 2:
        run(w, who,
            "DELETE FROM full_row WHERE ctid = (SELECT max(ctid) FROM full_row WHERE a = %d)", at);
        break;
    default:
        run(w, who,
            "UPDATE full_key SET b = %s, id = CASE WHEN %d = 0 AND NOT EXISTS"
            " (SELECT 1 FROM full_key WHERE id = %d) THEN %d ELSE id END WHERE id = " PICK(
                "full_key", "id", "id %% 3"),
            some_text(w, a), dice_below(&w->dice, 2), at + 9000, at + 9000, new_id(w, who) / 4,
            who);
    }
}

static void change_part(struct world *w, int who)
{
    char a[200];
    int at = new_id(w, who), id = new_id(w, who);
    const char *region = (const char *[]){"nord", "sør", "vest"}[dice_below(&w->dice, 3)];
    switch (dice_below(&w->dice, 4)) {
    case 0:
        run(w, who, "INSERT INTO part VALUES (%d, '%s', %s) ON CONFLICT DO NOTHING", id, region,
            some_text(w, a));
        break;
    case 1:
        run(w, who, "UPDATE part SET v = %s WHERE id = " PICK("part", "id", "id %% 3"),
            some_text(w, a), at, who);
        break;
    case 2: /* into another partition */
        run(w, who,
            "UPDATE part p SET region = '%s' WHERE id = " PICK(
                "part", "id", "id %% 3") " AND (SELECT count(*) FROM part q WHERE q.id = p.id) = 1",
            region, at, who);
        break;
    default:
        run(w, who, "DELETE FROM part WHERE id = " PICK("part", "id", "id %% 3"), at, who);
    }
}

static void change_ident(struct world *w, int who)
{
    char a[200];
    int at = new_id(w, who), id = new_id(w, who);
    switch (dice_below(&w->dice, 4)) {
    case 0:
        run(w, who,
            "INSERT INTO ident VALUES (%d, '%dn%llx', %s) ON CONFLICT (id) DO UPDATE SET v = "
            "excluded.v",
            id, who, (unsigned long long)dice_roll(&w->dice), some_text(w, a));
        break;
    case 1: /* the primary key moves, the identity stays, and the other way round */
        run(w, who,
            "UPDATE ident SET id = %d WHERE id = " PICK(
                "ident", "id", "id %% 3") " AND NOT EXISTS (SELECT 1 FROM ident WHERE id = %d)",
            id, at, who, id);
        break;
    case 2:
        run(w, who, "UPDATE ident SET code = '%dm%llx' WHERE id = " PICK("ident", "id", "id %% 3"),
            who, (unsigned long long)dice_roll(&w->dice), at, who);
        break;
    default:
        run(w, who, "DELETE FROM ident WHERE id = " PICK("ident", "id", "id %% 3"), at, who);
    }
}

static void change_rest(struct world *w, int who)
{
    char a[200];
    int at = new_id(w, who);
    switch (dice_below(&w->dice, 5)) {
    case 0:
        run(w, who, "INSERT INTO journal SELECT now(), %s, i FROM generate_series(1, %d) i",
            some_text(w, a), 1 + dice_below(&w->dice, 3));
        break;
    case 1:
        run(w, who,
            "INSERT INTO \"avd-Ø\".\"Et \"\"rart\"\" navn\" VALUES (%d, %s, 'u')"
            " ON CONFLICT (\"Nøkkel\") DO UPDATE SET \"a,b\" = excluded.\"a,b\"",
            at, some_text(w, a));
        break;
    case 2:
        run(w, who,
            "DELETE FROM \"avd-Ø\".\"Et \"\"rart\"\" navn\" WHERE \"Nøkkel\" BETWEEN %d AND %d"
            " AND \"Nøkkel\" %% 3 = %d",
            at, at + 4, who);
        break;
    case 3:
        run(w, who, "INSERT INTO outside VALUES (%d, 'x') ON CONFLICT DO NOTHING", at);
        break;
    default:
        run(w, who, "INSERT INTO scratch VALUES (%d, 'x') ON CONFLICT (id) DO UPDATE SET v = 'y'",
            at);
    }
}

static void change_something(struct world *w, int who)
{
    static void (*const changes[])(struct world *, int) = {
        change_person,   change_person, change_person, change_pair, change_word,
        change_full_row, change_part,   change_ident,  change_rest};
    w->changes++;
    changes[dice_below(&w->dice, (int)(sizeof changes / sizeof *changes))](w, who);
}

/* --- transactions --- */

static void finish(struct world *w, int who)
{
    struct writer *x = &w->writers[who];
    bool good = dice_chance(&w->dice, 85);
    run(w, who, good ? "COMMIT" : "ROLLBACK");
    *(good ? &w->commits : &w->rollbacks) += 1;
    x->left = 0;
    x->saved = false;
}

static void step_savepoint(struct world *w, int who)
{
    struct writer *x = &w->writers[who];
    if (!x->saved)
        run(w, who, "SAVEPOINT s");
    else
        run(w, who, dice_chance(&w->dice, 50) ? "ROLLBACK TO s" : "RELEASE s");
    x->saved = !x->saved;
}

void world_change(struct world *w)
{
    int who = dice_below(&w->dice, WRITERS);
    struct writer *x = &w->writers[who];
    if (x->left == 0) {
        run(w, who, "BEGIN");
        x->left = 1 + dice_below(&w->dice, dice_chance(&w->dice, 10) ? 120 : 12);
    } else if (--x->left == 0) {
        finish(w, who);
    } else if (dice_chance(&w->dice, 10)) {
        step_savepoint(w, who);
    } else {
        change_something(w, who);
    }
}

void world_flood(struct world *w)
{
    world_settle(w);
    run(w, 0, "BEGIN");
    run(w, 0, "INSERT INTO journal SELECT now(), 'flood', i FROM generate_series(1, 6000) i");
    run(w, 0, "UPDATE person SET ratio = id / 3.0");
    run(w, 0, "UPDATE word SET n = n + 1");
    run(w, 0, "UPDATE full_row SET b = b || 'x' WHERE a < 9");
    run(w, 0, "COMMIT");
}

void world_settle(struct world *w)
{
    for (int who = 0; who < WRITERS; who++) {
        if (w->writers[who].left > 0)
            finish(w, who);
    }
}

void world_connect(struct world *w)
{
    for (int who = 0; who < WRITERS; who++) {
        w->writers[who] = (struct writer){.db = PQconnectdb(w->conninfo)};
        if (PQstatus(w->writers[who].db) != CONNECTION_OK) {
            fprintf(stderr, "%s", PQerrorMessage(w->writers[who].db));
            exit(1);
        }
    }
}

void world_disconnect(struct world *w)
{
    for (int who = 0; who < WRITERS; who++)
        PQfinish(w->writers[who].db);
}

/* A lock that a backfill holds is not waited for: another time. */
static bool attempt(PGconn *db, const char *sql)
{
    PGresult *r = PQexec(db, sql);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (!good && (!state || strcmp(state, "55P03") != 0)) {
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(db));
        exit(1);
    }
    PQclear(r);
    return good;
}

void world_alter(struct world *w)
{
    PGconn *db = w->writers[0].db;
    world_settle(w);
    attempt(db, "SET lock_timeout = '20ms'");
    attempt(db, "TRUNCATE scratch");
    if (!w->added)
        w->added = attempt(db, "ALTER TABLE person ADD COLUMN added text");
    else if (!w->dropped)
        w->dropped = attempt(db, "ALTER TABLE person DROP COLUMN dropme");
    else
        attempt(db, "UPDATE person SET added = 'a' || id WHERE id % 5 = 0 AND added IS NULL");
    attempt(db, "RESET lock_timeout");
}
