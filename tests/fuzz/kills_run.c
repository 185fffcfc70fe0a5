/* strom as a process of its own, and what befalls it. */
#include "tests/fuzz/kills_world.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/sandbox/google/inside.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 120000, SLEPT_S = 3600, JUMP_S = 7200, MOST_BYTES = 1 << 22 };

extern char **environ;

const char *blow_name(enum blow_kind kind)
{
    static const char *const names[BLOWS] = {
        "nothing",         "a moment",          "before sending",      "arrives late",
        "sent, no answer", "before the result", "stopped for an hour", "two hours ahead",
        "two hours back",  "tokens end"};

    return names[kind];
}

/* --- beginning --- */

void kills_surround(const struct kills_world *w, const struct blow *b, struct kills_surroundings *s)
{
    size_t n = 0;

    snprintf(s->text[n++], 160, "STROM_GCP_ENDPOINT=http://127.0.0.1:%d", w->port);
    snprintf(s->text[n++], 160, "GOOGLE_APPLICATION_CREDENTIALS=%s/login.json", w->cell);
    snprintf(s->text[n++], 160, "KUBECONFIG=%s/kubeconfig", w->cell);
    snprintf(s->text[n++], 160, "XDG_STATE_HOME=%s", w->cell);
    snprintf(s->text[n++], 160, "HOME=%s", w->cell);
    snprintf(s->text[n++], 160, "STROM_REPO=%s", w->cell);
    snprintf(s->text[n++], 160, "STROM_POLL_FLOOR=0.01");
    snprintf(s->text[n++], 160, "LC_ALL=C.UTF-8");
    snprintf(s->text[n++], 160, "PATH=/usr/bin:/bin");
    snprintf(s->text[n++], 160, "ASAN_OPTIONS=detect_leaks=0");
    if (b->kind == BLOW_INTENT || b->kind == BLOW_RESULT)
        snprintf(s->text[n++], 160, "STROM_DIE=%s %u", b->kind == BLOW_INTENT ? "intent" : "result",
                 b->at);
    for (size_t i = 0; i < n; i++)
        s->all[i] = s->text[i];
    for (size_t i = 0; i < sizeof w->more / sizeof *w->more && w->more[i]; i++)
        memcpy(&s->all[n++], &w->more[i], sizeof *s->all); /* posix_spawn changes none of them */
    s->all[n] = NULL;
}

static void file_of(const struct kills_world *w, unsigned child, const char *what, char out[160])
{
    snprintf(out, 160, "%s/%s.%u", w->cell, what, child);
}

static void spawn(struct kills_world *w, const char *const *words, const struct blow *b)
{
    struct kills_surroundings around;
    posix_spawn_file_actions_t files;
    char out[160], err[160], *argv[32] = {w->victim};
    int ends[2];
    struct kills_child *c = &w->children[w->n_children];

    for (size_t i = 0; words[i]; i++)
        argv[i + 1] = mem_str(words[i]);
    kills_surround(w, b, &around);
    file_of(w, w->n_children, "out", out);
    file_of(w, w->n_children, "err", err);
    if (pipe(ends) != 0 || fcntl(ends[0], F_SETFD, FD_CLOEXEC) != 0)
        abort();
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    *c = (struct kills_child){.end = ends[0]};
    if (posix_spawn(&c->pid, w->victim, &files, NULL, argv, around.all) != 0)
        abort();
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    for (size_t i = 1; argv[i]; i++)
        mem_free(argv[i]);
    w->n_children++;
}

/* --- striking --- */

bool kills_is_time(const struct kills_world *w, bool write)
{
    switch ((int)w->blow.kind) {
    case BLOW_SENT:
    case BLOW_LATE:
        return !w->struck && write && w->writes == w->blow.at;
    case BLOW_STOPPED:
    case BLOW_AHEAD:
    case BLOW_BACK:
    case BLOW_TOKENS:
        return !w->struck && w->asked == w->blow.at;
    default:
        return false;
    }
}

static void tell_time(const struct kills_world *w, int signal, int seconds)
{
    sigqueue(w->children[0].pid, signal, (union sigval){.sival_int = seconds});
}

static void sleep_an_hour(struct kills_world *w)
{
    pid_t pid = w->children[0].pid;
    int status;

    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    clock_advance(SLEPT_S * 1000);
    tell_time(w, SIGUSR2, SLEPT_S);
    kill(pid, SIGCONT);
}

static void kill_it(struct kills_world *w, int signal)
{
    siginfo_t how;

    kill(w->children[0].pid, signal);
    if (signal != SIGKILL)
        return;
    waitid(P_PID, (id_t)w->children[0].pid, &how, WEXITED | WNOWAIT);
    kills_bury(w);
}

void kills_strike(struct kills_world *w)
{
    w->struck = true;
    switch ((int)w->blow.kind) {
    case BLOW_STOPPED:
        sleep_an_hour(w);
        break;
    case BLOW_AHEAD:
        tell_time(w, SIGUSR1, JUMP_S);
        break;
    case BLOW_BACK:
        tell_time(w, SIGUSR1, -JUMP_S);
        break;
    case BLOW_TOKENS:
        for (struct token *t = w->replier.g->tokens; t; t = t->next)
            t->until_ms = 0;
        break;
    default:
        kill_it(w, SIGKILL);
        break;
    }
}

/* --- to the end --- */

static char *read_file(const struct kills_world *w, unsigned child, const char *what)
{
    struct str text = {0};
    char path[160];
    struct err e;

    file_of(w, child, what, path);
    if (!path_read(path, MOST_BYTES, &text, &e))
        abort();
    char *copy = mem_str(str_text(&text));
    str_done(&text);
    return copy;
}

static unsigned reap(struct kills_world *w)
{
    unsigned left = 0;
    int status;

    for (unsigned i = 0; i < w->n_children; i++) {
        struct kills_child *c = &w->children[i];
        if (c->over)
            continue;
        if (waitpid(c->pid, &status, WNOHANG) != c->pid) {
            left++;
            continue;
        }
        c->over = true;
        c->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        close(c->end);
        c->out = read_file(w, i, "out");
        c->err = read_file(w, i, "err");
    }
    return left;
}

static void forget_run(struct kills_world *w)
{
    for (unsigned i = 0; i < w->n_children; i++) {
        mem_free(w->children[i].out);
        mem_free(w->children[i].err);
    }
    w->n_children = w->writes = w->asked = 0;
    w->struck = w->hold = false;
}

static void give_up(struct kills_world *w)
{
    for (unsigned i = 0; i < w->n_children; i++)
        if (!w->children[i].over)
            kill(w->children[i].pid, SIGABRT);
    fprintf(stderr, "it does not end\n");
    abort();
}

static void await(struct kills_world *w, unsigned most_left)
{
    int64_t begun = clock_mono_ms(), skipped = 0;

    while (reap(w) > most_left) {
        int64_t now = clock_mono_ms(), strike = begun + (int64_t)w->blow.at;
        int wait = 1000;
        if (w->blow.kind == BLOW_TIME && !w->struck) {
            wait = strike > now ? (int)(strike - now) : 0;
            if (wait == 0) {
                w->struck = true;
                kill_it(w, w->blow.signal ? w->blow.signal : SIGKILL);
            }
        }
        kills_serve(w, wait);
        if (w->blow.kind == BLOW_STOPPED && w->struck)
            skipped = SLEPT_S * 1000;
        if (clock_mono_ms() - begun - skipped > PATIENCE_MS)
            give_up(w);
    }
}

int kills_run(struct kills_world *w, const char *const *words, const struct blow *b)
{
    static const struct blow none = {0};

    forget_run(w);
    w->blow = b ? *b : none;
    spawn(w, words, &w->blow);
    await(w, 0);
    if (w->children[0].code == 128 + SIGKILL && !w->struck) /* by its own hand */
        kills_bury(w);
    return w->children[0].code;
}

void kills_race(struct kills_world *w, const char *const *words, unsigned n)
{
    static const struct blow none = {0};

    assert(n <= KILLS_CHILDREN);
    forget_run(w);
    w->blow = none;
    w->hold = true;
    while (w->n_children < n)
        spawn(w, words, &none);
    await(w, 1);
    w->hold = false;
    await(w, 0);
}

const char *kills_out(const struct kills_world *w)
{
    return w->children[0].out;
}

const char *kills_err(const struct kills_world *w)
{
    return w->children[0].err;
}
