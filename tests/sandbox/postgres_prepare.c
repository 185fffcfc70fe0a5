#include "tests/sandbox/postgres_parts.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool choose_user(struct postgres *pg, char why[POSTGRES_WHY])
{
    if (geteuid() != 0)
        return true;
    static const char *const names[] = {"postgres", "nobody", "daemon"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct passwd *pw = getpwnam(names[i]);
        if (pw == NULL || pw->pw_uid == 0)
            continue;
        pg->watching.drops = true;
        pg->watching.uid = pw->pw_uid;
        pg->watching.gid = pw->pw_gid;
        return true;
    }
    snprintf(why, POSTGRES_WHY,
             "PostgreSQL does not run as root, and there is no user to drop to "
             "(postgres, nobody)");
    return false;
}

static bool make_folder(struct postgres *pg, const char *folder, char why[POSTGRES_WHY])
{
    struct sockaddr_un at;
    size_t longest = sizeof(at.sun_path) - sizeof("/.s.PGSQL.65535");
    if (folder[0] != '/' || strlen(folder) >= longest) {
        snprintf(why, POSTGRES_WHY,
                 "the folder %.200s is not absolute or too long for a socket (%zu characters)",
                 folder, longest);
        return false;
    }
    if (strpbrk(folder, "'\",\\\n") != NULL) {
        snprintf(why, POSTGRES_WHY,
                 "the folder %.200s holds a character that PostgreSQL parts lists at", folder);
        return false;
    }
    if (!folder_make(folder, why))
        return false;
    if (chmod(folder, 0700) == 0 &&
        (!pg->watching.drops || chown(folder, pg->watching.uid, pg->watching.gid) == 0))
        return true;
    snprintf(why, POSTGRES_WHY, "cannot make %.200s the server's own: %s", folder, strerror(errno));
    return false;
}

static bool name_parts(struct postgres *pg, const struct postgres_options *o,
                       char why[POSTGRES_WHY])
{
    if (!postgres_find(pg->bin)) {
        snprintf(why, POSTGRES_WHY,
                 "PostgreSQL's server (initdb, postgres) was not found\n"
                 "install it: `apt-get install postgresql` or `brew install postgresql@16`");
        return false;
    }
    snprintf(pg->folder, sizeof(pg->folder), "%s", o->folder);
    snprintf(pg->initdb, sizeof(pg->initdb), "%s/initdb", pg->bin);
    snprintf(pg->server, sizeof(pg->server), "%s/postgres", pg->bin);
    snprintf(pg->data, sizeof(pg->data), "%s/data", pg->folder);
    snprintf(pg->config, sizeof(pg->config), "%s/server.conf", pg->folder);
    snprintf(pg->hba, sizeof(pg->hba), "%s/hba.conf", pg->folder);
    snprintf(pg->goes_too, sizeof(pg->goes_too), "%s", o->goes_too != NULL ? o->goes_too : "");
    pg->settings = strdup(o->settings != NULL ? o->settings : "");
    pg->logical = o->logical;
    pg->temporary = o->temporary;
    return pg->settings != NULL;
}

static void name_programs(struct postgres *pg)
{
    static const char user[] = "--username=" POSTGRES_SUPERVISOR;
    const char *const initdb[] = {
        pg->initdb,     "--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C",
        "--auth=trust", user,        "--pgdata",          pg->data,          NULL};
    memcpy(pg->initdb_argv, initdb, sizeof(initdb));
    snprintf(pg->set_config, sizeof(pg->set_config), "config_file=%s", pg->config);
    snprintf(pg->set_hba, sizeof(pg->set_hba), "hba_file=%s", pg->hba);
    const char *const server[] = {pg->server,     "-D", pg->data,    "-c",
                                  pg->set_config, "-c", pg->set_hba, NULL};
    memcpy(pg->server_argv, server, sizeof(server));
}

bool postgres_prepare(struct postgres *pg, const struct postgres_options *o, char why[POSTGRES_WHY])
{
    if (!name_parts(pg, o, why) || !choose_user(pg, why) || !make_folder(pg, o->folder, why))
        return false;
    name_programs(pg);
    pg->watching.argv[0] = pg->initdb_argv;
    pg->watching.argv[1] = pg->server_argv;
    pg->watching.folder = pg->folder;
    pg->watching.removes[0] = pg->temporary ? pg->folder : NULL;
    pg->watching.removes[1] = pg->temporary && pg->goes_too[0] != '\0' ? pg->goes_too : NULL;
    return true;
}
