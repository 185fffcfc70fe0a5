#include "api/google/rest_job.h"

/* What owners may ask of a call, or tell it. */

void google_may_be_sent(struct task *t)
{
    struct rest_job *job = task_job(t, &rest_type);
    job->x.lost = true;
}

static const struct rest_job *job_of(const struct task *t)
{
    return t ? task_job(t, &rest_type) : NULL;
}

const char *google_operation_name(const struct task *t)
{
    const struct rest_job *job = job_of(t);
    if (!job || !job->run.path || job->call.wait == REST_QUERY)
        return NULL;
    return job->run.name;
}

const struct google_validation *google_validations(const struct task *t, size_t *n)
{
    const struct rest_job *job = job_of(t);
    *n = job ? job->run.n_validations : 0;
    return job ? job->run.validations : NULL;
}

bool google_may_have_happened(const struct task *t)
{
    const struct rest_job *job = job_of(t);
    return job && task_state(t) == TASK_FAILED && job->x.lost &&
           (job->x.refusal.status == 0 || job->x.refusal.status >= 500 || job->at != AT_SEND);
}

bool google_adopted(const struct task *t)
{
    const struct rest_job *job = job_of(t);
    return job && job->adopted;
}

unsigned google_requests(const struct task *t)
{
    const struct rest_job *job = job_of(t);
    return job ? job->x.sent : 0;
}
