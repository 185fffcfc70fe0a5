/* Where Flyway's files lie. */

#include "api/files/migrations.h"

#include "api/base/path.h"
#include "api/base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the folder --- */

/* A folder of migrations, or of code that migrates. */
struct place {
    const char *path, *module;
    const char *newest; /* NULL: none */
    size_t n_files;
    bool is_code; /* .java, .kt: no place for a new file */
    bool is_resource;
};

enum { MOST_PLACES = 64 };

struct search {
    struct arena *mem;
    const char *repo;
    struct place places[MOST_PLACES];
    size_t n_places, n_entries;
};

static bool is_skipped(const char *name)
{
    static const char *const names[] = {"build",        "target", "out",          "bin",   "dist",
                                        "node_modules", "test",   "testFixtures", "vendor"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(name, names[i]))
            return true;
    return name[0] == '.';
}

/* What stands before src/: one build has one row of versions. */
static const char *module_of(struct arena *a, const char *path)
{
    if (str_starts(path, "src/"))
        return "";
    const char *src = strstr(path, "/src/");
    return src ? arena_strn(a, path, (size_t)(src - path)) : path;
}

static struct place *place_of(struct search *s, const char *path, bool is_code)
{
    for (size_t i = 0; i < s->n_places; i++)
        if (str_eq(s->places[i].path, path) && s->places[i].is_code == is_code)
            return &s->places[i];
    if (s->n_places == MOST_PLACES)
        return NULL;
    struct place *p = &s->places[s->n_places++];
    *p = (struct place){.path = path,
                        .module = module_of(s->mem, path),
                        .is_code = is_code,
                        .is_resource = strstr(path, "resources") != NULL};
    return p;
}

static void note_file(struct search *s, const char *folder, const char *name)
{
    size_t n = migrations_version_bytes(name);
    bool sql = str_ends(name, ".sql"), code = str_ends(name, ".kt") || str_ends(name, ".java");
    if (n == 0 || (!sql && !code))
        return;
    struct place *p = place_of(s, folder, code);
    if (p == NULL)
        return;
    const char *version = arena_strn(s->mem, name + 1, n);
    p->n_files++;
    if (p->newest == NULL || migrations_compare(version, p->newest) > 0)
        p->newest = version;
}

/* A folder made for migrations, still empty. */
static bool is_made_for_them(const char *path)
{
    return strstr(path, "resources/") != NULL &&
           (str_ends(path, "db/migration") || str_ends(path, "/flyway"));
}

static void walk(struct search *s, const char *folder, int depth);

static void visit(struct search *s, DIR *d, const char *folder, const char *name, int depth)
{
    struct stat st;
    if (fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (S_ISREG(st.st_mode))
        note_file(s, folder, name);
    else if (S_ISDIR(st.st_mode) && !is_skipped(name))
        walk(s, *folder ? path_join(s->mem, folder, name) : arena_str(s->mem, name), depth + 1);
}

static void walk(struct search *s, const char *folder, int depth)
{
    DIR *d = depth < MIGRATIONS_MAX_DEPTH ? opendir(path_join(s->mem, s->repo, folder)) : NULL;
    if (d == NULL)
        return;
    if (is_made_for_them(folder))
        place_of(s, folder, false);
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        if (s->n_entries++ >= MIGRATIONS_MAX_FILES)
            break;
        if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
            visit(s, d, folder, entry->d_name, depth);
    }
    closedir(d);
}

static bool is_better(const struct place *a, const struct place *b)
{
    if (a->is_resource != b->is_resource)
        return a->is_resource;
    if (!str_eq(a->module, b->module) && a->n_files != b->n_files)
        return a->n_files > b->n_files;
    if (a->newest == NULL || b->newest == NULL)
        return a->newest != NULL || (b->newest == NULL && strcmp(a->path, b->path) < 0);
    int order = migrations_compare(a->newest, b->newest);
    return order ? order > 0 : strcmp(a->path, b->path) < 0;
}

static const struct place *choose(const struct search *s)
{
    const struct place *best = NULL;
    for (size_t i = 0; i < s->n_places; i++) {
        const struct place *p = &s->places[i];
        if (!p->is_code && (best == NULL || is_better(p, best)))
            best = p;
    }
    return best;
}

static void describe(const struct search *s, const struct place *chosen,
                     struct migrations_folder *out)
{
    struct str others = {0};
    *out = (struct migrations_folder){.path = chosen->path};
    for (size_t i = 0; i < s->n_places; i++) {
        const struct place *p = &s->places[i];
        if (str_eq(p->module, chosen->module)) {
            out->n_files += p->n_files;
            if (p->newest && (!out->last || migrations_compare(p->newest, out->last) > 0))
                out->last = p->newest;
        }
        if (p != chosen && !p->is_code && p->n_files > 0)
            str_printf(&others, "%s%s", others.bytes ? "\n" : "", p->path);
    }
    if (others.bytes)
        out->others = arena_str(s->mem, str_text(&others));
    str_done(&others);
}

bool migrations_find(struct arena *a, const char *repo, struct migrations_folder *out,
                     struct err *e)
{
    struct stat st;
    if (stat(repo, &st) != 0)
        return err_system(e, errno, "looking for migrations in %s", repo);
    struct search *s = arena_new(a, struct search);
    s->mem = a;
    s->repo = repo;
    walk(s, "", 0);
    const struct place *chosen = choose(s);
    if (chosen == NULL) {
        err_set(e, ERR_MISSING, "looking for migrations in %s", repo);
        err_why(e, "there is no folder with files like V1__name.sql");
        return err_hint(e, "Flyway's usual place is src/main/resources/db/migration; --repo names "
                           "another repository");
    }
    describe(s, chosen, out);
    return true;
}
