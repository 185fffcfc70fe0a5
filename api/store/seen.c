#include "api/store/seen.h"

#include "api/base/clock.h"
#include "api/store/internal.h"

static const char remembering[] = "remember what was seen";

/* Files of before lack it; older versions that meet it look past it. */
static const char table[] = "CREATE TABLE IF NOT EXISTS seen(key TEXT PRIMARY KEY,"
                            "  time INTEGER NOT NULL, text TEXT NOT NULL) WITHOUT ROWID";

static bool put(struct store *s, const char *key, const char *text, struct err *e)
{
    struct query q;

    if (!store_run(s, table))
        return store_fail(s, remembering, e);
    query_open(&q, s, "INSERT OR REPLACE INTO seen(key, time, text) VALUES(?, ?, ?)", remembering,
               e);
    query_text(&q, key);
    query_int(&q, clock_wall());
    query_text(&q, text);
    if (!query_done(&q))
        return false;
    query_open(&q, s,
               "DELETE FROM seen WHERE key NOT IN"
               " (SELECT key FROM seen ORDER BY time DESC, key LIMIT 100)",
               remembering, e);
    return query_done(&q);
}

bool seen_put(struct store *s, const char *key, const char *text, struct err *e)
{
    return change_begin(s, remembering, e) && change_end(s, put(s, key, text, e), remembering, e);
}

static bool is_there(struct store *s)
{
    struct query q;
    struct err e;

    query_open(&q, s, "SELECT 1 FROM sqlite_schema WHERE name = 'seen'", remembering, &e);
    bool there = query_row(&q);
    return query_close(&q) && there;
}

const char *seen_get(struct store *s, const char *key, struct arena *a)
{
    const char *text = NULL;
    struct query q;
    struct err e;

    if (!is_there(s))
        return NULL;
    query_open(&q, s, "SELECT text FROM seen WHERE key = ?", remembering, &e);
    query_text(&q, key);
    if (query_row(&q))
        text = column_text(&q, 0, a);
    return query_close(&q) ? text : NULL;
}
