#include "screens/cli/command.h"

#include "api/base/json.h"
#include "api/base/str.h"
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
        out_talk("nothing is missing in the database");
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

static bool is_known(const struct options *o, struct err *e)
{
    if (o->n_args == 1 && str_eq(o->args[0], "sql"))
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    if (o->n_args == 0)
        err_why(e, "strom export wants to know what: sql");
    else
        err_why(e, "this version does not export '%s'", o->args[0]);
    return err_hint(e, "strom export sql");
}

int command_export(const struct options *o)
{
    struct session s;
    struct err e;
    int code;

    if (!is_known(o, &e))
        return out_error(o, &e);
    if (session_open(&s, o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_ONLY_APP,
                     &code))
        code = run(&s);
    session_close(&s);
    return code;
}
