#include "api/plan/sampling_found.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/plan/sampling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX
#define PART    '\x1f' /* between the columns */
#define PIECE   '\x1e' /* between a column's name and its evidence */

#define PIECE_TEXT "\x1e"
#define PLACE      "@" /* the column's number in its table: it stays when the column is renamed */
#define CATEGORY   "=" /* beyond those of the evidence: there is not room for all */
#define IN_PART    "part"
#define HIDDEN     "hidden"
#define AT         "at="
#define TOLD_AT    "told="

/* What the values of one column said. Those of a table hang on its `first`. */
struct finding {
    uint32_t column, next;
    bool stale; /* said when the table had other columns: until it is read anew */
    struct rules_verdict verdict;
};

struct known { /* of a table */
    struct sampling_seen seen;
    uint32_t first;
    bool told;
};

struct sampling_found {
    const struct catalog *catalog;
    struct known *tables;
    size_t n_tables;
    struct finding *findings;
    size_t n_findings, room;
    uint32_t *news; /* tables */
    size_t n_news;
    uint16_t *rules; /* by name; NULL: not sorted yet */
    bool statistics;
    uint64_t shape_hash; /* of the first so many tables */
    size_t shaped;
};

static void empty(struct sampling_found *f)
{
    for (size_t i = 0; i < f->n_tables; i++)
        f->tables[i] = (struct known){.first = NOWHERE};
    f->n_findings = f->n_news = 0;
    f->statistics = false;
}

struct sampling_found *sampling_found_new(const struct catalog *c)
{
    struct sampling_found *f = mem_alloc(sizeof *f);

    f->catalog = c;
    f->n_tables = catalog_tables(c);
    f->tables = mem_grow(NULL, f->n_tables + 1, sizeof *f->tables);
    f->news = mem_grow(NULL, f->n_tables + 1, sizeof *f->news);
    empty(f);
    return f;
}

void sampling_found_free(struct sampling_found *f)
{
    if (f == NULL)
        return;
    mem_free(f->tables);
    mem_free(f->findings);
    mem_free(f->news);
    mem_free(f->rules);
    mem_free(f);
}

void sampling_found_forget(struct sampling_found *f)
{
    empty(f);
}

/* --- filling --- */

static void tell(struct sampling_found *f, size_t table)
{
    if (!f->tables[table].told)
        f->news[f->n_news++] = (uint32_t)table;
    f->tables[table].told = true;
}

static enum rules_by source_of(const struct finding *found)
{
    return (enum rules_by)found->verdict.evidence[0].by;
}

static void put(struct sampling_found *f, size_t table, size_t column,
                const struct rules_verdict *v, bool stale)
{
    struct known *t = &f->tables[table];
    struct finding said = {.column = (uint32_t)column, .stale = stale, .verdict = *v};
    uint32_t at = t->first;

    if (v->n_evidence == 0)
        return;
    while (at != NOWHERE &&
           (f->findings[at].column != column || source_of(&f->findings[at]) != source_of(&said)))
        at = f->findings[at].next;
    if (at == NOWHERE && f->n_findings == f->room) {
        f->room = f->room ? 2 * f->room : 256;
        f->findings = mem_grow(f->findings, f->room, sizeof *f->findings);
    }
    said.next = at == NOWHERE ? t->first : f->findings[at].next;
    if (at == NOWHERE)
        t->first = at = (uint32_t)f->n_findings++;
    f->findings[at] = said;
    tell(f, table);
}

void sampling_found_put(struct sampling_found *f, size_t table, size_t column,
                        const struct rules_verdict *v)
{
    put(f, table, column, v, false);
}

void sampling_found_join(struct sampling_found *f, size_t table, size_t column,
                         const struct rules_verdict *v)
{
    struct rules_verdict all = {0};

    if (v->n_evidence == 0)
        return;
    for (uint32_t at = f->tables[table].first; at != NOWHERE; at = f->findings[at].next)
        if (f->findings[at].column == column &&
            source_of(&f->findings[at]) == (enum rules_by)v->evidence[0].by)
            rules_add_values(&all, &f->findings[at].verdict);
    rules_add_values(&all, v);
    put(f, table, column, &all, false);
}

static void mark_read(struct sampling_found *f, size_t table, const struct sampling_seen *seen,
                      int64_t at)
{
    int64_t told_at = f->tables[table].seen.told_at;

    f->tables[table].seen = *seen;
    f->tables[table].seen.read = true;
    f->tables[table].seen.at = at;
    f->tables[table].seen.told_at = told_at;
    tell(f, table);
}

void sampling_found_set_read(struct sampling_found *f, size_t table,
                             const struct sampling_seen *seen)
{
    uint32_t *at = &f->tables[table].first;

    /* hidden: nobody looked, so what was said stays a question */
    while (*at != NOWHERE && !seen->hidden) {
        const struct finding *found = &f->findings[*at];
        if (found->stale || source_of(found) == RULES_BY_DATA)
            *at = found->next;
        else
            at = &f->findings[*at].next;
    }
    mark_read(f, table, seen, clock_wall());
}

void sampling_found_set_told(struct sampling_found *f, size_t table)
{
    f->tables[table].seen.told_at = clock_wall();
    tell(f, table);
}

void sampling_found_set_statistics(struct sampling_found *f)
{
    f->statistics = true;
}

/* --- looking --- */

void sampling_found_add(const struct sampling_found *f, size_t table, size_t column,
                        struct rules_verdict *v)
{
    for (uint32_t at = f ? f->tables[table].first : NOWHERE; at != NOWHERE;
         at = f->findings[at].next)
        if (f->findings[at].column == column)
            rules_add_values(v, &f->findings[at].verdict);
}

bool sampling_found_knows(const struct sampling_found *f, size_t table, size_t column)
{
    uint32_t at = f->tables[table].first;

    while (at != NOWHERE && f->findings[at].column != column)
        at = f->findings[at].next;
    return at != NOWHERE;
}

bool sampling_found_is_read(const struct sampling_found *f, size_t table)
{
    return f->tables[table].seen.read;
}

uint64_t sampling_found_rows(const struct sampling_found *f, size_t table)
{
    return f ? f->tables[table].seen.rows : 0;
}

struct sampling_seen sampling_found_seen(const struct sampling_found *f, size_t table)
{
    return f ? f->tables[table].seen : (struct sampling_seen){0};
}

bool sampling_found_has_statistics(const struct sampling_found *f)
{
    return f->statistics;
}

bool sampling_found_news(struct sampling_found *f, size_t *table)
{
    if (f->n_news == 0)
        return false;
    *table = f->news[--f->n_news];
    f->tables[*table].told = false;
    return true;
}

/* --- written down: what was looked at, rows, then a part for each column of which something is
 * known: its name, its place, level and categories, and its evidence as rule:by:hits:sampled --- */

static uint64_t mix(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (h ^ 0xff) * UINT64_C(1099511628211);
}

/* Of the columns that are looked at: name, place and type of each. A renamed, exchanged or changed
 * one makes another number, and so does another version, which knows more of values. *n: how many.
 */
static uint64_t looked_at(const struct catalog *c, size_t table, size_t *n)
{
    uint64_t h = mix(UINT64_C(14695981039346656037), STROM_VERSION);

    *n = 0;
    for (size_t i = 0; i < catalog_table_columns(c, table); i++) {
        struct catalog_column column = catalog_column(c, table, i);
        if (!sampling_looks_at(&column))
            continue;
        h = mix(mix(mix(h, column.name), column.type), column.base_type);
        h = (h ^ (uint64_t)column.position) * UINT64_C(1099511628211);
        ++*n;
    }
    return h;
}

void sampling_found_shape_add(struct sampling_found *f, size_t table)
{
    size_t n;

    if (f == NULL || table != f->shaped)
        return;
    uint64_t h = mix(f->shape_hash, catalog_schema_name(f->catalog, table));
    h = mix(h, catalog_table_name(f->catalog, table));
    f->shape_hash = h ^ looked_at(f->catalog, table, &n);
    f->shaped++;
}

int64_t sampling_found_shape(struct sampling_found *f)
{
    while (f->shaped < f->n_tables)
        sampling_found_shape_add(f, f->shaped);
    return (int64_t)(f->shape_hash >> 1 | 1);
}

static void name_look(const struct catalog *c, size_t table, char out[24], size_t *n)
{
    snprintf(out, 24, "h%016llx", (unsigned long long)looked_at(c, table, n));
}

static void write_column(const struct sampling_found *f, size_t table, const struct finding *found,
                         struct str *out)
{
    const struct rules_verdict *v = &found->verdict;
    struct catalog_column c = catalog_column(f->catalog, table, found->column);

    str_printf(out, "%c%s%c%s%d", PART, c.name, PIECE, PLACE, c.position);
    for (int k = 0; k < RULES_CATEGORIES; k++)
        if (v->categories >> k & 1)
            str_printf(out, "%c%s%s", PIECE, CATEGORY, rules_category_name((enum rules_category)k));
    for (uint32_t i = 0; i < v->n_evidence; i++) {
        const struct rules_evidence *e = &v->evidence[i];
        str_printf(out, "%c%s:%u:%u:%u", PIECE, rules_rule_id(e->rule), e->by, e->hits, e->sampled);
    }
}

void sampling_found_write(const struct sampling_found *f, size_t table, struct str *out)
{
    const struct known *t = &f->tables[table];
    char look[24] = "0";
    size_t n;

    if (!t->seen.read && !t->seen.told_at && t->first == NOWHERE)
        return;
    if (t->seen.read || t->seen.told_at)
        name_look(f->catalog, table, look, &n);
    str_printf(out, "%s%c%llu%s%s", look, PART, (unsigned long long)t->seen.rows,
               t->seen.in_part ? PIECE_TEXT IN_PART : "", t->seen.hidden ? PIECE_TEXT HIDDEN : "");
    if (t->seen.read)
        str_printf(out, "%c" AT "%lld", PIECE, (long long)t->seen.at);
    if (t->seen.told_at)
        str_printf(out, "%c" TOLD_AT "%lld", PIECE, (long long)t->seen.told_at);
    for (uint32_t at = t->first; at != NOWHERE; at = f->findings[at].next)
        write_column(f, table, &f->findings[at], out);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(rules_rule_id(*(const uint16_t *)a), rules_rule_id(*(const uint16_t *)b));
}

static int id_of(const void *id, const void *rule)
{
    return strcmp(id, rules_rule_id(*(const uint16_t *)rule));
}

static const uint16_t *find_rule(struct sampling_found *f, const char *id)
{
    size_t n = rules_count();

    if (f->rules == NULL) {
        f->rules = mem_grow(NULL, n + 1, sizeof *f->rules);
        for (size_t i = 0; i < n; i++)
            f->rules[i] = (uint16_t)i;
        qsort(f->rules, n, sizeof *f->rules, by_id);
    }
    return bsearch(id, f->rules, n, sizeof *f->rules, id_of);
}

/* Cuts *text at the next separator; NULL: nothing is left. */
static char *next(char **text, char separator)
{
    char *from = *text, *end = from ? strchr(from, separator) : NULL;

    if (end)
        *end = '\0';
    *text = end ? end + 1 : NULL;
    return from;
}

static bool number(char **text, long long *out)
{
    const char *part = next(text, ':');

    return part && str_int64(part, 0, UINT32_MAX, out);
}

static void take_evidence(struct sampling_found *f, char *text, struct rules_verdict *v)
{
    const char *id = next(&text, ':');
    const uint16_t *rule = id ? find_rule(f, id) : NULL;
    long long by, hits, sampled;

    if (rule && number(&text, &by) && number(&text, &hits) && number(&text, &sampled) &&
        (by == RULES_BY_STATISTICS || by == RULES_BY_DATA))
        rules_add_rule(v, (struct rules_evidence){.rule = *rule,
                                                  .by = (uint8_t)by,
                                                  .hits = (uint32_t)hits,
                                                  .sampled = (uint32_t)sampled});
}

static void take_piece(struct sampling_found *f, char *piece, long long *place,
                       struct rules_verdict *v)
{
    int category = str_starts(piece, CATEGORY) ? rules_category_from(piece + 1) : -1;

    if (str_starts(piece, PLACE) && str_int64(piece + 1, 1, INT16_MAX, place))
        return;
    if (category >= 0)
        v->categories |= UINT32_C(1) << category;
    else
        take_evidence(f, piece, v);
}

static ptrdiff_t column_at(const struct catalog *c, size_t table, long long place)
{
    size_t n = catalog_table_columns(c, table), i = 0;

    while (i < n && catalog_column(c, table, i).position != place)
        i++;
    return place && i < n ? (ptrdiff_t)i : CATALOG_NONE;
}

/* others: the table has other columns by now; old: its rows were read too long ago. */
static void take_column(struct sampling_found *f, size_t table, char *text, bool others, bool old)
{
    const char *name = next(&text, PIECE);
    ptrdiff_t column = catalog_find_column(f->catalog, table, name);
    struct rules_verdict v = {0};
    long long place = 0;

    for (char *piece; (piece = next(&text, PIECE)) != NULL;)
        take_piece(f, piece, &place, &v);
    bool stale = others || (old && v.n_evidence && v.evidence[0].by == RULES_BY_DATA);
    ptrdiff_t there = column_at(f->catalog, table, place);
    if (column != CATALOG_NONE)
        put(f, table, (size_t)column, &v, stale);
    if (there != CATALOG_NONE && there != column)
        put(f, table, (size_t)there, &v, true);
}

static bool take_seen(char *text, struct sampling_seen *seen)
{
    const char *rows = next(&text, PIECE);
    long long n;

    if (rows == NULL || !str_int64(rows, 0, INT64_MAX, &n))
        return false;
    seen->rows = (uint64_t)n;
    for (const char *word; (word = next(&text, PIECE)) != NULL;) {
        if (str_starts(word, AT) && str_int64(word + strlen(AT), 0, INT64_MAX, &n))
            seen->at = n;
        if (str_starts(word, TOLD_AT) && str_int64(word + strlen(TOLD_AT), 0, INT64_MAX, &n))
            seen->told_at = n;
        seen->in_part = seen->in_part || str_eq(word, IN_PART);
        seen->hidden = seen->hidden || str_eq(word, HIDDEN);
    }
    return true;
}

/* Also of a day that is still to come: who wrote it had another clock. */
static bool is_old(int64_t at)
{
    enum { DAY = 24 * 60 * 60 };
    int64_t now = clock_wall();

    return at <= 0 || at > now + DAY || now - at > (int64_t)SAMPLING_DAYS * DAY;
}

/* One that was empty may have rows by now; n: columns that are looked at. */
static void take_look(struct sampling_found *f, size_t table, const struct sampling_seen *seen,
                      size_t n)
{
    struct sampling_seen *now = &f->tables[table].seen;
    bool some = seen->rows > 0 || seen->hidden || n == 0;

    if (!is_old(seen->told_at)) {
        now->told_at = seen->told_at;
        tell(f, table);
    }
    if (some && !is_old(seen->at))
        mark_read(f, table, seen, seen->at);
    else if (some && n > 0)
        *now = (struct sampling_seen){.aged = true, .at = seen->at, .told_at = now->told_at};
}

void sampling_found_take(struct sampling_found *f, size_t table, const char *text)
{
    char *copy = mem_str(text), *at = copy, now[24];
    const char *look = next(&at, PART);
    struct sampling_seen seen = {0};
    size_t n;

    name_look(f->catalog, table, now, &n);
    if (look && take_seen(next(&at, PART), &seen)) {
        bool same = str_eq(look, now);
        for (char *part; (part = next(&at, PART)) != NULL;)
            take_column(f, table, part, !same, is_old(seen.at));
        if (same)
            take_look(f, table, &seen, n);
    }
    mem_free(copy);
}
