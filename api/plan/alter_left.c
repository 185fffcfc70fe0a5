/* What an earlier run of the same order left in the journal. */

#include "api/plan/alter_inside.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/plan/record.h"

#include <string.h>
#include <unistd.h>

enum { LOOKS_BACK = 8 }; /* runs */

const char *alter_table_name(const struct alter_table *t, struct arena *a)
{
    return arena_printf(a, "%s.%s", t->schema, t->table);
}

bool alter_is_copying(const struct alter_table *t)
{
    return str_eq(t->state, "PENDING") || str_eq(t->state, "ACTIVE");
}

/* --- written --- */

void alter_left_write(const struct alter_plan *p, const char *const *command, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "change", alter_type(p->kind)->name);
    json_put_bool(&o, "undo", p->undo);
    json_open_object(&o, "tables");
    for (size_t i = 0; i < p->n_copies; i++)
        json_put_string(&o, p->copies[i].table, p->copies[i].before);
    json_close_object(&o);
    json_put_string(&o, "value", p->value);
    json_open_object(&o, "was");
    json_put_string(&o, "state", p->was.state);
    json_put_string(&o, "slot", p->was.slot);
    json_put_string(&o, "host", p->was.host);
    json_close_object(&o);
    record_put_command(&o, command);
    json_close_object(&o);
}

/* --- read --- */

static bool has_table(const struct json *tables, const char *name)
{
    for
        json_each(t, tables) if (str_eq(json_key(t), name)) return true;
    return false;
}

/* A recovery copies what there is; who names tables means these. */
static bool is_same(const struct json *doc, const struct alter_order *order)
{
    const struct json *tables = json_get(doc, "tables");
    bool named = order->kind == ALTER_BACKFILL || order->kind == ALTER_STOP;

    if (!str_eq(json_string(doc, "change"), alter_type(order->kind)->name))
        return false;
    if (order->kind == ALTER_SLOT && !str_eq(json_string(doc, "value"), order->slot))
        return false;
    if (!named)
        return order->no_backfill == (json_count(tables) == 0) ||
               (order->kind != ALTER_RECOVER && order->kind != ALTER_SLOT);
    if (order->n_tables != json_count(tables))
        return false;
    for (size_t i = 0; i < order->n_tables; i++)
        if (!has_table(tables, order->tables[i]))
            return false;
    return true;
}

/* A run that ended well, or long ago, is none that is gone on with. One of a single call that was
 * refused left nothing behind. */
static bool is_open(const struct journal_run *run, enum alter_kind kind)
{
    bool copies =
        kind == ALTER_BACKFILL || kind == ALTER_STOP || kind == ALTER_RECOVER || kind == ALTER_SLOT;

    return (copies || !str_eq(run->outcome, "failed")) && !str_eq(run->outcome, "done");
}

static bool is_recent(const struct journal_run *run)
{
    return run->kind == JOURNAL_CHANGE && run->plan &&
           clock_wall() - run->started < ALTER_GOES_ON_S;
}

/* What has ended can be put back, too; what puts it back is only gone on with. */
static bool is_meant(const struct journal_run *run, const struct json *doc,
                     const struct alter_order *order)
{
    bool undo = json_bool(doc, "undo", false);

    if (!is_same(doc, order) || (undo && !order->undo))
        return false;
    return (order->undo && !undo) || is_open(run, order->kind);
}

/* The newest run for this stream, where it is such an order; *doc is json_free's. NULL: it is none.
 */
static const struct journal_run *newest(const struct alter_seen *seen, struct arena *a,
                                        struct json **doc)
{
    const struct journal_run *runs;
    char name[RECORD_NAME];
    struct err e;
    size_t n = 0;

    *doc = NULL;
    record_name(name, seen->target.project, seen->target.region, seen->stream);
    if (seen->store == NULL || !journal_runs(seen->store, name, 1, a, &runs, &n, &e) || n == 0 ||
        !is_recent(&runs[0]))
        return NULL;
    *doc = json_parse(runs[0].plan, strlen(runs[0].plan), &e);
    return *doc ? &runs[0] : NULL;
}

void alter_left_find(const struct alter_seen *seen, const struct alter_order *order,
                     struct arena *a, struct alter_left *out)
{
    struct err e;

    *out = (struct alter_left){0};
    const struct journal_run *run = newest(seen, a, &out->doc);
    if (run == NULL || !is_meant(run, out->doc, order) ||
        !journal_entries(seen->store, run->id, a, &out->entries, &out->n, &e)) {
        json_free(out->doc);
        *out = (struct alter_left){0};
        return;
    }
    out->any = true;
    out->undo = json_bool(out->doc, "undo", false);
    out->begun = run->started;
    out->tables = json_get(out->doc, "tables");
}

/* As is_same compares it. */
static void read_order(const struct json *doc, enum alter_kind kind, struct arena *a,
                       struct alter_order *out)
{
    const struct json *tables = json_get(doc, "tables");
    const char *value = json_string(doc, "value");
    size_t n = json_count(tables);

    *out = (struct alter_order){.kind = kind, .undo = json_bool(doc, "undo", false)};
    value = value ? arena_str(a, value) : NULL;
    if (kind == ALTER_SLOT)
        out->slot = value;
    else if (kind == ALTER_HOST)
        out->host = value;
    out->no_backfill = (kind == ALTER_SLOT || kind == ALTER_RECOVER) && n == 0;
    if (kind != ALTER_BACKFILL && kind != ALTER_STOP)
        return;
    const char **names = arena_array(a, const char *, n + 1);
    for
        json_each(t, tables) names[out->n_tables++] = arena_str(a, json_key(t));
    out->tables = names;
}

bool alter_begun(const struct alter_seen *seen, struct arena *a, struct alter_order *out)
{
    struct json *doc;
    const struct journal_run *run = newest(seen, a, &doc);
    enum alter_kind kind = alter_by_name(json_string_or(doc, "change", ""));
    bool theirs = run && run->alive && run->pid != getpid(),
         begun = run && kind < ALTERS && is_open(run, kind) && !theirs &&
                 !str_eq(run->outcome, RECORD_LEFT);

    if (begun)
        read_order(doc, kind, a, out);
    json_free(doc);
    return begun;
}

static void take(const char *text, struct arena *a, const char **field)
{
    if (text)
        *field = arena_str(a, text);
}

void alter_left_was(const struct alter_left *left, struct arena *a, struct alter_was *was)
{
    take(json_string(left->doc, "was.state"), a, &was->state);
    take(json_string(left->doc, "was.slot"), a, &was->slot);
    take(json_string(left->doc, "was.host"), a, &was->host);
}

static bool is_unheard(const struct journal_entry *e)
{
    return e->state == JOURNAL_INTENT || e->state == JOURNAL_SENT;
}

bool alter_left_unheard(const struct alter_left *left, const char *step)
{
    for (size_t i = 0; i < left->n; i++)
        if (str_eq(left->entries[i].step, step) && is_unheard(&left->entries[i]))
            return true;
    return false;
}

bool alter_left_meant(const struct alter_left *left, const char *step, const char *name)
{
    for (size_t i = 0; i < left->n; i++)
        if (str_eq(left->entries[i].step, step) && str_eq(left->entries[i].name, name) &&
            left->entries[i].state != JOURNAL_FAILED)
            return true;
    return false;
}

const char *alter_left_request(const struct alter_seen *seen, const char *step, const char *name,
                               struct arena *a)
{
    const struct journal_entry *entries;
    const struct journal_run *runs;
    char stream[RECORD_NAME];
    size_t n_runs = 0, n = 0;
    struct err e;

    record_name(stream, seen->target.project, seen->target.region, seen->stream);
    if (seen->store == NULL ||
        !journal_runs(seen->store, stream, LOOKS_BACK, a, &runs, &n_runs, &e))
        return NULL;
    for (size_t r = 0; r < n_runs; r++) {
        if (!journal_entries(seen->store, runs[r].id, a, &entries, &n, &e))
            return NULL;
        while (n-- > 0)
            if (str_eq(entries[n].step, step) && str_eq(entries[n].name, name))
                return is_unheard(&entries[n]) ? entries[n].request_id : NULL;
    }
    return NULL;
}

const char *alter_left_before(const struct alter_left *left, const char *table)
{
    for
        json_each(x, left->tables) if (str_eq(json_key(x), table)) return json_text(x);
    return NULL;
}
