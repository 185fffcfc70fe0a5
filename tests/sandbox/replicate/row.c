#include "tests/sandbox/replicate/row.h"

#include "api/base/str.h"

#include <stdio.h>
#include <string.h>

enum row_op { ROW_OP_PUT, ROW_OP_MOVE, ROW_OP_REMOVE, ROW_OP_APPEND, ROW_OP_COPY };
enum { STATEMENTS_KEPT = 32, METADATA = 400 };

struct row_statement {
    enum row_op op;
    uint64_t brought[MIRROR_WORDS], kept[MIRROR_WORDS];
    sqlite3_stmt *st;
};

void row_statements_done(struct mirror *m)
{
    for (size_t i = 0; i < m->n_statements; i++)
        sqlite3_finalize(m->statements[i].st);
    mem_free(m->statements);
    m->statements = NULL;
    m->n_statements = m->last_statement = 0;
}

/* --- datastream_metadata --- */

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static char *write_uuid(char *to, const struct row_mark *mark)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t halves[2] = {mix(mark->seed[0] + mark->seq), mix(mark->seed[1] ^ mix(mark->seq))};
    halves[0] = (halves[0] & ~UINT64_C(0xf000)) | 0x4000;
    halves[1] = (halves[1] & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *to++ = '-';
        *to++ = digits[halves[i / 16] >> (60 - i % 16 * 4) & 15];
    }
    return to;
}

static char *write_text(char *to, const char *text)
{
    while (*text)
        *to++ = *text++;
    return to;
}

static char *write_number(char *to, int64_t number)
{
    char digits[20];
    int n = 0;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (number < 0)
        *to++ = '-';
    do
        digits[n++] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

static size_t write_metadata(const struct mirror *m, enum row_change change, struct row_mark *mark,
                             char out[METADATA])
{
    static const char *const names[] = {[ROW_INSERT] = "INSERT",
                                        [ROW_UPDATE_INSERT] = "UPDATE-INSERT",
                                        [ROW_UPDATE_DELETE] = "UPDATE-DELETE",
                                        [ROW_DELETE] = "DELETE"};
    mark->seq++;
    char *p = write_text(out, "{\"uuid\":\"");
    p = write_uuid(p, mark);
    p = write_text(p, "\",\"source_timestamp\":");
    p = write_number(p, mark->time_ms);
    if (m->append_only)
        p += snprintf(p, 240,
                      ",\"change_sequence_number\":\"%016llx\",\"change_type\":\"%s\","
                      "\"sort_keys\":[\"%lld\",\"%X/%X\",\"%016llx\"]",
                      (unsigned long long)mark->seq, names[change], (long long)mark->time_ms,
                      (unsigned)(mark->lsn >> 32), (unsigned)mark->lsn,
                      (unsigned long long)mark->seq);
    else if (m->n_keys == 0)
        p = write_text(p, change == ROW_DELETE || change == ROW_UPDATE_DELETE
                              ? ",\"is_deleted\":true"
                              : ",\"is_deleted\":false");
    *p++ = '}';
    return (size_t)(p - out);
}

/* --- statements --- */

static bool is_set(const uint64_t *words, size_t i)
{
    return (words[i / 64] >> (i % 64) & 1) != 0;
}

static void write_columns(const struct mirror *m, const uint64_t *set, const char *after,
                          struct str *sql)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (is_set(set, i)) {
            sql_name(sql, m->columns[i].name);
            str_add(sql, after);
        }
    }
}

static void write_key_match(const struct mirror *m, struct str *sql)
{
    const char *word = " WHERE ";
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key) {
            str_add(sql, word);
            sql_name(sql, m->columns[i].name);
            str_printf(sql, " = ?%zu", m->n_columns + 2 + i);
            word = " AND ";
        }
    }
}

/* Parameter i + 1 is column i, the one behind them the metadata, then the old key by column. */
static void write_insert(const struct mirror *m, const struct row_statement *k, const char *verb,
                         const char *into, struct str *sql)
{
    str_printf(sql, "%s INTO ", verb);
    sql_name(sql, into);
    str_add(sql, " (");
    write_columns(m, k->brought, ", ", sql);
    write_columns(m, k->kept, ", ", sql);
    str_add(sql, "\"datastream_metadata\") VALUES (");
    for (size_t i = 0; i < m->n_columns; i++) {
        if (is_set(k->brought, i))
            str_printf(sql, "?%zu, ", i + 1);
    }
    for (size_t i = 0; i < m->n_columns; i++) {
        if (!is_set(k->kept, i))
            continue;
        str_add(sql, "(SELECT ");
        sql_name(sql, m->columns[i].name);
        str_add(sql, " FROM ");
        sql_name(sql, into);
        write_key_match(m, sql);
        str_add(sql, " AND \"datastream_metadata\" NOT LIKE '%DELETE\"%'"
                     " ORDER BY rowid DESC LIMIT 1), ");
    }
    str_printf(sql, "?%zu)", m->n_columns + 1);
}

static void write_put(const struct mirror *m, const struct row_statement *k, struct str *sql)
{
    write_insert(m, k, "INSERT", m->destination, sql);
    str_add(sql, " ON CONFLICT DO UPDATE SET ");
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key || !is_set(k->brought, i))
            continue;
        sql_name(sql, m->columns[i].name);
        str_printf(sql, " = ?%zu, ", i + 1);
    }
    str_printf(sql, "\"datastream_metadata\" = ?%zu", m->n_columns + 1);
}

static void write_move(const struct mirror *m, const struct row_statement *k, struct str *sql)
{
    str_add(sql, "UPDATE OR REPLACE ");
    sql_name(sql, m->destination);
    str_add(sql, " SET ");
    for (size_t i = 0; i < m->n_columns; i++) {
        if (!is_set(k->brought, i))
            continue;
        sql_name(sql, m->columns[i].name);
        str_printf(sql, " = ?%zu, ", i + 1);
    }
    str_printf(sql, "\"datastream_metadata\" = ?%zu", m->n_columns + 1);
    write_key_match(m, sql);
}

static void write_statement(const struct mirror *m, const struct row_statement *k, struct str *sql)
{
    char copy[64];
    switch (k->op) {
    case ROW_OP_PUT:
        write_put(m, k, sql);
        break;
    case ROW_OP_MOVE:
        write_move(m, k, sql);
        break;
    case ROW_OP_REMOVE:
        str_add(sql, "DELETE FROM ");
        sql_name(sql, m->destination);
        write_key_match(m, sql);
        break;
    case ROW_OP_APPEND:
        write_insert(m, k, "INSERT", m->destination, sql);
        break;
    case ROW_OP_COPY:
        write_insert(m, k, "INSERT OR REPLACE",
                     m->way == MIRROR_DIRECT ? m->destination : mirror_copy_name(m, copy), sql);
        break;
    }
}

static bool same(const struct row_statement *a, const struct row_statement *b)
{
    return a->op == b->op && memcmp(a->brought, b->brought, sizeof a->brought) == 0 &&
           memcmp(a->kept, b->kept, sizeof a->kept) == 0;
}

static sqlite3_stmt *add_statement(struct mirror *m, struct store *s, struct row_statement *k,
                                   struct err *e)
{
    struct str sql = {0};
    if (m->n_statements == STATEMENTS_KEPT)
        row_statements_done(m);
    write_statement(m, k, &sql);
    k->st = sqlfile_prepare(s, str_text(&sql), e);
    str_done(&sql);
    if (!k->st)
        return NULL;
    m->statements = mem_grow(m->statements, m->n_statements + 1, sizeof *m->statements);
    m->last_statement = m->n_statements;
    m->statements[m->n_statements++] = *k;
    return k->st;
}

static sqlite3_stmt *statement(struct mirror *m, struct store *s, enum row_op op,
                               const struct row *r, struct err *e)
{
    struct row_statement k = {.op = op};
    for (size_t i = 0; r && i < m->n_columns; i++) {
        if (!r->cells[i])
            continue;
        uint64_t *words = r->cells[i]->kind == PGOUTPUT_UNCHANGED ? k.kept : k.brought;
        words[i / 64] |= UINT64_C(1) << (i % 64);
    }
    if (op != ROW_OP_APPEND || m->n_keys == 0)
        memset(k.kept, 0, sizeof k.kept);
    if (m->last_statement < m->n_statements && same(&m->statements[m->last_statement], &k))
        return m->statements[m->last_statement].st;
    for (size_t i = 0; i < m->n_statements; i++) {
        if (same(&m->statements[i], &k)) {
            m->last_statement = i;
            return m->statements[i].st;
        }
    }
    return add_statement(m, s, &k, e);
}

/* --- values --- */

static void bind_cell(sqlite3_stmt *st, size_t at, enum value_kind kind,
                      const struct pgoutput_cell *c, struct arena *a)
{
    struct value v = {.form = VALUE_IS_NULL};
    if (c->kind == PGOUTPUT_TEXT)
        value_read(kind, c->bytes, c->n, a, &v);
    switch (v.form) {
    case VALUE_IS_NULL:
        sqlite3_bind_null(st, (int)at);
        break;
    case VALUE_IS_INTEGER:
        sqlite3_bind_int64(st, (int)at, v.integer);
        break;
    case VALUE_IS_TEXT:
        sqlite3_bind_text64(st, (int)at, v.bytes, v.n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case VALUE_IS_BLOB:
        sqlite3_bind_blob64(st, (int)at, v.bytes, v.n, SQLITE_STATIC);
        break;
    }
}

static void bind_brought(const struct mirror *m, sqlite3_stmt *st, const struct row *r,
                         struct arena *a)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (r->cells[i] && r->cells[i]->kind != PGOUTPUT_UNCHANGED)
            bind_cell(st, i + 1, m->columns[i].kind, r->cells[i], a);
    }
}

static void bind_key(const struct mirror *m, sqlite3_stmt *st, const struct row *r, struct arena *a)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key && r->cells[i])
            bind_cell(st, m->n_columns + 2 + i, m->columns[i].kind, r->cells[i], a);
    }
}

static bool write_row(struct mirror *m, struct store *s, sqlite3_stmt *st, enum row_change change,
                      struct row_mark *mark, struct arena *a, struct err *e)
{
    char metadata[METADATA];
    size_t n = write_metadata(m, change, mark, metadata);
    sqlite3_bind_text(st, (int)m->n_columns + 1, metadata, (int)n, SQLITE_STATIC);
    bool good = sqlfile_step(s, st, e);
    arena_reset(a);
    return good;
}

bool row_put(struct mirror *m, struct store *s, const struct row *r, struct row_mark *mark,
             struct arena *a, struct err *e)
{
    sqlite3_stmt *st = statement(m, s, ROW_OP_PUT, r, e);
    if (!st)
        return false;
    bind_brought(m, st, r, a);
    return write_row(m, s, st, ROW_INSERT, mark, a, e);
}

bool row_move(struct mirror *m, struct store *s, const struct row *r, const struct row *old,
              struct row_mark *mark, struct arena *a, struct err *e)
{
    sqlite3_stmt *st = statement(m, s, ROW_OP_MOVE, r, e);
    if (!st)
        return false;
    bind_brought(m, st, r, a);
    bind_key(m, st, old, a);
    if (!write_row(m, s, st, ROW_UPDATE_INSERT, mark, a, e))
        return false;
    return sqlite3_changes(s->db) > 0 || row_put(m, s, r, mark, a, e);
}

bool row_remove(struct mirror *m, struct store *s, const struct row *old, struct arena *a,
                struct err *e)
{
    sqlite3_stmt *st = statement(m, s, ROW_OP_REMOVE, NULL, e);
    if (!st)
        return false;
    bind_key(m, st, old, a);
    bool good = sqlfile_step(s, st, e);
    arena_reset(a);
    return good;
}

bool row_append(struct mirror *m, struct store *s, const struct row *r, const struct row *old,
                enum row_change change, struct row_mark *mark, struct arena *a, struct err *e)
{
    sqlite3_stmt *st = statement(m, s, ROW_OP_APPEND, r, e);
    if (!st)
        return false;
    bind_brought(m, st, r, a);
    bind_key(m, st, old ? old : r, a);
    return write_row(m, s, st, change, mark, a, e);
}

bool row_copy(struct mirror *m, struct store *s, const struct row *r, struct row_mark *mark,
              struct arena *a, struct err *e)
{
    sqlite3_stmt *st = statement(m, s, ROW_OP_COPY, r, e);
    if (!st)
        return false;
    bind_brought(m, st, r, a);
    return write_row(m, s, st, ROW_INSERT, mark, a, e);
}
