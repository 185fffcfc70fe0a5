#include "api/plan/judging.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/said.h"
#include "api/plan/sampling.h"

#include <string.h>

struct judgement {
    const struct catalog *catalog;
    const struct sampling_found *found;
    struct catalog *own_catalog; /* the same; NULL: both are somebody else's */
    struct sampling_found *own_found;
    struct sampling_found *kept; /* of an earlier look; NULL: there was none */
    struct selection selection;
    bool has_selection;
    const struct rules_team *team;
    bool *seen;     /* a table each: somebody has looked at the values of its columns */
    int64_t *since; /* when, where that was not now; else 0 */
    bool *wanted;   /* whose values count; NULL: of all */
    bool asked;     /* they were to be looked at */
    bool sampled;   /* rows, too */
    struct arena mem;
    const char *why; /* values could not be looked at; NULL: they could */
};

struct job {
    const struct selection *flows;
    struct judging_values values;
    struct task *survey, *sampling; /* the last: NULL until it begins */
    struct judgement *made;
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->survey);
    task_clear(&j->sampling); /* looks into the catalogue: goes first */
    judgement_free(j->made);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"judging", sizeof(struct job), step, stop};

void judgement_free(struct judgement *j)
{
    if (j == NULL)
        return;
    if (j->has_selection)
        selection_done(&j->selection);
    sampling_found_free(j->kept);
    sampling_found_free(j->own_found);
    catalog_free(j->own_catalog);
    mem_free(j->seen);
    mem_free(j->since);
    arena_done(&j->mem);
    mem_free(j);
}

/* --- values --- */

static bool flows(const struct job *j, size_t table)
{
    const struct selection_table *t = &j->made->selection.tables[table];
    size_t at;

    return j->flows == NULL ||
           (selection_find(j->flows, t->schema, t->name, &at) && j->flows->tables[at].n_included);
}

static void look_at_values(struct task *t, struct job *j)
{
    struct judgement *m = j->made;
    size_t n = catalog_tables(m->catalog);

    if (j->flows)
        m->wanted = arena_array(&m->mem, bool, n + 1);
    for (size_t i = 0; m->wanted && i < n; i++)
        m->wanted[i] = flows(j, i);
    struct sampling_options o = {.source = j->values.source,
                                 .catalog = m->catalog,
                                 .rows = j->values.rows,
                                 .wanted = m->wanted,
                                 .found = m->own_found};
    j->sampling = sampling(task_net(t), &o);
}

static void note_trouble(struct judgement *m, const struct task *t)
{
    const struct err *e = task_state(t) == TASK_FAILED ? task_error(t) : NULL;

    if (e && m->why == NULL)
        m->why = arena_str(&m->mem, safe_copy(&m->mem, e->why[0] ? e->why : e->what));
}

/* Statistics, or the first table whose rows could not be read. */
static void note_left_out(struct judgement *m, const char *why)
{
    if (why && m->why == NULL)
        m->why = arena_str(&m->mem, why);
}

/* When values of it were looked at last: rows, or statistics of each column; 0: never. Rows that
 * row security hides from us nobody has looked at, however many came. */
static int64_t seen_at(struct judgement *m, const struct sampling_found *f, size_t table)
{
    struct sampling_seen seen = sampling_found_seen(f, table);
    int64_t rows_at = seen.read && seen.rows > 0 && !seen.hidden ? seen.at : 0;
    char day[CLOCK_TEXT];

    if (m->wanted && !m->wanted[table])
        return seen.told_at > rows_at ? seen.told_at : rows_at;
    if (seen.aged && !seen.told_at)
        note_left_out(m, arena_printf(&m->mem, tr("the look at them of %s is too old"),
                                      clock_day(seen.at, day)));
    return seen.told_at > rows_at ? seen.told_at : rows_at;
}

static void note_seen(struct judgement *m)
{
    size_t n = catalog_tables(m->catalog);

    m->seen = mem_grow(NULL, n + 1, sizeof *m->seen);
    m->since = mem_grow(NULL, n + 1, sizeof *m->since);
    for (size_t i = 0; i < n; i++) {
        int64_t now = seen_at(m, m->found, i), before = now ? 0 : seen_at(m, m->kept, i);
        m->seen[i] = now || before;
        m->since[i] = before;
    }
}

static void raise_column(struct judgement *m, size_t table, const char *column)
{
    const struct selection_table *t = &m->selection.tables[table];
    struct rules_verdict v;
    size_t at;

    if (selection_find_column(t, column, &at) &&
        judgement_verdict(m, t->schema, t->name, column, &v))
        selection_raise(&m->selection, table, at, v.level, v.categories);
}

static void raise_all(struct judgement *m, struct sampling_found *f)
{
    size_t table;

    while (f && sampling_found_news(f, &table))
        for (size_t c = 0; c < m->selection.tables[table].n_columns; c++)
            if (sampling_found_knows(f, table, c))
                raise_column(m, table, catalog_column_name(m->catalog, table, c));
}

static void count_in(struct job *j)
{
    struct judgement *m = j->made;

    raise_all(m, m->kept);
    raise_all(m, m->own_found);
    if (j->sampling) {
        note_trouble(m, j->sampling);
        note_left_out(m, sampling_told(j->sampling).statistics_why);
        note_left_out(m, sampling_told(j->sampling).why);
    }
    note_seen(m);
    m->sampled = j->values.rows > 0;
}

/* --- the task --- */

static void take_survey(struct job *j, bool values)
{
    struct judgement *m = j->made;

    m->catalog = m->own_catalog = survey_take(j->survey, &m->selection);
    m->has_selection = true;
    m->kept = survey_take_found(j->survey);
    m->found = m->own_found = sampling_found_new(m->catalog);
    m->asked = values;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);

    if (j->made->catalog == NULL) {
        if (task_state(j->survey) == TASK_RUNNING)
            return TASK_RUNNING;
        if (task_state(j->survey) == TASK_FAILED)
            return task_fail_like(t, j->survey);
        take_survey(j, j->made->asked);
        if (!j->made->asked)
            return TASK_OK;
        if (!j->values.remembered) {
            look_at_values(t, j);
            return TASK_RUNNING;
        }
    }
    if (j->sampling && task_state(j->sampling) == TASK_RUNNING)
        return TASK_RUNNING;
    count_in(j);
    return TASK_OK;
}

struct task *judging(struct net *net, const struct judging_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);

    j->flows = o->flows;
    j->made = mem_alloc(sizeof *j->made);
    *j->made = (struct judgement){.team = o->team, .asked = o->values != NULL};
    arena_init(&j->made->mem);
    j->survey = survey(o->pg, &o->catalog, o->team);
    if (o->values) {
        j->values = *o->values;
        if (o->values->known)
            survey_remember(j->survey, o->values->known, o->values->known_ctx);
    }
    return t;
}

struct judgement *judging_take(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct judgement *m = j->made;

    task_clear(&j->sampling);
    j->made = NULL;
    return m;
}

struct judgement *judgement_over(const struct catalog *c, const struct sampling_found *found,
                                 const struct rules_team *team, bool sampled)
{
    enum { DAY = 24 * 60 * 60 };
    struct judgement *m = mem_alloc(sizeof *m);
    int64_t today = clock_wall() - DAY;

    *m = (struct judgement){
        .catalog = c, .found = found, .team = team, .asked = true, .sampled = sampled};
    arena_init(&m->mem);
    note_seen(m);
    for (size_t i = 0; i < catalog_tables(c); i++) {
        int64_t at = seen_at(m, found, i);
        m->since[i] = at < today ? at : 0;
    }
    return m;
}

/* --- what it says --- */

const struct selection *judgement_selection(const struct judgement *j)
{
    return &j->selection;
}

void judgement_take_selection(struct judgement *j, struct selection *out)
{
    *out = j->selection;
    j->has_selection = false;
}

bool judgement_verdict(const struct judgement *j, const char *schema, const char *table,
                       const char *column, struct rules_verdict *out)
{
    ptrdiff_t t = j ? catalog_find(j->catalog, schema, table) : CATALOG_NONE;
    ptrdiff_t c = t == CATALOG_NONE ? t : catalog_find_column(j->catalog, (size_t)t, column);

    if (c == CATALOG_NONE)
        return false;
    survey_verdict(j->catalog, j->team, (size_t)t, (size_t)c, out);
    sampling_found_add(j->kept, (size_t)t, (size_t)c, out);
    sampling_found_add(j->found, (size_t)t, (size_t)c, out);
    return true;
}

/* --- what was looked at --- */

static bool is_seen(const struct judgement *j, const struct selection_table *t, int64_t *since)
{
    ptrdiff_t at = j && j->asked ? catalog_find(j->catalog, t->schema, t->name) : CATALOG_NONE;

    *since = at != CATALOG_NONE ? j->since[at] : 0;
    return at != CATALOG_NONE && j->seen[at];
}

/* By rows: statistics are of a draw, too, and that is their nature. */
static bool is_in_part(const struct judgement *j, const struct selection_table *t)
{
    ptrdiff_t at = catalog_find(j->catalog, t->schema, t->name);
    struct sampling_seen now = {0}, before = {0};

    if (at != CATALOG_NONE && j->found)
        now = sampling_found_seen(j->found, (size_t)at);
    if (at != CATALOG_NONE && j->kept)
        before = sampling_found_seen(j->kept, (size_t)at);
    return now.read ? now.in_part : before.read && before.in_part;
}

static bool is_hidden(const struct judgement *j, const struct selection_table *t)
{
    ptrdiff_t at = j ? catalog_find(j->catalog, t->schema, t->name) : CATALOG_NONE;

    return at != CATALOG_NONE && j->found && sampling_found_seen(j->found, (size_t)at).hidden;
}

static void count_remembered(struct judgement_unseen *out, int64_t since)
{
    if (since == 0)
        return;
    if (out->n_remembered++ == 0 || since < out->remembered_since)
        out->remembered_since = since;
}

/* Of those whose rows are not hidden, where there are any. */
static const char *unseen_why(const struct judgement *j, const struct judgement_unseen *u,
                              const char *why, struct arena *a)
{
    if (u->n_unseen == 0)
        return u->n_hidden ? tr("row security hides rows") : NULL;
    if (j == NULL)
        return why ? safe_copy(a, why) : tr("the database was not asked");
    if (j->why)
        return arena_str(a, j->why);
    return j->sampled
               ? tr("they hold no rows, and PostgreSQL has no statistics of all their columns")
               : tr("PostgreSQL has no statistics of them, or not of each column, "
                    "that this login may read; --sample N reads rows");
}

void judgement_unseen(const struct judgement *j, const struct selection *s, const char *why,
                      struct arena *a, struct judgement_unseen *out)
{
    *out = (struct judgement_unseen){
        .unseen = arena_array(a, const struct selection_table *, s->n_tables + 1),
        .hidden = arena_array(a, const struct selection_table *, s->n_tables + 1),
        .in_part = arena_array(a, const struct selection_table *, s->n_tables + 1)};
    for (size_t i = 0; i < s->n_tables; i++) {
        if (s->tables[i].n_included == 0)
            continue;
        int64_t since;
        out->tables++;
        if (!is_seen(j, &s->tables[i], &since)) {
            if (is_hidden(j, &s->tables[i]))
                out->hidden[out->n_hidden++] = &s->tables[i];
            else
                out->unseen[out->n_unseen++] = &s->tables[i];
            continue;
        }
        count_remembered(out, since);
        if (is_in_part(j, &s->tables[i]))
            out->in_part[out->n_in_part++] = &s->tables[i];
    }
    out->why = unseen_why(j, out, why, a);
    for (size_t i = 0; i < out->n_hidden; i++)
        out->unseen[out->n_unseen++] = out->hidden[i];
}

static void name_tables(struct str *out, const struct selection_table *const *tables, size_t n,
                        struct arena *a)
{
    enum { NAMED = 5 };

    for (size_t i = 0; i < n && i < NAMED; i++)
        str_printf(out, "%s%s", i ? ", " : "",
                   said_name(a, tables[i]->schema, tables[i]->name, NULL));
    if (n > NAMED)
        str_printf(out, tr(" and %zu more"), n - NAMED);
}

const char *judgement_unseen_text(const struct judgement_unseen *u, struct arena *a)
{
    struct str names = {0}, hidden = {0};
    bool some = u->n_hidden > 0 && u->n_hidden < u->n_unseen;
    const char *text;

    if (u->n_unseen == 0)
        return NULL;
    name_tables(&names, u->unseen, some ? u->n_unseen - u->n_hidden : u->n_unseen, a);
    name_tables(&hidden, u->hidden, u->n_hidden, a);
    text = some ? arena_printf(a,
                               tr("values were not looked at: %s (%s); %s (row security hides "
                                  "rows)"),
                               str_text(&names), said_word(a, u->why), str_text(&hidden))
                : arena_printf(a, tr("values were not looked at: %s (%s)"), str_text(&names),
                               said_word(a, u->why));
    str_done(&hidden);
    str_done(&names);
    return text;
}

const char *judgement_part_text(const struct judgement_unseen *u, struct arena *a)
{
    struct str names = {0};

    if (u->n_in_part == 0)
        return NULL;
    name_tables(&names, u->in_part, u->n_in_part, a);
    const char *text = arena_printf(
        a, tr("rows read in part, where a rare value may be missed: %s"), str_text(&names));
    str_done(&names);
    return text;
}

const char *judgement_remembered_text(const struct judgement_unseen *u, struct arena *a)
{
    char day[CLOCK_TEXT];

    if (u->n_remembered == 0)
        return NULL;
    return arena_printf(
        a, tr("values looked at before, and not now: tables %zu, the longest ago on %s"),
        u->n_remembered, clock_day(u->remembered_since, day));
}

static void put_tables(struct json_out *o, const char *key,
                       const struct selection_table *const *tables, size_t n)
{
    json_open_array(o, key);
    for (size_t i = 0; i < n; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "schema", tables[i]->schema);
        json_put_string(o, "table", tables[i]->name);
        json_close_object(o);
    }
    json_close_array(o);
}

void judgement_unseen_json(struct json_out *o, const char *key, const struct judgement_unseen *u)
{
    char when[CLOCK_TEXT];

    json_open_object(o, key);
    json_put_int(o, "tables", (int64_t)u->tables);
    json_put_int(o, "looked_at", (int64_t)(u->tables - u->n_unseen));
    put_tables(o, "not_looked_at", u->unseen, u->n_unseen);
    json_put_string(o, "why", u->why);
    put_tables(o, "in_part", u->in_part, u->n_in_part);
    json_put_int(o, "remembered", (int64_t)u->n_remembered);
    json_put_string(o, "remembered_since",
                    u->n_remembered ? clock_rfc3339(u->remembered_since, when) : NULL);
    json_close_object(o);
}
