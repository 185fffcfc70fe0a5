#include "screens/cli/preparing.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/prepare_look.h"
#include "api/plan/wanted.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"

static enum prepare_shape shape_of(const char *word)
{
    for (enum prepare_shape s = PREPARE_NARROW; s <= PREPARE_THREE; s++)
        if (str_eq(word, prepare_shape_name(s)))
            return s;
    return PREPARE_FITTING;
}

bool preparing_is_shape(const char *word)
{
    return word == NULL || shape_of(word) != PREPARE_FITTING;
}

/* One for all tables concerns them all, and so does taking it down. */
static bool asks_for_every_table(const struct options *o)
{
    return o->undo || shape_of(o->shape) == PREPARE_PROCEDURE;
}

/* What the database says, or NULL: then only the manifests can be made. */
static struct source_facts *facts_of(struct session *s, const struct selection *chosen)
{
    struct source_wanted wanted;
    struct source_facts *facts = NULL;
    struct err e;

    if (s->live.pg == NULL)
        return NULL;
    selection_wanted(asks_for_every_table(s->o) ? NULL : chosen, &s->target, &s->mem, &wanted);
    struct task *t = source_read(s->live.pg, &wanted, NULL);
    if (session_wait(s, t, &e))
        facts = source_take(t);
    else
        out_talk("strom: %s: %s", e.what, e.why);
    task_drop(t);
    return facts;
}

/* Whether a stream still carries what would be taken out of its publication. */
static bool make_with_stream(struct session *s, struct prepare_wanted *wanted, struct prepared *out,
                             struct err *e)
{
    struct task *t = prepare_look(s->live.net, s->live.google, &s->target);
    struct err ignored; /* prepare_use_look tells */

    if (t)
        session_wait(s, t, &ignored);
    prepare_use_look(wanted, t && task_state(t) == TASK_RUNNING ? NULL : t);
    bool ok = session_goes_on(s, e) && prepare(&s->mem, wanted, out, e);
    task_drop(t);
    return ok;
}

static bool make(struct session *s, const struct selection *chosen, bool only_migrations,
                 struct prepared *out, struct err *e)
{
    struct source_facts *facts = facts_of(s, chosen);
    struct prepare_wanted wanted = {.repo = s->live.repo,
                                    .t = &s->target,
                                    .facts = facts,
                                    .s = chosen,
                                    .folder = s->o->migrations,
                                    .shape = shape_of(s->o->shape),
                                    .only_migrations = only_migrations,
                                    .undo = s->o->undo};
    bool ok = session_goes_on(s, e) && prepare(&s->mem, &wanted, out, e);

    if (ok && out->takes_out)
        ok = make_with_stream(s, &wanted, out, e);
    source_free(facts);
    return ok;
}

/* The tables: those that the options name, else the plan file's. */
bool preparing_make(struct session *s, bool only_migrations, struct prepared *out, struct err *e)
{
    struct creation c;
    bool ok;

    if (!options_name_tables(s->o))
        return make(s, s->has_file ? &s->file : NULL, only_migrations, out, e);
    creation_init(&c, s);
    ok = creation_select(&c, true, e) && make(s, &c.selection, only_migrations, out, e);
    creation_done(&c);
    return ok;
}
