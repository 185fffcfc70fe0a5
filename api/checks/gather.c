#include "api/checks/gather.h"

#include "api/access/permissions.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/google_checks.h"
#include "api/checks/instance_checks.h"
#include "api/checks/scripts.h"
#include "api/checks/source_checks.h"
#include "api/google/datastream.h"
#include "api/google/monitoring.h"

#include <string.h>

enum { DISK_WINDOW_S = 3600, DISK_STALE_S = 3600, PATIENCE_MS = 20000 };

enum ask {
    ASK_WHO,
    ASK_PROJECT,
    ASK_APIS,
    ASK_HELD,
    ASK_POLICY,
    ASK_INSTANCE,
    ASK_DISK,
    ASK_STREAM,
    ASK_SOURCE,
    ASKS
};

struct gathering {
    struct gather_options o;
    struct target t;
    bool asked;
    struct task *alarm; /* Google's answers come before it */
    struct task *asks[ASKS];
    struct task *ahead; /* what is left to be done: asked where something lacks */
    bool late[ASKS], ahead_late;
    struct err late_why;
    struct check_list list;
    bool listed;
};

static void ask_google(struct gathering *g, struct arena *a)
{
    struct google *google = g->o.google;
    const char *project = g->t.project;
    const char *const *needed;
    size_t n;

    g->asks[ASK_WHO] = google_whoami(google);
    if (project[0]) {
        needed = access_needed(a, ACCESS_ANY, &n);
        g->asks[ASK_PROJECT] = projects_get(google, project);
        g->asks[ASK_APIS] = serviceusage_enabled(google, project);
        g->asks[ASK_HELD] = projects_test_permissions(google, project, needed, n);
        g->asks[ASK_POLICY] = projects_policy_get(google, project);
    }
    if (project[0] && g->t.instance[0]) {
        g->asks[ASK_INSTANCE] = sqladmin_instance_get(google, project, g->t.instance);
        g->asks[ASK_DISK] = monitoring_instance(google, project, g->t.instance,
                                                MONITORING_DISK_USED, DISK_WINDOW_S);
    }
    if (project[0] && g->t.region[0] && g->t.stream[0])
        g->asks[ASK_STREAM] = datastream_stream_get(google, project, g->t.region, g->t.stream);
}

static void ask(struct gathering *g, struct task *t)
{
    int ms = g->o.patience_ms > 0 ? g->o.patience_ms : PATIENCE_MS;

    g->asked = true;
    g->alarm = task_timer(task_net(t), ms);
    ask_google(g, task_arena(t));
    if (g->o.pg) {
        g->asks[ASK_SOURCE] = source_read(g->o.pg, g->o.wanted, g->o.earlier);
        source_patience(g->asks[ASK_SOURCE], g->o.patience_ms);
    }
    err_set(&g->late_why, ERR_NETWORK, "Asking Google");
    err_why(&g->late_why, tr("no answer within %d s"), (ms + 999) / 1000);
    err_hint(&g->late_why, "Try again (r).");
}

/* The database watches over its own answers. */
static void give_up(struct gathering *g)
{
    for (enum ask i = 0; i < ASK_SOURCE; i++)
        if (g->asks[i] && task_state(g->asks[i]) == TASK_RUNNING) {
            task_clear(&g->asks[i]);
            g->late[i] = true;
        }
    if (g->ahead && task_state(g->ahead) == TASK_RUNNING) {
        task_clear(&g->ahead);
        g->ahead_late = true;
    }
}

/* --- judging --- */

static const struct task *good(const struct gathering *g, enum ask i)
{
    const struct task *t = g->asks[i];

    return t && task_state(t) == TASK_OK ? t : NULL;
}

static const struct err *trouble(const struct gathering *g, enum ask i)
{
    const struct task *t = g->asks[i];

    if (g->late[i])
        return &g->late_why;
    return t && task_state(t) == TASK_FAILED ? task_error(t) : NULL;
}

static bool lacks_something(const struct gathering *g)
{
    struct arena scratch = {0};
    struct access_verdict verdict;
    const struct google_held *held = good(g, ASK_HELD) ? projects_held(g->asks[ASK_HELD]) : NULL;

    if (held)
        access_judge(&scratch, ACCESS_ANY, (const char *const *)held->permissions, held->n,
                     &verdict);
    bool lacks = held && verdict.n_lacks;
    arena_done(&scratch);
    return lacks;
}

/* What exists needs less; who holds everything need not know. */
static bool ahead_is_asked(struct gathering *g, struct net *net)
{
    const struct gather_ahead *how = g->o.ahead;

    if (how && !g->ahead && !g->ahead_late && g->t.region[0] && lacks_something(g))
        g->ahead = how->look(net, g->o.google, &g->t);
    return g->ahead && task_state(g->ahead) == TASK_RUNNING;
}

static uint32_t steps_ahead(const struct gathering *g)
{
    return g->ahead ? g->o.ahead->steps(g->ahead) : ACCESS_CREATE;
}

static void judge_google(struct gathering *g)
{
    struct google_view v = {
        .project = g->t.project,
        .who = good(g, ASK_WHO) ? google_identity(g->asks[ASK_WHO]) : NULL,
        .who_error = trouble(g, ASK_WHO),
        .login_note = google_login_note(g->o.google),
        .found = good(g, ASK_PROJECT) ? projects_project(g->asks[ASK_PROJECT]) : NULL,
        .found_error = trouble(g, ASK_PROJECT),
        .apis = good(g, ASK_APIS) ? serviceusage_apis(g->asks[ASK_APIS]) : NULL,
        .apis_error = trouble(g, ASK_APIS),
        .steps = steps_ahead(g),
        .held = good(g, ASK_HELD) ? projects_held(g->asks[ASK_HELD]) : NULL,
        .held_error = trouble(g, ASK_HELD),
        .policy = good(g, ASK_POLICY) ? projects_policy(g->asks[ASK_POLICY]) : NULL,
        .policy_error = trouble(g, ASK_POLICY),
        .now = clock_wall()};

    google_checks(&g->list, &v);
}

static const struct source_facts *facts_of(const struct gathering *g)
{
    return good(g, ASK_SOURCE) ? source_facts(g->asks[ASK_SOURCE]) : NULL;
}

static int64_t judge_instance(struct gathering *g)
{
    struct instance_view v = {
        .instance = good(g, ASK_INSTANCE) ? sqladmin_instance(g->asks[ASK_INSTANCE]) : NULL,
        .error = trouble(g, ASK_INSTANCE),
        .used_bytes = -1,
        .facts = facts_of(g)};
    double used;

    if (good(g, ASK_DISK) &&
        monitoring_latest(monitoring_answer(g->asks[ASK_DISK]), clock_wall(), DISK_STALE_S, &used))
        v.used_bytes = (int64_t)used;
    instance_checks(&g->list, &v);
    return instance_room(&v);
}

/* Google's own words are not promised: PostgreSQL's text may come without its number. */
static bool is_42704(const char *text)
{
    return strstr(text, "42704") || (strstr(text, "publication") && strstr(text, "does not exist"));
}

/* What has a slot that is older than its publication dies with 42704 (facts/engineering.md). */
static bool saw_42704(const struct gathering *g)
{
    const struct datastream_stream *s =
        good(g, ASK_STREAM) ? datastream_stream(g->asks[ASK_STREAM]) : NULL;

    for (size_t i = 0; s && i < s->errors.n; i++)
        if (is_42704(s->errors.items[i].message) || is_42704(s->errors.items[i].reason))
            return true;
    return false;
}

static bool flag_is_set(const struct gathering *g)
{
    return good(g, ASK_INSTANCE) &&
           str_eq(sqladmin_flag(sqladmin_instance(g->asks[ASK_INSTANCE]), INSTANCE_FLAG), "on");
}

static void judge_source(struct gathering *g, int64_t room)
{
    struct source_view v = {.facts = facts_of(g),
                            .since = g->o.since,
                            .wanted = g->o.wanted,
                            .app = g->t.app,
                            .stream_exists = good(g, ASK_STREAM) != NULL,
                            .stream_saw_42704 = saw_42704(g),
                            .flag_is_set = flag_is_set(g),
                            .disk_free_bytes = room};

    if (v.facts)
        v.scripts = scripts_read(&g->list.arena, g->o.repo, v.facts, v.wanted, &v.n_scripts);
    if (v.facts)
        source_checks(&g->list, &v);
    else
        checks_not_connected(&g->list, g->asks[ASK_SOURCE] ? task_error(g->asks[ASK_SOURCE])
                                                           : &g->o.pg_trouble);
}

/* "Not asked yet" is no reason: what was not named could not be asked. */
static void judge_unnamed(struct gathering *g)
{
    const char *why = str_is_empty(g->o.nowhere) ? NULL : g->o.nowhere;

    if (why && g->t.project[0] == '\0') {
        check_unknown_group(&g->list, "google", why);
        check_unknown_group(&g->list, "access", why);
    }
    if (why && (g->t.project[0] == '\0' || g->t.instance[0] == '\0'))
        check_unknown_group(&g->list, "instance", why);
}

/* --- the task --- */

static void stop(void *job)
{
    struct gathering *g = job;

    for (enum ask i = 0; i < ASKS; i++)
        task_clear(&g->asks[i]);
    task_clear(&g->ahead);
    task_clear(&g->alarm);
    if (g->listed)
        check_list_done(&g->list);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"gather", sizeof(struct gathering), step, stop};

static enum task_state step(struct task *t)
{
    struct gathering *g = task_job(t, &type);

    if (!g->asked)
        ask(g, t);
    if (task_state(g->alarm) != TASK_RUNNING)
        give_up(g);
    for (enum ask i = 0; i < ASKS; i++)
        if (g->asks[i] && task_state(g->asks[i]) == TASK_RUNNING)
            return TASK_RUNNING;
    if (ahead_is_asked(g, task_net(t)))
        return TASK_RUNNING;
    task_clear(&g->alarm); /* nothing is under way any more */
    check_list_init(&g->list);
    g->listed = true;
    judge_google(g);
    judge_source(g, judge_instance(g));
    judge_unnamed(g);
    return TASK_OK;
}

struct task *gather(struct net *net, const struct gather_options *o)
{
    struct task *t = task_new(net, &type);
    struct gathering *g = task_job(t, &type);

    g->o = *o;
    g->t = *o->target;
    g->o.target = NULL;
    g->o.repo = arena_str(task_arena(t), o->repo);
    return t;
}

const struct check_list *gathered(const struct task *t)
{
    const struct gathering *g = task_job(t, &type);

    return g->listed ? &g->list : NULL;
}

const struct source_facts *gather_facts(const struct task *t)
{
    const struct gathering *g = task_job(t, &type);

    return good(g, ASK_SOURCE) ? source_facts(g->asks[ASK_SOURCE]) : NULL;
}

struct source_facts *gather_take_facts(struct task *t)
{
    struct gathering *g = task_job(t, &type);

    return good(g, ASK_SOURCE) ? source_take(g->asks[ASK_SOURCE]) : NULL;
}
