#include "api/access/grant.h"
#include "api/access/holding.h"

#include "api/base/clock.h"

#include <string.h>

enum { STORE_PATIENCE_MS = 5000, STORE_PAUSE_MS = 50 };

struct grant_job {
    struct access_grant_order o;
    struct access_change *changes;
    struct grant_row row;
    enum access_phase phase;
    struct task *asked;
    const char *before, *after;
    struct holding held;
    int64_t since_ms;
};

static enum task_state step(struct task *t);
static void stop(void *ctx);
static const struct task_type type = {"access grant", sizeof(struct grant_job), step, stop};

static const char *joined(struct arena *a, const char *const *words, size_t n)
{
    struct str text = {0};
    for (size_t i = 0; i < n; i++)
        str_printf(&text, "%s%s", i ? " " : "", words[i]);
    const char *out = arena_str(a, str_text(&text));
    str_done(&text);
    return out;
}

struct access_change *access_grant_changes(struct arena *a, const struct access_grant_order *o)
{
    struct access_change *changes = arena_array(a, struct access_change, o->n_roles + 1);
    struct google_condition *c = arena_new(a, struct google_condition);
    *c = access_condition(a, o->what, o->until);
    for (size_t i = 0; i < o->n_roles; i++)
        changes[i] = (struct access_change){
            .role = arena_str(a, o->roles[i]), .member = arena_str(a, o->member), .condition = c};
    return changes;
}

/* --- the phases --- */

/* Another program that writes at this moment is waited for; anything else, and nothing is granted.
 */
static enum task_state record(struct task *t, struct grant_job *job)
{
    struct err e;
    if (grants_mean(job->o.store, &job->row, &e)) {
        job->phase = ACCESS_WRITING;
        task_again(t);
        return TASK_RUNNING;
    }
    if (!e.retryable || clock_mono_ms() - job->since_ms > STORE_PATIENCE_MS)
        return task_fail(t, &e);
    task_wait_until(t, clock_mono_ms() + STORE_PAUSE_MS);
    return TASK_RUNNING;
}

/* Refused for sure: there is nothing to take back. Else the row stays, for it may be granted. */
static enum task_state was_refused(struct task *t, struct grant_job *job)
{
    const struct err *e = task_error(job->asked);
    struct err ignored;
    if (e->code >= 400 && e->code < 500)
        grants_set(job->o.store, job->row.id, GRANT_GONE, &ignored); /* else the next look does */
    return task_fail_like(t, job->asked);
}

static enum task_state was_written(struct task *t, struct grant_job *job)
{
    struct err ignored;
    job->before = arena_str(task_arena(t), access_bind_before(job->asked));
    job->after = arena_str(task_arena(t), access_bind_after(job->asked));
    task_clear(&job->asked);
    grants_set(job->o.store, job->row.id, GRANT_HELD, &ignored); /* meant is as good as held */
    job->phase = ACCESS_TESTING;
    holding_begin(&job->held);
    task_news(t);
    task_again(t);
    return TASK_RUNNING;
}

static enum task_state write_policy(struct task *t, struct grant_job *job)
{
    if (!job->asked)
        job->asked = access_bind(job->o.google, job->o.project, job->changes, job->o.n_roles);
    if (!holding_ended(t, job->asked))
        return TASK_RUNNING;
    return task_state(job->asked) == TASK_FAILED ? was_refused(t, job) : was_written(t, job);
}

/* Granted it is, however this ends: only whether it works is not known then. */
static enum task_state test(struct task *t, struct grant_job *job)
{
    enum task_state state = job->o.n_brings ? holding_step(&job->held, t) : TASK_OK;
    if (state == TASK_OK)
        job->phase = ACCESS_OVER;
    return state;
}

static enum task_state step(struct task *t)
{
    struct grant_job *job = task_job(t, &type);
    switch (job->phase) {
    case ACCESS_RECORDING:
        return record(t, job);
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
    struct grant_job *job = ctx;
    task_clear(&job->asked);
    holding_drop(&job->held);
}

/* --- for others --- */

static const char *const *copy_list(struct arena *a, const char *const *list, size_t n)
{
    const char **out = arena_array(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = arena_str(a, list[i]);
    return out;
}

struct task *access_grant(struct net *net, const struct access_grant_order *o)
{
    struct task *t = task_new(net, &type);
    struct grant_job *job = task_job(t, &type);
    struct arena *a = task_arena(t);
    job->o = *o;
    job->o.project = arena_str(a, o->project);
    job->o.member = arena_str(a, o->member);
    job->o.brings = copy_list(a, o->brings, o->n_brings);
    job->held = (struct holding){.google = o->google,
                                 .project = job->o.project,
                                 .permissions = job->o.brings,
                                 .n = o->n_brings,
                                 .wanted = o->n_brings};
    job->changes = access_grant_changes(a, o);
    job->since_ms = clock_mono_ms();
    const struct google_condition c = access_condition(a, o->what, o->until);
    job->row = (struct grant_row){.project = job->o.project,
                                  .member = job->o.member,
                                  .roles = joined(a, o->roles, o->n_roles),
                                  .title = c.title,
                                  .expression = c.expression,
                                  .brings = joined(a, o->brings, o->n_brings),
                                  .until = o->until};
    return t;
}

static const struct grant_job *job_of(const struct task *t)
{
    return task_job(t, &type);
}

enum access_phase access_grant_phase(const struct task *t)
{
    return job_of(t)->phase;
}

size_t access_grant_works(const struct task *t)
{
    return job_of(t)->held.held;
}

const char *access_grant_before(const struct task *t)
{
    return job_of(t)->before;
}

const char *access_grant_after(const struct task *t)
{
    return job_of(t)->after;
}
