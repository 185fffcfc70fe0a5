#include "screens/cli/command.h"

#include "api/base/str.h"
#include "api/plan/render.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"

static int show(struct creation *c)
{
    struct str text = {0};

    if (c->s->o->json)
        plan_json(c->plan, &c->selection, &text);
    else
        plan_print(c->plan, &c->selection, &text);
    if (!c->s->o->json)
        str_printf(&text, "digest %s\n", c->plan->digest);
    out_result(&text);
    str_done(&text);
    return plan_changes_nothing(c->plan) && c->plan->n_unacknowledged == 0 && c->plan->n_needs == 0
               ? OUT_FINE
               : OUT_NOT_YET;
}

static bool names_tables(const struct options *o)
{
    return o->n_include || o->n_exclude || o->n_columns;
}

int command_plan(const struct options *o)
{
    struct session s;
    struct creation c;
    struct err e;
    int code;

    creation_init(&c, &s);
    if (session_open(&s, o,
                     SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT |
                         SESSION_ONLY_APP,
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
            bool ok = creation_select(&c, names_tables(o), &e) && creation_carry_out(&c, 0, &e);
            code = creation_end(&c, ok ? NULL : &e);
        }
    }
    creation_done(&c);
    session_close(&s);
    return code;
}
