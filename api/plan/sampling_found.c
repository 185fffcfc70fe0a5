#include "api/plan/sampling_found.h"

#include "api/base/arena.h"
#include "api/plan/sampling.h"

#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX
#define PART    '\x1f' /* between the columns */
#define PIECE   '\x1e' /* between a column's name and its evidence */

/* What the values of one column said. Those of a table hang on its `first`. */
struct finding {
    uint32_t column, next;
    struct rules_verdict verdict;
};

struct known { /* of a table */
    uint64_t rows;
    uint32_t first;
    bool read, told;
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

void sampling_found_put(struct sampling_found *f, size_t table, size_t column,
                        const struct rules_verdict *v)
{
    struct known *t = &f->tables[table];

    if (v->n_evidence == 0)
        return;
    for (uint32_t at = t->first; at != NOWHERE; at = f->findings[at].next)
        if (f->findings[at].column == column &&
            f->findings[at].verdict.evidence[0].by == v->evidence[0].by) { /* looked at again */
            f->findings[at].verdict = *v;
            tell(f, table);
            return;
        }
    if (f->n_findings == f->room) {
        f->room = f->room ? 2 * f->room : 256;
        f->findings = mem_grow(f->findings, f->room, sizeof *f->findings);
    }
    f->findings[f->n_findings] =
        (struct finding){.column = (uint32_t)column, .next = t->first, .verdict = *v};
    t->first = (uint32_t)f->n_findings++;
    tell(f, table);
}

void sampling_found_set_read(struct sampling_found *f, size_t table, uint64_t rows)
{
    f->tables[table].read = true;
    f->tables[table].rows = rows;
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
        for (uint32_t i = 0;
             f->findings[at].column == column && i < f->findings[at].verdict.n_evidence; i++)
            rules_add_rule(v, f->findings[at].verdict.evidence[i]);
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
    return f->tables[table].read;
}

uint64_t sampling_found_rows(const struct sampling_found *f, size_t table)
{
    return f ? f->tables[table].rows : 0;
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

/* --- written down: columns looked at, rows, then a part for each column of which something is
 * known: its name and its evidence as rule:by:hits:sampled --- */

static size_t looked_at(const struct catalog *c, size_t table)
{
    size_t n = 0;

    for (size_t i = 0; i < catalog_table_columns(c, table); i++) {
        struct catalog_column column = catalog_column(c, table, i);
        n += sampling_looks_at(&column);
    }
    return n;
}

void sampling_found_write(const struct sampling_found *f, size_t table, struct str *out)
{
    const struct known *t = &f->tables[table];

    if (!t->read && t->first == NOWHERE)
        return;
    str_printf(out, "%zu%c%llu", t->read ? 1 + looked_at(f->catalog, table) : 0, PART,
               (unsigned long long)t->rows);
    for (uint32_t at = t->first; at != NOWHERE; at = f->findings[at].next) {
        const struct finding *found = &f->findings[at];
        str_printf(out, "%c%s", PART, catalog_column_name(f->catalog, table, found->column));
        for (uint32_t i = 0; i < found->verdict.n_evidence; i++) {
            const struct rules_evidence *e = &found->verdict.evidence[i];
            str_printf(out, "%c%s:%u:%u:%u", PIECE, rules_rule_id(e->rule), e->by, e->hits,
                       e->sampled);
        }
    }
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

static void take_column(struct sampling_found *f, size_t table, char *text)
{
    const char *name = next(&text, PIECE);
    ptrdiff_t column = catalog_find_column(f->catalog, table, name);
    struct rules_verdict v = {0};

    if (column == CATALOG_NONE)
        return;
    for (char *piece; (piece = next(&text, PIECE)) != NULL;)
        take_evidence(f, piece, &v);
    sampling_found_put(f, table, (size_t)column, &v);
}

void sampling_found_take(struct sampling_found *f, size_t table, const char *text)
{
    char *copy = mem_str(text), *at = copy;
    const char *columns = next(&at, PART), *rows = next(&at, PART);
    long long n = 0, r = 0;

    if (columns && rows && str_int64(columns, 0, UINT32_MAX, &n) &&
        str_int64(rows, 0, INT64_MAX, &r)) {
        for (char *part; (part = next(&at, PART)) != NULL;)
            take_column(f, table, part);
        size_t looks = looked_at(f->catalog, table); /* one that was empty may have rows by now */
        if (n > 0 && (size_t)n == 1 + looks && (r > 0 || looks == 0))
            sampling_found_set_read(f, table, (uint64_t)r);
    }
    mem_free(copy);
}
