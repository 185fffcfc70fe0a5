#include "api/plan/survey.h"

#include "api/base/clock.h"
#include "api/pg/pg.h"

#include <string.h>

enum { SLICE_MS = 2, LOOK_EVERY = 64 };

struct surveying {
    struct pg *pg;
    const struct rules_team *team;
    struct task *reading;
    struct catalog *catalog;
    struct selection selection;
    bool selecting;
    size_t at; /* next table to judge */
    survey_known *known;
    void *known_ctx;
    struct sampling_found *found; /* NULL: nothing was known */
    struct arena scratch;
};

const char *survey_not_selectable(const struct catalog_table *t)
{
    if (t->root != CATALOG_NONE)
        return "a partition: choose the table that it belongs to";
    switch (t->kind) {
    case CATALOG_TABLE:
    case CATALOG_PARTITIONED:
    case CATALOG_PARTITION:
        return t->unlogged ? "an unlogged table: its changes are not in the log" : NULL;
    case CATALOG_VIEW:
        return "a view: changes of views are not in the log";
    case CATALOG_FOREIGN:
        return "a foreign table: its changes are not in this database's log";
    }
    return NULL;
}

/* What judging asks: the catalogue and what the team says of it. */
struct court {
    const struct catalog *catalog;
    const struct rules_team *team;
};

static void table_words(const struct court *k, size_t table, struct rules_table *out)
{
    const struct catalog *c = k->catalog;
    struct catalog_table t = catalog_table(c, table);

    rules_table_of(out, t.schema, t.name, t.comment);
    rules_table_team(out, k->team);
    for (size_t i = 0; i < t.n_columns; i++)
        rules_table_sibling(out, catalog_column_name(c, table, i));
}

/* Keys pointing at keys pointing at keys: so far is followed, and no circle for ever. */
enum { FOLLOWED = 4 };

static void judge_column(const struct court *k, const struct rules_table *words, size_t table,
                         size_t column, int follow, struct rules_verdict *out)
{
    struct catalog_column c = catalog_column(k->catalog, table, column);
    char type[256];
    struct rules_column asked = {.name = c.name,
                                 .type = catalog_type(&c, type, sizeof type),
                                 .comment = c.comment,
                                 .labels = c.labels,
                                 .is_key = c.in_key};
    size_t to_table, to_column;

    rules_judge(words, &asked, out);
    for (size_t n = 0;
         follow && catalog_reference(k->catalog, table, column, n, &to_table, &to_column); n++) {
        struct rules_table there;
        struct rules_verdict target;
        table_words(k, to_table, &there);
        judge_column(k, &there, to_table, to_column, follow - 1, &target);
        rules_refer(out, &asked, &target);
    }
}

void survey_verdict(const struct catalog *c, const struct rules_team *team, size_t table,
                    size_t column, struct rules_verdict *out)
{
    const struct court k = {c, team};
    struct rules_table words;

    table_words(&k, table, &words);
    judge_column(&k, &words, table, column, FOLLOWED, out);
}

static void take_known(struct surveying *s, size_t table, const struct catalog_table *t)
{
    const char *text = s->known ? s->known(s->known_ctx, t->schema, t->name) : NULL;

    if (text)
        sampling_found_take(s->found, table, text);
}

static void judge_table(struct surveying *s, size_t table)
{
    const struct court k = {s->catalog, s->team};
    struct catalog_table t = catalog_table(s->catalog, table);
    struct selection_fact *facts = arena_array(&s->scratch, struct selection_fact, t.n_columns + 1);
    struct rules_table words;
    struct rules_verdict verdict;
    char type[256];

    take_known(s, table, &t);
    sampling_found_shape_add(s->found, table);
    table_words(&k, table, &words);
    for (size_t i = 0; i < t.n_columns; i++) {
        struct catalog_column c = catalog_column(s->catalog, table, i);
        judge_column(&k, &words, table, i, FOLLOWED, &verdict);
        sampling_found_add(s->found, table, i, &verdict);
        facts[i] = (struct selection_fact){
            .name = c.name,
            .type = arena_str(&s->scratch, catalog_type(&c, type, sizeof type)),
            .key = c.in_key || (t.n_key == 0 && c.in_identity && t.identity == CATALOG_INDEX),
            .unsupported = !c.supported || c.generated,
            .level = verdict.level,
            .categories = verdict.categories};
    }
    struct selection_table *out = selection_add(&s->selection, t.schema, t.name, facts, t.n_columns,
                                                survey_not_selectable(&t));
    out->rows = t.rows;
    out->bytes = t.bytes;
    out->root = t.root == CATALOG_NONE ? 0 : (uint32_t)t.root + 1;
    s->selection.has_partitions = s->selection.has_partitions || out->root;
    arena_reset(&s->scratch);
}

static enum task_state step(struct task *t);

static void stop(void *job)
{
    struct surveying *s = job;

    task_clear(&s->reading);
    sampling_found_free(s->found);
    catalog_free(s->catalog);
    if (s->selecting)
        selection_done(&s->selection);
    arena_done(&s->scratch);
}

static const struct task_type type = {"survey", sizeof(struct surveying), step, stop};

static enum task_state step(struct task *t)
{
    struct surveying *s = task_job(t, &type);
    int64_t until;

    if (task_state(s->reading) == TASK_RUNNING)
        return TASK_RUNNING;
    if (task_state(s->reading) == TASK_FAILED)
        return task_fail_like(t, s->reading);
    if (s->catalog == NULL) {
        s->catalog = catalog_take(s->reading);
        selection_init(&s->selection);
        s->selecting = true;
        s->found = s->known ? sampling_found_new(s->catalog) : NULL;
    }
    until = clock_mono_ms() + SLICE_MS;
    for (size_t n = catalog_tables(s->catalog); s->at < n; s->at++) {
        if (s->at % LOOK_EVERY == 0 && clock_mono_ms() >= until) {
            judge_table(s, s->at++);
            task_again(t);
            return TASK_RUNNING;
        }
        judge_table(s, s->at);
    }
    return TASK_OK;
}

struct task *survey(struct pg *pg, const struct catalog_options *o, const struct rules_team *team)
{
    struct task *t = task_new(pg_net(pg), &type);
    struct surveying *s = task_job(t, &type);

    arena_init(&s->scratch);
    s->pg = pg;
    s->team = team;
    s->reading = catalog_read(pg, o);
    return t;
}

void survey_remember(struct task *t, survey_known *known, void *ctx)
{
    struct surveying *s = task_job(t, &type);

    s->known = known;
    s->known_ctx = ctx;
}

struct sampling_found *survey_take_found(struct task *t)
{
    struct surveying *s = task_job(t, &type);
    struct sampling_found *found = s->found;

    s->found = NULL;
    return found;
}

struct catalog *survey_take(struct task *t, struct selection *out)
{
    struct surveying *s = task_job(t, &type);
    struct catalog *c = s->catalog;

    *out = s->selection;
    s->catalog = NULL;
    s->selecting = false;
    return c;
}
