#include "screens/cli/command.h"

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/plan/prepare.h"
#include "api/plan/wanted.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

/* What the database says, or NULL: then only the manifests can be made. */
static struct source_facts *facts_of(struct session *s, const struct selection *chosen)
{
    struct source_wanted wanted;
    struct source_facts *facts = NULL;
    struct err e;

    if (s->live.pg == NULL)
        return NULL;
    selection_wanted(chosen, &s->target, &s->mem, &wanted);
    struct task *t = source_read(s->live.pg, &wanted, NULL);
    if (session_wait(s, t, &e))
        facts = source_take(t);
    else
        out_talk("strom: %s: %s", e.what, e.why);
    task_drop(t);
    return facts;
}

static void print_json(const struct prepared *p, const char *folder, struct arena *a)
{
    struct str text = {0};
    struct json_out o;

    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "files");
    for (size_t i = 0; i < p->n_files; i++) {
        json_open_object(&o, NULL);
        json_put_string(&o, "path", p->files[i].path);
        json_put_string(&o, "does", p->files[i].does);
        json_put_bool(&o, "new", p->files[i].is_new);
        if (folder)
            json_put_string(&o, "written", path_join(a, folder, p->files[i].path));
        json_put_string(&o, "diff", p->files[i].diff);
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

static void print(const struct prepared *p, const char *folder, struct arena *a)
{
    for (size_t i = 0; i < p->n_files; i++) {
        out_talk("%s: %s", p->files[i].path, p->files[i].does);
        out_line("%s", p->files[i].diff);
    }
    for (size_t i = 0; folder && i < p->n_files; i++)
        out_talk("written: %s", path_join(a, folder, p->files[i].path));
    for (size_t i = 0; i < p->n_notes; i++)
        out_talk("%s", p->notes[i]);
    if (p->n_files == 0 && p->n_notes == 0)
        out_talk("no file is missing");
}

static bool names_tables(const struct options *o)
{
    return o->n_include || o->n_exclude || o->n_columns;
}

static bool make(struct session *s, const struct selection *chosen, struct prepared *p,
                 struct err *e)
{
    struct source_facts *facts = facts_of(s, chosen);
    const struct prepare_wanted wanted = {
        .repo = s->live.repo, .t = &s->target, .facts = facts, .s = chosen};
    bool ok = session_goes_on(s, e) && prepare(&s->mem, &wanted, p, e);

    if (ok && s->o->out)
        ok = prepare_write(p, s->o->out, e);
    source_free(facts);
    return ok;
}

/* The tables: those that the options name, else the plan file's. */
static bool choose_and_make(struct session *s, struct prepared *p, struct err *e)
{
    struct creation c;
    bool ok;

    if (!names_tables(s->o))
        return make(s, s->has_file ? &s->file : NULL, p, e);
    creation_init(&c, s);
    ok = creation_select(&c, true, e) && make(s, &c.selection, p, e);
    creation_done(&c);
    return ok;
}

static int run(struct session *s)
{
    struct prepared p;
    struct err e;

    if (s->live.repo == NULL) {
        err_set(&e, ERR_INPUT, "Finding the app's repository");
        err_why(&e, "%s", s->live.repo_why);
        err_hint(&e, "use --repo DIR");
        return out_error(s->o, &e);
    }
    if (!choose_and_make(s, &p, &e))
        return out_error(s->o, &e);
    if (s->o->json)
        print_json(&p, s->o->out, &s->mem);
    else
        print(&p, s->o->out, &s->mem);
    return p.n_files || p.n_notes ? OUT_NOT_YET : OUT_FINE;
}

int command_files(const struct options *o)
{
    struct session s;
    int code;

    if (session_open(&s, o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_ONLY_APP,
                     &code))
        code = run(&s);
    session_close(&s);
    return code;
}
