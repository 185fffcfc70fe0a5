#include "screens/cli/command.h"

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/apply_reason.h"
#include "api/plan/export.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"
#include "screens/cli/preparing.h"

/* The migrations of `files` as text: whoever runs them by hand runs each in a transaction of its
 * own. */

static void print_json(const struct prepared *p)
{
    struct str text = {0};
    struct json_out o;

    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "migrations");
    for (size_t i = 0; i < p->n_files; i++) {
        json_open_object(&o, NULL);
        json_put_string(&o, "path", p->files[i].path);
        json_put_string(&o, "does", p->files[i].does);
        json_put_string(&o, "sql", p->files[i].text);
        json_close_object(&o);
    }
    json_close_array(&o);
    json_open_array(&o, "notes");
    for (size_t i = 0; i < p->n_notes; i++)
        json_put_string(&o, NULL, p->notes[i]);
    json_close_array(&o);
    json_close_object(&o);
    str_addc(&text, '\n');
    out_result(&text);
    str_done(&text);
}

static void print(const struct prepared *p)
{
    struct str text = {0};

    for (size_t i = 0; i < p->n_files; i++)
        str_printf(&text, "%s-- %zu of %zu, a transaction by itself: %s\n%s", i ? "\n" : "", i + 1,
                   p->n_files, p->files[i].path, p->files[i].text);
    out_result(&text);
    str_done(&text);
    for (size_t i = 0; i < p->n_notes; i++)
        out_talk("%s", p->notes[i]);
    if (p->n_files == 0 && p->n_notes == 0)
        out_talk("%s", tr("nothing is missing in the database"));
}

static int run(struct session *s)
{
    struct prepared p;
    struct err e;

    if (!preparing_make(s, true, &p, &e))
        return out_error(s->o, &e);
    if (s->o->json)
        print_json(&p);
    else
        print(&p);
    return p.n_files == 0 && p.n_notes ? OUT_NOT_YET : OUT_FINE;
}

/* --- the plan, as text for another tool --- */

typedef bool writer(const struct plan *p, const struct selection *s, struct str *out,
                    struct err *e);

static void put_existing(struct json_out *o, const struct plan *p)
{
    json_open_array(o, "existing");
    for (size_t i = 0; i < p->n_actions; i++)
        if (p->actions[i].verb == PLAN_KEEP) {
            json_open_object(o, NULL);
            json_put_string(o, "step", step_type(p->actions[i].step)->id);
            json_put_string(o, "name", p->actions[i].name);
            json_close_object(o);
        }
    json_close_array(o);
}

static void print_text(const struct session *s, const struct plan *p, const struct str *text)
{
    struct str document = {0};
    struct json_out o;

    if (!s->o->json) {
        out_result(text);
        if (p->count[PLAN_KEEP])
            out_talk(tr("%zu of %zu exist already: they are named in comments, and not made"),
                     p->count[PLAN_KEEP], p->n_actions);
        return;
    }
    json_begin(&o, &document, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "format", s->o->args[0]);
    json_put_string(&o, "text", str_text(text));
    put_existing(&o, p);
    json_close_object(&o);
    str_addc(&document, '\n');
    out_result(&document);
    str_done(&document);
}

static bool is_settled(const struct plan *p, struct err *e)
{
    if (p->n_unacknowledged == 0)
        return true;
    err_set(e, ERR_INPUT, tr("Writing down sensitive columns"));
    err_reason(e, "UNACKNOWLEDGED");
    err_resource(e, p->unsettled);
    err_why(e, tr("%zu of them without a reason: %s"), p->n_unacknowledged, p->unsettled);
    return apply_hint_reason(p, e);
}

static int run_plan(struct session *s, writer *write)
{
    struct creation c;
    struct str text = {0};
    struct err e;
    const struct options *o = s->o;

    creation_init(&c, s);
    bool ok = creation_select(&c, options_name_tables(o), &e) && creation_plan(&c, 0, &e) &&
              is_settled(c.plan, &e) && write(c.plan, &c.selection, &text, &e);
    if (ok)
        print_text(s, c.plan, &text);
    int code = !ok ? out_error(o, &e) : c.plan->count[PLAN_BLOCKED] ? OUT_NOT_YET : OUT_FINE;
    str_done(&text);
    creation_done(&c);
    return code;
}

static bool is_known(const struct options *o, struct err *e)
{
    if (o->n_args == 1 && (!o->undo || str_eq(o->args[0], "sql")))
        return true;
    err_set(e, ERR_INPUT, tr("Reading the command line"));
    if (o->n_args == 1) {
        err_why(e, tr("--undo is known of sql alone: terraform and gcloud write what makes it"));
        return err_hint(e, tr("strom delete --dry-run tells what would be taken down"));
    }
    err_why(e, tr("strom export wants to know what"));
    return err_hint(e, tr("sql, terraform or gcloud"));
}

int command_export(const struct options *o)
{
    unsigned wants = SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_ONLY_APP;
    struct session s;
    struct err e;
    int code;

    if (!is_known(o, &e))
        return out_error(o, &e);
    bool sql = str_eq(o->args[0], "sql");
    if (session_open(&s, o, wants | (sql ? 0 : SESSION_WHAT_FLOWS | SESSION_PROJECT), &code))
        code = sql ? run(&s)
                   : run_plan(&s, str_eq(o->args[0], "gcloud") ? export_gcloud : export_terraform);
    session_close(&s);
    return code;
}
