#include "api/access/holding.h"

#include "api/base/clock.h"
#include "api/google/client.h"

/* What Google documents as the longest usual time; after it no more is to be expected. */
enum { LONGEST_MS = 10 * 60 * 1000 };

void holding_begin(struct holding *h)
{
    h->since_ms = clock_mono_ms();
    h->held = h->n - h->wanted;
}

bool holding_ended(struct task *t, const struct task *part)
{
    if (task_state(part) == TASK_RUNNING)
        task_held(t, task_held_by(part));
    return task_state(part) != TASK_RUNNING;
}

/* Who has been refused to the end of its tries is in no hurry. */
static enum task_state pause(struct holding *h, struct task *t)
{
    int64_t now = clock_mono_ms(), ms = google_poll_pause_ms(h->google, now - h->since_ms);

    if (task_state(h->asking) == TASK_FAILED && task_error(h->asking)->kind == ERR_QUOTA)
        ms += 15 * google_poll_floor_ms(h->google);
    task_clear(&h->asking);
    h->pause_until = now + ms;
    task_wait_until(t, h->pause_until);
    return TASK_RUNNING;
}

static enum task_state was_answered(struct holding *h, struct task *t, bool late)
{
    size_t before = h->held;

    h->held = projects_held(h->asking)->n;
    if (h->held != before)
        task_news(t);
    return h->held == h->wanted || late ? TASK_OK : pause(h, t);
}

enum task_state holding_step(struct holding *h, struct task *t)
{
    if (clock_mono_ms() < h->pause_until) {
        task_wait_until(t, h->pause_until);
        return TASK_RUNNING;
    }
    if (!h->asking)
        h->asking = projects_test_permissions(h->google, h->project, h->permissions, h->n);
    if (!holding_ended(t, h->asking))
        return TASK_RUNNING;
    bool late = clock_mono_ms() - h->since_ms > LONGEST_MS;
    if (task_state(h->asking) == TASK_OK)
        return was_answered(h, t, late);
    return task_error(h->asking)->retryable && !late ? pause(h, t) : task_fail_like(t, h->asking);
}

const struct google_held *holding_answer(const struct holding *h)
{
    return projects_held(h->asking);
}

void holding_drop(struct holding *h)
{
    task_clear(&h->asking);
}
