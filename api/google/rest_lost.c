#include "api/google/rest_job.h"

enum { MOST_SENDINGS = 3 /* of one that was found not to have happened */ };

/* A lost answer, or "exists already" after one: the world is looked at before anything is repeated.
 */
bool rest_is_worth_a_look(const struct rest_job *job)
{
    int status = job->x.refusal.status;
    return job->call.adopts && job->x.lost && job->call.look.bytes && job->call.size &&
           job->sendings < MOST_SENDINGS && (status == 0 || status == 409 || status >= 500);
}

/* A run that was killed may have sent the same: what counts is where the thing stands now. */
bool rest_is_worth_judging(const struct rest_job *job)
{
    int status = job->x.refusal.status;
    bool lost = job->x.lost && (status == 0 || status >= 500);
    return job->call.settles && job->call.judge && job->call.look.bytes &&
           (lost || status == 409 || str_eq(job->x.refusal.word, "FAILED_PRECONDITION") ||
            str_eq(job->x.refusal.reason, "resourceNotReady"));
}

/* It was lost, not refused, and where the thing stands shows that it never arrived. */
bool rest_is_worth_sending_again(const struct rest_job *job)
{
    return job->refused && (job->why.code == 0 || job->why.code >= 500) &&
           job->sendings < MOST_SENDINGS;
}

/* What was sent before, and lost, may be what is in the way of what was sent again. */
bool rest_is_in_its_own_way(const struct rest_job *job)
{
    return job->call.adopts && job->x.lost && job->call.look.bytes && job->call.size &&
           job->sendings < MOST_SENDINGS &&
           (str_eq(job->run.refusal.word, "ALREADY_EXISTS") || job->run.refusal.status == 409);
}
