#include "api/plan/rights.h"

#include "api/base/clock.h"
#include "api/google/client.h"
#include "api/plan/observe.h"

enum { MARGIN_S = 15 * 60 }; /* what ends sooner is not counted on */

/* Whatever is made is looked at, too; what follows the making is always done. */
static uint32_t ahead(unsigned made)
{
    uint32_t steps =
        ACCESS_BIT(ACCESS_WATCH) | ACCESS_BIT(ACCESS_INSTANCE) | ACCESS_BIT(ACCESS_QUERY);
    for (enum step_id s = 0; s < STEPS; s++)
        steps |= (made & (1u << s)) ? ACCESS_BIT(step_type(s)->rights)
                                    : ACCESS_LOOK(step_type(s)->rights);
    return steps;
}

uint32_t rights_ahead_of_plan(const struct plan *p)
{
    bool starts = p && plan_starts_machine(p);
    unsigned made = 0;
    for (size_t i = 0; p && i < p->n_actions; i++)
        if (p->actions[i].verb != PLAN_KEEP && p->actions[i].step != STEP_START &&
            !(starts && p->actions[i].step == STEP_PROXY))
            made |= 1u << p->actions[i].step;
    return p ? ahead(made) | (starts ? ACCESS_START : 0) : ACCESS_CREATE;
}

uint32_t rights_ahead_of(const struct observed *seen)
{
    /* one that starts no proxy must be made anew */
    bool starts =
        seen && seen->things[STEP_PROXY].seen == SEEN_STOPPED && seen->proxy_instance != NULL;
    unsigned made = 0;
    for (int s = 0; seen && s < (int)STEPS; s++)
        if (seen->things[s].seen != SEEN_READY && seen->things[s].seen != SEEN_PENDING &&
            !(starts && s == (int)STEP_PROXY) && s != STEP_START)
            made |= 1u << s;
    if (seen && seen->n_services_off) /* Service Usage itself was there to ask */
        made |= 1u << STEP_SERVICES;
    return seen ? ahead(made) | (starts ? ACCESS_START : 0) : ACCESS_CREATE;
}

static uint32_t ahead_of_look(const struct task *t)
{
    return rights_ahead_of(task_state(t) == TASK_OK ? observed(t) : NULL);
}

const struct gather_ahead rights_for_checks = {observe, ahead_of_look};

static uint32_t unknown_of(const struct observed *seen)
{
    uint32_t steps = 0;
    for (int s = 0; seen && s < (int)STEPS; s++)
        if (seen->things[s].seen == SEEN_UNKNOWN && s != STEP_START)
            steps |= ACCESS_BIT(step_type((enum step_id)s)->rights);
    return steps;
}

/* --- the task --- */

struct rights_job {
    struct rights_options o;
    struct target target;
    bool asked, planned;
    struct task *who, *policy, *held, *seen;
    size_t n_asked, told; /* permissions; what of the answers was told of */
    struct rights r;
};

static enum task_state step(struct task *t);
static void stop(void *ctx);
static const struct task_type type = {"rights", sizeof(struct rights_job), step, stop};

/* All that could be needed, and the right to change the policy: one question. */
static void ask(struct rights_job *job, struct arena *a)
{
    const struct target *target = &job->target;
    struct google *google = job->o.google;
    size_t n;
    const char *const *needed = access_needed(a, ACCESS_ANY, &n);
    job->asked = true;
    job->n_asked = n;
    job->who = google_whoami(google);
    job->policy = projects_policy_get(google, target->project);
    job->held = projects_test_permissions(google, target->project, needed, n);
    if (!job->planned && target->region[0] && target->stream[0])
        job->seen = observe(google_net(google), google, target);
}

static void judge_roles(struct rights *r, struct arena *a, const struct google_held *held)
{
    const int64_t until = clock_wall() + MARGIN_S;
    size_t n = held->n;
    const char *const *otherwise = (const char *const *)held->permissions;
    const char *permission, *words;
    struct access_verdict all;
    access_holders(a, r->policy, r->member, &r->holders);
    r->broad = r->holders.self_owner || r->holders.self_editor;
    r->basic = r->holders.self_owner ? ACCESS_OWNER : ACCESS_EDITOR;
    if (r->broad)
        otherwise = access_held_otherwise(a, r->policy, r->member, held, until, &n);
    access_judge(a, r->ahead, otherwise, n, &r->narrow);
    access_judge(a, r->ahead, NULL, 0, &all); /* against what would do for somebody with nothing */
    access_compare(a, r->basic, all.roles, all.n_roles, r->ahead, &r->compared);
    r->setters = access_setters(a, r->policy, r->member, &r->n_setters);
    if (access_excess(0, &permission, &words))
        r->only_by_basic = permission;
}

static void find_ours(struct rights_job *job, struct arena *a)
{
    const struct grant_row *rows = NULL;
    size_t n = 0;
    struct err ignored;
    if (!job->o.store || !grants_open(job->o.store, job->target.project, a, &rows, &n, &ignored))
        n = 0;
    job->r.ours = access_find_ours(a, job->r.policy, job->r.member, rows, n, &job->r.n_ours);
    if (job->r.policy && job->o.store)
        access_settle_rows(job->o.store, rows, n, job->r.ours, job->r.n_ours, false);
}

static void judge(struct rights_job *job, struct arena *a)
{
    const struct google_held *held = projects_held(job->held);
    struct rights *r = &job->r;
    bool known = task_state(job->who) == TASK_OK;
    r->project = job->target.project;
    r->email = known ? google_identity(job->who)->email : "";
    r->member = known ? google_identity(job->who)->member : "";
    r->who_error = known ? NULL : task_error(job->who);
    if (!job->planned) {
        bool seen = job->seen && task_state(job->seen) == TASK_OK;
        r->ahead = rights_ahead_of(seen ? observed(job->seen) : NULL);
        r->unknown = unknown_of(seen ? observed(job->seen) : NULL);
        r->unseen = job->seen && !seen ? task_error(job->seen) : NULL;
    }
    r->needed = access_needed(a, r->ahead, &r->n_needed);
    access_judge(a, r->ahead, (const char *const *)held->permissions, held->n, &r->verdict);
    r->may_set = projects_holds(held, "resourcemanager.projects.setIamPolicy");
    r->policy = task_state(job->policy) == TASK_OK ? projects_policy(job->policy) : NULL;
    r->policy_error = r->policy ? NULL : task_error(job->policy);
    r->narrow = r->verdict;
    if (r->policy)
        judge_roles(r, a, held);
    find_ours(job, a);
}

static bool is_over(const struct task *t)
{
    return t == NULL || task_state(t) != TASK_RUNNING;
}

/* What came is worth a look, whatever is still under way. */
static void tell(struct task *t, struct rights_job *job)
{
    size_t n = (size_t)is_over(job->who) + is_over(job->policy) + is_over(job->held) +
               (job->seen ? observe_answers(job->seen) : 0);
    if (n != job->told)
        task_news(t);
    job->told = n;
}

static enum task_state step(struct task *t)
{
    struct rights_job *job = task_job(t, &type);
    if (!job->asked)
        ask(job, task_arena(t));
    if (!is_over(job->who) || !is_over(job->policy) || !is_over(job->held) || !is_over(job->seen)) {
        tell(t, job);
        return TASK_RUNNING;
    }
    if (task_state(job->held) == TASK_FAILED)
        return task_fail_like(t, job->held);
    judge(job, task_arena(t));
    return TASK_OK;
}

static void stop(void *ctx)
{
    struct rights_job *job = ctx;
    task_clear(&job->who);
    task_clear(&job->policy);
    task_clear(&job->held);
    task_clear(&job->seen);
}

struct task *rights(struct net *net, const struct rights_options *o)
{
    struct task *t = task_new(net, &type);
    struct rights_job *job = task_job(t, &type);
    job->o = *o;
    job->target = *o->target;
    job->planned = o->plan != NULL;
    job->r.ahead = rights_ahead_of_plan(o->plan);
    return t;
}

static const struct task *good(const struct task *t)
{
    return t && task_state(t) == TASK_OK ? t : NULL;
}

static const struct err *trouble(const struct task *t)
{
    return t && task_state(t) == TASK_FAILED ? task_error(t) : NULL;
}

void rights_so_far(const struct task *t, struct rights_early *out)
{
    const struct rights_job *job = task_job(t, &type);
    struct access_holders h = {0};
    struct arena scratch = {0};
    *out = (struct rights_early){.project = job->target.project,
                                 .who_error = trouble(job->who),
                                 .policy_error = trouble(job->policy),
                                 .n_asked = job->n_asked};
    if (good(job->who))
        out->email = google_identity(job->who)->email;
    out->policy = good(job->policy) && job->who && is_over(job->who);
    if (out->policy)
        access_holders(&scratch, projects_policy(job->policy),
                       good(job->who) ? google_identity(job->who)->member : "", &h);
    out->broad = h.self_owner || h.self_editor;
    out->basic = h.self_owner ? ACCESS_OWNER : ACCESS_EDITOR;
    out->held = good(job->held) != NULL;
    out->n_held = out->held ? projects_held(job->held)->n : 0;
    out->n_answers = job->seen ? observe_answers(job->seen) : 0;
    out->n_questions = job->seen ? observe_questions() : 0;
    arena_done(&scratch);
}

const struct rights *rights_of(const struct task *t)
{
    const struct rights_job *job = task_job(t, &type);
    return &job->r;
}

bool rights_lack(const struct rights *r, const char *permission)
{
    for (size_t i = 0; i < r->verdict.n_lacks; i++)
        if (str_eq(r->verdict.lacks[i].permission, permission))
            return true;
    return false;
}

int64_t rights_until(const struct rights *r, int64_t now)
{
    int64_t until = 0;
    for (size_t i = 0; i < r->n_ours; i++)
        if (r->ours[i].until > now && r->ours[i].until > until)
            until = r->ours[i].until;
    return until;
}

const char *const *rights_brings(const struct rights *r, struct arena *a, size_t *n)
{
    const char **out = arena_array(a, const char *, r->verdict.n_lacks + 1);
    *n = 0;
    for (size_t i = 0; i < r->verdict.n_lacks; i++)
        for (size_t k = 0; k < r->narrow.n_roles; k++)
            if (access_role_has(r->narrow.roles[k], r->verdict.lacks[i].permission)) {
                out[(*n)++] = r->verdict.lacks[i].permission;
                break;
            }
    return out;
}
