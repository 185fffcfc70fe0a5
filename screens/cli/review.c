#include "screens/cli/command.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/plan/reviewing.h"
#include "screens/cli/out.h"
#include "screens/cli/remembered.h"
#include "screens/cli/session.h"
#include "screens/values.h"

#include <string.h>
#include <unistd.h>

/* NULL: it came from stdin, and lies beside nothing. */
static const char *path_of(struct session *s)
{
    if (s->o->file)
        return str_eq(s->o->file, "-") ? NULL : s->o->file;
    return s->live.repo ? path_join(&s->mem, s->live.repo, "replication.json") : NULL;
}

static const char *name_of(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return path == NULL ? "replication.json" : slash ? slash + 1 : path;
}

static void show(const struct options *o, const struct review *r)
{
    struct str text = {0};

    if (o->json)
        review_json(r, &text);
    else if (o->markdown)
        review_markdown(r, &text);
    else
        review_print(r, &text);
    out_result(&text);
    str_done(&text);
}

static int run(struct session *s)
{
    const char *path = path_of(s);
    struct kept *kept = remembered(s->live.store, &s->target);
    const struct judging_values values =
        values_for_judging(&s->live, s->o->dsn, s->live.pg ? pg_database(s->live.pg) : "", kept);
    const struct reviewing_options o = {.file = &s->file,
                                        .name = name_of(path),
                                        .path = path,
                                        .repo = s->live.repo,
                                        .base = s->o->base,
                                        .google = s->live.google,
                                        .pg = s->live.pg,
                                        .source_why = s->live.pg ? NULL : s->pg_trouble.why,
                                        .target = &s->target,
                                        .team = s->live.team,
                                        .values = &values};
    struct task *t = reviewing(s->live.net, &o);
    struct err e;
    int code;

    if (session_wait(s, t, &e)) {
        show(s->o, reviewing_review(t));
        code = review_is_fine(reviewing_review(t)) ? OUT_FINE : OUT_NOT_YET;
    } else {
        code = out_error(s->o, &e);
    }
    task_drop(t);
    kept_free(kept);
    return code;
}

/* With a base git is enough: what else can be asked is told besides. */
static unsigned wanted(const struct options *o)
{
    unsigned wants = SESSION_FILE | SESSION_THE_FILE | SESSION_CLUSTER | SESSION_SOURCE;

    return wants | (o->base ? SESSION_IF_ANY : SESSION_PROJECT);
}

int command_review(const struct options *o)
{
    return session_run(o, wanted(o), run);
}
