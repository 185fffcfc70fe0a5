#include "screens/cli/status_reconcile.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/json.h"
#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/watch/reconcile.h"
#include "screens/cli/out.h"

#include <string.h>

enum { WINDOW = 100000 };
/* What costs no more than that is not asked about. */
static const int64_t ask_beyond_bytes = INT64_C(1) << 30;

struct asked {
    struct session *s;
    struct target t; /* with the stream's own dataset */
    const struct datastream_object_list *objects;
    struct json_out out;
    struct str text;
    bool different, unknown;
};

static const char *ours(const char *own, const char *ours_is)
{
    return str_is_empty(own) ? ours_is : own;
}

/* What the stream writes to; an append-only one keeps what the source has not any more. */
static bool take_stream(struct asked *q, const struct datastream_stream *stream, struct err *e)
{
    struct target *t = &q->t;
    char dataset[sizeof t->dataset], project[sizeof t->dataset_project];

    if (stream->mode == DATASTREAM_MODE_APPEND) {
        err_set(e, ERR_INPUT, "Comparing both sides");
        err_why(e, "%s", tr("the stream appends: BigQuery keeps what the source has not any more"));
        return err_hint(e, "%s", tr("only a stream that merges can be compared"));
    }
    str_copy(dataset, sizeof dataset, ours(stream->dataset, t->dataset));
    str_copy(project, sizeof project, ours(stream->dataset_project, t->dataset_project));
    str_copy(t->dataset, sizeof t->dataset, dataset);
    str_copy(t->dataset_project, sizeof t->dataset_project, project);
    return true;
}

/* --- what is printed --- */

static void print_side(const char *where, const struct reconcile_difference *d)
{
    out_line("    %s  %s", where, d->key);
}

static void print_result(const struct reconcile *r)
{
    const struct reconcile_weight *w = &r->weight;
    char source[FIGURE_TEXT], destination[FIGURE_TEXT], digest[33];

    if (r->equal) {
        out_line(tr("equal      %s.%s: %s keys on both sides, digest %s"), w->schema, w->table,
                 figure_count(r->source.rows, source), reconcile_digest(&r->source, digest));
        return;
    }
    out_line(tr("different  %s.%s: %s keys at the source, %s in BigQuery"), w->schema, w->table,
             figure_count(r->source.rows, source), figure_count(r->destination.rows, destination));
    if (r->differing >= 0)
        out_line(tr("    %lld keys are on one side alone"), (long long)r->differing);
    else
        out_line("%s", tr("    more keys than can be told are on one side alone"));
    for (size_t i = 0; i < r->n; i++)
        print_side(r->items[i].at_source ? tr("only at the source  ") : tr("only in BigQuery    "),
                   &r->items[i]);
    out_line("  -> %s", tr("changes may be on their way: ask again after the freshness that was "
                           "chosen; what stays needs the table's backfill anew"));
}

static void tell(struct asked *q, const char *schema, const char *table, const struct reconcile *r,
                 const struct err *e)
{
    q->different = q->different || (r && !r->equal);
    q->unknown = q->unknown || r == NULL;
    if (q->s->o->json)
        reconcile_json(&q->out, schema, table, r, e);
    else if (r)
        print_result(r);
    else if (e) {
        out_line(tr("unknown    %s.%s: %s"), schema, table, e->why);
        if (e->hint[0])
            out_line("  -> %s", e->hint);
    }
}

/* --- one table --- */

/* BigQuery is paid by what it reads: that is said first, and asked about where it is much. */
static bool consent(struct session *s, const struct reconcile_weight *w, struct err *e)
{
    char once[FIGURE_TEXT], most[FIGURE_TEXT], answer[16];

    out_talk(tr("%s.%s: BigQuery reads %s, or %s at the most where the sides differ"), w->schema,
             w->table, figure_bytes(w->bytes, once), figure_bytes(w->most_bytes, most));
    if (s->o->yes || (w->most_bytes >= 0 && w->most_bytes <= ask_beyond_bytes))
        return true;
    if (!out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, "Asking for consent");
        err_why(e, "there is no terminal to ask at");
        return err_hint(e, "--yes agrees; --window N compares fewer keys");
    }
    if (out_ask(s->live.net, tr("Read that much? [y/N]"), answer, sizeof answer, false) &&
        (answer[0] == 'y' || answer[0] == 'Y' || answer[0] == 'j'))
        return true;
    return out_declined(e);
}

static bool compare(struct asked *q, const struct reconcile_options *o, struct err *e)
{
    struct net *net = q->s->live.net;
    struct task *weigh = reconcile_weigh(net, o), *run = NULL;
    bool weighed = session_wait(q->s, weigh, e);
    bool agreed = weighed && consent(q->s, reconcile_weight(weigh), e);

    if (agreed)
        run = reconcile(net, o, reconcile_weight(weigh), reconcile_again_ms());
    bool ok = agreed && session_wait(q->s, run, e);
    if (ok)
        tell(q, o->schema, o->table, reconcile_result(run), NULL);
    /* no consent, an interrupt, no time left: that ends all of it */
    bool over = weighed && (!agreed || e->kind == ERR_INTERRUPTED);
    if (!ok && !over)
        tell(q, o->schema, o->table, NULL, e);
    task_drop(weigh);
    task_drop(run);
    return ok || !over;
}

static bool compare_named(struct asked *q, const char *schema, const char *table, struct err *e)
{
    const char *window = q->s->o->window;
    long long n = WINDOW;
    struct reconcile_options o = {.google = q->s->live.google,
                                  .pg = q->s->live.pg,
                                  .target = &q->t,
                                  .schema = schema,
                                  .table = table};

    if (window)
        n = str_eq(window, "all") || !str_int64(window, 1, INT64_MAX, &n) ? 0 : n;
    o.window = n;
    return compare(q, &o, e);
}

/* --- the list --- */

static bool compare_all(struct asked *q, struct err *e)
{
    for (size_t i = 0; i < q->objects->n; i++)
        if (!compare_named(q, q->objects->items[i].schema, q->objects->items[i].table, e))
            return false;
    return true;
}

static bool compare_list(struct asked *q, const char *list, struct err *e)
{
    char name[160];

    while (*list) {
        size_t n = strcspn(list, ",");
        str_copy(name, n + 1 < sizeof name ? n + 1 : sizeof name, list);
        list += n + (list[n] == ',');
        char *dot = strchr(name, '.');
        if (dot)
            *dot = '\0';
        if (str_eq(name, "all") && !dot
                ? !compare_all(q, e)
                : !compare_named(q, dot ? name : "public", dot ? dot + 1 : name, e))
            return false;
    }
    return true;
}

static bool ask_stream(struct asked *q, struct task **stream, struct task **objects, struct err *e)
{
    const struct target *t = &q->t;
    struct live *l = &q->s->live;

    *stream = datastream_stream_get(l->google, t->project, t->region, t->stream);
    *objects = datastream_object_list(l->google, t->project, t->region, t->stream);
    if (!session_wait(q->s, *stream, e) || !session_wait(q->s, *objects, e))
        return false;
    q->objects = datastream_objects(*objects);
    return take_stream(q, datastream_stream(*stream), e);
}

int status_reconcile(struct session *s, const struct target *t)
{
    struct asked q = {.s = s, .t = *t};
    struct task *stream = NULL, *objects = NULL;
    struct err e = {0};
    bool ok = ask_stream(&q, &stream, &objects, &e);

    if (s->o->json) {
        json_begin(&q.out, &q.text, true);
        json_open_object(&q.out, NULL);
        json_put_int(&q.out, "version", 1);
        json_open_array(&q.out, "reconcile");
    }
    for (size_t i = 0; ok && i < s->o->n_reconcile; i++)
        ok = compare_list(&q, s->o->reconcile[i], &e);
    if (ok && s->o->json) {
        json_close_array(&q.out);
        json_close_object(&q.out);
        str_addc(&q.text, '\n');
        out_result(&q.text);
    }
    task_drop(stream);
    task_drop(objects);
    str_done(&q.text);
    if (!ok)
        return e.kind == ERR_INTERRUPTED ? out_code(&e) : out_error(s->o, &e);
    return q.unknown ? OUT_COULD_NOT : q.different ? OUT_NOT_YET : OUT_FINE;
}
