#include "api/plan/reviewing.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/plan/drifting.h"
#include "api/plan/file.h"
#include "api/plan/judge.h"
#include "api/plan/revision.h"
#include "api/plan/running.h"

#include <string.h>
#include <unistd.h>

struct job {
    struct reviewing_options o;
    struct target target;
    const char *folder;                  /* of the file */
    struct task *base, *team, *team_top; /* of git; NULL: not asked */
    struct task *live;
    struct selection is, judged, was;
    bool has_is, has_was;
    struct rules_team *team_was;
    struct review_input in;
    struct review review;
    bool made;
};

static void stop(void *job)
{
    struct job *j = job;
    struct task **const tasks[] = {&j->base, &j->team, &j->team_top, &j->live};

    if (j->made)
        review_done(&j->review);
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        task_clear(tasks[i]);
    if (j->has_is) {
        selection_done(&j->is);
        selection_done(&j->judged);
    }
    if (j->has_was)
        selection_done(&j->was);
    team_free(j->team_was);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"reviewing", sizeof(struct job), step, stop};

static bool is_under_way(const struct task *t)
{
    return t && task_state(t) == TASK_RUNNING;
}

static bool is_ok(const struct task *t)
{
    return t && task_state(t) == TASK_OK;
}

/* --- the base --- */

static bool read_was(struct job *j, const char *text, size_t bytes, struct err *e)
{
    char why[sizeof e->why];

    j->has_was = plan_file_read(text, bytes, &j->was, e);
    if (j->has_was)
        return true;
    str_copy(why, sizeof why, e->why);
    err_resource(e, j->o.base);
    return err_why(e, "as %s has it: %s", j->o.base, why);
}

static bool read_file(struct task *t, struct job *j, struct err *e)
{
    const char *slash = strrchr(j->o.base, '/');
    struct str text = {0};
    struct err none;
    bool ok = path_read_given(j->o.base, PLAN_FILE_MAX_BYTES, false, &text, e) &&
              read_was(j, str_text(&text), text.bytes, e);

    str_done(&text);
    if (!ok && e->kind != ERR_INPUT && !err_is_machine(e)) {
        e->kind = ERR_INPUT; /* the command line names it */
        err_hint(e, "--base names a revision of git, or another plan file");
    }
    j->in.base = REVIEW_FILE;
    if (slash && team_open(arena_strn(task_arena(t), j->o.base, (size_t)(slash - j->o.base) + 1),
                           &j->team_was, &none))
        j->in.team_known = j->team_was != NULL;
    return ok;
}

static bool is_path(const char *base)
{
    return str_eq(base, "-") || str_starts(base, "/") || str_starts(base, "./") ||
           str_starts(base, "../");
}

/* A name that git knows goes before a file of that name, as in git itself. */
static bool take_base(struct task *t, struct job *j, struct err *e)
{
    size_t bytes;

    if (j->base == NULL)
        return read_file(t, j, e);
    if (task_state(j->base) == TASK_FAILED) {
        if (access(j->o.base, F_OK) == 0)
            return read_file(t, j, e);
        *e = *task_error(j->base);
        return false;
    }
    const char *text = revision_text(j->base, &bytes);
    j->in.base = REVIEW_REVISION;
    j->in.commit = revision_commit(j->base);
    return text == NULL || read_was(j, text, bytes, e);
}

/* The team's rules of that revision: beside the file, else at the repository's top. */
static bool take_team(struct job *j, struct err *e)
{
    struct task *const asked[] = {j->team, j->team_top};
    size_t bytes;

    if (j->in.base != REVIEW_REVISION)
        return true;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const char *text = is_ok(asked[i]) ? revision_text(asked[i], &bytes) : NULL;
        if (text && !team_read(text, bytes, &j->team_was, e))
            return false;
        if (text)
            break;
    }
    j->in.team_known = is_ok(j->team);
    return true;
}

/* --- the whole --- */

static void take_live(struct task *t, struct job *j)
{
    const struct err *source = drifting_source_trouble(j->live);

    j->in.live = *drifting_world(j->live);
    j->in.judgement = drifting_judgement(j->live);
    j->in.source_why = source ? arena_str(task_arena(t), source->why) : j->o.source_why;
}

static bool look(struct task *t, struct job *j, struct err *e)
{
    const struct err *unknown = drifting_stream_trouble(j->live);

    take_live(t, j);
    if (j->o.base) {
        j->in.base_name = j->o.base;
        if (unknown)
            j->in.live_why =
                arena_str(task_arena(t), unknown->why[0] ? unknown->why : unknown->what);
        return take_base(t, j, e) && take_team(j, e);
    }
    j->in.base = REVIEW_STREAM;
    j->in.base_name = j->target.stream;
    if (unknown) {
        *e = *unknown;
        return false;
    }
    if (j->in.live.stream) {
        running_selection(j->in.live.stream, &j->is, &j->was);
        j->has_was = true;
    }
    return true;
}

static enum task_state make(struct task *t, struct job *j)
{
    struct err e;

    if (!look(t, j, &e))
        return task_fail(t, &e);
    judge_again(&j->judged, j->o.team, j->in.live.seen);
    j->in.file = j->o.name;
    j->in.was = j->has_was ? &j->was : NULL;
    j->in.is = &j->is;
    j->in.judged = &j->judged;
    j->in.target = &j->target;
    j->in.team = j->o.team;
    j->in.team_was = j->team_was;
    review_make(&j->in, &j->review);
    j->made = true;
    return TASK_OK;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    const struct task *const asked[] = {j->base, j->team, j->team_top, j->live};

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (is_under_way(asked[i]))
            return TASK_RUNNING;
    return make(t, j);
}

/* --- beginning --- */

static void ask_git(struct task *t, struct job *j)
{
    struct arena *a = task_arena(t);
    const char *slash = strrchr(j->o.path, '/');
    const char *folder = slash ? arena_strn(a, j->o.path, (size_t)(slash - j->o.path)) : ".";

    if (slash == j->o.path)
        folder = "/";
    j->base = revision_read(task_net(t), j->o.path, j->o.base, PLAN_FILE_MAX_BYTES);
    j->team =
        revision_read(task_net(t), path_join(a, folder, TEAM_FILE), j->o.base, TEAM_MAX_BYTES);
    if (j->o.repo)
        j->team_top = revision_read(task_net(t), path_join(a, j->o.repo, TEAM_FILE), j->o.base,
                                    TEAM_MAX_BYTES);
}

static void ask_live(struct task *t, struct job *j)
{
    const struct drifting_options o = {.google = j->o.google,
                                       .pg = j->o.pg,
                                       .target = &j->target,
                                       .file = &j->is,
                                       .team = j->o.team,
                                       .values = j->o.values};

    j->live = drifting(task_net(t), &o);
}

/* Twice: as it stands, and as it is judged. In the order of the file's own text both times. False
 * where a file of it could not be read again. */
static bool copy_file(struct job *j, struct err *e)
{
    struct str text = {0};
    bool ok;

    plan_file_write(j->o.file, &text);
    ok = plan_file_read(str_text(&text), text.bytes, &j->is, e);
    if (ok && !plan_file_read(str_text(&text), text.bytes, &j->judged, e)) {
        selection_done(&j->is);
        ok = false;
    }
    j->has_is = ok;
    str_done(&text);
    return ok;
}

struct task *reviewing(struct net *net, const struct reviewing_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);
    struct arena *a = task_arena(t);
    struct err e;

    j->o = *o;
    j->target = *o->target;
    j->o.target = &j->target;
    j->o.name = arena_str(a, o->name);
    j->o.path = arena_str(a, o->path);
    j->o.repo = arena_str(a, o->repo);
    j->o.base = arena_str(a, o->base);
    j->o.source_why = arena_str(a, o->source_why);
    if (!copy_file(j, &e)) {
        task_drop(t);
        return task_refused(net, &e);
    }
    j->o.file = &j->is;
    j->o.values = o->values;
    if (o->base && o->path && !is_path(o->base))
        ask_git(t, j);
    ask_live(t, j);
    return t;
}

const struct review *reviewing_review(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return &j->review;
}
