#include "screens/journey.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/task.h"
#include "api/plan/names.h"
#include "api/plan/plan.h"
#include "api/plan/survey.h"
#include "api/plan/wanted.h"
#include "api/store/journeys.h"

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
    catalog_free(j->catalog);
    j->catalog = NULL;
    selection_done(&j->selection);
    mem_free(j->to_copy);
    j->to_copy = NULL;
}

void journey_close(struct journey *j)
{
    drop_work(j);
    kept_free(j->kept);
    *j = (struct journey){0};
}

void journey_restart(struct journey *j)
{
    struct live *l = j->live;

    journey_save(j);
    journey_close(j);
    journey_open(j, l);
    live_use_pg(l, NULL);
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
    kept_set_int(j->kept, "target.naming", j->target.naming);
    kept_set_text(j->kept, "dsn", j->dsn[0] ? j->dsn : NULL);
    kept_set_int(j->kept, "at", j->at);
    kept_set_int(j->kept, "reached", j->reached);
    kept_set_bool(j->kept, "opened", j->opened);
    kept_set_bool(j->kept, "elsewhere", j->elsewhere);
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
    j->target.naming = kept_int(j->kept, "target.naming", 0) == TARGET_NAV_MODULE
                           ? TARGET_NAV_MODULE
                           : TARGET_PROCEDURE;
    if (!pg_dsn_has_password(kept_text(j->kept, "dsn", "")))
        str_copy(j->dsn, sizeof j->dsn, kept_text(j->kept, "dsn", ""));
    j->reached = reached >= 0 && reached < JOURNEY_STEPS ? (enum journey_step)reached : AT_HOME;
    j->at = at >= 0 && at <= (int64_t)j->reached ? (enum journey_step)at : AT_HOME;
    j->opened = kept_bool(j->kept, "opened", false);
    j->elsewhere = kept_bool(j->kept, "elsewhere", false);
}

bool journey_resume(struct journey *j)
{
    struct arena a = {0};
    struct journeys_row row;
    struct err e;
    struct kept *k = journeys_latest(j->live->store, &a, &row, &e);

    if (k) {
        kept_free(j->kept);
        j->kept = k;
        j->id = row.id;
        restore_target(j);
    }
    arena_done(&a);
    return k != NULL;
}

static void connect_again(struct journey *j)
{
    j->connecting = live_connect(j->live, j->dsn, j->target.database);
}

static void read_again(struct journey *j)
{
    struct catalog_options o = {.publication = j->target.publication, .reader = j->target.db_user};

    j->reading = survey(j->live->pg, &o);
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
    if (j->live->pg && j->at > AT_TABLES && !j->selection_ready && j->reading == NULL)
        read_again(j);
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

/* --- choices across restarts: a line of names a table, keyed by schema and table --- */

#define CHOSEN "chosen."
#define ACK    "ack."
#define SEP    "\x1f" /* stands in no name that PostgreSQL shows without quoting trouble */

static void keep_chosen(struct journey *j, const struct selection_table *t)
{
    struct str names = {0}, key = {0};

    str_printf(&key, CHOSEN "%s" SEP "%s", t->schema, t->name);
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included)
            str_printf(&names, "%s" SEP, t->columns[i].name);
    kept_set_text(j->kept, str_text(&key), names.bytes ? names.text : NULL);
    str_done(&names);
    str_done(&key);
}

static void keep_acks(struct journey *j, const struct selection_table *t)
{
    struct str text = {0}, key = {0};

    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_ack *a = t->columns[i].ack;
        if (a == NULL)
            continue;
        str_clear(&key);
        str_clear(&text);
        str_printf(&key, ACK "%s" SEP "%s" SEP "%s", t->schema, t->name, t->columns[i].name);
        str_printf(&text, "%s" SEP "%s" SEP "%s" SEP "%s", a->reason, a->reference, a->by, a->at);
        kept_set_text(j->kept, str_text(&key), str_text(&text));
    }
    str_done(&text);
    str_done(&key);
}

void journey_keep_tables(struct journey *j, const size_t *tables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct selection_table *t = &j->selection.tables[tables[i]];
        keep_chosen(j, t);
        if (t->n_included) /* a reason outlives its column's being left out */
            keep_acks(j, t);
    }
    selection_totals(&j->selection, &j->totals);
    journey_changed(j);
}

/* Cuts a text at the separators, in place; returns how many parts. */
static size_t parts(char *text, char **out, size_t most)
{
    size_t n = 0;

    while (*text && n < most) {
        size_t length = strcspn(text, SEP);
        out[n++] = text;
        if (text[length] == '\0')
            break;
        text[length] = '\0';
        text += length + 1;
    }
    return n;
}

static void restore_acks(struct journey *j)
{
    struct arena a = {0};
    char *key[3], *value[4];
    size_t table, column;
    struct err e;

    for (size_t i = kept_first_under(j->kept, ACK); i < kept_count(j->kept); i++) {
        const char *name = kept_key(j->kept, i);
        if (!str_starts(name, ACK))
            break;
        if (parts(arena_str(&a, name + strlen(ACK)), key, 3) == 3 &&
            parts(arena_str(&a, kept_text(j->kept, name, "")), value, 4) == 4 &&
            selection_find(&j->selection, key[0], key[1], &table) &&
            selection_find_column(&j->selection.tables[table], key[2], &column)) {
            struct selection_ack ack = {value[0], value[1], value[2], value[3]};
            selection_acknowledge(&j->selection, table, column, &ack, &e);
        }
    }
    arena_done(&a);
}

static void restore_chosen(struct journey *j)
{
    enum { COLUMNS = 1600 }; /* PostgreSQL's own limit */
    struct arena a = {0};
    char *key[2], **names = arena_array(&a, char *, COLUMNS);
    size_t table, column;

    for (size_t i = kept_first_under(j->kept, CHOSEN); i < kept_count(j->kept); i++) {
        const char *name = kept_key(j->kept, i);
        if (!str_starts(name, CHOSEN))
            break;
        if (parts(arena_str(&a, name + strlen(CHOSEN)), key, 2) != 2 ||
            !selection_find(&j->selection, key[0], key[1], &table))
            continue;
        size_t n = parts(arena_str(&a, kept_text(j->kept, name, "")), names, COLUMNS);
        for (size_t c = 0; c < n; c++)
            if (selection_find_column(&j->selection.tables[table], names[c], &column))
                selection_set_column(&j->selection, table, column, true);
    }
    arena_done(&a);
}

void journey_use_survey(struct journey *j, struct task *survey)
{
    selection_done(&j->selection);
    catalog_free(j->catalog);
    j->catalog = survey_take(survey, &j->selection);
    j->selection_ready = true;
    restore_acks(j); /* before the choices: a flagged column needs its reason first */
    restore_chosen(j);
    selection_totals(&j->selection, &j->totals);
    journey_fill_selection(j);
}

void journey_wanted(const struct journey *j, struct arena *a, struct source_wanted *out)
{
    selection_wanted(&j->selection, &j->target, a, out);
}

struct planning_options journey_planning(const struct journey *j)
{
    return (struct planning_options){.google = j->live->google,
                                     .pg = j->live->pg,
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
    holds = planning_holds(&now, j->plan->digest, j->live->store);
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
        .project = selection_keep(s, t->dataset_project[0] ? t->dataset_project : t->project),
        .location = selection_keep(s, t->location),
        .dataset = selection_keep(s, t->dataset),
        .mode = t->mode == TARGET_APPEND_ONLY ? "append_only" : "merge",
        .freshness_seconds = t->freshness_seconds};
    s->naming = (struct selection_naming){.family = t->naming == TARGET_NAV_MODULE ? "nav-module"
                                                                                   : "procedure",
                                          .stream = selection_keep(s, t->stream)};
}
