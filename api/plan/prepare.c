#include "api/plan/prepare_inside.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/files/manifest.h"

#include <string.h>
#include <unistd.h>

enum { FILES = 64, NOTES = 32 };

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

/* --- manifests
 * ------------------------------------------------------------------------------------- */

/* Every environment's manifest is patched (facts/domain.md, 4): the migrations reach them all, and
 * do nothing, for ever, where the user is not there first. The sentence tells whose file it is. */
static const char *does(struct prepare_job *j, const char *path)
{
    static const char *const kinds[] = {"dev", "prod"};
    const char *theirs = NULL;

    for (size_t i = 0; i < 2; i++)
        if (strstr(path, kinds[i]))
            theirs = kinds[i];
    if (theirs == NULL || j->t->context[0] == '\0')
        return "logical decoding, autoresize and the user";
    if (str_starts(j->t->context, theirs))
        return "this environment: logical decoding, autoresize and the user";
    return arena_printf(j->a,
                        "ANOTHER environment (you look at %s): the same there, before the "
                        "migrations reach it; else they do nothing and are recorded as done",
                        j->t->context);
}

static void manifest(struct prepare_job *j, const char *path)
{
    struct str text = {0};
    struct manifest_ask ask = {.instance = j->t->instance[0] ? j->t->instance : NULL,
                               .database = j->t->database[0] ? j->t->database : NULL,
                               .user = j->t->db_user[0] ? j->t->db_user : "datastream"};
    struct manifest_result r;
    struct err e;

    if (!path_read(path_join(j->a, j->repo, path), MANIFEST_MAX_BYTES, &text, &e) ||
        !manifest_patch(j->a, path, arena_str(j->a, str_text(&text)), &ask, &r, &e)) {
        prepare_note(j, arena_printf(j->a, "%s: %s", path, e.why));
    } else if (r.outcome == MANIFEST_PATCHED) {
        prepare_add(j, (struct prepared_file){
                           .path = path, .text = r.text, .diff = r.diff, .does = does(j, path)});
    } else if (r.outcome == MANIFEST_BY_HAND) {
        prepare_note(j, arena_printf(j->a, "%s could not be edited safely (%s). By hand:\n%s", path,
                                     r.reason, r.paste));
    }
    str_done(&text);
}

static bool manifests(struct prepare_job *j, struct err *e)
{
    const char **paths;
    size_t n;

    if (!manifest_find(j->a, j->repo, &paths, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        manifest(j, paths[i]);
    if (n == 0)
        prepare_note(j, "no manifest with sqlInstances was found below .nais/");
    return true;
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

bool prepare(struct arena *a, const char *repo, const struct target *t,
             const struct source_facts *facts, const struct selection *s, struct prepared *out,
             struct err *e)
{
    struct prepare_job j = {a, repo, t, out};

    *out = (struct prepared){.files = arena_array(a, struct prepared_file, FILES),
                             .notes = arena_array(a, const char *, NOTES)};
    if (!manifests(&j, e))
        return false;
    if (facts == NULL || !facts->roles.part.known) {
        prepare_note(
            &j, "migrations are written when the database has been asked: they depend on what is "
                "there");
        return true;
    }
    if (!facts->roles.db_user.exists) {
        prepare_note(
            &j,
            arena_printf(
                a,
                "first deploy the manifest, so that the user %s exists; then come back for the "
                "migrations. A guarded migration that runs before its user exists does nothing, "
                "and "
                "Flyway records it as done for ever",
                t->db_user));
        return true;
    }
    const char *unknown = not_known(facts);
    if (unknown) {
        prepare_note(&j, arena_printf(a, "migrations are not written: %s", unknown));
        return true;
    }
    return prepare_migrations(&j, facts, s, e);
}

/* --- writing
 * --------------------------------------------------------------------------------------- */

static bool holds_it(const char *path, const char *text)
{
    struct str there = {0};
    struct err e;
    bool same = path_read(path, strlen(text) + 1, &there, &e) && str_eq(str_text(&there), text);

    str_done(&there);
    return same;
}

static bool is_taken(const struct prepared_file *f, const char *path)
{
    return f->is_new && access(path, F_OK) == 0 && !holds_it(path, f->text);
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
            err_set(e, ERR_CONFLICT, "Writing %s", p->files[i].path);
            err_why(e, "a file of that name is there by now");
            ok = err_hint(e, "look again: the next free number is found");
        }
    for (size_t i = 0; ok && i < p->n_files; i++)
        if (!p->files[i].left_out)
            ok = write_file(path_join(&a, folder, p->files[i].path), p->files[i].text, &a, e);
    arena_done(&a);
    return ok;
}
