#include "tests/sandbox/replicate/work.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/str.h"

#include <string.h>

/* --- binding a relation to its mirror --- */

static bool kind_of_type(struct work *w, uint32_t oid, int32_t typmod, enum value_kind *kind,
                         struct err *e)
{
    struct value_type t = {.oid = oid, .typmod = typmod};
    *kind = value_kind_of(&t);
    if (value_is_builtin(oid))
        return true;
    for (size_t i = 0; i < w->n_types; i++) {
        if (w->types[i].oid == oid && w->types[i].typmod == typmod) {
            *kind = w->types[i].kind;
            return true;
        }
    }
    PGconn *c = stream_side(w, e);
    if (!c || !describe_type(c, oid, typmod, &w->halt, kind, e))
        return false;
    w->types = mem_grow(w->types, w->n_types + 1, sizeof *w->types);
    w->types[w->n_types++] = (struct type_kind){oid, typmod, *kind};
    return true;
}

/* A column that the dataset has keeps the kind it was made with; types are looked up for others. */
static bool find_kinds(struct work *w, struct relation *r, struct err *e)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        struct described_column *c = &r->columns[i];
        int at = mirror_find(r->m, c->name);
        if (at >= 0)
            c->kind = r->m->columns[at].kind;
        else if (!c->is_key && !mirror_wants(r->m, c->name))
            c->kind = VALUE_NONE;
        else if (!kind_of_type(w, r->types[i], r->typmods[i], &c->kind, e))
            return false;
    }
    return true;
}

/* Under FULL every column is announced as key, under NOTHING none: the announcement says nothing
 * then. */
static bool tells_key(const struct relation *r)
{
    return r->identity == 'd' || r->identity == 'i';
}

/* The first time the catalogue is asked: only it knows the key of a table with identity FULL. */
static bool make_destination(struct work *w, struct relation *r, struct err *e)
{
    struct described d;
    PGconn *c = stream_side(w, e);
    if (!c || !describe_table(c, r->m->schema, r->m->table, &w->halt, &d, e))
        return false;
    bool good = !d.exists || mirror_shape(r->m, &w->store, d.columns, d.n_columns, e);
    describe_done(&d);
    return good;
}

static void agree_on_keys(struct relation *r)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        int at = mirror_find(r->m, r->columns[i].name);
        if (!tells_key(r) || r->m->n_keys == 0)
            r->columns[i].is_key = at >= 0 && r->m->columns[at].is_key;
    }
}

bool apply_bind(struct work *w, struct relation *r, struct err *e)
{
    if (!r->m || (r->bound == r->m->version && r->bound != 0))
        return true;
    if (!r->m->defined && !make_destination(w, r, e))
        return false;
    if (r->m->defined || !tells_key(r))
        agree_on_keys(r);
    if (!find_kinds(w, r, e) || !mirror_shape(r->m, &w->store, r->columns, r->n_columns, e))
        return false;
    relation_map(r);
    return true;
}

static bool on_relation(struct work *w, const char *bytes, size_t n, struct err *e)
{
    const struct pgoutput_event *event = &w->event;
    struct relation *r = relations_add(&w->relations, event->relation);
    struct mirror *m = books_find(w, event->schema, event->name);
    relation_set(r, event, bytes, n, m && m->selected ? m : NULL);
    return apply_bind(w, r, e);
}

/* --- changes --- */

static bool is_same(const struct pgoutput_cell *a, const struct pgoutput_cell *b)
{
    return a && b && a->kind == b->kind && a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

/* Values that did not travel with the new row may stand in the old one: all of them under FULL, and
 * a key that is stored out of line. */
static void fill_from_old(struct work *w, const struct mirror *m, enum pgoutput_old kind)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct pgoutput_cell *now = w->new_row.cells[i], *then = w->old_row.cells[i];
        bool there = then && then->kind == PGOUTPUT_TEXT &&
                     (kind == PGOUTPUT_OLD_ROW || m->columns[i].is_key);
        if (now && now->kind == PGOUTPUT_UNCHANGED && there)
            w->new_row.cells[i] = then;
    }
}

static bool key_differs(const struct work *w, const struct mirror *m)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key && !is_same(w->new_row.cells[i], w->old_row.cells[i]))
            return true;
    }
    return false;
}

static bool lacks_key(const struct mirror *m, const struct row *r)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].is_key && (!r->cells[i] || r->cells[i]->kind != PGOUTPUT_TEXT))
            return true;
    }
    return false;
}

static bool has_unchanged(const struct mirror *m, const struct row *r)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        if (r->cells[i] && r->cells[i]->kind == PGOUTPUT_UNCHANGED)
            return true;
    }
    return false;
}

static bool append(struct work *w, struct mirror *m, const struct row *r, const struct row *old,
                   enum row_change change, struct err *e)
{
    return row_append(m, &w->store, r, old, change, &w->mark, &w->scratch, e);
}

static bool put(struct work *w, struct mirror *m, struct err *e)
{
    return row_put(m, &w->store, &w->new_row, &w->mark, &w->scratch, e);
}

static bool merge_update(struct work *w, struct mirror *m, bool moved, struct err *e)
{
    if (!moved)
        return put(w, m, e);
    if (has_unchanged(m, &w->new_row))
        return row_move(m, &w->store, &w->new_row, &w->old_row, &w->mark, &w->scratch, e);
    return row_remove(m, &w->store, &w->old_row, &w->scratch, e) && put(w, m, e);
}

static bool append_update(struct work *w, struct mirror *m, bool has_old, bool moved, struct err *e)
{
    if (has_old && (moved || m->n_keys == 0) &&
        !append(w, m, &w->old_row, NULL, ROW_UPDATE_DELETE, e))
        return false;
    return append(w, m, &w->new_row, moved ? &w->old_row : NULL, ROW_UPDATE_INSERT, e);
}

static bool write_change(struct work *w, struct mirror *m, const struct pgoutput_event *event,
                         struct err *e)
{
    bool has_old = event->old_kind != PGOUTPUT_OLD_NONE, appends = mirror_appends(m);
    if (has_old && event->kind == PGOUTPUT_UPDATE)
        fill_from_old(w, m, event->old_kind);
    bool moved = has_old && m->n_keys > 0 && event->kind == PGOUTPUT_UPDATE && key_differs(w, m);
    if (event->kind == PGOUTPUT_INSERT)
        return appends ? append(w, m, &w->new_row, NULL, ROW_INSERT, e) : put(w, m, e);
    if (event->kind == PGOUTPUT_UPDATE)
        return appends ? append_update(w, m, has_old, moved, e) : merge_update(w, m, moved, e);
    if (appends)
        return append(w, m, &w->old_row, NULL, ROW_DELETE, e);
    return row_remove(m, &w->store, &w->old_row, &w->scratch, e);
}

static void count_event(struct work *w, struct mirror *m)
{
    struct settled *last = w->n_settled > 0 ? &w->settled[w->n_settled - 1] : NULL;
    w->events++;
    m->events++;
    m->last_event = clock_wall_ms();
    m->dirty = true;
    if (last && last->commit_ms == w->mark.time_ms) {
        last->events++;
        return;
    }
    w->settled = mem_grow(w->settled, w->n_settled + 1, sizeof *w->settled);
    w->settled[w->n_settled++] = (struct settled){w->mark.time_ms, 1};
}

static void refuse_event(struct work *w, struct mirror *m, const char *why)
{
    m->unsupported++;
    w->unsupported++;
    if (!m->broken)
        mirror_complain(m, "%s", why);
    m->dirty = true;
}

/* The rows that the event speaks of; false when it does not fit what was announced. */
static bool read_rows(struct work *w, const struct relation *r, const struct pgoutput_event *event)
{
    if (event->kind != PGOUTPUT_DELETE && !relation_row(r, &event->new_row, &w->new_row))
        return false;
    if (event->old_kind != PGOUTPUT_OLD_NONE)
        return relation_row(r, &event->old_row, &w->old_row);
    return event->kind != PGOUTPUT_DELETE;
}

/* Which rows must have a key: the one that is left, the one that comes. */
static bool is_keyed(const struct work *w, const struct mirror *m,
                     const struct pgoutput_event *event)
{
    if (m->n_keys == 0)
        return true;
    if (event->old_kind != PGOUTPUT_OLD_NONE && lacks_key(m, &w->old_row))
        return false;
    if (event->kind == PGOUTPUT_DELETE)
        return true;
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct pgoutput_cell *c = w->new_row.cells[i];
        if (m->columns[i].is_key &&
            (!c || c->kind == PGOUTPUT_NULL || c->kind == PGOUTPUT_BINARY ||
             (c->kind == PGOUTPUT_UNCHANGED && event->old_kind == PGOUTPUT_OLD_NONE)))
            return false;
    }
    return true;
}

bool apply_change(struct work *w, struct relation *r, const struct pgoutput_event *event, size_t n,
                  struct err *e)
{
    if (!apply_bind(w, r, e))
        return false;
    struct mirror *m = r->m;
    if (n > WORK_EVENT_MAX) {
        refuse_event(w, m, "an event of more than 20 MB was left out");
        return true;
    }
    if (!m->broken && !read_rows(w, r, event)) {
        err_set(e, ERR_BUG, "reading the stream of changes");
        err_why(e, "a row of %s.%s does not fit what was announced", m->schema, m->table);
        err_reason(e, "PROTOCOL");
        return false;
    }
    if (m->broken || !is_keyed(w, m, event)) {
        refuse_event(w, m, "an event without the table's key could not be applied");
        return true;
    }
    count_event(w, m);
    return write_change(w, m, event, e);
}

/* --- messages --- */

static bool on_change(struct work *w, const char *bytes, size_t n, struct err *e)
{
    struct relation *r = relations_find(&w->relations, w->event.relation);
    if (!r) {
        err_set(e, ERR_BUG, "reading the stream of changes");
        err_why(e, "a row of a table that was not announced");
        err_reason(e, "PROTOCOL");
        return false;
    }
    struct mirror *m = r->m;
    if (!m || w->repeated)
        return true;
    if (m->has_snapshot && w->commit_lsn >= m->fence && m->phase == MIRROR_LIVE)
        mirror_forget_snapshot(m);
    if (mirror_skips(m, w->xid) && (!mirror_holds(m) || m->way == MIRROR_DIRECT))
        return true;
    if (atomic_load(&w->oldest_us) == 0)
        atomic_store(&w->oldest_us, w->commit_us);
    w->bytes += (int64_t)n;
    if (mirror_holds(m))
        return held_add(w, r, bytes, n, e);
    return apply_change(w, r, &w->event, n, e);
}

static void on_begin(struct work *w)
{
    w->in_transaction = true;
    w->xid = w->event.xid;
    w->commit_us = w->event.commit_us;
    w->commit_lsn = w->event.lsn;
    w->repeated = w->event.lsn < w->stored;
    w->mark.time_ms = w->commit_us / 1000;
    w->mark.lsn = w->commit_lsn;
}

static void on_commit(struct work *w)
{
    w->in_transaction = false;
    w->recent[w->n_transactions++ % WORK_RECENT] = w->xid;
    if (w->event.end_lsn > w->stored)
        w->stored = w->event.end_lsn;
}

bool apply_message(struct work *w, const char *bytes, size_t n, struct err *e)
{
    char why[PGOUTPUT_WHY];
    if (!pgoutput_decode(bytes, n, &w->event, why)) {
        err_set(e, ERR_BUG, "reading the stream of changes");
        err_why(e, "%s", why);
        err_reason(e, "PROTOCOL");
        return false;
    }
    switch (w->event.kind) {
    case PGOUTPUT_BEGIN:
        on_begin(w);
        return true;
    case PGOUTPUT_COMMIT:
        on_commit(w);
        return true;
    case PGOUTPUT_RELATION:
        return on_relation(w, bytes, n, e);
    case PGOUTPUT_INSERT:
    case PGOUTPUT_UPDATE:
    case PGOUTPUT_DELETE:
        return on_change(w, bytes, n, e);
    case PGOUTPUT_ORIGIN:
    case PGOUTPUT_TYPE:
    case PGOUTPUT_TRUNCATE:
    case PGOUTPUT_MESSAGE:
        break;
    }
    return true;
}
