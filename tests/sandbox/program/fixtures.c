#include "tests/sandbox/program/fixtures.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char own_path[FOLDER_PATH];

static bool take(const char *path)
{
    char *full = realpath(path, NULL);
    bool ok = full != NULL && access(full, X_OK) == 0 && strlen(full) < sizeof(own_path);
    if (ok)
        snprintf(own_path, sizeof(own_path), "%s", full);
    free(full);
    return ok;
}

/* /proc knows where there is one; else what we were called by, on PATH when it has no slash. */
void fixtures_note_program(const char *argv0)
{
    if (take("/proc/self/exe") || (strchr(argv0, '/') != NULL && take(argv0)))
        return;
    for (const char *path = getenv("PATH"); path != NULL && *path != '\0';) {
        char file[FOLDER_PATH];
        size_t n = strcspn(path, ":");
        snprintf(file, sizeof(file), "%.*s/%.200s", (int)(n < 800 ? n : 0), path, argv0);
        if (n > 0 && take(file))
            return;
        path += n + (path[n] == ':');
    }
    snprintf(own_path, sizeof(own_path), "strom-sandbox");
}

static bool has_data(const char *folder)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%.900s/data.sql", folder);
    return access(path, R_OK) == 0;
}

bool fixtures_find(char out[FOLDER_PATH], char program[FOLDER_PATH])
{
    snprintf(program, FOLDER_PATH, "%s", own_path);
    const char *slash = strrchr(own_path, '/');
    if (slash != NULL) {
        snprintf(out, FOLDER_PATH, "%.*s/../share/strom/sandbox", (int)(slash - own_path),
                 own_path);
        if (has_data(out))
            return true;
    }
    snprintf(out, FOLDER_PATH, "%s", STROM_FIXTURES);
    return has_data(out);
}
