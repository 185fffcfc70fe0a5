#include "screens/cli/command.h"

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/worktree.h"
#include "screens/cli/out.h"
#include "screens/cli/preparing.h"

/* What was made, and what git says of where it belongs. */
struct shown {
    struct prepared p;
    const char **uncommitted;
    size_t n_uncommitted;
    const char *dirty; /* the same for people; NULL: nothing */
};

/* A tree that cannot be looked at says nothing. */
static void look_at_tree(struct session *s, struct shown *out)
{
    struct task *t = worktree_look(s->live.net, s->live.repo);
    struct err ignored;

    if (session_wait(s, t, &ignored)) {
        out->n_uncommitted = worktree_paths(t, &s->mem, &out->uncommitted);
        out->dirty = worktree_text(t, &s->mem);
    }
    task_drop(t);
}

static void put_file(struct json_out *o, const struct prepared_file *f, const char *folder,
                     struct arena *a)
{
    json_open_object(o, NULL);
    json_put_string(o, "path", f->path);
    json_put_string(o, "does", f->does);
    json_put_bool(o, "new", f->is_new);
    if (folder)
        json_put_string(o, "written", path_join(a, folder, f->path));
    json_put_string(o, "diff", f->diff);
    json_close_object(o);
}

static void put_texts(struct json_out *o, const char *name, const char **texts, size_t n)
{
    json_open_array(o, name);
    for (size_t i = 0; i < n; i++)
        json_put_string(o, NULL, texts[i]);
    json_close_array(o);
}

static void print_json(const struct shown *v, const char *folder, struct arena *a)
{
    struct str text = {0};
    struct json_out o;

    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "files");
    for (size_t i = 0; i < v->p.n_files; i++)
        put_file(&o, &v->p.files[i], folder, a);
    json_close_array(&o);
    put_texts(&o, "notes", v->p.notes, v->p.n_notes);
    put_texts(&o, "uncommitted", v->uncommitted, v->n_uncommitted);
    json_close_object(&o);
    str_addc(&text, '\n');
    out_result(&text);
    str_done(&text);
}

static void print(const struct shown *v)
{
    if (v->dirty && v->p.n_files)
        out_talk(tr("not committed yet in the repository: %s"), v->dirty);
    for (size_t i = 0; i < v->p.n_files; i++) {
        out_talk("%s: %s", v->p.files[i].path, tr(v->p.files[i].does));
        out_lines(v->p.files[i].diff);
    }
}

static void print_rest(const struct shown *v, const char *folder, struct arena *a)
{
    for (size_t i = 0; folder && i < v->p.n_files; i++)
        out_talk(tr("written: %s"), path_join(a, folder, v->p.files[i].path));
    for (size_t i = 0; i < v->p.n_notes; i++)
        out_talk("%s", v->p.notes[i]);
    if (v->p.n_files == 0 && v->p.n_notes == 0)
        out_talk("%s", tr("no file is missing"));
}

/* Shown first, then written; as a document it can only be both at once. */
static bool show_and_write(struct session *s, const struct shown *v, struct err *e)
{
    const char *folder = s->o->out;

    if (!s->o->json)
        print(v);
    if (folder && !prepare_write(&v->p, folder, e))
        return false;
    if (s->o->json)
        print_json(v, folder, &s->mem);
    else
        print_rest(v, folder, &s->mem);
    return true;
}

static int run(struct session *s)
{
    struct shown v = {0};
    struct err e;

    if (s->live.repo == NULL) {
        err_set(&e, ERR_INPUT, tr("Finding the app's repository"));
        err_why(&e, "%s", s->live.repo_why);
        err_hint(&e, tr("use --repo DIR"));
        return out_error(s->o, &e);
    }
    if (!preparing_make(s, false, &v.p, &e))
        return out_error(s->o, &e);
    look_at_tree(s, &v);
    if (!show_and_write(s, &v, &e))
        return out_error(s->o, &e);
    return v.p.n_files || v.p.n_notes ? OUT_NOT_YET : OUT_FINE;
}

int command_files(const struct options *o)
{
    return session_run(o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_ONLY_APP, run);
}
