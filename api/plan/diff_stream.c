#include "api/plan/diff.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the stream's lists, found by name --- */

struct lists {
    const struct observed_column_set **at; /* sorted: a whole schema before its tables */
    size_t n;
};

static int compare_sets(const void *left, const void *right)
{
    const struct observed_column_set *const *a = left, *const *b = right;
    int schemas = strcmp((*a)->schema, (*b)->schema);

    if (schemas != 0)
        return schemas;
    return strcmp((*a)->table ? (*a)->table : "", (*b)->table ? (*b)->table : "");
}

static struct lists sorted(struct arena *mem, const struct observed_column_set *sets, size_t n)
{
    struct lists l = {arena_array(mem, const struct observed_column_set *, n + 1), n};

    for (size_t i = 0; i < n; i++)
        l.at[i] = &sets[i];
    qsort(l.at, n, sizeof *l.at, compare_sets);
    return l;
}

/* table NULL: the entry of the whole schema. */
static const struct observed_column_set *listed(const struct lists *l, const char *schema,
                                                const char *table)
{
    const struct observed_column_set key = {.schema = schema, .table = table}, *wanted = &key;
    const struct observed_column_set *const *found =
        l->n ? bsearch(&wanted, l->at, l->n, sizeof *l->at, compare_sets) : NULL;

    return found ? *found : NULL;
}

static bool has_column(const struct observed_column_set *o, const char *column)
{
    if (o == NULL)
        return false;
    if (o->n_columns == 0)
        return true;
    for (size_t i = 0; i < o->n_columns; i++)
        if (str_eq(o->columns[i], column))
            return true;
    return false;
}

/* --- what flows against what is chosen --- */

static const char all_later[] = "everything, what comes later too", each_named[] = "each named";

struct stream_job {
    struct diff_job *j;
    struct plan_action *a;
    struct lists in, out; /* include and exclude */
    size_t held;          /* chosen columns that the exclude list holds back */
};

static void change(struct stream_job *s, const char *path, const char *from, const char *to)
{
    diff_add_change(s->j->p, s->a, path, from, to);
}

static void compare_column(struct stream_job *s, const struct selection_table *t,
                           const struct selection_column *c, bool flows)
{
    if (c->included != flows)
        change(s, arena_printf(&s->j->p->mem, "%s.%s.%s", t->schema, t->name, c->name),
               flows ? "flows" : "left out", c->included ? "flows" : "left out");
}

static void compare_table(struct stream_job *s, const struct selection_table *t)
{
    const struct observed_column_set *whole = listed(&s->in, t->schema, NULL),
                                     *in = listed(&s->in, t->schema, t->name),
                                     *no_schema = listed(&s->out, t->schema, NULL),
                                     *out = listed(&s->out, t->schema, t->name);

    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        bool listed_in = s->j->seen->stream_takes_all || whole || has_column(in, c->name);
        bool excluded = no_schema || has_column(out, c->name); /* excluding beats including */
        compare_column(s, t, c, listed_in && !excluded);
        s->held += c->included && excluded;
    }
    if (in && in->n_columns == 0 && t->n_included)
        change(s, arena_printf(&s->j->p->mem, "%s.%s.*", t->schema, t->name), all_later,
               each_named);
    for (size_t i = 0; in && i < in->n_columns; i++) { /* columns of which nothing is known here */
        size_t at;
        if (!selection_find_column(t, in->columns[i], &at))
            change(s, arena_printf(&s->j->p->mem, "%s.%s.%s", t->schema, t->name, in->columns[i]),
                   "flows", "left out");
    }
}

/* Lists that take more than is named, and tables of which the selection knows nothing. */
static void compare_lists(struct stream_job *s)
{
    struct arena *mem = &s->j->p->mem;
    size_t at;

    if (s->j->seen->stream_takes_all)
        change(s, "includeObjects", all_later, each_named);
    for (size_t i = 0; i < s->in.n; i++) {
        const struct observed_column_set *o = s->in.at[i];
        if (o->table == NULL)
            change(s, arena_printf(mem, "%s.*", o->schema), all_later, each_named);
        else if (!selection_find(s->j->s, o->schema, o->table, &at))
            change(s, arena_printf(mem, "%s.%s", o->schema, o->table), "flows", "left out");
    }
}

static void fixed(struct stream_job *s, const char *path, const char *has, const char *wanted)
{
    if (has && !str_eq(has, wanted))
        change(s, path, has, wanted);
}

static void compare_fixed(struct stream_job *s)
{
    const struct observed *seen = s->j->seen;
    const struct target *t = s->j->t;
    const struct names *n = &s->j->p->names;
    char dataset[256];

    snprintf(dataset, sizeof dataset, "%s:%s",
             t->dataset_project[0] ? t->dataset_project : t->project, n->dataset);
    fixed(s, "sourceConnectionProfile", seen->stream_source, n->source_profile);
    fixed(s, "destinationConnectionProfile", seen->stream_destination, n->destination_profile);
    fixed(s, "replicationSlot", seen->stream_slot ? seen->stream_slot : "", t->slot);
    fixed(s, "datasetId", seen->stream_dataset ? seen->stream_dataset : "", dataset);
    if (seen->stream_append_only != (t->mode == TARGET_APPEND_ONLY))
        change(s, "mode", seen->stream_append_only ? "append_only" : "merge",
               seen->stream_append_only ? "merge" : "append_only");
    if (s->a->n_changes) {
        s->a->verb = PLAN_BLOCKED;
        s->a->why = "a stream of this name is there, and these cannot be changed afterwards";
        s->a->hint = "take the values that it has, or take it down first";
        if (s->a->n_changes == 1 && str_eq(s->a->changes[0].path, "replicationSlot"))
            s->a->hint = arena_printf(&s->j->p->mem,
                                      tr("strom stream slot %s changes it, once a migration has "
                                         "made that slot (--dry-run shows it)"),
                                      t->slot);
    }
}

static void conclude(struct stream_job *s)
{
    if (s->a->n_changes == 0)
        return;
    s->a->verb = PLAN_UPDATE;
    s->a->why = "what flows differs from what is chosen";
    if (s->j->p->stream_maker)
        s->a->why =
            arena_printf(&s->j->p->mem,
                         tr("strom has not made it (%s): what flows in it is replaced by what "
                            "is chosen here"),
                         s->j->p->stream_maker);
    if (s->held) {
        s->a->verb = PLAN_BLOCKED;
        s->a->why = "chosen columns stand in the stream's exclude list, which goes before";
        s->a->hint = "take them out of excludeObjects first, or make another stream";
    } else if (str_eq(s->j->seen->stream_state, "MAINTENANCE")) {
        s->a->verb = PLAN_BLOCKED;
        s->a->why = "Google is at work on it (MAINTENANCE), and refuses changes meanwhile";
        s->a->hint = "try again later: it ends by itself";
    } else if (diff_stream_moves(s->j->seen->stream_state)) {
        s->a->why = arena_printf(&s->j->p->mem,
                                 tr("%s; it is %s at this moment, and changed when that has ended"),
                                 tr(s->a->why), s->j->seen->stream_state);
    }
}

static void compare_stream(struct diff_job *j, struct plan_action *a)
{
    struct stream_job s = {.j = j, .a = a};
    const struct observed *seen = j->seen;
    char from[24], to[24];

    compare_fixed(&s);
    if (a->verb == PLAN_BLOCKED)
        return;
    if (!str_eq(seen->stream_publication, j->t->publication))
        change(&s, "publication", seen->stream_publication, j->t->publication);
    if (seen->stream_freshness_seconds != j->t->freshness_seconds) {
        snprintf(from, sizeof from, "%ds", seen->stream_freshness_seconds);
        snprintf(to, sizeof to, "%ds", j->t->freshness_seconds);
        change(&s, "dataFreshness", from, to);
    }
    s.in = sorted(&j->p->mem, seen->stream_tables, seen->n_stream_tables);
    s.out = sorted(&j->p->mem, seen->stream_excluded, seen->n_stream_excluded);
    for (size_t i = 0; i < j->s->n_tables; i++)
        compare_table(&s, &j->s->tables[i]);
    compare_lists(&s);
    conclude(&s);
}

void diff_stream(struct diff_job *j)
{
    struct selection_totals totals;
    const char *name = j->p->names.stream;

    selection_totals(j->s, &totals);
    if (j->s->n_tables == 0) { /* others may have been named: nobody could be asked for them yet */
        diff_block(j, STEP_STREAM, name, "which tables and columns there are is not known yet",
                   "the source profile tells it when it stands: strom create makes that first; or "
                   "connect to the database, and it is known at once");
        return;
    }
    if (totals.columns == 0) {
        diff_block(j, STEP_STREAM, name, "no table is chosen",
                   "choose tables first: a stream without a list would take everything");
        return;
    }
    struct plan_action *a =
        diff_usual(j, STEP_STREAM, name,
                   arena_printf(&j->p->mem,
                                totals.columns == 1  ? tr("%zu table, %zu column, each named")
                                : totals.tables == 1 ? tr("%zu table, %zu columns, each named")
                                                     : tr("%zu tables, %zu columns, each named"),
                                totals.tables, totals.columns));
    if (a == NULL) {
        a = diff_decide(j, STEP_STREAM, PLAN_KEEP, name, "is there, with this selection");
        compare_stream(j, a);
    }
}

bool diff_stream_moves(const char *state)
{
    return str_eq(state, "STARTING") || str_eq(state, "DRAINING");
}

/* Why it is to be started, or nothing is to be done. */
static const struct {
    const char *state;
    enum plan_verb verb;
    const char *why, *hint;
} starts[] = {
    {"RUNNING", PLAN_KEEP, "runs", NULL},
    {"MAINTENANCE", PLAN_KEEP, "Google is at work on it; it goes on by itself", NULL},
    {"STARTING", PLAN_UPDATE, "it is being started at this moment (STARTING): waited for", NULL},
    {"DRAINING", PLAN_UPDATE,
     "a pause is under way (DRAINING): waited for, then it is started again", NULL},
    {"PAUSED", PLAN_UPDATE, "it is paused, and the slot holds log meanwhile", NULL},
    {"FAILED", PLAN_BLOCKED, "the stream has failed, and Datastream keeps trying: FAILED",
     "see its errors on Monitor, and put them right: it then goes on by itself"},
    {"FAILED_PERMANENTLY", PLAN_BLOCKED, "the stream has failed for good: FAILED_PERMANENTLY",
     "see its errors on Monitor; it is recovered there, and what is lost is said"},
};

/* A change may be what puts a failed stream right, and so may a part of its way to the database
 * that is made anew: it is not held back. NULL: nothing puts it right. */
static const char *mended_why(const struct diff_job *j, const char *state)
{
    if (!str_eq(state, "FAILED"))
        return NULL;
    for (enum step_id s = 0; s <= STEP_STREAM; s++) {
        const struct plan_action *a = plan_action(j->p, s);
        if (a && (a->verb == PLAN_UPDATE || a->verb == PLAN_CREATE))
            return "it has failed, and keeps trying: the change above may put it right";
    }
    return j->options->begun
               ? "it has failed, and keeps trying: what an earlier run has begun may put it right"
               : NULL;
}

void diff_start(struct diff_job *j)
{
    const char *state = j->seen->stream_state,
               *why = "a stream that is made does not run by itself";
    const char *name = j->p->names.stream, *hint = NULL;
    enum plan_verb verb = state ? PLAN_UPDATE : PLAN_CREATE;

    if (j->seen->things[STEP_STREAM].seen == SEEN_UNKNOWN) {
        diff_block(j, STEP_START, name, "whether it runs could not be looked at",
                   "mend that first: without looking nothing is made");
        return;
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (str_eq(state, starts[i].state)) {
            verb = starts[i].verb;
            why = starts[i].why;
            hint = starts[i].hint;
        }
    if (mended_why(j, state)) {
        verb = PLAN_KEEP;
        why = mended_why(j, state);
        hint = NULL;
    }
    struct plan_action *a = diff_decide(j, STEP_START, verb, name, why);
    a->hint = hint;
    if (verb == PLAN_UPDATE || verb == PLAN_CREATE)
        diff_add_change(j->p, a, "state", state, "RUNNING");
}
