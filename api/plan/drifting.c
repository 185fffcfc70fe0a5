#include "api/plan/drifting.h"

#include "api/base/str.h"
#include "api/pg/source.h"
#include "api/plan/wanted.h"

struct job {
    char db_user[64], publication[64];
    struct task *stream, *source, *tables; /* NULL: not asked */
    struct judgement *judgement;
    struct drift_world world;
    struct err nowhere; /* nobody could be asked for the stream */
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->stream);
    task_clear(&j->source);
    task_clear(&j->tables);
    judgement_free(j->judgement);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"drifting", sizeof(struct job), step, stop};

static bool is_under_way(const struct task *t)
{
    return t && task_state(t) == TASK_RUNNING;
}

static bool is_ok(const struct task *t)
{
    return t && task_state(t) == TASK_OK;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);

    if (is_under_way(j->stream) || is_under_way(j->source) || is_under_way(j->tables))
        return TASK_RUNNING;
    j->world = (struct drift_world){.db_user = j->db_user, .publication = j->publication};
    if (is_ok(j->stream))
        j->world.stream = datastream_stream(j->stream);
    if (is_ok(j->source))
        j->world.facts = source_facts(j->source);
    if (is_ok(j->tables)) {
        j->judgement = judging_take(j->tables);
        j->world.seen = judgement_selection(j->judgement);
    }
    return TASK_OK;
}

static void ask_stream(struct job *j, const struct drifting_options *o)
{
    const struct target *t = o->target;

    if (o->google && t->project[0] && t->region[0] && t->stream[0]) {
        j->stream = datastream_stream_get(o->google, t->project, t->region, t->stream);
        return;
    }
    err_set(&j->nowhere, ERR_INPUT, "Looking at the running stream");
    err_why(&j->nowhere, "project, region and stream are not known");
    err_hint(&j->nowhere, "use --project and --location, or --app with a kubeconfig; --base "
                          "compares with another revision instead");
}

struct task *drifting(struct net *net, const struct drifting_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);
    const struct judging_options options = {
        .pg = o->pg,
        .catalog = {.publication = o->target->publication, .reader = o->target->db_user},
        .team = o->team,
        .flows = o->file,
        .values = o->values};
    struct source_wanted wanted;

    str_copy(j->db_user, sizeof j->db_user, o->target->db_user);
    str_copy(j->publication, sizeof j->publication, o->target->publication);
    ask_stream(j, o);
    if (o->pg == NULL || !pg_alive(o->pg))
        return t;
    j->tables = judging(net, &options);
    selection_wanted(o->file, o->target, task_arena(t), &wanted);
    if (wanted.n_tables > 0)
        j->source = source_read(o->pg, &wanted, NULL);
    return t;
}

const struct drift_world *drifting_world(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return &j->world;
}

const struct judgement *drifting_judgement(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return j->judgement;
}

const struct err *drifting_stream_trouble(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    if (j->stream == NULL)
        return &j->nowhere;
    if (task_state(j->stream) != TASK_FAILED || task_error(j->stream)->kind == ERR_MISSING)
        return NULL;
    return task_error(j->stream);
}

const struct err *drifting_source_trouble(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return j->tables && task_state(j->tables) == TASK_FAILED ? task_error(j->tables) : NULL;
}

static bool fits(const char *told, const char *is)
{
    return str_is_empty(told) || str_eq(told, is);
}

bool drifting_concerns(const struct selection *file, const struct target *t)
{
    return fits(file->naming.stream, t->stream) && fits(file->destination.project, t->project);
}
