#include "api/store/journeys.h"

#include "api/base/clock.h"
#include "api/store/internal.h"

#include <string.h>

static const char saving[] = "save what was chosen";
static const char loading[] = "load what was chosen";

/* --- saving --- */

/* Sets *id for a new one. *known: the row was there, so that what was saved before is there too. */
static bool save_row(struct store *s, int64_t *id, const char *title, bool *known, struct err *e)
{
    struct query q;

    query_open(&q, s, "UPDATE journey SET title = ?, updated = ? WHERE id = ?", saving, e);
    query_text(&q, title);
    query_int(&q, clock_wall_ms());
    query_int(&q, *id);
    if (!query_done(&q))
        return false;
    *known = sqlite3_changes(s->db) > 0;
    if (*known)
        return true;
    /* NULL makes a new number; one that was removed meanwhile comes back under its own. */
    query_open(&q, s, "INSERT INTO journey(id, title, updated) VALUES(NULLIF(?, 0), ?, ?)", saving,
               e);
    query_int(&q, *id);
    query_text(&q, title);
    query_int(&q, clock_wall_ms());
    if (!query_done(&q))
        return false;
    *id = sqlite3_last_insert_rowid(s->db);
    return true;
}

static void put_entry(struct query *put, int64_t id, const struct kept_entry *entry)
{
    query_int(put, id);
    query_text(put, entry->key);
    query_int(put, entry->kind);
    if (entry->kind == KEPT_TEXT)
        query_text(put, entry->text);
    else
        query_int(put, entry->number);
    query_again(put);
}

static const char put_sql[] =
    "INSERT INTO kept(journey, key, kind, value) VALUES(?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET kind = excluded.kind, value = excluded.value";

static bool save_all(struct store *s, int64_t id, const struct kept *k, struct err *e)
{
    struct query q;

    query_open(&q, s, "DELETE FROM kept WHERE journey = ?", saving, e);
    query_int(&q, id);
    if (!query_done(&q))
        return false;
    query_open(&q, s, put_sql, saving, e);
    for (size_t i = 0; i < kept_count(k) && !q.failed; i++)
        put_entry(&q, id, kept_entry(k, i));
    return query_close(&q);
}

static bool save_touched(struct store *s, int64_t id, const struct kept *k, const char *const *keys,
                         size_t n, struct err *e)
{
    struct query put, drop;

    query_open(&put, s, put_sql, saving, e);
    query_open(&drop, s, "DELETE FROM kept WHERE journey = ? AND key = ?", saving, e);
    for (size_t i = 0; i < n && !put.failed && !drop.failed; i++) {
        const struct kept_entry *entry = kept_find(k, keys[i]);
        if (entry) {
            put_entry(&put, id, entry);
            continue;
        }
        query_int(&drop, id);
        query_text(&drop, keys[i]);
        query_again(&drop);
    }
    bool ok = query_close(&put);
    return query_close(&drop) && ok;
}

static bool save_kept(struct store *s, int64_t id, const struct kept *k, bool known, struct err *e)
{
    const char *const *keys;
    bool all;
    size_t n = kept_touched(k, &keys, &all);

    if (all || !known || !kept_was_saved_as(k, s->serial, id))
        return save_all(s, id, k, e);
    return n == 0 || save_touched(s, id, k, keys, n, e);
}

bool journeys_save(struct store *s, int64_t *id, const char *title, struct kept *k, struct err *e)
{
    int64_t number = *id;
    bool known = false;

    if (number && kept_is_saved_as(k, s->serial, number, title))
        return true;
    if (!change_begin(s, saving, e))
        return false;
    bool ok = save_row(s, &number, title, &known, e) && save_kept(s, number, k, known, e);
    if (!change_end(s, ok, saving, e))
        return false;
    *id = number;
    kept_saved(k, s->serial, number, title);
    return true;
}

/* --- loading --- */

static void read_row(const struct query *q, struct arena *a, struct journeys_row *row)
{
    row->id = column_int(q, 0);
    row->title = column_text(q, 1, a);
    row->updated = column_int(q, 2) / 1000;
}

static void take(struct kept *k, const struct query *q, struct arena *a)
{
    const char *key = column_text(q, 0, a), *text = NULL;

    switch (column_int(q, 1)) {
    case KEPT_TEXT:
        text = column_text(q, 2, a);
        kept_set_text(k, key, text ? text : "");
        return;
    case KEPT_INT:
        kept_set_int(k, key, column_int(q, 2));
        return;
    case KEPT_BOOL:
        kept_set_bool(k, key, column_int(q, 2) != 0);
        return;
    default:
        return; /* of a kind that a later version may bring */
    }
}

static struct kept *load_kept(struct store *s, const struct journeys_row *row, struct err *e)
{
    struct kept *k = kept_new();
    struct arena scratch;
    struct query q;

    arena_init(&scratch);
    query_open(&q, s, "SELECT key, kind, value FROM kept WHERE journey = ? ORDER BY key", loading,
               e);
    query_int(&q, row->id);
    while (query_row(&q)) {
        take(k, &q, &scratch);
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    if (query_close(&q)) {
        kept_saved(k, s->serial, row->id, row->title);
        return k;
    }
    kept_free(k);
    return NULL;
}

static struct kept *load(struct query *q, struct arena *a, struct journeys_row *row)
{
    bool found = query_row(q);

    if (found)
        read_row(q, a, row);
    if (!query_close(q))
        return NULL;
    if (found)
        return load_kept(q->s, row, q->e);
    err_set(q->e, ERR_MISSING, "cannot %s", loading);
    err_why(q->e, "nothing was kept yet");
    return NULL;
}

struct kept *journeys_load(struct store *s, int64_t id, struct arena *a, struct journeys_row *row,
                           struct err *e)
{
    struct query q;

    query_open(&q, s, "SELECT id, title, updated FROM journey WHERE id = ?", loading, e);
    query_int(&q, id);
    return load(&q, a, row);
}

struct kept *journeys_latest(struct store *s, struct arena *a, struct journeys_row *row,
                             struct err *e)
{
    struct query q;

    query_open(&q, s,
               "SELECT id, title, updated FROM journey ORDER BY updated DESC, id DESC LIMIT 1",
               loading, e);
    return load(&q, a, row);
}

bool journeys_list(struct store *s, struct arena *a, const struct journeys_row **rows, size_t *n,
                   struct err *e)
{
    struct journeys_row *list = NULL;
    struct query q;
    size_t room = 0;

    *rows = NULL;
    *n = 0;
    query_open(&q, s,
               "SELECT id, title, updated, "
               "(SELECT value FROM kept WHERE journey = id AND key = 'target.stream'), "
               "(SELECT value FROM kept WHERE journey = id AND key = 'reached'), "
               "(SELECT value FROM kept WHERE journey = id AND key = 'opened') "
               "FROM journey ORDER BY updated DESC, id DESC",
               "list what was begun", e);
    while (query_row(&q)) {
        list = store_more(a, list, *n, &room, sizeof *list);
        read_row(&q, a, &list[*n]);
        list[*n].stream = column_text(&q, 3, a);
        list[*n].reached = column_int(&q, 4);
        list[(*n)++].opened = column_int(&q, 5) != 0;
    }
    *rows = list;
    return query_close(&q);
}

#define OUTLIVED                                                                                   \
    "FROM journey WHERE updated < ? OR id NOT IN "                                                 \
    "(SELECT id FROM journey ORDER BY updated DESC, id DESC LIMIT 100)"
#define LONG_ENDED "FROM run WHERE ended > 0 AND ended < ?"

/* Looks first: to read needs no lock that another program may hold. */
static bool prune(struct store *s, const char *what, const char *removes[2], int64_t since,
                  struct err *e)
{
    static const char doing[] = "forget what was begun long ago";
    struct query q;
    bool some;

    query_open(&q, s, what, doing, e);
    query_int(&q, since);
    some = query_row(&q);
    if (!query_close(&q) || !some)
        return !some;
    for (size_t i = 0; i < 2 && removes[i]; i++) {
        query_open(&q, s, removes[i], doing, e);
        query_int(&q, since);
        if (!query_done(&q))
            return false;
    }
    return true;
}

bool journeys_prune(struct store *s, struct err *e)
{
    static const char *journeys[2] = {"DELETE " OUTLIVED, NULL},
                      *runs[2] = {"DELETE FROM entry WHERE run IN (SELECT id " LONG_ENDED ")",
                                  "DELETE " LONG_ENDED};
    const int64_t since = clock_wall() - (int64_t)365 * 24 * 3600;

    return prune(s, "SELECT 1 " OUTLIVED " LIMIT 1", journeys, since * 1000, e) &&
           prune(s, "SELECT 1 " LONG_ENDED " LIMIT 1", runs, since, e);
}

bool journeys_remove(struct store *s, int64_t id, struct err *e)
{
    struct query q;

    query_open(&q, s, "DELETE FROM journey WHERE id = ?", "remove what was begun", e);
    query_int(&q, id);
    return query_done(&q);
}
