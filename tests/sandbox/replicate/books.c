/* What the replica must not forget: the stream's position and figures, and each table's state. */

#include "tests/sandbox/replicate/work.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <string.h>

static const char stream_sql[] =
    "UPDATE _replica_stream SET system = ?2, lsn = ?3, seq = ?4, events = ?5, bytes = ?6,"
    " unsupported = ?7 WHERE stream = ?1";
static const char table_sql[] =
    "UPDATE _replica_table SET selected = ?2, phase = ?3, state = ?4, way = ?5, manual = ?6,"
    " snapshot = ?7, fence = ?8, started = ?9, ended = ?10, rows = ?11, events = ?12,"
    " unsupported = ?13, last_event = ?14, error = ?15 WHERE id = ?1";

struct mirror *books_find(struct work *w, const char *schema, const char *table)
{
    for (size_t i = 0; i < w->n_mirrors; i++) {
        if (strcmp(w->mirrors[i]->table, table) == 0 && strcmp(w->mirrors[i]->schema, schema) == 0)
            return w->mirrors[i];
    }
    return NULL;
}

static void keep(struct work *w, struct mirror *m)
{
    w->mirrors = mem_grow(w->mirrors, w->n_mirrors + 1, sizeof(struct mirror *));
    w->mirrors[w->n_mirrors++] = m;
}

static int64_t next_held(struct work *w, struct err *e)
{
    int64_t seq = -1;
    sqlite3_stmt *st =
        sqlfile_prepare(&w->store, "SELECT coalesce(max(seq), 0) FROM _replica_held", e);
    if (st && sqlite3_step(st) == SQLITE_ROW)
        seq = sqlite3_column_int64(st, 0);
    else if (st)
        sqlfile_fault(&w->store, e, "reading the bookkeeping");
    sqlite3_finalize(st);
    return seq;
}

static void read_stream(struct work *w, sqlite3_stmt *st)
{
    str_copy(w->system, sizeof w->system, (const char *)sqlite3_column_text(st, 0));
    w->stored = (uint64_t)sqlite3_column_int64(st, 1);
    w->mark.seq = (uint64_t)sqlite3_column_int64(st, 2);
    w->events = sqlite3_column_int64(st, 3);
    w->bytes = sqlite3_column_int64(st, 4);
    w->unsupported = sqlite3_column_int64(st, 5);
}

static bool load_stream(struct work *w, struct err *e)
{
    sqlite3_stmt *add = sqlfile_prepare(
        &w->store, "INSERT INTO _replica_stream(stream) VALUES (?) ON CONFLICT DO NOTHING", e);
    sqlite3_stmt *get = sqlfile_prepare(
        &w->store,
        "SELECT system, lsn, seq, events, bytes, unsupported FROM _replica_stream WHERE stream = ?",
        e);
    bool good = add && get;
    if (good) {
        bind_text(add, 1, w->stream_id);
        bind_text(get, 1, w->stream_id);
        good = sqlfile_step(&w->store, add, e);
    }
    if (good && sqlite3_step(get) == SQLITE_ROW)
        read_stream(w, get);
    else if (good)
        good = sqlfile_fault(&w->store, e, "reading the bookkeeping");
    sqlite3_finalize(add);
    sqlite3_finalize(get);
    w->held_seq = good ? next_held(w, e) : -1;
    return w->held_seq >= 0;
}

static struct mirror *read_table(const struct work *w, sqlite3_stmt *st)
{
    struct mirror *m = mirror_new((const char *)sqlite3_column_text(st, 1),
                                  (const char *)sqlite3_column_text(st, 2), w->append_only);
    m->id = sqlite3_column_int64(st, 0);
    m->selected = sqlite3_column_int(st, 3) != 0;
    m->phase = (enum mirror_phase)sqlite3_column_int(st, 4);
    m->state = (enum replica_backfill)sqlite3_column_int(st, 5);
    m->way = (enum mirror_way)sqlite3_column_int(st, 6);
    m->manual = sqlite3_column_int(st, 7) != 0;
    const char *snapshot = (const char *)sqlite3_column_text(st, 8);
    if (snapshot)
        mirror_see(m, snapshot, (uint64_t)sqlite3_column_int64(st, 9));
    m->started = sqlite3_column_int64(st, 10);
    m->ended = sqlite3_column_int64(st, 11);
    m->rows = sqlite3_column_int64(st, 12);
    m->events = sqlite3_column_int64(st, 13);
    m->unsupported = sqlite3_column_int64(st, 14);
    m->last_event = sqlite3_column_int64(st, 15);
    str_copy(m->error, sizeof m->error, (const char *)sqlite3_column_text(st, 16));
    m->hold = 1; /* a queue of an earlier process wants announcements anew */
    m->dirty = false;
    return m;
}

static bool load_tables(struct work *w, struct err *e)
{
    sqlite3_stmt *st = sqlfile_prepare(
        &w->store,
        "SELECT id, \"schema\", \"table\", selected, phase, state, way, manual, snapshot, fence,"
        " started, ended, rows, events, unsupported, last_event, error FROM _replica_table"
        " WHERE stream = ? ORDER BY id",
        e);
    if (!st)
        return false;
    int code;
    bind_text(st, 1, w->stream_id);
    while ((code = sqlite3_step(st)) == SQLITE_ROW)
        keep(w, read_table(w, st));
    bool good = code == SQLITE_DONE || sqlfile_fault(&w->store, e, "reading the bookkeeping");
    sqlite3_finalize(st);
    return good;
}

static bool settle_tables(struct work *w, struct err *e)
{
    for (size_t i = 0; i < w->n_mirrors; i++) {
        struct mirror *m = w->mirrors[i];
        if (!mirror_look(m, &w->store, e))
            return false;
        if (m->phase == MIRROR_COPYING && !schedule_undo(w, m, e))
            return false;
    }
    return true;
}

bool books_load(struct work *w, struct err *e)
{
    w->save_stream = sqlfile_prepare(&w->store, stream_sql, e);
    w->save_table = w->save_stream ? sqlfile_prepare(&w->store, table_sql, e) : NULL;
    w->loaded = w->save_table && load_stream(w, e) && load_tables(w, e) && settle_tables(w, e);
    return w->loaded;
}

void books_unload(struct work *w)
{
    relations_clear(&w->relations);
    relation_done(&w->held_relation);
    w->held_for = NULL;
    for (size_t i = 0; i < w->n_mirrors; i++)
        mirror_free(w->mirrors[i]);
    mem_free(w->mirrors);
    w->mirrors = NULL;
    w->n_mirrors = 0;
    sqlite3_finalize(w->save_stream);
    sqlite3_finalize(w->save_table);
    sqlite3_finalize(w->hold);
    w->save_stream = w->save_table = w->hold = NULL;
    w->loaded = false;
}

struct mirror *books_add(struct work *w, const char *schema, const char *table, struct err *e)
{
    sqlite3_stmt *st = sqlfile_prepare(
        &w->store, "INSERT INTO _replica_table(stream, \"schema\", \"table\") VALUES (?, ?, ?)", e);
    if (!st)
        return NULL;
    bind_text(st, 1, w->stream_id);
    bind_text(st, 2, schema);
    bind_text(st, 3, table);
    bool good = sqlfile_step(&w->store, st, e);
    sqlite3_finalize(st);
    if (!good)
        return NULL;
    struct mirror *m = mirror_new(schema, table, w->append_only);
    m->id = sqlite3_last_insert_rowid(w->store.db);
    m->dirty = true;
    keep(w, m);
    return mirror_look(m, &w->store, e) ? m : NULL;
}

/* --- saving --- */

static bool save_table(struct work *w, struct mirror *m, struct err *e)
{
    const int64_t numbers[] = {m->id,     m->selected, m->phase,          m->state,     m->way,
                               m->manual, 0,           (int64_t)m->fence, m->started,   m->ended,
                               m->rows,   m->events,   m->unsupported,    m->last_event};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(w->save_table, (int)i + 1, numbers[i]);
    bind_text(w->save_table, 7, m->snapshot_text);
    bind_text(w->save_table, 15, m->error);
    m->dirty = false;
    return sqlfile_step(&w->store, w->save_table, e);
}

bool books_save(struct work *w, struct err *e)
{
    const int64_t numbers[] = {(int64_t)w->stored, (int64_t)w->mark.seq, w->events, w->bytes,
                               w->unsupported};
    for (size_t i = 0; i < w->n_mirrors; i++) {
        if (w->mirrors[i]->dirty && !save_table(w, w->mirrors[i], e))
            return false;
    }
    bind_text(w->save_stream, 1, w->stream_id);
    bind_text(w->save_stream, 2, w->system);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(w->save_stream, (int)i + 3, numbers[i]);
    return sqlfile_step(&w->store, w->save_stream, e);
}

/* Positions and transaction numbers of another cluster mean nothing here: begin at the slot, and do
 * not skip by an old snapshot. */
bool books_other_system(struct work *w, const char *system, struct err *e)
{
    bool known = w->system[0] != '\0';
    if (strcmp(w->system, system) == 0)
        return true;
    str_copy(w->system, sizeof w->system, system);
    w->stored = 0;
    for (size_t i = 0; known && i < w->n_mirrors; i++)
        mirror_forget_snapshot(w->mirrors[i]);
    return sqlfile_begin(&w->store, e);
}
