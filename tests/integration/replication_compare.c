#include "tests/integration/replication_compare.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL = 8192, SHOWN = 5, LINE = 6000 };

/* A row as text: long values by length and hash. */
struct rows {
    char **items;
    size_t n, room;
};

static void add_row(struct rows *r, const char *line)
{
    if (r->n == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        r->items = realloc(r->items, r->room * sizeof *r->items);
    }
    char *copy = strdup(line);
    if (!r->items || !copy)
        abort();
    r->items[r->n++] = copy;
}

static void free_rows(struct rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->items[i]);
    free(r->items);
    *r = (struct rows){0};
}

static int by_text(const void *a, const void *b)
{
    char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static size_t write_value(char *to, size_t room, char mark, const char *bytes, size_t n)
{
    if (n <= 100)
        return (size_t)snprintf(to, room, "%c:%.*s|", mark, (int)n, bytes);
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return (size_t)snprintf(to, room, "%c:%.24s...%zu bytes %016llx|", mark, bytes, n,
                            (unsigned long long)hash);
}

static bool is_left_out(const struct world_column *c, bool added)
{
    return !added && strcmp(c->name, "added") == 0;
}

/* --- the source --- */

static size_t write_source(char *to, size_t room, enum shape shape, const char *text, size_t n)
{
    static const char marks[] = {
        [SHAPE_INTEGER] = 'i', [SHAPE_REAL] = 'r', [SHAPE_TEXT] = 't', [SHAPE_BLOB] = 'b'};
    if (shape == SHAPE_REAL)
        return (size_t)snprintf(to, room, "r:%.17g|", strtod(text, NULL));
    return write_value(to, room, marks[shape], text, n);
}

static void read_source(PGconn *db, const struct world_table *t, bool added, struct rows *out)
{
    char sql[SQL], line[LINE];
    size_t used = (size_t)snprintf(sql, sizeof sql, "SELECT ");
    for (const struct world_column *c = t->columns; c->name; c++) {
        if (!is_left_out(c, added))
            used += (size_t)snprintf(sql + used, sizeof sql - used, "%s(%s)::text",
                                     c == t->columns ? "" : ", ", c->wanted);
    }
    char *name = PQescapeIdentifier(db, t->name, strlen(t->name));
    snprintf(sql + used, sizeof sql - used, " FROM \"%s\".%s", t->schema, name);
    PQfreemem(name);
    PGresult *r = world_must(db, sql);
    for (int row = 0; row < PQntuples(r); row++) {
        size_t at = 0;
        for (int i = 0; i < PQnfields(r); i++)
            at += PQgetisnull(r, row, i)
                      ? (size_t)snprintf(line + at, sizeof line - at, "n|")
                      : write_source(line + at, sizeof line - at, t->columns[i].shape,
                                     PQgetvalue(r, row, i), (size_t)PQgetlength(r, row, i));
        add_row(out, line);
    }
    PQclear(r);
}

/* --- the file --- */

static size_t write_blob(char *to, size_t room, const unsigned char *bytes, size_t n)
{
    char *hex = malloc(n * 2 + 1);
    if (!hex)
        abort();
    for (size_t i = 0; i < n; i++)
        snprintf(hex + i * 2, 3, "%02x", bytes[i]);
    size_t used = write_value(to, room, 'b', n ? hex : "", n * 2);
    free(hex);
    return used;
}

static size_t write_column(char *to, size_t room, sqlite3_stmt *st, int i)
{
    const unsigned char *text;
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_NULL:
        return (size_t)snprintf(to, room, "n|");
    case SQLITE_INTEGER:
        return (size_t)snprintf(to, room, "i:%lld|", (long long)sqlite3_column_int64(st, i));
    case SQLITE_FLOAT:
        return (size_t)snprintf(to, room, "r:%.17g|", sqlite3_column_double(st, i));
    case SQLITE_BLOB:
        return write_blob(to, room, sqlite3_column_blob(st, i),
                          (size_t)sqlite3_column_bytes(st, i));
    default:
        text = sqlite3_column_text(st, i);
        return write_value(to, room, 't', (const char *)text, (size_t)sqlite3_column_bytes(st, i));
    }
}

#define KIND "json_extract(datastream_metadata, '$.change_type')"

static void quote(const struct world_table *t, char out[200])
{
    size_t used = (size_t)snprintf(out, 200, "\"%s_", t->schema);
    for (const char *p = t->name; *p; p++)
        used += (size_t)snprintf(out + used, 200 - used, *p == '"' ? "\"\"" : "%c", *p);
    snprintf(out + used, 200 - used, "\"");
}

/* Columns, and how often the row counts: -1 for one that was deleted. */
static void write_query(const struct world_table *t, bool append_only, bool added, char *sql)
{
    char name[200], keys[200] = "", columns[2000] = "";
    size_t used = 0;
    quote(t, name);
    for (const struct world_column *c = t->columns; c->name; c++) {
        if (!is_left_out(c, added))
            used += (size_t)snprintf(columns + used, sizeof columns - used, "%s, ", c->name);
    }
    used = 0;
    for (int i = 0; i < 3 && t->keys[i]; i++)
        used +=
            (size_t)snprintf(keys + used, sizeof keys - used, "%s%s", i ? ", " : "", t->keys[i]);
    if (t->keys[0] && !append_only)
        snprintf(sql, SQL, "SELECT %s1 FROM %s", columns, name);
    else if (t->keys[0])
        snprintf(sql, SQL,
                 "SELECT %s1 FROM (SELECT *, " KIND " AS kind, row_number() OVER (PARTITION BY %s"
                 " ORDER BY json_extract(datastream_metadata, '$.change_sequence_number') DESC)"
                 " AS place FROM %s) WHERE place = 1 AND kind NOT LIKE '%%DELETE'",
                 columns, keys, name);
    else if (append_only)
        snprintf(sql, SQL, "SELECT %sCASE WHEN " KIND " LIKE '%%DELETE' THEN -1 ELSE 1 END FROM %s",
                 columns, name);
    else
        snprintf(sql, SQL,
                 "SELECT %sCASE WHEN json_extract(datastream_metadata, '$.is_deleted') THEN -1"
                 " ELSE 1 END FROM %s",
                 columns, name);
}

static bool read_file(sqlite3 *db, const struct world_table *t, bool append_only, bool added,
                      struct rows *out, struct rows *gone)
{
    char sql[SQL], line[LINE];
    sqlite3_stmt *st = NULL;
    write_query(t, append_only, added, sql);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
        return false;
    }
    while (sqlite3_step(st) == SQLITE_ROW) {
        size_t at = 0;
        int last = sqlite3_column_count(st) - 1;
        for (int i = 0; i < last; i++)
            at += write_column(line + at, sizeof line - at, st, i);
        add_row(sqlite3_column_int(st, last) < 0 ? gone : out, line);
    }
    sqlite3_finalize(st);
    return true;
}

/* Takes what is gone out of what came; both sorted. What is gone without having come is an error.
 */
static size_t subtract(struct rows *from, struct rows *gone)
{
    size_t kept = 0, g = 0, unmatched = 0;
    for (size_t i = 0; i < from->n; i++) {
        while (g < gone->n && strcmp(gone->items[g], from->items[i]) < 0)
            g++, unmatched++;
        if (g < gone->n && strcmp(gone->items[g], from->items[i]) == 0) {
            g++;
            free(from->items[i]);
        } else {
            from->items[kept++] = from->items[i];
        }
    }
    from->n = kept;
    return unmatched + (gone->n - g);
}

static void show(const struct world_table *t, const char *where, const char *row, long *differences)
{
    if ((*differences)++ < SHOWN)
        fprintf(stderr, "%s.%s only in the %s: %.700s\n", t->schema, t->name, where, row);
}

static long differ(const struct world_table *t, const struct rows *a, const struct rows *b)
{
    long differences = 0;
    size_t i = 0, j = 0;
    while (i < a->n || j < b->n) {
        int order = i == a->n ? 1 : j == b->n ? -1 : strcmp(a->items[i], b->items[j]);
        if (order < 0)
            show(t, "source", a->items[i], &differences);
        else if (order > 0)
            show(t, "file", b->items[j], &differences);
        i += order <= 0;
        j += order >= 0;
    }
    return differences;
}

static bool same_table(PGconn *source, sqlite3 *db, const struct world_table *t, bool append_only,
                       bool added, long *rows)
{
    struct rows there = {0}, here = {0}, gone = {0};
    read_source(source, t, added, &there);
    bool good = read_file(db, t, append_only, added, &here, &gone);
    struct rows *lists[] = {&there, &here, &gone};
    for (int i = 0; i < 3; i++) {
        if (lists[i]->n > 0)
            qsort(lists[i]->items, lists[i]->n, sizeof *lists[i]->items, by_text);
    }
    size_t unmatched = subtract(&here, &gone);
    long differences = differ(t, &there, &here);
    *rows += (long)there.n;
    if (unmatched > 0)
        fprintf(stderr, "%s.%s: %zu rows deleted that never came\n", t->schema, t->name, unmatched);
    if (differences > 0)
        fprintf(stderr, "%s.%s: %ld rows differ (%zu in the source, %zu in the file)\n", t->schema,
                t->name, differences, there.n, here.n);
    for (int i = 0; i < 3; i++)
        free_rows(lists[i]);
    return good && differences == 0 && unmatched == 0;
}

int compare_all(PGconn *source, const char *sqlite_path, bool append_only, bool added, long *rows)
{
    sqlite3 *db = NULL;
    int wrong = 0;
    PQclear(world_must(source, "SET timezone = 'UTC'; SET datestyle = 'ISO';"
                               "SET intervalstyle = 'iso_8601'; SET extra_float_digits = 1"));
    if (sqlite3_open_v2(sqlite_path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sqlite_path, sqlite3_errmsg(db));
        wrong++;
    }
    sqlite3_busy_timeout(db, 10000);
    for (size_t i = 0; wrong == 0 || i < world_n_tables; i++) {
        if (i == world_n_tables)
            break;
        if (world_tables[i].compared &&
            !same_table(source, db, &world_tables[i], append_only, added, rows))
            wrong++;
    }
    sqlite3_close(db);
    return wrong;
}
