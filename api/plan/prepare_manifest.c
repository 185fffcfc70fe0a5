/* The manifests: each environment's, patched for the preparation; of this environment only, taken
 * back. */

#include "api/plan/prepare_inside.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/manifest.h"

#include <string.h>

/* The environment that a file's name tells; NULL: none. */
static const char *environment_of(const char *path)
{
    static const char *const kinds[] = {"dev", "prod"};
    const char *theirs = NULL;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(path, kinds[i]))
            theirs = kinds[i];
    return theirs;
}

static bool is_another(const struct prepare_job *j, const char *path)
{
    const char *theirs = environment_of(path);

    return theirs && j->w->t->context[0] && !str_starts(j->w->t->context, theirs);
}

/* Every environment's manifest is patched (facts/domain.md, 4): the migrations reach them all, and
 * do nothing, for ever, where the user is not there first. The sentence tells whose file it is. */
static const char *does(const struct prepare_job *j, const char *path)
{
    if (j->w->undo)
        return "takes out the user, and logical decoding; the instance restarts";
    if (environment_of(path) == NULL || j->w->t->context[0] == '\0')
        return "logical decoding, autoresize and the user";
    if (!is_another(j, path))
        return "this environment: logical decoding, autoresize and the user";
    return arena_printf(j->a,
                        tr("ANOTHER environment (you look at %s): the same there, before the "
                           "migrations reach it; else they do nothing and are recorded as done"),
                        j->w->t->context);
}

static bool read_manifest(struct prepare_job *j, const char *path, const char **text, struct err *e)
{
    struct str whole = {0};
    bool ok = path_read(path_join(j->a, j->w->repo, path), MANIFEST_MAX_BYTES, &whole, e);

    *text = arena_str(j->a, str_text(&whole));
    str_done(&whole);
    return ok;
}

static bool edit(struct prepare_job *j, const char *path, const char *text,
                 struct manifest_result *r, struct err *e)
{
    const struct target *t = j->w->t;
    const struct manifest_ask ask = {.instance = t->instance[0] ? t->instance : NULL,
                                     .database = t->database[0] ? t->database : NULL,
                                     .user = t->db_user[0] ? t->db_user : "datastream"};

    return j->w->undo ? manifest_unpatch(j->a, path, text, &ask, r, e)
                      : manifest_patch(j->a, path, text, &ask, r, e);
}

static void one(struct prepare_job *j, const char *path)
{
    const char *text;
    struct manifest_result r;
    struct err e;

    if (!read_manifest(j, path, &text, &e) || !edit(j, path, text, &r, &e))
        prepare_note(j, arena_printf(j->a, "%s: %s", path, e.why));
    else if (r.outcome == MANIFEST_PATCHED)
        prepare_add(j, (struct prepared_file){.path = path,
                                              .text = r.text,
                                              .before = text,
                                              .diff = r.diff,
                                              .does = does(j, path)});
    else if (r.outcome == MANIFEST_BY_HAND)
        prepare_note(j, arena_printf(j->a, tr("%s could not be edited safely (%s). By hand:\n%s"),
                                     path, tr(r.reason), r.paste));
}

bool prepare_manifests(struct prepare_job *j, struct err *e)
{
    const char **paths;
    size_t n;

    if (!manifest_find(j->a, j->w->repo, &paths, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!j->w->undo || !is_another(j, paths[i]))
            one(j, paths[i]);
    if (n == 0)
        prepare_note(j, tr("no manifest with sqlInstances was found below .nais/"));
    return true;
}
