#include "screens/link.h"

#include "api/base/fds.h"
#include "api/base/path.h"
#include "api/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ; /* POSIX has it, no header declares it */

/* --- the address --- */

#define CONSOLE "https://console.cloud.google.com"

/* What Google's identifiers are made of; anything else would have to be quoted, and is no link. */
static bool is_plain(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

    return id[0] != '\0' && id[strspn(id, letters)] == '\0';
}

static bool put(struct str *s, char out[LINK_TEXT])
{
    bool fits = str_copy(out, LINK_TEXT, str_text(s));

    str_done(s);
    return fits;
}

static bool stream_link(const struct target *t, char out[LINK_TEXT])
{
    struct str s = {0};

    if (!is_plain(t->region) || !is_plain(t->stream))
        return false;
    str_printf(&s, CONSOLE "/datastream/streams/locations/%s/instances/%s?project=%s", t->region,
               t->stream, t->project);
    return put(&s, out);
}

static bool instance_link(const struct target *t, char out[LINK_TEXT])
{
    struct str s = {0};

    if (!is_plain(t->instance))
        return false;
    str_printf(&s, CONSOLE "/sql/instances/%s/overview?project=%s", t->instance, t->project);
    return put(&s, out);
}

static bool project_link(const char *service, const char *project, char out[LINK_TEXT])
{
    struct str s = {0};

    if (!is_plain(project))
        return false;
    str_printf(&s, CONSOLE "/%s?project=%s", service, project);
    return put(&s, out);
}

bool link_of(const struct journey *j, char out[LINK_TEXT])
{
    const struct target *t = &j->target;

    if (!is_plain(t->project))
        return false;
    switch (j->at) {
    case AT_CONNECT:
    case AT_PREREQUISITES:
        return instance_link(t, out);
    case AT_ACCESS:
        return project_link("iam-admin/iam", t->project, out);
    case AT_DESTINATION:
        return project_link("bigquery", t->dataset_project[0] ? t->dataset_project : t->project,
                            out);
    case AT_REVIEW:
    case AT_CREATE:
        return project_link("datastream/streams", t->project, out);
    case AT_MONITOR:
    case AT_MANAGE:
    case AT_REMOVE:
        return stream_link(t, out);
    case AT_HOME:
    case AT_TABLES:
    case AT_REVIEWER:
    case JOURNEY_STEPS:
        break;
    }
    return false;
}

/* --- the browser --- */

static bool is_set(const char *name)
{
    return !str_is_empty(getenv(name));
}

/* One program; a list or a pattern of arguments is for others to take apart. */
static const char *chosen(struct arena *a)
{
    const char *browser = getenv("BROWSER");

    if (str_is_empty(browser) || strpbrk(browser, ": %'\"\t"))
        return NULL;
    return path_find_program(a, browser);
}

const char *link_browser(struct arena *a)
{
    const char *own = chosen(a);

    if (own)
        return own; /* who names one knows where it shows, over SSH too */
    if (is_set("SSH_CONNECTION") || is_set("SSH_TTY"))
        return NULL;
#ifdef __APPLE__
    return path_find_program(a, "open");
#else
    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
        return NULL; /* it would take a browser of the terminal */
    return path_find_program(a, "xdg-open");
#endif
}

/* Ours, less what was meant for nobody else. Made before the fork: behind it nothing may be. */
static char *const *environment(struct arena *a)
{
    size_t n = 0, kept = 0;

    while (environ[n])
        n++;
    char **copy = arena_array(a, char *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!str_starts(environ[i], "STROM_DB_PASSWORD=") && !str_starts(environ[i], "PGPASSWORD="))
            copy[kept++] = environ[i];
    return copy;
}

/* In the child's child, which nobody waits for: a session of its own, no terminal, no descriptor of
 * ours. An exec that fails says so through the pipe, which one that succeeds closes. */
static void become(const char *browser, char *const *argv, char *const *env, int tell)
{
    int nothing = open("/dev/null", O_RDWR);

    for (int fd = 0; fd < 3 && nothing >= 0; fd++)
        dup2(nothing, fd);
    fds_close_others(tell);
    execve(browser, argv, env);
    (void)!write(tell, "!", 1);
    _exit(127);
}

static void detach(const char *browser, char *const *argv, char *const *env, int tell)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    pid_t pid = fork();
    if (pid == 0)
        become(browser, argv, env, tell);
    if (pid < 0)
        (void)!write(tell, "!", 1);
    _exit(0);
}

bool link_open(const char *browser, const char *address)
{
    struct arena a = {0};
    char *argv[] = {arena_str(&a, browser), arena_str(&a, address), NULL};
    char *const *env = environment(&a);
    int ends[2], status;
    char failed;
    bool ok = str_starts(address, CONSOLE "/") && pipe(ends) == 0;

    if (ok) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        pid_t pid = fork();
        if (pid == 0)
            detach(browser, argv, env, ends[1]);
        close(ends[1]);
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        ok = pid > 0 && read(ends[0], &failed, 1) == 0;
        close(ends[0]);
    }
    arena_done(&a);
    return ok;
}
