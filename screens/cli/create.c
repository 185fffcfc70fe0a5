#include "screens/cli/command.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"

/* strom create APP DB-USER: the words are options of their own. */
static bool take_words(struct options *o, struct err *e)
{
    if (o->n_args >= 1)
        o->app = o->args[0];
    if (o->n_args >= 2)
        o->db_user = o->args[1];
    if (o->app || o->project)
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "APP is missing");
    return err_hint(
        e, "strom create APP DB-USER, for example: strom create postmottak-backend datastream");
}

/* Where no database can be asked: everything up to the source profile first; then it tells the
 * tables. */
static bool make_profile_first(struct creation *c, struct err *e)
{
    unsigned without_stream = ((1u << STEPS) - 1) & ~(1u << STEP_STREAM | 1u << STEP_START);

    return creation_carry_out(c, without_stream, e) && creation_select(c, true, e);
}

static int run(struct creation *c)
{
    struct err e;

    if (c->s->pg_trouble.kind != ERR_NONE)
        out_talk(tr("not checked beforehand: %s"), c->s->pg_trouble.why);
    if (!creation_select(c, true, &e) ||
        (c->selection.n_tables == 0 && !make_profile_first(c, &e)) || !creation_carry_out(c, 0, &e))
        return creation_end(c, &e);
    return creation_end(c, NULL);
}

int command_create(const struct options *given)
{
    struct options o = *given;
    struct session s;
    struct creation c;
    struct err e;
    int code;

    if (!take_words(&o, &e))
        return out_error(&o, &e);
    creation_init(&c, &s);
    if (session_open(&s, &o, SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT, &code))
        code = run(&c);
    creation_done(&c);
    session_close(&s);
    return code;
}
