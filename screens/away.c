#include "screens/away.h"

#include "api/base/arena.h"
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

static bool is_set(const char *name)
{
    return !str_is_empty(getenv(name));
}

bool away_is_far(void)
{
    return is_set("SSH_CONNECTION") || is_set("SSH_TTY");
}

bool away_has_desktop(void)
{
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

/* --- a program --- */

/* Made before the fork: behind it nothing may be. */
struct away {
    char *const *argv, *const *env;
    const char *input;
    size_t bytes;
    int tell; /* an exec that fails says so there; one that succeeds closes it */
};

/* Ours, less what was meant for nobody else. */
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

/* Nobody waits for this one either: a program that does not read stops nothing. */
static void feed(int to, const char *input, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(to, input, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        input += n;
        bytes -= (size_t)n;
    }
    _exit(0);
}

/* The end to read from; -1 where there is nothing. */
static int feeder(const struct away *w)
{
    int ends[2];

    if (w->input == NULL || pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        fds_close_others(-1);
        feed(STDOUT_FILENO, w->input, w->bytes);
    }
    return ends[0];
}

/* In the child's child, which nobody waits for. */
static void become(const struct away *w)
{
    int nothing = open("/dev/null", O_RDWR);

    for (int fd = 0; fd < 3 && nothing >= 0; fd++)
        dup2(nothing, fd);
    int from = feeder(w);
    if (from >= 0)
        dup2(from, STDIN_FILENO);
    fds_close_others(w->tell);
    execve(w->argv[0], w->argv, w->env);
    (void)!write(w->tell, "!", 1);
    _exit(127);
}

static void detach(const struct away *w)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    pid_t pid = fork();
    if (pid == 0)
        become(w);
    if (pid < 0)
        (void)!write(w->tell, "!", 1);
    _exit(0);
}

static char *const *words(struct arena *a, const char *const *argv)
{
    size_t n = 0;

    while (argv[n])
        n++;
    char **copy = arena_array(a, char *, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = arena_str(a, argv[i]);
    return copy;
}

bool away_run(const char *const *argv, const char *input, size_t bytes)
{
    struct arena a = {0};
    struct away w = {words(&a, argv), environment(&a), input, bytes, -1};
    int ends[2], status;
    char failed;
    bool ok = pipe(ends) == 0;

    if (ok) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        w.tell = ends[1];
        pid_t pid = fork();
        if (pid == 0)
            detach(&w);
        close(ends[1]);
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        ok = pid > 0 && read(ends[0], &failed, 1) == 0;
        close(ends[0]);
    }
    arena_done(&a);
    return ok;
}

/* --- the clipboard --- */

static const struct tool {
    const char *display; /* the variable that tells of such a desktop; NULL: there is no other */
    const char *words[4];
} tools[] = {
#ifdef __APPLE__
    {NULL, {"pbcopy"}},
#else
    {"WAYLAND_DISPLAY", {"wl-copy"}},
    {"DISPLAY", {"xclip", "-selection", "clipboard"}},
    {"DISPLAY", {"xsel", "--clipboard", "--input"}},
#endif
};

bool away_copy(const char *text, size_t bytes)
{
    struct arena a = {0};
    bool done = false;

    for (size_t i = 0; i < sizeof tools / sizeof *tools && !done && !away_is_far(); i++) {
        const struct tool *t = &tools[i];
        const char *program =
            t->display == NULL || is_set(t->display) ? path_find_program(&a, t->words[0]) : NULL;
        const char *argv[] = {program, t->words[1], t->words[2], t->words[3], NULL};
        done = program && away_run(argv, text, bytes);
    }
    arena_done(&a);
    return done;
}
