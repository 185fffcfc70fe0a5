#include "api/store/grants.h"

#include "api/base/clock.h"
#include "api/store/internal.h"

static const char recording[] = "record what is granted";
static const char reading[] = "read what was granted";

static bool insert(struct store *s, struct grant_row *row, struct err *e)
{
    struct query q;

    row->made = clock_wall();
    query_open(&q, s,
               "INSERT INTO granted(project, member, roles, title, expression, brings, made, until,"
               " state) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
               recording, e);
    query_text(&q, row->project);
    query_text(&q, row->member);
    query_text(&q, row->roles);
    query_text(&q, row->title);
    query_text(&q, row->expression);
    query_text(&q, row->brings ? row->brings : "");
    query_int(&q, row->made);
    query_int(&q, row->until);
    query_int(&q, row->state);
    bool ok = query_done(&q);
    if (ok)
        row->id = sqlite3_last_insert_rowid(s->db);
    return ok;
}

bool grants_mean(struct store *s, struct grant_row *row, struct err *e)
{
    row->state = GRANT_MEANT;
    return change_begin_synced(s, recording, e) && change_end(s, insert(s, row, e), recording, e);
}

static bool update(struct store *s, int64_t id, enum grant_state state, struct err *e)
{
    struct query q;

    query_open(&q, s, "UPDATE granted SET state = ? WHERE id = ?", recording, e);
    query_int(&q, state);
    query_int(&q, id);
    return query_done(&q);
}

bool grants_set(struct store *s, int64_t id, enum grant_state state, struct err *e)
{
    return change_begin_synced(s, recording, e) &&
           change_end(s, update(s, id, state, e), recording, e);
}

static void read_row(const struct query *q, struct arena *a, struct grant_row *row)
{
    *row = (struct grant_row){.id = column_int(q, 0),
                              .project = column_text(q, 1, a),
                              .member = column_text(q, 2, a),
                              .roles = column_text(q, 3, a),
                              .title = column_text(q, 4, a),
                              .expression = column_text(q, 5, a),
                              .brings = column_text(q, 6, a),
                              .made = column_int(q, 7),
                              .until = column_int(q, 8),
                              .state = column_int(q, 9) == GRANT_HELD ? GRANT_HELD : GRANT_MEANT};
}

bool grants_open(struct store *s, const char *project, struct arena *a,
                 const struct grant_row **rows, size_t *n, struct err *e)
{
    struct grant_row *list = NULL;
    struct query q;
    size_t room = 0;

    *n = 0;
    query_open(&q, s,
               "SELECT id, project, member, roles, title, expression, brings, made, until, state"
               " FROM granted WHERE state <> 2 AND (?1 IS NULL OR project = ?1) ORDER BY id DESC",
               reading, e);
    query_text(&q, project);
    while (query_row(&q)) {
        list = store_more(a, list, *n, &room, sizeof *list);
        read_row(&q, a, &list[(*n)++]);
    }
    *rows = list;
    return query_close(&q);
}
