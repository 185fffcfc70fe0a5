/* Putting right what is wrong, as somebody would: look first, then do. And roles that are granted
 * for a while, and taken back. */

#include "api/access/grant.h"
#include "api/google/datastream.h"
#include "api/google/machine.h"
#include "tests/faults/aim.h"
#include "tests/faults/scenario.h"

#define STREAM  "postgres-postmottak-bigquery"
#define MACHINE "datastream-postmottak"
#define ZONE    "europe-north1-b"

/* --- a stream that has failed for good --- */

static bool stream_runs(struct world *w, struct outcome *out, bool *runs)
{
    struct task *t = datastream_stream_get(w->google, w->target.project, w->target.region, STREAM);
    bool ok = scenario_ended(w, t, out);

    *runs = ok && str_eq(datastream_stream(t)->state, "RUNNING");
    task_drop(t);
    return ok;
}

static void recover(struct world *w, struct outcome *out)
{
    bool runs;

    aim_phase("do");
    if (!stream_runs(w, out, &runs) || runs)
        return;
    struct task *t =
        datastream_stream_run(w->google, w->target.project, w->target.region, STREAM, false);
    scenario_ended(w, t, out);
    task_drop(t);
}

/* --- a machine that is down --- */

static bool machine_runs(struct world *w, struct outcome *out, bool *runs)
{
    struct task *t = compute_machine_get(w->google, w->target.project, ZONE, MACHINE);
    bool ok = scenario_ended(w, t, out);

    *runs = ok && str_eq(compute_machine(t)->status, "RUNNING");
    task_drop(t);
    return ok;
}

static void wake(struct world *w, struct outcome *out)
{
    bool runs;

    aim_phase("do");
    if (!machine_runs(w, out, &runs) || runs)
        return;
    struct task *t = compute_machine_start(w->google, w->target.project, ZONE, MACHINE, NULL);
    scenario_ended(w, t, out);
    task_drop(t);
}

/* --- roles for a while --- */

/* The same in every cell: their clock runs on from one to the next. */
static const int64_t until = 4102444800; /* 2100-01-01 */

static const char *const roles[] = {"roles/resourcemanager.projectIamAdmin",
                                    "roles/bigquery.dataOwner"};
static const char *const brings[] = {"bigquery.tables.getData"};

static bool grant(struct world *w, struct outcome *out)
{
    const struct access_grant_order order = {.google = w->google,
                                             .store = w->store,
                                             .project = w->target.project,
                                             .member = "user:kari.nordmann@nav.no",
                                             .what = "postmottak-backend",
                                             .roles = roles,
                                             .n_roles = 2,
                                             .brings = brings,
                                             .n_brings = 1,
                                             .until = until};
    struct task *t = access_grant(w->net, &order);
    bool ok = scenario_ended(w, t, out);

    task_drop(t);
    return ok;
}

static void grant_roles(struct world *w, struct outcome *out)
{
    aim_phase("do");
    grant(w, out);
}

static void drop_roles(struct world *w, struct outcome *out)
{
    aim_phase(NULL); /* its calls are those of the other */
    if (!grant(w, out))
        return;
    world_login_again(w);
    aim_phase("do");
    const struct access_drop_order order = {.google = w->google,
                                            .store = w->store,
                                            .project = w->target.project,
                                            .member = "user:kari.nordmann@nav.no",
                                            .ours = true};
    struct task *t = access_drop(w->net, &order);
    scenario_ended(w, t, out);
    task_drop(t);
}

static const struct scenario mends[] = {
    {.name = "recover", .scene = WORLD_LOST, .run = recover},
    {.name = "wake", .scene = WORLD_DOWN, .run = wake},
    {.name = "grant-roles", .scene = WORLD_RUNNING, .run = grant_roles},
    {.name = "drop-roles", .scene = WORLD_RUNNING, .run = drop_roles},
};

const struct scenario *mends_at(size_t i)
{
    return i < sizeof mends / sizeof *mends ? &mends[i] : NULL;
}
