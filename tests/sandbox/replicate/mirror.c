#include "tests/sandbox/replicate/mirror.h"
#include "tests/sandbox/replicate/row.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void sql_name(struct str *to, const char *name)
{
    str_addc(to, '"');
    for (; *name; name++) {
        if (*name == '"')
            str_addc(to, '"');
        str_addc(to, *name);
    }
    str_addc(to, '"');
}

struct mirror *mirror_new(const char *schema, const char *table, bool append_only)
{
    struct mirror *m = mem_alloc(sizeof *m);
    str_copy(m->schema, sizeof m->schema, schema);
    str_copy(m->table, sizeof m->table, table);
    snprintf(m->destination, sizeof m->destination, "%s_%s", m->schema, m->table);
    m->append_only = append_only;
    return m;
}

void mirror_want(struct mirror *m, const char *const *columns, size_t n)
{
    for (size_t i = 0; i < m->n_wanted; i++)
        mem_free(m->wanted[i]);
    m->wanted = mem_grow(m->wanted, n + 1, sizeof *m->wanted);
    m->n_wanted = n;
    for (size_t i = 0; i < n; i++)
        m->wanted[i] = mem_str(columns[i]);
}

bool mirror_wants(const struct mirror *m, const char *column)
{
    for (size_t i = 0; i < m->n_wanted; i++) {
        if (strcmp(m->wanted[i], column) == 0)
            return true;
    }
    return m->n_wanted == 0;
}

void mirror_free(struct mirror *m)
{
    row_statements_done(m);
    mirror_want(m, NULL, 0);
    mirror_forget_snapshot(m);
    mem_free(m->wanted);
    mem_free(m->columns);
    mem_free(m->copy_to);
    mem_free(m);
}

bool mirror_appends(const struct mirror *m)
{
    return m->append_only || m->n_keys == 0;
}

int mirror_find(const struct mirror *m, const char *column)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (strcmp(m->columns[i].name, column) == 0)
            return (int)i;
    }
    return -1;
}

void mirror_complain(struct mirror *m, const char *why, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, why);
    str_vprintf(&text, why, args);
    va_end(args);
    str_copy(m->error, sizeof m->error, str_text(&text));
    str_done(&text);
    m->dirty = true;
}

/* --- what the destination looks like --- */

static void add_column(struct mirror *m, const char *name, enum value_kind kind, bool is_key)
{
    m->columns = mem_grow(m->columns, m->n_columns + 1, sizeof *m->columns);
    struct mirror_column *c = &m->columns[m->n_columns++];
    *c = (struct mirror_column){.kind = kind, .is_key = is_key};
    str_copy(c->name, sizeof c->name, name);
    m->n_keys += is_key;
}

/* An append-only table has no primary key in the file; the index that finds a key's last row tells.
 */
static const char look_sql[] =
    "SELECT c.name, c.type, c.pk > 0 OR EXISTS (SELECT 1 FROM pragma_index_info(?2) i"
    " WHERE i.name = c.name) FROM pragma_table_info(?1) c";

static void index_name(const struct mirror *m, char out[160])
{
    snprintf(out, 160, "_replica_key_%s", m->destination);
}

bool mirror_look(struct mirror *m, struct store *s, struct err *e)
{
    char index[160];
    sqlite3_stmt *st = sqlfile_prepare(s, look_sql, e);
    if (!st)
        return false;
    index_name(m, index);
    bind_text(st, 1, m->destination);
    bind_text(st, 2, index);
    row_statements_done(m);
    m->n_columns = m->n_keys = 0;
    m->version++;
    m->defined = false;
    int code;
    while ((code = sqlite3_step(st)) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(st, 1);
        enum value_kind kind = value_kind_declared(type ? type : "");
        m->defined = true;
        if (kind != VALUE_NONE)
            add_column(m, (const char *)sqlite3_column_text(st, 0), kind,
                       sqlite3_column_int(st, 2) != 0);
    }
    bool good = code == SQLITE_DONE || sqlfile_fault(s, e, "reading a table of the dataset");
    sqlite3_finalize(st);
    return good;
}

/* BigQuery compares column names without case, and so does SQLite. */
static bool name_is_free(const struct mirror *m, const char *name)
{
    if (strcasecmp(name, "datastream_metadata") == 0 || m->n_columns >= MIRROR_COLUMNS)
        return false;
    for (size_t i = 0; i < m->n_columns; i++) {
        if (strcasecmp(m->columns[i].name, name) == 0)
            return false;
    }
    return true;
}

static bool flows(const struct mirror *m, const struct described_column *c)
{
    return c->kind != VALUE_NONE && (c->is_key || mirror_wants(m, c->name));
}

static void list_keys(const struct mirror *m, struct str *to)
{
    const char *comma = "";
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key) {
            str_add(to, comma);
            sql_name(to, m->columns[i].name);
            comma = ", ";
        }
    }
}

/* A single whole number as the key becomes the rowid; other keys get a tree of their own order. */
static bool needs_rowid(const struct mirror *m)
{
    if (mirror_appends(m))
        return true;
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key && m->columns[i].kind != VALUE_INTEGER)
            return false;
    }
    return m->n_keys == 1;
}

static void write_create(const struct mirror *m, const char *name, struct str *sql)
{
    str_add(sql, "CREATE TABLE ");
    sql_name(sql, name);
    str_add(sql, " (");
    for (size_t i = 0; i < m->n_columns; i++) {
        sql_name(sql, m->columns[i].name);
        str_printf(sql, " %s%s, ", value_declared(m->columns[i].kind),
                   m->columns[i].is_key ? " NOT NULL" : "");
    }
    str_add(sql, "\"datastream_metadata\" RECORD TEXT");
    if (!mirror_appends(m)) {
        str_add(sql, ", PRIMARY KEY (");
        list_keys(m, sql);
        str_addc(sql, ')');
    }
    str_add(sql, needs_rowid(m) ? ")" : ") WITHOUT ROWID");
}

static bool create(struct mirror *m, struct store *s, struct err *e)
{
    struct str sql = {0};
    char index[160];
    write_create(m, m->destination, &sql);
    if (m->append_only && m->n_keys > 0) {
        index_name(m, index);
        str_add(&sql, "; CREATE INDEX ");
        sql_name(&sql, index);
        str_add(&sql, " ON ");
        sql_name(&sql, m->destination);
        str_add(&sql, " (");
        list_keys(m, &sql);
        str_addc(&sql, ')');
    }
    bool good = sqlfile_run(s, e, "%s", str_text(&sql));
    str_done(&sql);
    m->defined = good;
    return good;
}

static bool alter(struct mirror *m, struct store *s, const struct mirror_column *c, struct err *e)
{
    struct str sql = {0};
    str_add(&sql, "ALTER TABLE ");
    sql_name(&sql, m->destination);
    str_add(&sql, " ADD COLUMN ");
    sql_name(&sql, c->name);
    str_printf(&sql, " %s", value_declared(c->kind));
    bool good = sqlfile_run(s, e, "%s", str_text(&sql));
    str_done(&sql);
    return good;
}

static bool same_key(const struct mirror *m, const struct described_column *cols, size_t n)
{
    size_t found = 0, keys = 0;
    for (size_t i = 0; i < n; i++) {
        int at = cols[i].is_key ? mirror_find(m, cols[i].name) : -1;
        keys += cols[i].is_key;
        found += at >= 0 && m->columns[at].is_key;
    }
    return found == keys && keys == m->n_keys;
}

static bool extend(struct mirror *m, struct store *s, const struct described_column *cols, size_t n,
                   struct err *e)
{
    size_t before = m->n_columns;
    for (size_t i = 0; i < n; i++) {
        if (!flows(m, &cols[i]) || mirror_find(m, cols[i].name) >= 0)
            continue;
        if (!name_is_free(m, cols[i].name)) {
            mirror_complain(m, "column %.64s is left out: its name is taken", cols[i].name);
            continue;
        }
        add_column(m, cols[i].name, cols[i].kind, !m->defined && cols[i].is_key);
        if (m->defined && !alter(m, s, &m->columns[m->n_columns - 1], e))
            return false;
    }
    if (m->n_columns != before) {
        row_statements_done(m);
        m->version++;
    }
    return m->defined || create(m, s, e);
}

bool mirror_shape(struct mirror *m, struct store *s, const struct described_column *cols, size_t n,
                  struct err *e)
{
    bool broken = m->defined && !same_key(m, cols, n);
    if (broken && !m->broken)
        mirror_complain(m, "%.130s exists in the dataset with another key", m->destination);
    else if (!broken && m->broken)
        mirror_complain(m, "%s", "");
    m->broken = broken;
    return broken || extend(m, s, cols, n, e);
}

bool mirror_is_empty(struct mirror *m, struct store *s, bool *empty, struct err *e)
{
    struct str sql = {0};
    *empty = true;
    if (!m->defined)
        return true;
    str_add(&sql, "SELECT 1 FROM ");
    sql_name(&sql, m->destination);
    str_add(&sql, " LIMIT 1");
    sqlite3_stmt *st = sqlfile_prepare(s, str_text(&sql), e);
    str_done(&sql);
    int code = st ? sqlite3_step(st) : SQLITE_ERROR;
    *empty = code == SQLITE_DONE;
    bool good = st && (code == SQLITE_DONE || code == SQLITE_ROW ||
                       sqlfile_fault(s, e, "reading a table of the dataset"));
    sqlite3_finalize(st);
    return good;
}

/* --- the copy --- */

const char *mirror_copy_name(const struct mirror *m, char out[64])
{
    snprintf(out, 64, "_replica_copy_%lld", (long long)m->id);
    return out;
}

bool mirror_drop_copy(struct mirror *m, struct store *s, struct err *e)
{
    char name[64];
    row_statements_done(m);
    return sqlfile_run(s, e, "DROP TABLE IF EXISTS %s", mirror_copy_name(m, name));
}

bool mirror_make_copy(struct mirror *m, struct store *s, struct err *e)
{
    char name[64];
    struct str sql = {0};
    if (!mirror_drop_copy(m, s, e))
        return false;
    write_create(m, mirror_copy_name(m, name), &sql);
    bool good = sqlfile_run(s, e, "%s", str_text(&sql));
    str_done(&sql);
    return good;
}

static void write_take(const struct mirror *m, struct str *sql)
{
    char copy[64];
    mirror_copy_name(m, copy);
    if (m->way == MIRROR_SWAP) {
        str_add(sql, "DROP TABLE ");
        sql_name(sql, m->destination);
        str_printf(sql, "; ALTER TABLE %s RENAME TO ", copy);
        sql_name(sql, m->destination);
        return;
    }
    str_add(sql, "INSERT INTO ");
    sql_name(sql, m->destination);
    str_add(sql, " (");
    struct str names = {0};
    for (size_t i = 0; i < m->n_columns; i++) {
        sql_name(&names, m->columns[i].name);
        str_add(&names, ", ");
    }
    str_add(&names, "\"datastream_metadata\"");
    str_printf(sql, "%s) SELECT %s FROM %s ORDER BY rowid; DROP TABLE %s", str_text(&names),
               str_text(&names), copy, copy);
    str_done(&names);
}

bool mirror_take_copy(struct mirror *m, struct store *s, struct err *e)
{
    struct str sql = {0};
    row_statements_done(m);
    write_take(m, &sql);
    bool good = sqlfile_run(s, e, "%s", str_text(&sql));
    str_done(&sql);
    return good && mirror_look(m, s, e);
}

bool mirror_clear(struct mirror *m, struct store *s, struct err *e)
{
    struct str name = {0};
    if (!m->defined)
        return true;
    sql_name(&name, m->destination);
    bool good = sqlfile_run(s, e, "DELETE FROM %s", str_text(&name));
    str_done(&name);
    return good;
}

/* --- the backfill's snapshot --- */

void mirror_forget_snapshot(struct mirror *m)
{
    snapshot_done(&m->snapshot);
    mem_free(m->snapshot_text);
    m->snapshot_text = NULL;
    m->has_snapshot = false;
    m->dirty = true;
}

bool mirror_see(struct mirror *m, const char *snapshot, uint64_t fence)
{
    mirror_forget_snapshot(m);
    m->has_snapshot = snapshot_read(&m->snapshot, snapshot);
    if (m->has_snapshot)
        m->snapshot_text = mem_str(snapshot);
    m->fence = fence;
    return m->has_snapshot;
}

bool mirror_skips(const struct mirror *m, uint32_t xid)
{
    return m->has_snapshot && snapshot_sees(&m->snapshot, xid);
}
