#include "screens/journey.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/task.h"
#include "api/pg/source.h"
#include "api/plan/names.h"
#include "api/plan/plan.h"
#include "api/plan/wanted.h"
#include "api/store/journeys.h"
#include "screens/choose_late.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- opening and closing --- */

void journey_open(struct journey *j, struct live *l)
{
    *j = (struct journey){.live = l, .kept = kept_new()};
    selection_init(&j->selection);
}

void journey_drop_plan(struct journey *j)
{
    task_clear(&j->apply); /* looks into the plan: goes first */
    if (j->plan)
        plan_done(j->plan);
    mem_free(j->plan);
    j->plan = NULL;
}

static void drop_work(struct journey *j)
{
    journey_drop_plan(j);
    journey_forget_moved(j);
    task_clear(&j->connecting);
    task_clear(&j->reading);
    sampling_found_free(j->found); /* looks into the catalogue: goes first */
    j->found = NULL;
    catalog_free(j->catalog);
    j->catalog = NULL;
    selection_done(&j->selection);
    mem_free(j->to_copy);
    j->to_copy = NULL;
}

void journey_close(struct journey *j)
{
    drop_work(j);
    choose_late_free(j);
    kept_free(j->kept);
    *j = (struct journey){0};
}

/* What is open belongs to the source that is left: nothing of it may reach the next. A password
 * that was given from outside stays given. */
static void leave_source(struct live *l)
{
    live_use_pg(l, NULL);
    source_free(l->facts);
    source_free(l->earlier);
    l->facts = l->earlier = NULL;
    live_forget_password(l);
}

/* For who comes back to it: journey_go_back. */
static void remember_source(const struct journey *j)
{
    if (journey_pg(j) == NULL)
        return;
    j->live->left = j->target;
    str_copy(j->live->left_dsn, sizeof j->live->left_dsn, j->dsn);
}

/* An empty one in its place; who asks stays the same person. */
static void put_away(struct journey *j)
{
    struct live *l = j->live;
    char who[sizeof j->who];

    remember_source(j);
    journey_save(j);
    str_copy(who, sizeof who, j->who);
    journey_close(j);
    journey_open(j, l);
    str_copy(j->who, sizeof j->who, who);
}

void journey_restart(struct journey *j)
{
    put_away(j);
    leave_source(j->live);
}

bool journey_has_choices(const struct journey *j)
{
    const char *key = kept_key(j->kept, kept_first_under(j->kept, "chosen."));

    return j->opened || (key && str_starts(key, "chosen."));
}

void journey_put_aside(struct journey *j, const struct target *t, bool same_source)
{
    struct target kept = *t; /* may be our own */
    char dsn[PG_DSN];

    str_copy(dsn, sizeof dsn, same_source ? j->dsn : "");
    remember_source(j);
    if (journey_has_choices(j))
        put_away(j);
    if (!same_source)
        leave_source(j->live);
    journey_drop_plan(j);
    j->selection_ready = j->selection_ready && same_source;
    str_copy(j->dsn, sizeof j->dsn, dsn);
    j->target = kept;
    j->elsewhere = !same_source;
}

void journey_go_back(struct journey *j, const struct target *t)
{
    journey_put_aside(j, t, false);
    str_copy(j->dsn, sizeof j->dsn, j->live->left_dsn);
    j->elsewhere = false;
}

/* --- the target, field by field --- */

struct target_field {
    const char *key;
    size_t at, cap;
};

#define FIELD(name)                                                                                \
    {                                                                                              \
        "target." #name, offsetof(struct target, name), sizeof(((struct target *)0)->name)         \
    }

static const struct target_field target_fields[] = {
    FIELD(app),      FIELD(context),  FIELD(namespace_),      FIELD(project), FIELD(region),
    FIELD(instance), FIELD(database), FIELD(app_role),        FIELD(db_user), FIELD(publication),
    FIELD(slot),     FIELD(location), FIELD(dataset_project), FIELD(dataset), FIELD(stream)};
enum { TARGET_FIELDS = sizeof target_fields / sizeof *target_fields };

static void keep_target(struct journey *j)
{
    for (size_t i = 0; i < TARGET_FIELDS; i++) {
        const char *value = (const char *)&j->target + target_fields[i].at;
        kept_set_text(j->kept, target_fields[i].key, *value ? value : NULL);
    }
    kept_set_int(j->kept, "target.mode", j->target.mode);
    kept_set_int(j->kept, "target.freshness", j->target.freshness_seconds);
    kept_set_bool(j->kept, "target.freshness_chosen", j->target.freshness_chosen);
    kept_set_int(j->kept, "target.naming", j->target.naming);
    kept_set_text(j->kept, "dsn", j->dsn[0] ? j->dsn : NULL);
    kept_set_int(j->kept, "at",
                 j->at == AT_MANAGE     ? AT_MONITOR
                 : j->at == AT_REVIEWER ? j->reviewer_from
                                        : j->at); /* what leads there is gone on with */
    kept_set_int(j->kept, "reached", j->reached);
    kept_set_bool(j->kept, "opened", j->opened);
    kept_set_bool(j->kept, "elsewhere", j->elsewhere);
    kept_set_bool(j->kept, "finding", j->finding);
    kept_set_bool(j->kept, "undoing", j->undoing && j->at == AT_REMOVE);
    kept_set_text(j->kept, "who", j->who[0] ? j->who : NULL);
    kept_set_text(j->kept, "source", j->source[0] ? j->source : NULL);
}

static void restore_target(struct journey *j)
{
    int64_t at = kept_int(j->kept, "at", 0), reached = kept_int(j->kept, "reached", 0);

    for (size_t i = 0; i < TARGET_FIELDS; i++)
        str_copy((char *)&j->target + target_fields[i].at, target_fields[i].cap,
                 kept_text(j->kept, target_fields[i].key, ""));
    j->target.mode = kept_int(j->kept, "target.mode", 0) == TARGET_APPEND_ONLY ? TARGET_APPEND_ONLY
                                                                               : TARGET_MERGE;
    j->target.freshness_seconds = (int)kept_int(j->kept, "target.freshness", 0);
    j->target.freshness_chosen = kept_bool(j->kept, "target.freshness_chosen", false);
    j->target.naming = kept_int(j->kept, "target.naming", 0) == TARGET_NAV_MODULE
                           ? TARGET_NAV_MODULE
                           : TARGET_PROCEDURE;
    if (!pg_dsn_has_password(kept_text(j->kept, "dsn", "")))
        str_copy(j->dsn, sizeof j->dsn, kept_text(j->kept, "dsn", ""));
    j->reached = reached >= 0 && reached < JOURNEY_STEPS ? (enum journey_step)reached : AT_HOME;
    bool removes = at == AT_REMOVE && j->target.project[0] && j->target.region[0];
    j->at = at >= 0 && (removes || at <= (int64_t)j->reached) ? (enum journey_step)at : AT_HOME;
    j->opened = kept_bool(j->kept, "opened", false);
    j->elsewhere = kept_bool(j->kept, "elsewhere", false);
    j->finding = kept_bool(j->kept, "finding", false);
    j->undoing = removes && kept_bool(j->kept, "undoing", false);
    str_copy(j->who, sizeof j->who, kept_text(j->kept, "who", j->who));
    str_copy(j->source, sizeof j->source, kept_text(j->kept, "source", ""));
}

static bool take_kept(struct journey *j, struct kept *k, int64_t id)
{
    if (k == NULL)
        return false;
    kept_free(j->kept);
    j->kept = k;
    j->id = id;
    restore_target(j);
    return true;
}

bool journey_resume(struct journey *j)
{
    struct arena a = {0};
    struct journeys_row row = {0};
    struct err e;
    bool found;

    journeys_prune(j->live->store, &e); /* at worst more is kept than needed */
    struct kept *latest = journeys_latest(j->live->store, &a, &row, &e); /* fills the row */
    found = take_kept(j, latest, row.id);
    arena_done(&a);
    return found;
}

bool journey_switch(struct journey *j, int64_t id)
{
    struct target before = j->target;
    struct arena a = {0};
    struct journeys_row row;
    struct err e;
    struct kept *k = journeys_load(j->live->store, id, &a, &row, &e);

    if (k == NULL) {
        journey_say_err(j, &e);
    } else {
        put_away(j);
        take_kept(j, k, id);
        if (!str_eq(before.instance, j->target.instance) ||
            !str_eq(before.database, j->target.database) ||
            !str_eq(before.project, j->target.project))
            leave_source(j->live);
    }
    arena_done(&a);
    return k != NULL;
}

static void connect_again(struct journey *j)
{
    j->connecting = live_connect(j->live, j->dsn, j->target.database);
}

void journey_catch_up(struct journey *j)
{
    if (j->at <= AT_PREREQUISITES) { /* these have connections of their own, and try anew */
        task_clear(&j->connecting);
        task_clear(&j->reading);
        return;
    }
    if (j->live->pg == NULL && j->connecting == NULL && !j->elsewhere)
        connect_again(j);
    if (journey_pg(j) && j->at > AT_TABLES && !j->selection_ready && j->reading == NULL)
        j->reading = journey_survey(j);
}

void journey_catch_up_again(struct journey *j)
{
    task_clear(&j->connecting);
    task_clear(&j->reading);
    journey_catch_up(j);
}

bool journey_is_running(const struct journey *j)
{
    return j->apply && task_state(j->apply) == TASK_RUNNING;
}

bool journey_caught_up(struct journey *j)
{
    if (j->connecting && task_state(j->connecting) == TASK_OK) {
        if (j->live->pg == NULL)
            live_use_pg(j->live, pg_take(j->connecting));
        task_clear(&j->connecting);
        return true; /* entering asks for what comes next */
    }
    if (j->reading && task_state(j->reading) == TASK_OK) {
        journey_use_survey(j, j->reading);
        task_clear(&j->reading);
        return true;
    }
    return false;
}

const struct task *journey_catching_up(const struct journey *j)
{
    return j->reading ? j->reading : j->connecting;
}

void journey_save(struct journey *j)
{
    choose_late_all(j);
    journey_write(j);
}

bool journey_save_some(struct journey *j)
{
    choose_late_some(j);
    journey_write(j);
    return choose_late_waits(j);
}

void journey_write(struct journey *j)
{
    char title[JOURNEY_TITLE];
    struct err e;

    if (!j->dirty)
        return;
    j->dirty = false;
    keep_target(j);
    if (!journeys_save(j->live->store, &j->id, journey_title(j, title), j->kept, &e)) {
        j->dirty = e.retryable; /* another program was writing: the next change tries again */
        if (!e.retryable) {
            if (j->live->store_trouble.kind == ERR_NONE)
                journey_say_err(j, &e);
            j->live->store_trouble = e;
            j->unsaved = true;
        }
    } else if (j->unsaved) { /* there is room again */
        j->live->store_trouble = (struct err){0};
        j->unsaved = false;
        journey_say(j, MARK_OK, "%s", tr("everything is kept again"));
    }
}

const char *journey_title(const struct journey *j, char out[JOURNEY_TITLE])
{
    const struct target *t = &j->target;
    const char *place = t->context[0] ? t->context : t->project;

    const char *what = t->app[0]        ? t->app
                       : t->instance[0] ? t->instance
                       : j->opened      ? t->stream
                                        : "";

    snprintf(out, JOURNEY_TITLE, "%s%s%s", what, what[0] && place[0] ? " - " : "", place);
    return out;
}

void journey_changed(struct journey *j)
{
    j->dirty = true;
}

/* --- telling --- */

void journey_say(struct journey *j, enum mark mark, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(j->said, sizeof j->said, fmt, args);
    va_end(args);
    j->said_mark = mark;
}

void journey_say_later(struct journey *j, enum mark mark, const char *text)
{
    str_copy(j->later, sizeof j->later, text);
    j->later_mark = mark;
}

void journey_say_err(struct journey *j, const struct err *e)
{
    journey_say(j, MARK_FAIL, "%s: %s%s%s", e->what, e->why, e->hint[0] ? " → " : "", e->hint);
}

void journey_copy(struct journey *j, const char *text)
{
    mem_free(j->to_copy);
    j->to_copy = mem_str(text);
}

/* --- plans --- */

void journey_wanted(const struct journey *j, struct arena *a, struct source_wanted *out)
{
    selection_wanted(&j->selection, &j->target, a, out);
}

struct pg *journey_pg(const struct journey *j)
{
    struct pg *pg = j->live->pg;

    if (pg == NULL || j->elsewhere || !pg_alive(pg))
        return NULL;
    return j->source[0] == '\0' || str_eq(pg_database(pg), j->source) ? pg : NULL;
}

struct planning_options journey_planning(const struct journey *j)
{
    return (struct planning_options){.google = j->live->google,
                                     .store = j->live->store,
                                     .pg = journey_pg(j),
                                     .target = &j->target,
                                     .selection = &j->selection,
                                     .start = !j->live->options->no_start};
}

void journey_use_plan(struct journey *j, const struct task *planning)
{
    journey_drop_plan(j);
    j->plan = mem_alloc(sizeof *j->plan);
    planning_make(planning, j->plan);
}

void journey_forget_moved(struct journey *j)
{
    mem_free(j->moved);
    j->moved = NULL;
}

bool journey_plan_holds(struct journey *j, const struct task *planning)
{
    struct str lines = {0};
    struct plan now;
    bool holds;

    planning_make(planning, &now);
    holds = planning_still_holds(j->plan, &now, j->live->store);
    journey_forget_moved(j);
    if (!holds) {
        planning_differences(j->plan, &now, &lines);
        j->moved = mem_str(str_text(&lines));
        str_done(&lines);
    }
    plan_done(&now);
    if (holds)
        journey_use_plan(j, planning);
    return holds;
}

void journey_fill_selection(struct journey *j)
{
    struct selection *s = &j->selection;
    const struct target *t = &j->target;

    s->source = (struct selection_source){.app = selection_keep(s, t->app),
                                          .context = selection_keep(s, t->context),
                                          .namespace = selection_keep(s, t->namespace_),
                                          .instance = selection_keep(s, t->instance),
                                          .database = selection_keep(s, t->database),
                                          .db_user = selection_keep(s, t->db_user),
                                          .publication = selection_keep(s, t->publication),
                                          .slot = selection_keep(s, t->slot)};
    s->destination = (struct selection_destination){
        .project = selection_keep(s, t->project),
        .dataset_project = t->dataset_project[0] ? selection_keep(s, t->dataset_project) : NULL,
        .location = selection_keep(s, t->location),
        .dataset = selection_keep(s, t->dataset),
        .mode = t->mode == TARGET_APPEND_ONLY ? "append_only" : "merge",
        .freshness_seconds = t->freshness_seconds};
    s->naming = (struct selection_naming){.family = t->naming == TARGET_NAV_MODULE ? "nav-module"
                                                                                   : "procedure",
                                          .stream = selection_keep(s, t->stream)};
}
