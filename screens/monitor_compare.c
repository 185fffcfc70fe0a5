#include "screens/monitor_compare.h"

#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/answer.h"

enum { WINDOW = 100000, SHOWN = 4 };

void monitor_compare_drop(struct monitor_compare *c)
{
    task_clear(&c->run);
    task_clear(&c->weigh);
    task_clear(&c->stream);
    c->schema[0] = c->table[0] = '\0';
}

static struct reconcile_options options_of(const struct monitor_compare *c, struct journey *j)
{
    return (struct reconcile_options){.google = j->live->google,
                                      .pg = journey_pg(j),
                                      .target = &c->target,
                                      .schema = c->schema,
                                      .table = c->table,
                                      .window = WINDOW};
}

void monitor_compare_press(struct monitor_compare *c, struct journey *j, const char *schema,
                           const char *table)
{
    bool weighed = c->weigh && task_state(c->weigh) == TASK_OK && c->run == NULL;
    bool this_one = str_eq(c->schema, schema) && str_eq(c->table, table);

    if (weighed && this_one && journey_pg(j)) {
        struct reconcile_options o = options_of(c, j);
        c->run = reconcile(j->live->net, &o, reconcile_weight(c->weigh), reconcile_again_ms());
        return;
    }
    if (this_one && c->run && task_state(c->run) == TASK_RUNNING)
        return; /* it is being compared */
    monitor_compare_drop(c);
    str_copy(c->schema, sizeof c->schema, schema);
    str_copy(c->table, sizeof c->table, table);
    c->target = j->target;
    c->stream = datastream_stream_get(j->live->google, j->target.project, j->target.region,
                                      j->target.stream);
}

void monitor_compare_step(struct monitor_compare *c, struct journey *j)
{
    if (c->stream == NULL || c->weigh || task_state(c->stream) != TASK_OK)
        return;
    const struct datastream_stream *s = datastream_stream(c->stream);
    if (s->dataset[0])
        str_copy(c->target.dataset, sizeof c->target.dataset, s->dataset);
    if (s->dataset_project[0])
        str_copy(c->target.dataset_project, sizeof c->target.dataset_project, s->dataset_project);
    struct reconcile_options o = options_of(c, j);
    c->weigh = reconcile_weigh(j->live->net, &o);
}

bool monitor_compare_find(const struct monitor_compare *c, struct str *out)
{
    const struct reconcile *r =
        c->run && task_state(c->run) == TASK_OK ? reconcile_result(c->run) : NULL;

    if (r == NULL || r->n == 0)
        return false;
    reconcile_sql_find(r, &c->target, out);
    return true;
}

/* --- drawing --- */

static void draw_weight(const struct monitor_compare *c, struct page *p)
{
    const struct reconcile_weight *w = reconcile_weight(c->weigh);
    char once[FIGURE_TEXT], most[FIGURE_TEXT];

    page_mark(p, MARK_WAITING, tr("comparing the keys of %s.%s reads %s in BigQuery, %s at most"),
              c->schema, c->table, figure_bytes(w->bytes, once), figure_bytes(w->most_bytes, most));
    page_note(p, "%s", tr("→ v compares"));
}

static void draw_result(const struct monitor_compare *c, struct page *p)
{
    const struct reconcile *r = reconcile_result(c->run);
    char source[FIGURE_TEXT], destination[FIGURE_TEXT];

    if (r->equal) {
        page_mark(p, MARK_OK, tr("%s.%s: the same %s keys on both sides"), c->schema, c->table,
                  figure_count(r->source.rows, source));
        return;
    }
    page_mark(p, MARK_WARN, tr("%s.%s: %s keys at the source, %s in BigQuery"), c->schema, c->table,
              figure_count(r->source.rows, source), figure_count(r->destination.rows, destination));
    for (size_t i = 0; i < r->n && i < SHOWN; i++)
        page_text(p, "  %s  %s",
                  r->items[i].at_source ? tr("only at the source") : tr("only in BigQuery"),
                  r->items[i].key);
    if (r->differing < 0 && r->n)
        page_text(p, "  %s", tr("and more than can be told"));
    else if (r->differing > SHOWN)
        page_text(p, tr("  and %lld more"), (long long)r->differing - SHOWN);
    page_note(p, "%s",
              r->n ? tr("→ y copies the SQL that finds them; what stays needs a backfill anew")
                   : tr("→ too many to tell: what stays needs a backfill anew"));
}

void monitor_compare_draw(const struct monitor_compare *c, struct page *p)
{
    const struct task *t = c->run ? c->run : c->weigh ? c->weigh : c->stream;

    if (t == NULL)
        return;
    page_gap(p);
    if (task_state(t) == TASK_FAILED)
        answer_error(p, task_error(t));
    else if (c->run && task_state(t) == TASK_OK)
        draw_result(c, p);
    else if (c->weigh && task_state(t) == TASK_OK)
        draw_weight(c, p);
    else
        page_mark(p, MARK_WAITING,
                  c->run ? tr("comparing the keys of %s.%s") : tr("weighing a look at %s.%s"),
                  c->schema, c->table);
}
