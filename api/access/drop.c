#include "api/access/editor.h"
#include "api/access/grant.h"
#include "api/access/holding.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <string.h>
#include <strings.h>

struct drop_job {
    struct access_drop_order o;
    const struct grant_row *rows;
    size_t n_rows;
    enum access_phase phase;
    struct task *reading, *writing, *again;
    struct holding held;
    struct access_dropped result;
    const char *before, *after;
    bool recorded;
};

static enum task_state step(struct task *t);
static void stop(void *ctx);
static const struct task_type type = {"access drop", sizeof(struct drop_job), step, stop};

/* --- what goes --- */

struct going {
    struct access_change *items;
    size_t n;
};

static void add(struct going *g, const char *role, const char *member,
                const struct google_condition *condition)
{
    g->items[g->n++] = (struct access_change){
        .role = role, .member = member, .condition = condition, .remove = true};
}

static void add_ours(struct going *g, struct arena *a, const struct access_ours *o)
{
    struct google_condition *c = arena_new(a, struct google_condition);
    *c = o->condition;
    if (o->in_policy)
        add(g, o->role, o->member, c);
}

/* Without a condition, as the policy writes the member. */
static void add_basic(struct going *g, struct arena *a, const struct google_policy *policy,
                      const char *role, const char *member)
{
    for (size_t i = 0; i < policy->n_bindings; i++) {
        const struct google_binding *b = &policy->bindings[i];
        for (size_t k = 0; k < b->n_members; k++)
            if (!b->conditional && str_eq(b->role, role) && strcasecmp(b->members[k], member) == 0)
                add(g, role, arena_str(a, b->members[k]), NULL);
    }
}

static size_t count_members(const struct google_policy *policy)
{
    size_t n = 1;
    for (size_t i = 0; i < policy->n_bindings; i++)
        n += policy->bindings[i].n_members;
    return n;
}

struct access_change *access_drop_changes(struct arena *a, const struct access_drop_order *o,
                                          const struct google_policy *policy,
                                          const struct grant_row *rows, size_t n_rows, size_t *n)
{
    size_t n_ours = 0;
    struct access_ours *ours =
        o->ours ? access_find_ours(a, policy, o->member, rows, n_rows, &n_ours) : NULL;
    struct going g = {.items =
                          arena_array(a, struct access_change, n_ours + 2 * count_members(policy))};
    for (size_t i = 0; i < n_ours; i++)
        add_ours(&g, a, &ours[i]);
    if (o->owner && !str_is_empty(o->member))
        add_basic(&g, a, policy, "roles/owner", o->member);
    if (o->editor && !str_is_empty(o->member))
        add_basic(&g, a, policy, "roles/editor", o->member);
    *n = g.n;
    return g.items;
}

/* --- proof --- */

/* By a binding that stays, of one's own or of a group that one may be in, as far as the tables
 * tell. */
static bool is_explained(const struct google_policy *policy, const char *member, const char *p)
{
    for (size_t i = 0; policy && i < policy->n_bindings; i++) {
        const struct google_binding *b = &policy->bindings[i];
        for (size_t k = 0; k < b->n_members && access_role_has(b->role, p); k++)
            if (strcasecmp(b->members[k], member) == 0 || str_starts(b->members[k], "group:") ||
                str_starts(b->members[k], "domain:"))
                return true;
    }
    return false;
}

static const struct google_policy *policy_after(const struct drop_job *job)
{
    const struct task *last = job->again ? job->again : job->reading;
    return task_state(last) == TASK_OK ? projects_policy(last) : NULL;
}

static void note(struct drop_job *job, struct arena *a, const char **tested, const char *p)
{
    struct access_dropped *r = &job->result;
    const char *member = r->n_gone ? r->gone[0].member : job->o.member;
    for (size_t i = 0; i < r->n_tested; i++)
        if (str_eq(tested[i], p))
            return;
    if (!is_explained(policy_after(job), member, p))
        tested[r->n_tested++] = arena_str(a, p);
}

/* A broader role hid what a grant brought: then what its roles bring by the tables. */
static void note_roles(struct drop_job *job, struct arena *a, const char **tested,
                       const char *const *needed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < job->result.n_gone; k++)
            if (job->result.gone[k].condition &&
                access_role_has(job->result.gone[k].role, needed[i]))
                note(job, a, tested, needed[i]);
}

/* The permissions that went with it: what a grant brought, and what only the broad role gave. */
static void choose_tested(struct drop_job *job, struct arena *a)
{
    size_t most = 2, n, n_needed, n_brought = 0;
    const char *const *needed = access_needed(a, ACCESS_CREATE, &n_needed);
    for (size_t i = 0; i < job->n_rows; i++)
        most += strlen(job->rows[i].brings) / 2 + 1;
    const char **tested = arena_array(a, const char *, most + n_needed);
    job->result.tested = tested;
    for (size_t i = 0; job->o.ours && i < job->n_rows && job->result.n_gone; i++) {
        const char *const *words = access_words(a, job->rows[i].brings, &n);
        n_brought += n;
        for (size_t k = 0; k < n; k++)
            note(job, a, tested, words[k]);
    }
    if (n_brought == 0)
        note_roles(job, a, tested, needed, n_needed);
    if ((job->o.editor || job->o.owner) && job->o.only_by_basic && job->result.n_gone)
        note(job, a, tested, job->o.only_by_basic);
}

static bool holds_any(const struct drop_job *job, const char *policy)
{
    for (size_t i = 0; i < job->result.n_gone; i++)
        if (policy_has(policy, job->result.gone[i].role, job->result.gone[i].member,
                       job->result.gone[i].condition))
            return true;
    return false;
}

/* As they stood when the policy was read. */
static void close_rows(struct task *t, struct drop_job *job)
{
    size_t n;
    const struct access_ours *ours = access_find_ours(task_arena(t), projects_policy(job->reading),
                                                      job->o.member, job->rows, job->n_rows, &n);
    if (job->o.ours && job->o.store)
        access_settle_rows(job->o.store, job->rows, job->n_rows, ours, n, true);
}

static enum task_state came_back(struct task *t)
{
    struct err e;
    err_set(&e, ERR_CONFLICT, tr("Taking the roles away"));
    err_reason(&e, "STILL_THERE");
    err_why(&e, tr("the policy holds some of it again: somebody else has written it back"));
    err_hint(&e, tr("look at it with strom access, then strom access drop once more"));
    return task_fail(t, &e);
}

static void begin_testing(struct task *t, struct drop_job *job)
{
    close_rows(t, job);
    choose_tested(job, task_arena(t));
    job->held = (struct holding){.google = job->o.google,
                                 .project = job->o.project,
                                 .permissions = job->result.tested,
                                 .n = job->result.n_tested};
    holding_begin(&job->held);
    job->phase = ACCESS_TESTING;
    task_news(t);
    task_again(t);
}

/* --- the phases --- */

static enum task_state read_policy(struct task *t, struct drop_job *job)
{
    struct arena *a = task_arena(t);
    struct err e;
    if (!job->recorded) {
        if (job->o.store &&
            !grants_open(job->o.store, job->o.project, a, &job->rows, &job->n_rows, &e) &&
            !str_eq(e.reason, "BUSY"))
            return task_fail(t, &e);
        job->recorded = true;
        job->reading = projects_policy_get(job->o.google, job->o.project);
    }
    if (!holding_ended(t, job->reading))
        return TASK_RUNNING;
    if (task_state(job->reading) == TASK_FAILED)
        return task_fail_like(t, job->reading);
    const struct google_policy *policy = projects_policy(job->reading);
    job->result.gone =
        access_drop_changes(a, &job->o, policy, job->rows, job->n_rows, &job->result.n_gone);
    job->phase = ACCESS_WRITING;
    task_again(t);
    return TASK_RUNNING;
}

/* Read once more, where one still may; else what Google answered to the change is the proof. */
static enum task_state was_read_again(struct task *t, struct drop_job *job)
{
    const struct err *e = task_state(job->again) == TASK_FAILED ? task_error(job->again) : NULL;
    if (e && e->kind != ERR_DENIED)
        return task_fail_like(t, job->again);
    job->result.read_again = e == NULL;
    const char *policy = e ? job->after : projects_policy(job->again)->text;
    if (policy && holds_any(job, policy))
        return came_back(t);
    begin_testing(t, job);
    return TASK_RUNNING;
}

static enum task_state write_policy(struct task *t, struct drop_job *job)
{
    struct arena *a = task_arena(t);
    if (job->result.n_gone == 0) { /* not there: the policy that was read is the proof */
        job->result.read_again = true;
        begin_testing(t, job);
        return TASK_RUNNING;
    }
    if (!job->writing)
        job->writing =
            access_bind(job->o.google, job->o.project, job->result.gone, job->result.n_gone);
    if (!holding_ended(t, job->writing))
        return TASK_RUNNING;
    if (task_state(job->writing) == TASK_FAILED)
        return task_fail_like(t, job->writing);
    if (!job->again) {
        job->before = arena_str(a, access_bind_before(job->writing));
        job->after = arena_str(a, access_bind_after(job->writing));
        job->again = projects_policy_get(job->o.google, job->o.project);
    }
    return holding_ended(t, job->again) ? was_read_again(t, job) : TASK_RUNNING;
}

static void keep_held(struct drop_job *job, struct arena *a, const struct google_held *held)
{
    const char **list = arena_array(a, const char *, held->n + 1);
    for (size_t i = 0; i < held->n; i++)
        list[i] = arena_str(a, held->permissions[i]);
    job->result.held = list;
    job->result.n_held = held->n;
}

/* What is still held when it took too long comes from elsewhere. */
static enum task_state test(struct task *t, struct drop_job *job)
{
    enum task_state state = job->result.n_tested ? holding_step(&job->held, t) : TASK_OK;
    if (state == TASK_OK && job->result.n_tested)
        keep_held(job, task_arena(t), holding_answer(&job->held));
    if (state == TASK_OK)
        job->phase = ACCESS_OVER;
    return state;
}

static enum task_state step(struct task *t)
{
    struct drop_job *job = task_job(t, &type);
    switch (job->phase) {
    case ACCESS_RECORDING:
        return read_policy(t, job);
    case ACCESS_WRITING:
        return write_policy(t, job);
    case ACCESS_TESTING:
        return test(t, job);
    case ACCESS_OVER:
        break;
    }
    return TASK_OK;
}

static void stop(void *ctx)
{
    struct drop_job *job = ctx;
    task_clear(&job->reading);
    task_clear(&job->writing);
    task_clear(&job->again);
    holding_drop(&job->held);
}

struct task *access_drop(struct net *net, const struct access_drop_order *o)
{
    struct task *t = task_new(net, &type);
    struct drop_job *job = task_job(t, &type);
    struct arena *a = task_arena(t);
    job->o = *o;
    job->o.project = arena_str(a, o->project);
    job->o.member = arena_str(a, o->member ? o->member : "");
    job->o.only_by_basic = arena_str(a, o->only_by_basic);
    return t;
}

static const struct drop_job *job_of(const struct task *t)
{
    return task_job(t, &type);
}

enum access_phase access_drop_phase(const struct task *t)
{
    return job_of(t)->phase;
}

const struct access_dropped *access_drop_result(const struct task *t)
{
    return &job_of(t)->result;
}

const char *access_drop_before(const struct task *t)
{
    return job_of(t)->before;
}

const char *access_drop_after(const struct task *t)
{
    return job_of(t)->after;
}
