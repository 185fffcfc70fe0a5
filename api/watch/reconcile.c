/* A comparison: both sides add up their parts at the same time; what differs is looked at once more
 * a while later, and then closer and closer, until the keys themselves can be told apart. */
#include "api/watch/reconcile.h"

#include "api/base/json.h"
#include "api/google/bigquery.h"
#include "api/pg/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 1000, CLOSER = 3 /* parts that are looked into */, KEYS = 1000, DIGITS = 16 };
enum { LEAST_BILLED = 10 << 20, DEEPEST = 8 };

struct part {
    char name[DEEPEST + 1];
    struct reconcile_side source, destination;
};

enum stage { WHOLE, AGAIN, CLOSE, KEYS_OF };

struct comparing {
    struct reconcile_options o;
    struct target t;
    struct reconcile r;
    int again_ms;
    enum stage stage;
    struct task *source, *destination, *pause;
    struct part *parts; /* in the order of their names */
    size_t n_parts;
    int prefix; /* of those parts */
    int rounds;
    char within[CLOSER][DEEPEST + 1];
    size_t n_within;
    bool partial; /* other parts differ, too, and are not looked into */
    struct reconcile_difference *items;
};

/* --- asking --- */

static bool ask(struct comparing *j, struct err *e)
{
    const char *project = j->t.dataset_project[0] ? j->t.dataset_project : j->t.project;
    const char *within[CLOSER];
    struct reconcile_part part = {.prefix = j->prefix, .within = within, .n = j->n_within};
    struct str source = {0}, destination = {0};
    bool keys = j->stage == KEYS_OF;
    int64_t most = j->r.weight.bytes + j->r.weight.bytes / 4; /* it may have grown since */

    for (size_t i = 0; i < j->n_within; i++)
        within[i] = j->within[i];
    part.digits = j->n_within ? (int)strlen(j->within[0]) : 0;
    bool ok = keys ? reconcile_sql_source_keys(&j->r.weight, &part, &source, e) &&
                         reconcile_sql_destination_keys(&j->r.weight, &j->t, &part, &destination, e)
                   : reconcile_sql_source(&j->r.weight, &part, &source, e) &&
                         reconcile_sql_destination(&j->r.weight, &j->t, &part, &destination, e);
    if (ok) {
        j->rounds++;
        j->source = pg_query(j->o.pg, str_text(&source), NULL, 0);
        j->destination =
            bigquery_query_within(j->o.google, project, j->t.location, str_text(&destination),
                                  most > LEAST_BILLED ? most : LEAST_BILLED);
    }
    str_done(&source);
    str_done(&destination);
    return ok;
}

/* --- the parts of both sides --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct part *)a)->name, ((const struct part *)b)->name);
}

static struct part *part_of(struct comparing *j, const char *name)
{
    for (size_t i = 0; i < j->n_parts; i++)
        if (str_eq(j->parts[i].name, name))
            return &j->parts[i];
    if (j->n_parts == PARTS)
        return NULL;
    struct part *p = &j->parts[j->n_parts++];
    *p = (struct part){.name = ""};
    str_copy(p->name, sizeof p->name, name);
    return p;
}

static uint64_t number(const char *text)
{
    long long n = 0;

    return text && str_int64(text, 0, INT64_MAX, &n) ? (uint64_t)n : 0;
}

static void add_side(struct reconcile_side *side, const char *n, const char *x, const char *y)
{
    side->rows += (int64_t)number(n);
    side->digest[0] += number(x);
    side->digest[1] += number(y);
}

static void take_parts(struct comparing *j)
{
    const struct pg_rows *s = pg_rows(j->source);
    const struct bigquery_rows *d = bigquery_rows(j->destination);

    j->n_parts = 0;
    for (size_t i = 0; i < pg_count(s); i++) {
        struct part *p = part_of(j, pg_text(s, i, 0));
        if (p)
            add_side(&p->source, pg_text(s, i, 1), pg_text(s, i, 2), pg_text(s, i, 3));
    }
    for (size_t i = 0; d->n_columns >= 4 && i < d->n_rows; i++) {
        struct part *p = d->rows[i][0] ? part_of(j, d->rows[i][0]) : NULL;
        if (p)
            add_side(&p->destination, d->rows[i][1], d->rows[i][2], d->rows[i][3]);
    }
    qsort(j->parts, j->n_parts, sizeof *j->parts, by_name);
}

static bool same(const struct reconcile_side *a, const struct reconcile_side *b)
{
    return a->rows == b->rows && a->digest[0] == b->digest[0] && a->digest[1] == b->digest[1];
}

static void add_up(struct comparing *j)
{
    j->r.source = j->r.destination = (struct reconcile_side){.rows = 0};
    for (size_t i = 0; i < j->n_parts; i++)
        for (int k = 0; k < 2; k++) {
            struct reconcile_side *sum = k ? &j->r.destination : &j->r.source;
            const struct reconcile_side *one = k ? &j->parts[i].destination : &j->parts[i].source;
            sum->rows += one->rows;
            sum->digest[0] += one->digest[0];
            sum->digest[1] += one->digest[1];
        }
    j->r.equal = same(&j->r.source, &j->r.destination);
    for (size_t i = 0; i < j->n_parts; i++)
        j->r.equal = j->r.equal && same(&j->parts[i].source, &j->parts[i].destination);
}

/* Which parts to look into: those that differ, as many as can be handed out. True when their keys
 * can be had at once. */
static bool choose(struct comparing *j)
{
    int64_t rows = 0;

    j->n_within = 0;
    for (size_t i = 0; i < j->n_parts; i++) {
        const struct part *p = &j->parts[i];
        if (same(&p->source, &p->destination))
            continue;
        if (j->n_within == CLOSER) {
            j->partial = true;
            break;
        }
        rows += p->source.rows > p->destination.rows ? p->source.rows : p->destination.rows;
        str_copy(j->within[j->n_within++], sizeof j->within[0], p->name);
    }
    return rows < KEYS;
}

/* --- the keys --- */

static void add_difference(struct comparing *j, struct arena *a, bool at_source, const char *hash,
                           const char *first, int64_t length)
{
    struct str masked = {0};

    j->r.differing++;
    if (j->r.n == RECONCILE_DIFFERENT)
        return;
    str_add(&masked, length > 2 ? first : "*");
    for (int64_t i = 1; i < length && i < 12; i++)
        str_addc(&masked, '*');
    j->items[j->r.n++] = (struct reconcile_difference){at_source, arena_str(a, str_text(&masked)),
                                                       arena_str(a, hash)};
    str_done(&masked);
}

/* Both lists are in the order of their hashes. */
static void take_keys(struct comparing *j, struct arena *a)
{
    const struct pg_rows *s = pg_rows(j->source);
    const struct bigquery_rows *d = bigquery_rows(j->destination);
    size_t at = 0, other = 0, n = pg_count(s), m = d->n_columns >= 3 ? d->n_rows : 0;

    j->r.items = j->items = arena_array(a, struct reconcile_difference, RECONCILE_DIFFERENT);
    while (at < n || other < m) {
        const char *theirs = other < m && d->rows[other][0] ? d->rows[other][0] : "";
        int order = at == n ? 1 : other == m ? -1 : strcmp(pg_text(s, at, 0), theirs);
        if (order < 0)
            add_difference(j, a, true, pg_text(s, at, 0), pg_text(s, at, 1),
                           pg_number(s, at, 2, 0));
        else if (order > 0)
            add_difference(j, a, false, theirs, d->rows[other][1] ? d->rows[other][1] : "",
                           (int64_t)number(d->rows[other][2]));
        at += order <= 0;
        other += order >= 0;
    }
    if (j->partial || n == KEYS || m == KEYS)
        j->r.differing = -1; /* these, and more */
}

/* --- the task --- */

static void stop(void *ctx)
{
    struct comparing *j = ctx;

    task_clear(&j->source);
    task_clear(&j->destination);
    task_clear(&j->pause);
}

/* What to do with two answers: 1 is through, 0 goes on, -1 failed. */
static int judge(struct comparing *j, struct arena *a, struct net *net, struct err *e)
{
    static const int deeper = 2;

    if (j->stage == KEYS_OF) {
        take_keys(j, a);
        return 1;
    }
    take_parts(j);
    if (j->stage != CLOSE)
        add_up(j);
    if (j->stage != CLOSE && j->r.equal)
        return 1;
    if (j->stage == WHOLE) {
        j->stage = AGAIN;
        j->r.looked_again = true;
        j->pause = task_timer(net, j->again_ms);
        return 0;
    }
    bool few = choose(j);
    if (j->n_within == 0) { /* it has become equal meanwhile */
        j->r.equal = true;
        return 1;
    }
    if (!few && (j->rounds + 1 >= RECONCILE_ROUNDS || j->prefix >= DEEPEST)) {
        j->r.differing = -1;
        return 1;
    }
    j->stage = few ? KEYS_OF : CLOSE;
    j->prefix += few ? 0 : deeper;
    return ask(j, e) ? 0 : -1;
}

static enum task_state step(struct task *t);
static const struct task_type type = {"reconcile", sizeof(struct comparing), step, stop};

static enum task_state step(struct task *t)
{
    struct comparing *j = task_job(t, &type);
    struct err e = {0};

    if (j->pause) {
        if (task_state(j->pause) == TASK_RUNNING)
            return TASK_RUNNING;
        task_clear(&j->pause);
        task_clear(&j->source);
        task_clear(&j->destination);
    }
    if (j->source == NULL && !ask(j, &e))
        return task_fail(t, &e);
    if (task_state(j->source) == TASK_FAILED)
        return task_fail_like(t, j->source);
    if (task_state(j->destination) == TASK_FAILED)
        return task_fail_like(t, j->destination);
    if (task_state(j->source) == TASK_RUNNING || task_state(j->destination) == TASK_RUNNING)
        return TASK_RUNNING;
    struct task *source = j->source, *destination = j->destination;
    int at = judge(j, task_arena(t), task_net(t), &e);
    if (j->source != source) { /* the next ones have been asked */
        task_drop(source);
        task_drop(destination);
    }
    if (at < 0)
        return task_fail(t, &e);
    if (at == 0) {
        task_again(t);
        return TASK_RUNNING;
    }
    return TASK_OK;
}

static void copy_weight(struct reconcile_weight *w, const struct reconcile_weight *from,
                        struct arena *a)
{
    *w = *from;
    w->schema = arena_str(a, from->schema);
    w->table = arena_str(a, from->table);
    for (size_t i = 0; i < from->n_keys; i++) {
        w->keys[i] = arena_str(a, from->keys[i]);
        w->types[i] = arena_str(a, from->types[i]);
    }
}

struct task *reconcile(struct net *net, const struct reconcile_options *o,
                       const struct reconcile_weight *w, int again_ms)
{
    struct task *t = task_new(net, &type);
    struct comparing *j = task_job(t, &type);

    j->o = *o;
    j->t = *o->target;
    j->o.target = NULL;
    j->again_ms = again_ms;
    j->prefix = 2;
    j->parts = arena_array(task_arena(t), struct part, PARTS);
    copy_weight(&j->r.weight, w, task_arena(t));
    return t;
}

int reconcile_again_ms(void)
{
    const char *floor = getenv("STROM_POLL_FLOOR");
    double scale = floor ? strtod(floor, NULL) : 1;

    return scale > 0 && scale < 1 ? (int)(RECONCILE_AGAIN_MS * scale) : RECONCILE_AGAIN_MS;
}

const struct reconcile *reconcile_result(const struct task *t)
{
    const struct comparing *j = task_job(t, &type);

    return task_state(t) == TASK_OK ? &j->r : NULL;
}

const char *reconcile_digest(const struct reconcile_side *s, char out[33])
{
    snprintf(out, 33, "%016llx%016llx", (unsigned long long)s->digest[0],
             (unsigned long long)s->digest[1]);
    return out;
}

/* --- as data --- */

static void side_json(struct json_out *o, const char *key, const struct reconcile_side *s)
{
    char digest[33];

    if (s == NULL) {
        json_put_null(o, key);
        return;
    }
    json_open_object(o, key);
    json_put_int(o, "rows", s->rows);
    json_put_string(o, "digest", reconcile_digest(s, digest));
    json_close_object(o);
}

static void number_json(struct json_out *o, const char *key, int64_t n)
{
    if (n < 0)
        json_put_null(o, key);
    else
        json_put_int(o, key, n);
}

void reconcile_json(struct json_out *o, const char *schema, const char *table,
                    const struct reconcile *r, const struct err *why)
{
    const struct reconcile_weight *w = r ? &r->weight : NULL;

    json_open_object(o, NULL);
    json_put_string(o, "schema", schema);
    json_put_string(o, "table", table);
    json_put_string(o, "result", r == NULL ? "unknown" : r->equal ? "equal" : "different");
    json_put_string(o, "why", why ? why->why : NULL);
    json_put_string(o, "hint", why ? why->hint : NULL);
    json_open_array(o, "key");
    for (size_t i = 0; w && i < w->n_keys; i++)
        json_put_string(o, NULL, w->keys[i]);
    json_close_array(o);
    number_json(o, "window", w && w->window ? w->window : -1);
    number_json(o, "bytes", w ? w->bytes : -1);
    side_json(o, "source", r ? &r->source : NULL);
    side_json(o, "destination", r ? &r->destination : NULL);
    number_json(o, "differing", r ? r->differing : -1);
    json_open_array(o, "differences");
    for (size_t i = 0; r && i < r->n; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "only_in", r->items[i].at_source ? "source" : "destination");
        json_put_string(o, "key", r->items[i].key);
        json_close_object(o);
    }
    json_close_array(o);
    json_close_object(o);
}
