/* What the source says of a table that flows: is it there, is it the same, is it handed out whole?
 */
#include "api/base/json.h"
#include "api/watch/inside.h"

#include <string.h>

/* No list: whole tables flow, with all that they have. */
static bool is_chosen(const struct datastream_table *t, const char *column)
{
    for (size_t i = 0; t && i < t->n_columns; i++)
        if (str_eq(t->columns[i].name, column))
            return true;
    return t == NULL || t->n_columns == 0;
}

/* The columns that the stream wants and the publication's list leaves out; NULL: none. */
static const char *lacking(const struct watch_job *j, const char *left_out,
                           const struct watch_table *w, struct arena *a)
{
    struct str names = {0};
    struct err e;

    if (str_is_empty(left_out) || !watch_ok(j->stream))
        return NULL;
    const struct datastream_table *t =
        datastream_selection_table(&datastream_stream(j->stream)->include, w->schema, w->table);
    struct json *list = json_parse(left_out, strlen(left_out), &e);
    for
        json_each(c, list)
        {
            if (json_text(c) && is_chosen(t, json_text(c)))
                str_printf(&names, "%s%s", names.bytes ? ", " : "", json_text(c));
        }
    json_free(list);
    const char *found = names.bytes ? arena_str(a, str_text(&names)) : NULL;
    str_done(&names);
    return found;
}

static void see_published(const struct watch_job *j, bool plain, struct watch_table *w,
                          struct arena *a)
{
    const struct pg_rows *rows = pg_rows(j->published);
    long at = watch_find(j->published, w->schema, w->table);

    if (at < 0) {
        w->source = plain ? WATCH_SOURCE_UNPUBLISHED : w->source;
        return;
    }
    w->lacks = lacking(j, pg_text(rows, (size_t)at, PUBLISHED_LACKS), w, a);
    if (!str_is_empty(pg_text(rows, (size_t)at, PUBLISHED_HELD)))
        w->source = WATCH_SOURCE_NARROWED;
}

void watch_see_source(const struct watch_job *j, struct watch_table *w, struct arena *a)
{
    long at = watch_find(j->estimates, w->schema, w->table);

    w->oid = -1;
    if (!watch_ok(j->estimates))
        return;
    w->source = at < 0 ? WATCH_SOURCE_GONE : WATCH_SOURCE_FINE;
    if (at < 0)
        return;
    const struct pg_rows *rows = pg_rows(j->estimates);
    bool plain = str_eq(pg_text(rows, (size_t)at, ESTIMATE_KIND), "r");
    w->oid = pg_number(rows, (size_t)at, ESTIMATE_OID, -1);
    if (watch_history_remade(&j->history, w))
        w->source = WATCH_SOURCE_REMADE;
    else if (watch_ok(j->published) && pg_count(pg_rows(j->published)) > 0)
        see_published(j, plain, w, a);
}
