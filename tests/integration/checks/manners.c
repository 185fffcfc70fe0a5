#include "tests/integration/checks/manners.h"

#include "tests/integration/checks/scene.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/sandbox.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the checks behave towards the server: what it writes down of them, and the locks that they
 * hold. */

static const struct state plain = {.name = "as is"};
static const struct state locked = {.name = "somebody changes flyway_schema_history",
                                    .holder = SCENE_APP,
                                    .held = "BEGIN;\nLOCK TABLE flyway_schema_history;\n"};

/* --- the log: application|user|process|LOG:  execute <unnamed>: SELECT ... --- */

enum { PIDS = 8 };

struct heard {
    struct manners m;
    long pids[PIDS];
};

static void add_pid(struct heard *h, long pid)
{
    for (size_t i = 0; i < h->m.sessions; i++)
        if (h->pids[i] == pid)
            return;
    if (h->m.sessions < PIDS)
        h->pids[h->m.sessions++] = pid;
}

static bool reads_only(const char *sql)
{
    static const char *const begins[] = {"SELECT ", "WITH ",
                                         "SET client_connection_check_interval = '2s'"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(sql, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* A line of the person's: whatever program it calls itself. */
static void hear(struct heard *h, const char *line)
{
    const char *user = strchr(line, '|');
    const char *execute = strstr(line, "|LOG:  execute ");
    if (user == NULL || strncmp(user + 1, SANDBOX_PERSON "|", sizeof SANDBOX_PERSON) != 0)
        return;
    h->m.unnamed += strncmp(line, "strom|", 6) != 0;
    add_pid(h, strtol(user + 1 + sizeof SANDBOX_PERSON, NULL, 10));
    if (execute == NULL)
        return;
    const char *sql = strstr(execute, ": ");
    sql = strstr(sql + 2, ": ") != NULL ? strstr(sql + 2, ": ") + 2 : sql;
    h->m.statements++;
    h->m.writing += !reads_only(sql);
}

struct manners manners_in_log(bool with_lock)
{
    struct heard h = {0};
    size_t from = 0, bytes = 0;
    char path[FOLDER_PATH + 16];
    snprintf(path, sizeof path, "%s/log", scene_folder());
    free(folder_read(path, 64 << 20, &from));
    scene_look(with_lock ? &locked : &plain);
    char *log = folder_read(path, 64 << 20, &bytes);
    for (char *at = log + from; *at != '\0';) {
        char *end = strchr(at, '\n');
        if (end != NULL)
            *end = '\0';
        hear(&h, at);
        at = end != NULL ? end + 1 : at + strlen(at);
    }
    free(log);
    return h.m;
}

/* --- the locks, looked at from another session while the checks go on --- */

struct locks manners_locks(void)
{
    enum { ENOUGH = 200, LOOKS_MAX = 400 };
    struct watch *w = watch_begin(scene_session());
    for (int i = 0; i < LOOKS_MAX && watch_seen(w) < ENOUGH; i++)
        scene_look(&plain);
    return watch_end(w);
}
