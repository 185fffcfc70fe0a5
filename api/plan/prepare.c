#include "api/plan/prepare_inside.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"

#include <string.h>
#include <unistd.h>

enum { FILES = 64, NOTES = 32 };

const char *prepare_shape_name(enum prepare_shape s)
{
    static const char *const names[] = {"fitting", "narrow", "procedure", "three"};

    return names[s];
}

void prepare_note(struct prepare_job *j, const char *text)
{
    if (j->out->n_notes < NOTES)
        j->out->notes[j->out->n_notes++] = text;
}

void prepare_add(struct prepare_job *j, struct prepared_file file)
{
    if (j->out->n_files < FILES)
        j->out->files[j->out->n_files++] = file;
}

/* What could not be asked may be there already: a migration that makes it again would fail. */
static const char *not_known(const struct source_facts *f)
{
    const struct source_part *parts[] = {&f->grants.part, &f->publication.part, &f->slots.part,
                                         f->publication.exists ? &f->published.part : NULL};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i] && !parts[i]->known)
            return parts[i]->why ? parts[i]->why : "the database could not be asked for everything";
    return NULL;
}

static void say_user_comes_first(struct prepare_job *j)
{
    prepare_note(
        j,
        arena_printf(
            j->a,
            tr("first deploy the manifest, so that the user %s exists; then come back for the "
               "migrations. A guarded migration that runs before its user exists does nothing, and "
               "Flyway records it as done for ever"),
            j->w->t->db_user));
}

/* Why there are no migrations yet; NULL: they can be made. */
static bool are_possible(struct prepare_job *j)
{
    const struct source_facts *f = j->w->facts;
    const char *unknown = f && f->roles.part.known ? not_known(f) : NULL;

    if (f == NULL || !f->roles.part.known)
        prepare_note(
            j, tr("migrations are written when the database has been asked: they depend on what is "
                  "there"));
    else if (!j->w->undo && !f->roles.db_user.exists)
        say_user_comes_first(j);
    else if (unknown)
        prepare_note(j, arena_printf(j->a, tr("migrations are not written: %s"), unknown));
    else
        return true;
    return false;
}

bool prepare(struct arena *a, const struct prepare_wanted *w, struct prepared *out, struct err *e)
{
    struct prepare_wanted wanted = *w;
    struct prepare_job j = {a, &wanted, out};

    wanted.only_migrations |= w->repo == NULL;
    *out = (struct prepared){.files = arena_array(a, struct prepared_file, FILES),
                             .notes = arena_array(a, const char *, NOTES)};
    if (w->undo)
        return !are_possible(&j) || prepare_undo(&j, e);
    return (w->only_migrations || prepare_manifests(&j, e)) &&
           (!are_possible(&j) || prepare_migrations(&j, e));
}

/* --- writing --- */

static bool holds_it(const char *path, const char *text)
{
    struct str there = {0};
    struct err e;
    bool same = path_read(path, strlen(text) + 1, &there, &e) && str_eq(str_text(&there), text);

    str_done(&there);
    return same;
}

/* Somebody else's by now: neither what was shown as the old text, nor a try of ours that ended in
 * the middle. */
static bool is_taken(const struct prepared_file *f, const char *path)
{
    return access(path, F_OK) == 0 && !holds_it(path, f->text) &&
           !(f->before && holds_it(path, f->before));
}

static bool write_file(const char *path, const char *text, struct arena *a, struct err *e)
{
    char *parent = arena_str(a, path);
    char *slash = strrchr(parent, '/');

    if (slash)
        *slash = '\0';
    return (access(parent, F_OK) == 0 || path_make_folder(parent, e)) &&
           path_write(path, text, strlen(text), false, e);
}

bool prepare_write(const struct prepared *p, const char *folder, struct err *e)
{
    struct arena a = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < p->n_files; i++)
        if (!p->files[i].left_out &&
            is_taken(&p->files[i], path_join(&a, folder, p->files[i].path))) {
            err_set(e, ERR_CONFLICT, tr("Writing %s"), p->files[i].path);
            err_why(e, "%s",
                    p->files[i].is_new ? "a file of that name is there by now"
                                       : "it is there with another text than was shown");
            ok = err_hint(e,
                          tr("nothing was written; look again: what is there by now is taken into "
                             "account, or take another folder"));
        }
    for (size_t i = 0; ok && i < p->n_files; i++)
        if (!p->files[i].left_out)
            ok = write_file(path_join(&a, folder, p->files[i].path), p->files[i].text, &a, e);
    arena_done(&a);
    return ok;
}
