#include "api/access/binding.h"

#include "api/base/clock.h"
#include "api/google/client.h"

#include <string.h>

enum {
    MOST_CYCLES = 24,
    NEW_ACCOUNT_CYCLES = 40, /* a new account is not known everywhere for some seconds */
    LONGEST_PAUSES = 8       /* of poll floors */
};

struct bind_job {
    struct google *google;
    const char *project;
    struct access_change *changes;
    size_t n;
    struct task *asked;
    bool writing, changed;
    const char *before, *after;
    const char *wrote; /* from this, by a call whose answer was lost; NULL: none was */
    unsigned cycles;
    int64_t pause_until;
};

static enum task_state step(struct task *t);
static void stop(void *job);
static const struct task_type bind_type = {"access bind", sizeof(struct bind_job), step, stop};

static enum policy_edit edit_one(const char *policy, const struct access_change *c, struct str *out,
                                 struct err *e)
{
    return c->remove ? policy_remove(policy, c->role, c->member, c->condition, out, e)
                     : policy_add(policy, c->role, c->member, c->condition, out, e);
}

enum policy_edit access_edit(const char *policy, const struct access_change *changes, size_t n,
                             struct str *out, struct err *e)
{
    struct str text = {0};
    bool changed = false;
    str_add(&text, policy);
    for (size_t i = 0; i < n; i++) { /* one after the other */
        struct str next = {0};
        enum policy_edit one = edit_one(str_text(&text), &changes[i], &next, e);
        if (one == POLICY_CHANGED) {
            str_done(&text);
            text = next;
            changed = true;
            continue;
        }
        str_done(&next);
        if (one == POLICY_FAILED) {
            str_done(&text);
            return POLICY_FAILED;
        }
    }
    if (changed)
        str_add(out, str_text(&text));
    str_done(&text);
    return changed ? POLICY_CHANGED : POLICY_SAME;
}

static enum task_state read_again(struct task *t, struct bind_job *job, bool at_once)
{
    int64_t floor = google_poll_floor_ms(job->google);
    int64_t pauses = job->cycles < LONGEST_PAUSES ? (int64_t)job->cycles : LONGEST_PAUSES;
    task_clear(&job->asked);
    job->writing = false;
    job->pause_until = at_once ? 0 : clock_mono_ms() + floor * pauses;
    task_again(t);
    return TASK_RUNNING;
}

static enum task_state was_read(struct task *t, struct bind_job *job)
{
    struct str text = {0};
    struct err e;
    job->before = arena_str(task_arena(t), projects_policy(job->asked)->text);
    switch (access_edit(job->before, job->changes, job->n, &text, &e)) {
    case POLICY_SAME: /* by a write of ours, perhaps, whose answer was lost */
        job->after = job->wrote ? job->before : NULL;
        job->before = job->wrote;
        job->changed = job->wrote != NULL;
        task_clear(&job->asked);
        return TASK_OK;
    case POLICY_FAILED:
        return task_fail(t, &e);
    case POLICY_CHANGED:
        break;
    }
    task_clear(&job->asked);
    job->asked = projects_policy_set(job->google, job->project, str_text(&text));
    job->writing = true;
    str_done(&text);
    return TASK_RUNNING;
}

/* "Service account x does not exist": so it seems for some seconds after it was made. */
static bool is_new_account(const struct bind_job *job, const struct err *e)
{
    for (size_t i = 0; i < job->n; i++)
        if (str_starts(job->changes[i].member, "serviceAccount:") && !job->changes[i].remove)
            return e->code == 400 && strstr(e->why, "does not exist") != NULL;
    return false;
}

static enum task_state was_refused(struct task *t, struct bind_job *job)
{
    const struct err *e = task_error(job->asked);
    bool raced = e->code == 409 || e->code == 412; /* somebody else wrote in between */
    /* A lost answer to a write: reading again shows whether it was carried out. */
    bool lost = job->writing && e->retryable && (e->code == 0 || e->code >= 500);
    if (lost)
        job->wrote = job->before;
    if ((raced || lost) && job->cycles < MOST_CYCLES)
        return read_again(t, job, false);
    if (is_new_account(job, e) && job->cycles < NEW_ACCOUNT_CYCLES)
        return read_again(t, job, false);
    return task_fail_like(t, job->asked);
}

static enum task_state step(struct task *t)
{
    struct bind_job *job = task_job(t, &bind_type);
    if (!job->asked) {
        if (job->pause_until > clock_mono_ms()) {
            task_wait_until(t, job->pause_until);
            return TASK_RUNNING;
        }
        job->cycles++;
        job->asked = projects_policy_get(job->google, job->project);
        return TASK_RUNNING;
    }
    switch (task_state(job->asked)) {
    case TASK_RUNNING:
        task_held(t, task_held_by(job->asked));
        return TASK_RUNNING;
    case TASK_FAILED:
        return was_refused(t, job);
    case TASK_OK:
        break;
    }
    if (!job->writing)
        return was_read(t, job);
    job->changed = true;
    job->after = arena_str(task_arena(t), projects_policy(job->asked)->text);
    task_clear(&job->asked);
    return TASK_OK;
}

static void stop(void *ctx)
{
    struct bind_job *job = ctx;
    task_clear(&job->asked);
}

static const struct google_condition *copy_condition(struct arena *a,
                                                     const struct google_condition *c)
{
    if (!c)
        return NULL;
    struct google_condition *copy = arena_new(a, struct google_condition);
    copy->title = arena_str(a, c->title);
    copy->description = arena_str(a, c->description);
    copy->expression = arena_str(a, c->expression);
    return copy;
}

struct task *access_bind(struct google *g, const char *project, const struct access_change *changes,
                         size_t n)
{
    struct task *t = task_new(google_net(g), &bind_type);
    struct bind_job *job = task_job(t, &bind_type);
    struct arena *a = task_arena(t);
    job->google = g;
    job->project = arena_str(a, project);
    job->changes = arena_array(a, struct access_change, n + 1);
    for (size_t i = 0; i < n; i++)
        job->changes[i] = (struct access_change){
            .role = arena_str(a, changes[i].role),
            .member = arena_str(a, changes[i].member),
            .condition = copy_condition(a, changes[i].condition),
            .remove = changes[i].remove,
        };
    job->n = n;
    return t;
}

bool access_bind_changed(const struct task *t)
{
    const struct bind_job *job = task_job(t, &bind_type);
    return job->changed;
}

const char *access_bind_before(const struct task *t)
{
    const struct bind_job *job = task_job(t, &bind_type);
    return job->changed ? job->before : NULL;
}

const char *access_bind_after(const struct task *t)
{
    const struct bind_job *job = task_job(t, &bind_type);
    return job->changed ? job->after : NULL;
}

unsigned access_bind_cycles(const struct task *t)
{
    const struct bind_job *job = task_job(t, &bind_type);
    return job->cycles;
}
