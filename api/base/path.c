#include "api/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *path_home(void)
{
    const char *home = getenv("HOME");

    if (home && home[0] == '/')
        return home;
    const struct passwd *pw = getpwuid(geteuid());
    return pw && pw->pw_dir && pw->pw_dir[0] == '/' ? pw->pw_dir : "/";
}

const char *path_join(struct arena *a, const char *folder, const char *name)
{
    return arena_printf(a, "%s%s%s", folder, str_ends(folder, "/") ? "" : "/", name);
}

static bool make_one(const char *path, struct err *e)
{
    struct stat st;

    if (mkdir(path, 0700) == 0 || errno == EEXIST || errno == EISDIR)
        return true;
    int why = errno;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) /* "/", a read-only file system */
        return true;
    err_system(e, why, "cannot make the folder %s", path);
    return err_hint(e, "make it yourself, or point the XDG variable at a folder you may write");
}

bool path_make_folder(const char *path, struct err *e)
{
    struct arena a;
    struct stat st;
    bool ok = true;

    arena_init(&a);
    char *copy = arena_str(&a, path);
    for (char *p = copy + 1; ok && *copy && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        ok = make_one(copy, e);
        *p = '/';
    }
    ok = ok && make_one(copy, e);
    if (ok && (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)))
        ok = err_system(e, ENOTDIR, "cannot use the folder %s", path);
    arena_done(&a);
    return ok;
}

/* Ours, and nobody else may write there. */
static bool is_ours(const char *path, bool follow, struct err *e)
{
    struct stat st;

    if ((follow ? stat(path, &st) : lstat(path, &st)) != 0)
        return err_system(e, errno, "cannot look at the folder %s", path);
    if (!S_ISDIR(st.st_mode))
        return err_system(e, ENOTDIR, "cannot use the folder %s", path);
    if (st.st_uid == geteuid() && (st.st_mode & 022) == 0)
        return true;
    err_set(e, ERR_SYSTEM, "the folder %s is not safe to use", path);
    if (st.st_uid != geteuid())
        err_why(e, "it belongs to another user");
    else
        err_why(e, "others may write there (mode %03o)", (unsigned)(st.st_mode & 0777));
    return err_hint(e, "look who made it, then: chmod 700 %s", path);
}

const char *path_place(struct arena *a, enum path_kind kind)
{
    static const struct {
        const char *variable, *under_home;
    } places[] = {
        [PATH_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
        [PATH_STATE] = {"XDG_STATE_HOME", ".local/state"},
        [PATH_CACHE] = {"XDG_CACHE_HOME", ".cache"},
        [PATH_RUNTIME] = {"XDG_RUNTIME_DIR", NULL},
    };
    const char *value = getenv(places[kind].variable);

    if (value && value[0] == '/') /* the XDG rules: relative ones are ignored */
        return path_join(a, value, "strom");
    if (places[kind].under_home)
        return path_join(a, path_join(a, path_home(), places[kind].under_home), "strom");
    const char *tmp = getenv("TMPDIR");
    return arena_printf(a, "%s/strom-%lu", tmp && tmp[0] == '/' ? tmp : "/tmp",
                        (unsigned long)geteuid());
}

const char *path_folder(struct arena *a, enum path_kind kind, struct err *e)
{
    const char *folder = path_place(a, kind);

    if (!path_make_folder(folder, e))
        return NULL;
    /* In a shared temporary folder a link could lead anywhere; at home people link their own. */
    return is_ours(folder, kind != PATH_RUNTIME, e) ? folder : NULL;
}

const char *path_find_program(struct arena *a, const char *name)
{
    const char *path = getenv("PATH");
    struct stat st;

    if (str_is_empty(name))
        return NULL;
    if (strchr(name, '/'))
        return access(name, X_OK) == 0 ? arena_str(a, name) : NULL;
    for (const char *p = path ? path : "/usr/local/bin:/usr/bin:/bin"; p;) {
        size_t n = strcspn(p, ":");
        /* An empty or relative entry means the working folder: not a place to find programs. */
        const char *file = p[0] == '/' ? path_join(a, arena_strn(a, p, n), name) : NULL;
        if (file && access(file, X_OK) == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
            return file;
        p = p[n] ? p + n + 1 : NULL;
    }
    return NULL;
}
