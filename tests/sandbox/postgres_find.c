#include "tests/sandbox/postgres.h"
#include "tests/sandbox/postgres_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_both(const char *folder)
{
    char path[POSTGRES_PATH];
    static const char *const names[] = {"initdb", "postgres"};
    for (size_t i = 0; i < 2; i++) {
        if (snprintf(path, sizeof(path), "%s/%s", folder, names[i]) >= (int)sizeof(path) ||
            access(path, X_OK) != 0)
            return false;
    }
    return true;
}

static bool take(const char *folder, char out[POSTGRES_PATH])
{
    return has_both(folder) && snprintf(out, POSTGRES_PATH, "%s", folder) < POSTGRES_PATH;
}

/* /usr/lib/postgresql/15/bin, /opt/homebrew/opt/postgresql@16/bin: the newest below parent. */
static bool newest_below(const char *parent, const char *prefix, char out[POSTGRES_PATH])
{
    DIR *dir = opendir(parent);
    if (dir == NULL)
        return false;
    long best = 0;
    size_t n = strlen(prefix);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[POSTGRES_PATH];
        if (strncmp(entry->d_name, prefix, n) != 0)
            continue;
        long version = strtol(entry->d_name + n, NULL, 10);
        if (version <= best ||
            snprintf(path, sizeof(path), "%s/%s/bin", parent, entry->d_name) >= (int)sizeof(path))
            continue;
        if (take(path, out))
            best = version;
    }
    closedir(dir);
    return best > 0;
}

static bool on_path(char out[POSTGRES_PATH])
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        size_t n = strcspn(path, ":");
        char folder[POSTGRES_PATH];
        if (n > 0 && n < sizeof(folder)) {
            memcpy(folder, path, n);
            folder[n] = '\0';
            if (take(folder, out))
                return true;
        }
        path += n + (path[n] == ':');
    }
    return false;
}

bool postgres_find(char out[POSTGRES_PATH])
{
    /* Set: this one and no other; so a test can play a machine without PostgreSQL. */
    const char *chosen = getenv("STROM_SANDBOX_PG_BINDIR");
    if (chosen != NULL && *chosen != '\0')
        return take(chosen, out);
    static const struct {
        const char *parent, *prefix;
    } homes[] = {
        {"/usr/lib/postgresql", ""},
        {"/opt/homebrew/opt", "postgresql@"},
        {"/usr/local/opt", "postgresql@"},
        {"/usr", "pgsql-"},
        {"/Applications/Postgres.app/Contents/Versions", ""},
    };
    if (on_path(out))
        return true;
    for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
        if (newest_below(homes[i].parent, homes[i].prefix, out))
            return true;
    }
    return take("/opt/homebrew/opt/postgresql/bin", out) || take("/usr/local/pgsql/bin", out);
}

bool postgres_is_installed(void)
{
    char folder[POSTGRES_PATH];
    return postgres_find(folder);
}
