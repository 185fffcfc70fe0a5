#include "screens/tables_values.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/sampling.h"
#include "api/plan/sampling_apart.h"
#include "screens/values.h"

enum { A_TURN = 16, KEEP_MS = 1000 };

static uint32_t rows_wanted(const struct options *o)
{
    long long rows = SAMPLING_ROWS;

    if (o->no_sample)
        return 0;
    if (o->sample && !str_int64(o->sample, 1, SAMPLING_MOST, &rows))
        rows = SAMPLING_ROWS;
    return (uint32_t)rows;
}

bool tables_values_running(const struct tables_values *v)
{
    return v->task && task_state(v->task) == TASK_RUNNING;
}

void tables_values_begin(struct tables_values *v, struct journey *j)
{
    if (v->off || v->begun || v->task || !j->selection_ready || !journey_pg(j))
        return;
    struct sampling_options o = {.source = live_source(j->live, j->dsn, j->target.database),
                                 .catalog = j->catalog,
                                 .rows = rows_wanted(j->live->options),
                                 .found = j->found};
    v->begun = true;
    if (!sampling_has_work(&o))
        return;
    v->task = sampling(j->live->net, &o);
    v->risen = 0;
}

/* --- what it found --- */

static void say_chosen(struct journey *j, const struct values_risen *r)
{
    const struct selection_table *t = &j->selection.tables[r->table];

    if (r->chosen == 1 && t->columns[r->column].ack)
        journey_say(j, MARK_WARN,
                    tr("values: %s.%s is %s; its reason was given for less, and is asked for anew "
                       "(e)"),
                    t->name, t->columns[r->column].name,
                    tr(rules_level_name((enum rules_level)t->columns[r->column].level)));
    else if (r->chosen == 1)
        journey_say(j, MARK_WARN,
                    tr("values: %s.%s is sensitive; it stays chosen and needs a reason (e)"),
                    t->name, t->columns[r->column].name);
    else if (r->chosen > 1)
        journey_say(j, MARK_WARN,
                    tr("values: chosen columns that are sensitive: %zu; they stay chosen and need "
                       "a reason (e)"),
                    r->chosen);
}

/* Tables whose rows were read, now or at another time. */
static size_t remembered(const struct journey *j, uint64_t *rows)
{
    size_t n = 0;

    *rows = 0;
    for (size_t i = 0; i < j->selection.n_tables; i++) {
        n += sampling_found_is_read(j->found, i) && !sampling_found_seen(j->found, i).hidden;
        *rows += sampling_found_rows(j->found, i);
    }
    return n;
}

/* Tables whose rows are hidden from us stay so: they are told each time, not at the first only. */
static void add_hidden(const struct journey *j, struct arena *a, struct sampling_told *told)
{
    size_t n = 0;

    for (size_t i = 0; i < j->selection.n_tables; i++) {
        if (!sampling_found_seen(j->found, i).hidden)
            continue;
        if (n++ == 0 && told->why == NULL)
            told->why = arena_printf(a, "%s.%s: %s", j->selection.tables[i].schema,
                                     j->selection.tables[i].name, apart_why_hidden());
    }
    told->left_out += n - told->hidden;
}

static void say_end(const struct tables_values *v, struct journey *j)
{
    struct sampling_told told = sampling_told(v->task);
    struct arena a = {0};
    char rows[FIGURE_TEXT];
    uint64_t rows_known;
    size_t known = remembered(j, &rows_known);

    if (j->said[0])
        return;
    add_hidden(j, &a, &told);
    if (told.left_out && told.rows == 0 && rows_known)
        journey_say(
            j, MARK_WARN,
            tr("values: nothing new to read; remembered from before: tables %zu; tables that "
               "could not be read: %zu (%s)"),
            known, told.left_out, told.why ? told.why : "");
    else if (told.left_out)
        journey_say(j, MARK_WARN,
                    tr("values: rows %s read; flagged by them: %zu; tables that could not be read: "
                       "%zu (%s)"),
                    figure_count((int64_t)told.rows, rows), v->risen, told.left_out,
                    told.why ? told.why : "");
    else if (told.rows == 0 && rows_known)
        journey_say(j, MARK_OK,
                    tr("values: nothing new to read; remembered from before: tables %zu, "
                       "rows %s"),
                    known, figure_count((int64_t)rows_known, rows));
    else
        journey_say(j, MARK_OK, tr("values: rows %s read; flagged by them: %zu"),
                    figure_count((int64_t)told.rows, rows), v->risen);
    arena_done(&a);
}

/* Writing a thousand tables one by one would take longer than reading them. */
static void keep(struct tables_values *v, struct journey *j, bool now)
{
    if (!now && clock_mono_ms() - v->kept_ms < KEEP_MS)
        return;
    v->kept_ms = clock_mono_ms();
    journey_changed(j);
}

bool tables_values_news(struct tables_values *v, struct journey *j)
{
    struct values_risen r = {0};
    bool ended = v->task && !tables_values_running(v);

    if (!values_rise(j, ended ? SIZE_MAX : A_TURN, &r) && !ended)
        return false;
    v->risen += r.columns;
    say_chosen(j, &r);
    if (ended && task_state(v->task) == TASK_OK && !j->live->options->no_sample)
        say_end(v, j);
    keep(v, j, ended || r.columns > 0);
    if (ended && task_state(v->task) == TASK_OK)
        task_clear(&v->task);
    return r.columns > 0;
}

void tables_values_stop(struct tables_values *v, struct journey *j)
{
    struct values_risen r = {0};

    task_clear(&v->task);
    if (values_rise(j, SIZE_MAX, &r))
        keep(v, j, true);
    v->begun = false;
}

void tables_values_switch(struct tables_values *v, struct journey *j)
{
    bool was_off = v->off;

    v->off = tables_values_running(v);
    tables_values_stop(v, j);
    if (v->off) {
        journey_say(j, MARK_NONE, "%s",
                    tr("values are looked at no more: names, types and comments alone judge"));
        return;
    }
    tables_values_begin(v, j);
    if (v->task == NULL && !was_off) { /* all was looked at: anew, then */
        values_forget(j);
        v->begun = false;
        tables_values_begin(v, j);
    }
}

/* --- drawing --- */

void tables_values_draw(const struct tables_values *v, const struct journey *j, struct page *p)
{
    if (tables_values_running(v)) {
        struct sampling_told told = sampling_told(v->task);
        if (told.tables)
            page_bar(p, tr("Values"), told.tables, told.of);
        else
            page_styled(p, STYLE_MUTED, "%s", tr("Values: PostgreSQL's statistics first"));
    } else if (v->task) {
        page_mark(p, MARK_WARN, tr("values were not all looked at: %s"), task_error(v->task)->why);
    } else if (v->off && !j->live->options->no_sample) {
        page_styled(p, STYLE_MUTED, "%s", tr("Values are not looked at (s looks at them)"));
    }
}

void tables_values_save(const struct tables_values *v, struct kept *k)
{
    kept_set_bool(k, "tables.values_off", v->off);
}

void tables_values_load(struct tables_values *v, const struct kept *k)
{
    v->off = kept_bool(k, "tables.values_off", false);
}
