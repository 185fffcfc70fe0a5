/* Where Flyway's files lie. */

#include "api/files/migrations.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/migrations_config.h"

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
    const char *told_by; /* the file that names it as Flyway's; NULL: none */
};

struct told {
    struct flyway_location location;
    const char *by;
    bool is_profile; /* of some environments only */
};

enum { MOST_PLACES = 64, MOST_TOLD = 64, MOST_CONFIGS = 4000 };

struct search {
    struct arena *mem;
    const char *repo;
    struct place places[MOST_PLACES];
    size_t n_places, n_entries;
    struct told told[MOST_TOLD];
    size_t n_told, n_configs;
    const char *resources[MOST_PLACES]; /* folders of that name */
    size_t n_resources;
    const char *grouped_by;
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

/* --- what the repository says of Flyway --- */

static void note_config(struct search *s, const char *path, const char *name)
{
    struct str text = {0};
    struct flyway_config config = {0};
    struct err ignored;
    if (!flyway_config_is(name) || s->n_configs++ >= MOST_CONFIGS)
        return;
    if (path_read(path_join(s->mem, s->repo, path), FLYWAY_CONFIG_BYTES, &text, &ignored))
        flyway_config_read(s->mem, str_text(&text), &config);
    for (size_t i = 0; i < config.n && s->n_told < MOST_TOLD; i++)
        s->told[s->n_told++] =
            (struct told){config.locations[i], path, flyway_config_is_profile(name)};
    if (config.group && !flyway_config_is_profile(name))
        s->grouped_by = path;
    str_done(&text);
}

static bool is_folder(const struct search *s, const char *path)
{
    struct stat st;
    return lstat(path_join(s->mem, s->repo, path), &st) == 0 && S_ISDIR(st.st_mode);
}

static bool mark_places(struct search *s, const struct told *t)
{
    bool any = false;
    for (size_t i = 0; i < s->n_places; i++)
        if (!s->places[i].is_code && flyway_location_has(&t->location, s->places[i].path)) {
            s->places[i].told_by = t->by;
            any = true;
        }
    return any;
}

/* Named, and no file in it yet. */
static void take_empty(struct search *s, const struct told *t)
{
    const char *path = t->location.path;
    if (strstr(path, "..") != NULL)
        return;
    if (t->location.in_files && is_folder(s, path))
        (void)place_of(s, path, false);
    for (size_t i = 0; !t->location.in_files && i < s->n_resources; i++) {
        const char *whole = path_join(s->mem, s->resources[i], path);
        if (is_folder(s, whole))
            (void)place_of(s, whole, false);
    }
    (void)mark_places(s, t);
}

static void use_told(struct search *s, bool of_profiles)
{
    for (size_t i = 0; i < s->n_told; i++)
        if (s->told[i].is_profile == of_profiles && !mark_places(s, &s->told[i]))
            take_empty(s, &s->told[i]);
}

static bool any_told(const struct search *s)
{
    for (size_t i = 0; i < s->n_places; i++)
        if (s->places[i].told_by)
            return true;
    return false;
}

/* --- the walk --- */

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
    const char *path = *folder ? path_join(s->mem, folder, name) : arena_str(s->mem, name);
    if (S_ISREG(st.st_mode)) {
        note_file(s, folder, name);
        note_config(s, path, name);
    } else if (S_ISDIR(st.st_mode) && !is_skipped(name)) {
        if (str_eq(name, "resources") && s->n_resources < MOST_PLACES)
            s->resources[s->n_resources++] = path;
        walk(s, path, depth + 1);
    }
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

/* Where one is asked for, that one; where some are told, one of those. */
static const struct place *choose(const struct search *s, const char *wanted)
{
    const struct place *best = NULL;
    bool told = wanted == NULL && any_told(s);
    for (size_t i = 0; i < s->n_places; i++) {
        const struct place *p = &s->places[i];
        bool fits = wanted ? str_eq(p->path, wanted) : p->told_by || !told;
        if (!p->is_code && fits && (best == NULL || is_better(p, best)))
            best = p;
    }
    return best;
}

/* Whose versions are of the same row as the chosen one's. */
static bool is_same_row(const struct place *p, const struct place *chosen)
{
    return str_eq(p->module, chosen->module) &&
           (p == chosen || p->is_code || chosen->told_by == NULL || p->told_by != NULL);
}

static void describe(const struct search *s, const struct place *chosen,
                     struct migrations_folder *out)
{
    struct str others = {0};
    *out = (struct migrations_folder){
        .path = chosen->path, .told_by = chosen->told_by, .grouped_by = s->grouped_by};
    for (size_t i = 0; i < s->n_places; i++) {
        const struct place *p = &s->places[i];
        if (is_same_row(p, chosen)) {
            out->n_files += p->n_files;
            if (p->newest && (!out->last || migrations_compare(p->newest, out->last) > 0))
                out->last = p->newest;
        }
        bool rivals = !p->is_code && p->n_files > 0 && (p->told_by || !chosen->told_by);
        if (p != chosen && rivals)
            str_printf(&others, "%s%s", others.bytes ? "\n" : "", p->path);
    }
    if (others.bytes)
        out->others = arena_str(s->mem, str_text(&others));
    str_done(&others);
}

/* Without "./" before and "/" behind; NULL stays. */
static const char *plain_path(struct arena *a, const char *path)
{
    if (str_is_empty(path))
        return NULL;
    while (str_starts(path, "./"))
        path += 2;
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    return arena_strn(a, path, n);
}

static bool refuse(struct err *e, const char *repo, const char *wanted)
{
    err_set(e, ERR_MISSING, tr("looking for migrations in %s"), repo);
    if (wanted) {
        err_why(e, tr("there is no folder %s in it"), wanted);
        return err_hint(e, tr("--migrations names a folder of the repository, from its top"));
    }
    err_why(e, tr("there is no folder with files like V1__name.sql"));
    return err_hint(e, tr("Flyway's usual place is src/main/resources/db/migration; --migrations "
                          "names another, --repo another repository"));
}

bool migrations_find(struct arena *a, const char *repo, const char *wanted,
                     struct migrations_folder *out, struct err *e)
{
    struct stat st;
    if (stat(repo, &st) != 0)
        return err_system(e, errno, "looking for migrations in %s", repo);
    struct search *s = arena_new(a, struct search);
    s->mem = a;
    s->repo = repo;
    wanted = plain_path(a, wanted);
    walk(s, "", 0);
    use_told(s, false);
    if (!any_told(s))
        use_told(s, true);
    if (wanted && strstr(wanted, "..") == NULL && is_folder(s, wanted))
        (void)place_of(s, wanted, false);
    const struct place *chosen = choose(s, wanted);
    if (chosen == NULL)
        return refuse(e, repo, wanted);
    describe(s, chosen, out);
    return true;
}
