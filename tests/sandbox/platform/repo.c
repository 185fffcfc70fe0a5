#include "tests/sandbox/platform/repo.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool repo_write(const char *fixtures, const char *to, const struct repo_manifest *m,
                char why[REPO_WHY])
{
    char from[FOLDER_PATH], version[16], instance[256] = "", users[128] = "";
    snprintf(from, sizeof(from), "%.900s/repo", fixtures);
    snprintf(version, sizeof(version), "%d", m->postgres_version);
    if (m->flag != NULL)
        snprintf(
            instance, sizeof(instance),
            "\n        flags:\n          - name: cloudsql.logical_decoding\n            value: "
            "\"%s\"",
            m->flag);
    size_t n = strlen(instance);
    if (m->autoresize)
        snprintf(
            instance + n, sizeof(instance) - n,
            "\n        diskAutoresize: true   # replikeringssloten holder WAL på denne disken");
    if (m->user != NULL)
        snprintf(users, sizeof(users), "\n            users:\n              - name: %s", m->user);
    const char *const values[] = {
        "POSTGRES_VERSION", version, "INSTANCE", instance, "USERS", users, NULL};
    return folder_copy(from, to, values, why);
}

bool repo_add(const char *fixtures, const char *name, const char *to, char why[REPO_WHY])
{
    char from[FOLDER_PATH];
    snprintf(from, sizeof(from), "%.700s/%.200s", fixtures, name);
    return folder_copy(from, to, NULL, why);
}

static bool git(const char *to, const char *const *argv, char why[REPO_WHY])
{
    /* Nobody's own configuration reaches in here: no signing, no hooks, no templates. */
    static const char *const env[] = {"GIT_CONFIG_GLOBAL",
                                      "/dev/null",
                                      "GIT_CONFIG_NOSYSTEM",
                                      "1",
                                      "GIT_TERMINAL_PROMPT",
                                      "0",
                                      "GIT_TEMPLATE_DIR",
                                      "",
                                      NULL};
    char *out = NULL;
    int status = process_run(argv, to, env, &out);
    if (status == 127)
        snprintf(why, REPO_WHY,
                 "git was not found\ninstall it: `apt-get install git` or `brew install git`");
    else if (status != 0)
        snprintf(why, REPO_WHY, "git %s failed: %.400s", argv[1], out != NULL ? out : "");
    free(out);
    return status == 0;
}

bool repo_commit(const char *to, const char *message, char why[REPO_WHY])
{
    char dot_git[FOLDER_PATH];
    struct stat st;
    snprintf(dot_git, sizeof(dot_git), "%.900s/.git", to);
    if (stat(dot_git, &st) != 0) {
        const char *const init[] = {"git", "init", "-q", "-b", "main", NULL};
        const char *const name[] = {"git", "config", "user.name", "Kari Nordmann", NULL};
        const char *const mail[] = {"git", "config", "user.email", "kari.nordmann@example.com",
                                    NULL};
        if (!git(to, init, why) || !git(to, name, why) || !git(to, mail, why))
            return false;
    }
    const char *const add[] = {"git", "add", "-A", NULL};
    const char *const commit[] = {"git", "commit", "-q", "-m", message, NULL};
    return git(to, add, why) && git(to, commit, why);
}
