#include "api/watch/history.h"

#include "api/base/clock.h"
#include "api/store/kept.h"
#include "api/store/seen.h"

#include <stdio.h>
#include <string.h>

enum { APART_MS = 60000, HOUR_MS = 3600000, OLDEST_MS = 48 * HOUR_MS, LEAST_MS = 10000 };

#define TABLE  "table."
#define REMADE "remade."

static const char *key_of(const struct target *t, struct str *key)
{
    str_clear(key);
    str_printf(key, "watch %s %s %s", t->project, t->region, t->stream);
    return str_text(key);
}

/* --- kept as a small map --- */

static void read_marks(struct watch_history *h, const char *text)
{
    long long ms, wal, confirmed;
    int used;

    while (h->n < WATCH_MARKS &&
           sscanf(text, "%lld %lld %lld;%n", &ms, &wal, &confirmed, &used) == 3) {
        if (ms > 0 && wal >= 0 && (h->n == 0 || ms > h->marks[h->n - 1].ms))
            h->marks[h->n++] = (struct watch_mark){ms, wal, confirmed};
        text += used;
    }
}

void watch_history_open(struct watch_history *h, struct store *s, const struct target *t)
{
    struct arena a = {0};
    struct str key = {0};
    struct err e;
    const char *text = seen_get(s, key_of(t, &key), &a);
    struct kept *k = text ? kept_read(text, strlen(text), &e) : NULL;

    *h = (struct watch_history){.tables = k ? k : kept_new()};
    str_copy(h->slot, sizeof h->slot, kept_text(k, "slot", ""));
    h->moved_ms = kept_int(k, "moved", 0);
    read_marks(h, kept_text(k, "marks", ""));
    h->seen_ms = kept_int(k, "seen", h->n ? h->marks[h->n - 1].ms : 0);
    str_done(&key);
    arena_done(&a);
}

void watch_history_close(struct watch_history *h)
{
    kept_free(h->tables);
    *h = (struct watch_history){.n = 0};
}

void watch_history_save(const struct watch_history *h, struct store *s, const struct target *t)
{
    struct str key = {0}, text = {0};
    struct err ignored; /* the next look has no pace then, and nothing else is lost */

    for (size_t i = 0; i < h->n; i++)
        str_printf(&text, "%lld %lld %lld;", (long long)h->marks[i].ms,
                   (long long)h->marks[i].wal_bytes, (long long)h->marks[i].confirmed);
    kept_set_text(h->tables, "slot", h->slot);
    kept_set_int(h->tables, "moved", h->moved_ms);
    kept_set_int(h->tables, "seen", h->seen_ms);
    kept_set_text(h->tables, "marks", str_text(&text));
    str_clear(&text);
    kept_write(h->tables, &text);
    seen_put(s, key_of(t, &key), str_text(&text), &ignored);
    str_done(&key);
    str_done(&text);
}

/* --- the slot --- */

static void add_mark(struct watch_history *h, const struct watch_slot *slot)
{
    while (h->n && h->marks[h->n - 1].ms >= slot->seen_ms) /* the clock was set back */
        h->n--;
    const struct watch_mark *last = h->n ? &h->marks[h->n - 1] : NULL;
    if (last && slot->confirmed >= 0 && last->confirmed != slot->confirmed)
        h->moved_ms = slot->seen_ms;
    if (h->n >= 2 && slot->seen_ms - h->marks[h->n - 2].ms < APART_MS)
        h->n--; /* the newest stands for the minute */
    if (h->n == WATCH_MARKS)
        memmove(h->marks, h->marks + 1, --h->n * sizeof *h->marks);
    h->marks[h->n++] = (struct watch_mark){slot->seen_ms, slot->wal_bytes, slot->confirmed};
}

const struct watch_mark *watch_history_before(const struct watch_history *h, int64_t now_ms)
{
    const struct watch_mark *older = NULL;

    for (size_t i = 0; i < h->n; i++) {
        int64_t ago = now_ms - h->marks[i].ms;
        if (ago < LEAST_MS || ago > OLDEST_MS)
            continue;
        if (ago > HOUR_MS)
            older = &h->marks[i];
        else if (ago >= APART_MS || older == NULL)
            return &h->marks[i];
    }
    return older;
}

/* --- the tables --- */

static const char *table_key(const char *prefix, const struct watch_table *t, struct str *key)
{
    str_clear(key);
    str_printf(key, "%s%s.%s", prefix, t->schema, t->table);
    return str_text(key);
}

/* A backfill that was begun after the change was seen, or after the last look that saw the old
 * table, has read the new one; so has a stream that was made anew, with a slot of its own. */
static bool is_healed(const struct watch_history *h, const struct watch_table *t, struct str *key)
{
    int64_t begun = str_is_empty(t->backfill_started) ? -1 : clock_parse(t->backfill_started);
    int64_t last = h->seen_ms > 0 ? h->seen_ms / 1000 : INT64_MAX;

    return begun >= 0 && begun > kept_int(h->tables, table_key(REMADE, t, key), last);
}

bool watch_history_remade(const struct watch_history *h, const struct watch_table *t)
{
    struct str key = {0};
    int64_t known = kept_int(h->tables, table_key(TABLE, t, &key), -1);
    bool remade = t->oid >= 0 && known >= 0 && known != t->oid && !is_healed(h, t, &key);

    str_done(&key);
    return remade;
}

static void add_table(struct watch_history *h, const struct watch_table *t, int64_t now)
{
    struct str key = {0};

    if (t->oid < 0)
        return;
    if (!watch_history_remade(h, t)) {
        kept_set_int(h->tables, table_key(TABLE, t, &key), t->oid);
        kept_remove(h->tables, table_key(REMADE, t, &key));
    } else if (!kept_has(h->tables, table_key(REMADE, t, &key))) {
        kept_set_int(h->tables, str_text(&key), now);
    }
    str_done(&key);
}

bool watch_history_is_of(const struct watch_history *h, const struct watch_slot *slot)
{
    return str_eq(h->slot, slot->name) &&
           (h->n == 0 || slot->confirmed < 0 || h->marks[h->n - 1].confirmed <= slot->confirmed);
}

void watch_history_add(struct watch_history *h, const struct watch_status *s)
{
    for (size_t i = 0; i < s->n_tables && i < WATCH_COUNTED; i++)
        add_table(h, &s->tables[i], s->seen_ms / 1000);
    h->seen_ms = s->seen_ms;
    if (!s->slot.known || !s->slot.exists || s->slot.wal_bytes < 0)
        return;
    if (!watch_history_is_of(h, &s->slot)) {
        h->n = 0;
        h->moved_ms = 0;
        str_copy(h->slot, sizeof h->slot, s->slot.name);
    }
    add_mark(h, &s->slot);
}
