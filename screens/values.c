#include "screens/values.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/plan/sampling.h"
#include "api/plan/survey.h"
#include "screens/kept_names.h"

#define VALUES     "values."              /* then schema and table */
#define STATISTICS "values of statistics" /* the shape of what they were looked at for */
#define ASKED_AT   "values of statistics, asked at"

static void key_of(struct str *key, const char *schema, const char *table)
{
    str_clear(key);
    names_key(key, VALUES, schema, table);
}

/* --- a look at tables and columns --- */

static const char *kept_of(const struct kept *k, const char *schema, const char *table)
{
    struct str key = {0};

    key_of(&key, schema, table);
    const char *text = kept_text(k, str_text(&key), NULL);
    str_done(&key);
    return text;
}

static const char *known(void *ctx, const char *schema, const char *table)
{
    const struct journey *j = ctx;

    return kept_of(j->kept, schema, table);
}

struct task *journey_survey(struct journey *j)
{
    struct catalog_options o = {.publication = j->target.publication, .reader = j->target.db_user};
    struct task *t = survey(j->live->pg, &o, j->live->team);

    survey_remember(t, known, j);
    return t;
}

/* As old as rows are that are read again. */
static bool is_old(const struct kept *k)
{
    int64_t age = clock_wall() - kept_int(k, ASKED_AT, 0);

    return age < 0 || age > (int64_t)SAMPLING_DAYS * 24 * 60 * 60;
}

/* Its levels were counted in while it was judged. */
struct sampling_found *values_take(struct journey *j, struct task *survey)
{
    struct sampling_found *f = survey_take_found(survey);
    size_t table;

    if (f == NULL)
        f = sampling_found_new(j->catalog);
    while (sampling_found_news(f, &table))
        ;
    if (kept_int(j->kept, STATISTICS, 0) == sampling_found_shape(f) && !is_old(j->kept))
        sampling_found_set_statistics(f);
    return f;
}

void journey_verdict(const struct journey *j, size_t table, size_t column,
                     struct rules_verdict *out)
{
    survey_verdict(j->catalog, j->live->team, table, column, out);
    sampling_found_add(j->found, table, column, out);
}

/* --- news --- */

static void keep(struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];
    struct str key = {0}, text = {0};

    key_of(&key, t->schema, t->name);
    sampling_found_write(j->found, table, &text);
    kept_set_text(j->kept, str_text(&key), text.bytes ? text.text : NULL);
    str_done(&text);
    str_done(&key);
}

static void rise(struct journey *j, size_t table, struct values_risen *out)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (size_t c = 0; c < t->n_columns; c++) {
        struct rules_verdict v;
        if (!sampling_found_knows(j->found, table, c))
            continue;
        journey_verdict(j, table, c, &v);
        if (!selection_raise(&j->selection, table, c, v.level, v.categories))
            continue;
        out->columns++;
        if (t->columns[c].included && selection_lacks_reason(&t->columns[c]) &&
            out->chosen++ == 0) {
            out->table = table;
            out->column = c;
        }
    }
}

/* Once a look: what was asked at another time stays as old as it is. */
static void keep_statistics(struct journey *j)
{
    int64_t shape = sampling_found_shape(j->found);

    if (kept_int(j->kept, STATISTICS, 0) == shape && !is_old(j->kept))
        return;
    kept_set_int(j->kept, STATISTICS, shape);
    kept_set_int(j->kept, ASKED_AT, clock_wall());
}

bool values_rise(struct journey *j, size_t tables, struct values_risen *out)
{
    size_t table, before = out->columns;
    bool some = false;

    for (; tables > 0 && j->found && sampling_found_news(j->found, &table); tables--) {
        rise(j, table, out);
        keep(j, table);
        some = true;
    }
    if (j->found && sampling_found_has_statistics(j->found))
        keep_statistics(j);
    if (out->columns > before)
        selection_totals(&j->selection, &j->totals);
    return some;
}

void values_forget(struct journey *j)
{
    kept_remove_under(j->kept, VALUES);
    kept_remove(j->kept, STATISTICS);
    kept_remove(j->kept, ASKED_AT);
    if (j->found)
        sampling_found_forget(j->found);
    journey_changed(j);
}

/* --- for who has no screen of tables --- */

static const char *known_of(void *ctx, const char *schema, const char *table)
{
    return kept_of(ctx, schema, table);
}

static bool is_same(const char *a, const char *b)
{
    return a[0] && str_eq(a, b);
}

bool values_are_of(const struct target *a, const struct target *b)
{
    return is_same(a->project, b->project) && is_same(a->instance, b->instance) &&
           is_same(a->database, b->database);
}

static uint32_t rows_asked(const struct options *o)
{
    long long rows = 0;

    if (o->sample == NULL || o->no_sample || !str_int64(o->sample, 1, SAMPLING_MOST, &rows))
        return 0;
    return (uint32_t)rows;
}

struct judging_values values_for_judging(const struct live *l, const char *dsn,
                                         const char *database, struct kept *k)
{
    return (struct judging_values){.source = live_source(l, dsn, database),
                                   .rows = rows_asked(l->options),
                                   .known = k ? known_of : NULL,
                                   .known_ctx = k};
}
