#include "api/checks/gather.h"

#include "api/access/permissions.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/checks/google_checks.h"
#include "api/checks/instance_checks.h"
#include "api/checks/source_checks.h"
#include "api/google/datastream.h"
#include "api/google/monitoring.h"

#include <string.h>

enum { DISK_WINDOW_S = 3600, DISK_STALE_S = 3600 };

struct gathering {
    struct gather_options o;
    struct target t;
    bool asked;
    struct task *who, *project, *apis, *held, *policy, *instance, *disk, *stream, *source;
    struct check_list list;
    bool listed;
};

static void ask(struct gathering *g, struct arena *a)
{
    struct google *google = g->o.google;
    const char *project = g->t.project;
    const char *const *needed;
    size_t n;

    g->asked = true;
    g->who = google_whoami(google);
    if (project[0]) {
        needed = access_needed(a, ACCESS_CREATE, &n);
        g->project = projects_get(google, project);
        g->apis = serviceusage_enabled(google, project);
        g->held = projects_test_permissions(google, project, needed, n);
        g->policy = projects_policy_get(google, project);
    }
    if (project[0] && g->t.instance[0]) {
        g->instance = sqladmin_instance_get(google, project, g->t.instance);
        g->disk = monitoring_instance(google, project, g->t.instance, MONITORING_DISK_USED,
                                      DISK_WINDOW_S);
    }
    if (project[0] && g->t.region[0] && g->t.stream[0])
        g->stream = datastream_stream_get(google, project, g->t.region, g->t.stream);
    if (g->o.pg)
        g->source = source_read(g->o.pg, g->o.wanted, g->o.earlier);
}

/* --- judging
 * ---------------------------------------------------------------------------------------- */

static bool good(const struct task *t)
{
    return t && task_state(t) == TASK_OK;
}

static const struct err *trouble(const struct task *t)
{
    return t && task_state(t) == TASK_FAILED ? task_error(t) : NULL;
}

static void judge_google(struct gathering *g)
{
    struct google_view v = {.project = g->t.project,
                            .who = good(g->who) ? google_identity(g->who) : NULL,
                            .who_error = trouble(g->who),
                            .login_note = google_login_note(g->o.google),
                            .found = good(g->project) ? projects_project(g->project) : NULL,
                            .found_error = trouble(g->project),
                            .apis = good(g->apis) ? serviceusage_apis(g->apis) : NULL,
                            .apis_error = trouble(g->apis),
                            .steps = ACCESS_CREATE,
                            .held = good(g->held) ? projects_held(g->held) : NULL,
                            .held_error = trouble(g->held),
                            .policy = good(g->policy) ? projects_policy(g->policy) : NULL,
                            .policy_error = trouble(g->policy),
                            .now = clock_wall()};

    google_checks(&g->list, &v);
}

static int64_t judge_instance(struct gathering *g)
{
    struct instance_view v = {.instance = good(g->instance) ? sqladmin_instance(g->instance) : NULL,
                              .error = trouble(g->instance),
                              .used_bytes = -1};
    double used;

    if (good(g->disk) &&
        monitoring_latest(monitoring_answer(g->disk), clock_wall(), DISK_STALE_S, &used))
        v.used_bytes = (int64_t)used;
    instance_checks(&g->list, &v);
    return instance_room(&v);
}

/* What has a slot that is older than its publication dies with 42704 (facts/engineering.md). */
static bool saw_42704(const struct task *stream)
{
    const struct datastream_stream *s = good(stream) ? datastream_stream(stream) : NULL;

    for (size_t i = 0; s && i < s->errors.n; i++)
        if (strstr(s->errors.items[i].message, "42704") ||
            strstr(s->errors.items[i].reason, "42704"))
            return true;
    return false;
}

static void judge_source(struct gathering *g, int64_t room)
{
    struct source_view v = {.earlier = g->o.earlier,
                            .wanted = g->o.wanted,
                            .app = g->t.app,
                            .stream_exists = good(g->stream),
                            .stream_saw_42704 = saw_42704(g->stream),
                            .disk_free_bytes = room};

    if (good(g->source)) {
        v.facts = source_facts(g->source);
        source_checks(&g->list, &v);
    } else {
        checks_not_connected(&g->list, g->source ? task_error(g->source) : &g->o.pg_trouble);
    }
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

/* --- the task
 * --------------------------------------------------------------------------------------- */

static void stop(void *job)
{
    struct gathering *g = job;
    struct task **all[] = {&g->who,      &g->project, &g->apis,   &g->held,  &g->policy,
                           &g->instance, &g->disk,    &g->stream, &g->source};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        task_clear(all[i]);
    if (g->listed)
        check_list_done(&g->list);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"gather", sizeof(struct gathering), step, stop};

static enum task_state step(struct task *t)
{
    struct gathering *g = task_job(t, &type);

    if (!g->asked)
        ask(g, task_arena(t));
    const struct task *all[] = {g->who,      g->project, g->apis,   g->held,  g->policy,
                                g->instance, g->disk,    g->stream, g->source};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] && task_state(all[i]) == TASK_RUNNING)
            return TASK_RUNNING;
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

    return good(g->source) ? source_facts(g->source) : NULL;
}

struct source_facts *gather_take_facts(struct task *t)
{
    struct gathering *g = task_job(t, &type);

    return good(g->source) ? source_take(g->source) : NULL;
}
