#include "tests/sandbox/program/place.h"

#include "api/base/json.h"
#include "api/base/path.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STATE_MAX = 64 * 1024, JUST_MADE_SECONDS = 600 };

static bool parent_folder(char out[FOLDER_PATH], char why[FOLDER_WHY])
{
    struct arena a;
    struct err e;
    memset(&e, 0, sizeof(e));
    arena_init(&a);
    const char *state = path_folder(&a, PATH_STATE, &e);
    if (state != NULL)
        snprintf(out, FOLDER_PATH, "%.900s/sandbox", state);
    else
        snprintf(why, FOLDER_WHY, "%s: %.160s\n%.160s", e.what, e.why, e.hint);
    arena_done(&a);
    return state != NULL;
}

bool place_folder(const char *name, char out[FOLDER_PATH], char why[FOLDER_WHY])
{
    char parent[FOLDER_PATH];
    if (!parent_folder(parent, why))
        return false;
    snprintf(out, FOLDER_PATH, "%.900s/%.40s", parent, name);
    return true;
}

/* --- state.json --- */

bool place_write(const struct place *p, char why[FOLDER_WHY])
{
    char path[FOLDER_PATH];
    struct str text = {0};
    struct json_out o;
    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "name", p->name);
    json_put_string(&o, "scenario", p->scenario);
    json_put_int(&o, "pid", p->pid);
    json_put_int(&o, "port", p->port);
    json_put_int(&o, "database_port", p->database_port);
    json_put_string(&o, "database_folder", p->database_folder);
    json_put_string(&o, "repo", p->repo);
    json_put_string(&o, "program", p->program);
    json_put_double(&o, "speed", p->speed);
    json_put_int(&o, "started", p->started);
    json_put_string(&o, "token", p->token);
    json_close_object(&o);
    str_addc(&text, '\n');
    snprintf(path, sizeof(path), "%.900s/state.json", p->folder);
    bool ok = folder_write(path, str_text(&text), why);
    str_done(&text);
    return ok;
}

static void take(char *out, size_t cap, const struct json *doc, const char *key)
{
    snprintf(out, cap, "%s", json_string_or(doc, key, ""));
}

static bool read_document(const char *folder, struct place *p)
{
    char path[FOLDER_PATH];
    size_t bytes = 0;
    struct err e;
    snprintf(path, sizeof(path), "%.900s/state.json", folder);
    char *text = folder_read(path, STATE_MAX, &bytes);
    struct json *doc = text == NULL ? NULL : json_parse(text, bytes, &e);
    free(text);
    if (doc == NULL)
        return false;
    snprintf(p->folder, sizeof(p->folder), "%s", folder);
    take(p->name, sizeof(p->name), doc, "name");
    take(p->scenario, sizeof(p->scenario), doc, "scenario");
    take(p->token, sizeof(p->token), doc, "token");
    take(p->repo, sizeof(p->repo), doc, "repo");
    take(p->database_folder, sizeof(p->database_folder), doc, "database_folder");
    take(p->program, sizeof(p->program), doc, "program");
    p->pid = (long)json_int64(doc, "pid", 0);
    p->port = (int)json_int64(doc, "port", 0);
    p->database_port = (int)json_int64(doc, "database_port", 0);
    p->speed = json_double(doc, "speed", 1);
    p->started = json_int64(doc, "started", 0);
    json_free(doc);
    return p->port > 0 && p->token[0] != '\0';
}

bool place_read(const char *folder, struct place *p, char why[FOLDER_WHY])
{
    memset(p, 0, sizeof(*p));
    if (folder_holder(folder) != 0 && read_document(folder, p))
        return true;
    snprintf(why, FOLDER_WHY, "no sandbox is running in %.300s\nstart one: strom-sandbox up",
             folder);
    return false;
}

bool place_only(char out[FOLDER_PATH], char why[FOLDER_WHY])
{
    char parent[FOLDER_PATH], names[160] = "";
    DIR *dir = parent_folder(parent, why) ? opendir(parent) : NULL;
    size_t n = 0;
    if (dir == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[FOLDER_PATH], ignored[FOLDER_WHY];
        struct place p;
        snprintf(path, sizeof(path), "%.700s/%.255s", parent, entry->d_name);
        if (entry->d_name[0] == '.' || !place_read(path, &p, ignored))
            continue;
        size_t used = strlen(names);
        snprintf(names + used, sizeof(names) - used, "%s%s", n++ > 0 ? ", " : "", p.name);
        snprintf(out, FOLDER_PATH, "%s", path);
    }
    closedir(dir);
    if (n > 1)
        snprintf(why, FOLDER_WHY, "several sandboxes run: %s\nsay which: --name NAME", names);
    return n == 1;
}

/* --- what others left --- */

static bool is_ours(const struct stat *st)
{
    return S_ISDIR(st->st_mode) && (st->st_uid == geteuid() || geteuid() == 0);
}

/* A folder that has just been made may not be claimed yet. */
static bool is_left_behind(const char *path, bool always_claimed)
{
    char lock[FOLDER_PATH];
    struct stat st, by_lock;
    snprintf(lock, sizeof(lock), "%.900s/lock", path);
    if (lstat(path, &st) != 0 || !is_ours(&st))
        return false;
    bool claimed_once = lstat(lock, &by_lock) == 0;
    if (!claimed_once && (always_claimed || time(NULL) - st.st_mtime < JUST_MADE_SECONDS))
        return false;
    return folder_holder(path) == 0;
}

static void clean_below(const char *parent, const char *prefix, bool always_claimed)
{
    DIR *dir = opendir(parent);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[FOLDER_PATH];
        pid_t holder;
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(path, sizeof(path), "%.700s/%.255s", parent, entry->d_name);
        if (!is_left_behind(path, always_claimed))
            continue;
        int claim = folder_claim(path, &holder);
        if (claim < 0)
            continue;
        folder_give_up(path);
        close(claim);
    }
    closedir(dir);
}

void place_clean(void)
{
    char parent[FOLDER_PATH], why[FOLDER_WHY];
    const char *temporary = getenv("TMPDIR");
    if (parent_folder(parent, why))
        clean_below(parent, "", false);
    clean_below("/dev/shm", PLACE_DATABASE_PREFIX, true);
    clean_below("/tmp", PLACE_DATABASE_PREFIX, true);
    if (temporary != NULL && temporary[0] == '/')
        clean_below(temporary, PLACE_DATABASE_PREFIX, true);
}

bool place_is_gone(const char *folder)
{
    struct stat st;
    return lstat(folder, &st) != 0;
}
