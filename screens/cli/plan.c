#include "screens/cli/command.h"

#include "api/base/str.h"
#include "api/plan/file.h"
#include "api/plan/render.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"

static int print_schema(void)
{
    struct str text = {0};

    str_add(&text, plan_file_schema());
    out_result(&text);
    str_done(&text);
    return OUT_FINE;
}

static int show(struct creation *c)
{
    struct str text = {0};

    if (c->s->o->json)
        plan_json(&c->plan, &c->selection, &text);
    else
        plan_print(&c->plan, &c->selection, &text);
    if (!c->s->o->json)
        str_printf(&text, "digest %s\n", c->plan.digest);
    out_result(&text);
    str_done(&text);
    return plan_changes_nothing(&c->plan) && c->plan.n_unacknowledged == 0 ? OUT_FINE : OUT_NOT_YET;
}

static bool names_tables(const struct options *o)
{
    return o->include_tables || o->exclude_tables || o->n_columns;
}

int command_plan(const struct options *o)
{
    struct session s;
    struct creation c;
    struct err e;
    int code;

    if (o->schema)
        return print_schema();
    creation_init(&c, &s);
    if (session_open(&s, o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT,
                     &code))
        code = creation_select(&c, names_tables(o), &e) && creation_plan(&c, 0, &e)
                   ? show(&c)
                   : out_error(o, &e);
    creation_done(&c);
    session_close(&s);
    return code;
}

/* --- apply
 * ------------------------------------------------------------------------------------------ */

/* Fills *e; always false. */
static bool moved(struct err *e)
{
    err_set(e, ERR_CONFLICT, "Applying the plan");
    err_reason(e, "MOVED");
    err_why(e, "what was seen when the plan was made has changed");
    return err_hint(e, "plan again, look, and apply that");
}

/* Plans, asks, and compares once more just before the first write. */
static int carry_out(struct creation *c)
{
    const struct options *o = c->s->o;
    char digest[sizeof c->plan.digest];
    struct err e;
    int code;

    if (!creation_plan(c, 0, &e))
        return creation_end(c, &e);
    if (o->expect && !str_eq(o->expect, c->plan.digest)) {
        moved(&e);
        return creation_end(c, &e);
    }
    if (!creation_consent(c, &code))
        return code;
    str_copy(digest, sizeof digest, c->plan.digest);
    if (!o->yes && (!creation_plan(c, 0, &e) || (!str_eq(digest, c->plan.digest) && !moved(&e))))
        return creation_end(c, &e);
    return creation_end(c, creation_apply(c, &e) ? NULL : &e);
}

int command_apply(const struct options *o)
{
    struct session s;
    struct creation c;
    struct err e;
    int code;

    creation_init(&c, &s);
    if (session_open(&s, o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT,
                     &code)) {
        if (!s.has_file && !names_tables(o)) {
            err_set(&e, ERR_INPUT, "Finding the plan file");
            err_why(&e, "there is no replication.json, and no tables were named");
            err_hint(&e, "use -f FILE, or --include-tables");
            code = out_error(o, &e);
        } else {
            code = creation_select(&c, names_tables(o), &e) ? carry_out(&c) : creation_end(&c, &e);
        }
    }
    creation_done(&c);
    session_close(&s);
    return code;
}
