#include "screens/live.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/lookups.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The git top of the working folder: a .git there or above. */
static const char *git_top(struct arena *a)
{
    char folder[4096];

    if (getcwd(folder, sizeof folder) == NULL)
        return NULL;
    for (;;) {
        if (access(path_join(a, folder, ".git"), F_OK) == 0)
            return arena_str(a, folder);
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash == folder)
            return NULL;
        *slash = '\0';
    }
}

/* False when the one that was asked for cannot be read: what its team has settled must not go
 * unseen. Without one, repo_why tells. */
static bool find_repo(struct live *l, struct err *e)
{
    const char *wanted = l->options->repo ? l->options->repo : getenv("STROM_REPO");
    bool asked = !str_is_empty(wanted);

    l->repo = asked ? wanted : git_top(&l->mem);
    if (l->repo == NULL)
        l->repo_why = tr("no repository: neither --repo nor STROM_REPO, and this is no git folder");
    if (l->repo == NULL || access(l->repo, R_OK | X_OK) == 0)
        return true;
    l->repo_why = arena_printf(&l->mem, tr("the repository %s cannot be read"), l->repo);
    l->repo = NULL;
    if (!asked)
        return true;
    err_set(e, ERR_INPUT, tr("Finding the app's repository"));
    err_why(e, "%s", l->repo_why);
    return err_hint(e, tr("use --repo DIR"));
}

bool live_find_team(const struct options *o, struct rules_team **out, struct err *e)
{
    struct live found = {.options = o};
    bool named = o->file && !str_eq(o->file, "-");
    const char *slash = named ? strrchr(o->file, '/') : NULL;
    bool ok;

    *out = NULL;
    arena_init(&found.mem);
    const char *beside =
        slash ? arena_strn(&found.mem, o->file, (size_t)(slash - o->file) + 1) : ".";
    ok = find_repo(&found, e) && (!named || team_open(beside, out, e));
    if (ok && *out == NULL && found.repo)
        ok = team_open(found.repo, out, e);
    arena_done(&found.mem);
    return ok;
}

static bool open_store(struct live *l, struct err *e)
{
    const char *folder = path_folder(&l->mem, PATH_STATE, &l->store_trouble);

    l->store = folder ? store_open(folder, &l->store_trouble) : NULL;
    if (l->store) {
        l->store_trouble.kind = ERR_NONE;
        return true;
    }
    l->store = store_open_memory(e);
    return l->store != NULL;
}

bool live_open(struct live *l, const struct options *o, struct err *e)
{
    struct google_options google = {.quota_project = NULL};

    *l = (struct live){.options = o, .deploy_command = getenv("STROM_DEPLOY_COMMAND")};
    arena_init(&l->mem);
    if (str_is_empty(l->deploy_command))
        l->deploy_command = NULL;
    l->net = net_open(e);
    if (l->net == NULL || !open_store(l, e))
        return false;
    l->google = google_open(l->net, &google, e);
    if (l->google == NULL)
        return false;
    if (find_repo(l, &l->team_trouble))
        live_find_team(o, &l->team, &l->team_trouble);
    live_use_cluster(l, o->context ? o->context : "", o->namespace_ ? o->namespace_ : "");
    return true;
}

const char *live_woke(struct live *l)
{
    unsigned before = l->gaps;

    l->gaps = net_gaps(l->net);
    return l->gaps != before
               ? tr("the machine slept, or strom was stopped: connections are opened anew")
               : NULL;
}

bool live_can_record(const struct live *l, struct err *e)
{
    if (l->store_trouble.kind == ERR_NONE)
        return true;
    err_set(e, ERR_SYSTEM, "Recording what is begun in the cloud");
    err_reason(e, "NOT_RECORDED");
    err_resource(e, l->store_trouble.resource);
    err_why(e, "%s%s%s", l->store_trouble.resource, l->store_trouble.resource[0] ? ": " : "",
            l->store_trouble.why[0] ? l->store_trouble.why : l->store_trouble.what);
    return err_hint(e, "free some space, or set XDG_STATE_HOME to a folder that can be written");
}

void live_close(struct live *l)
{
    pg_close(l->pg);
    if (l->cluster)
        cluster_close(l->cluster);
    if (l->google)
        google_close(l->google);
    source_free(l->facts);
    source_free(l->earlier);
    secret_free(l->db_password);
    secret_free(l->given);
    secret_free(l->refused);
    if (l->net)
        net_close(l->net);
    store_close(l->store);
    team_free(l->team); /* tasks of the loop looked into it */
    arena_done(&l->mem);
    *l = (struct live){0};
}

void live_use_cluster(struct live *l, const char *context, const char *ns)
{
    if (l->cluster)
        cluster_close(l->cluster);
    l->cluster_trouble = (struct err){0};
    l->cluster = cluster_open(l->net, NULL, str_is_empty(context) ? NULL : context,
                              str_is_empty(ns) ? NULL : ns, &l->cluster_trouble);
}

bool live_use_password(struct live *l, const struct task *source)
{
    const struct nais_source *found = nais_source_found(source);
    const struct secret *password = nais_source_password(source);

    if (found && found->has_user && found->password_state != NAIS_PASSWORD_READ)
        str_copy(l->password_where, sizeof l->password_where, found->password_where);
    if (password && (secret_is_empty(l->db_password) || l->password_found)) {
        secret_free(l->db_password);
        l->db_password = secret_dup(password);
        l->password_found = true;
    }
    return !secret_is_empty(l->db_password);
}

void live_type_password(struct live *l, const char *text)
{
    secret_free(l->db_password);
    l->db_password = secret_new(text, strlen(text));
    l->password_found = false;
}

void live_refuse_password(struct live *l)
{
    secret_free(l->refused);
    l->refused = l->db_password;
    l->db_password = NULL;
    l->password_found = false;
}

bool live_password_is_refused(const struct live *l)
{
    return !secret_is_empty(l->db_password) && secret_eq(l->db_password, l->refused);
}

void live_forget_password(struct live *l)
{
    secret_free(l->db_password);
    l->db_password = secret_dup(l->given);
    l->password_found = false;
    l->password_where[0] = '\0';
}

void live_use_pg(struct live *l, struct pg *pg)
{
    pg_close(l->pg);
    l->pg = pg;
}

void live_use_facts(struct live *l, struct source_facts *f)
{
    source_free(l->earlier);
    l->earlier = l->facts;
    l->facts = f;
}

bool live_find_password(struct live *l, struct err *e)
{
    const char *text = getenv("STROM_DB_PASSWORD");
    struct str file = {0};

    if (l->options->password_file) {
        if (!path_read_given(l->options->password_file, 4096, true, &file, e))
            return false;
        while (file.bytes > 0 &&
               (file.text[file.bytes - 1] == '\n' || file.text[file.bytes - 1] == '\r'))
            file.text[--file.bytes] = '\0';
        l->given = secret_new(str_text(&file), file.bytes);
        if (file.bytes)
            secret_wipe(file.text, file.bytes);
        str_done(&file);
    } else if (text && *text) {
        l->given = secret_new(text, strlen(text));
    }
    l->db_password = secret_dup(l->given);
    return true;
}

struct pg_options live_pg_options(const struct live *l, const char *dsn)
{
    return (struct pg_options){.dsn = str_is_empty(dsn) ? l->options->dsn : dsn,
                               .database = l->options->database};
}

struct pg_options live_source(const struct live *l, const char *dsn, const char *database)
{
    struct pg_options o = live_pg_options(l, dsn);

    if (str_is_empty(o.database) && !str_is_empty(database))
        o.database = database;
    return o;
}

struct task *live_connect(const struct live *l, const char *dsn, const char *database)
{
    struct pg_options o = live_source(l, dsn, database);

    return pg_connect(l->net, &o);
}
