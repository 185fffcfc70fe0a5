#include "tests/sandbox/session.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/process.h"

#include "api/base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS = 32, GONE_MS = 20000, LOOK_MS = 10, LINE_MAX_BYTES = 64 * 1024, WHY = 1024 };

struct session {
    char program[FOLDER_PATH], state_home[FOLDER_PATH], name[64];
    bool owns_state_home;
    pid_t pid;        /* 0: waited for */
    int alive;        /* our end of its stdin */
    struct json *doc; /* what it printed */
};

bool session_program(const char *argv0, char out[FOLDER_PATH])
{
    const char *named = getenv("STROM_SANDBOX_PROGRAM");
    char *self = realpath(argv0, NULL);
    char *slash = self != NULL ? strrchr(self, '/') : NULL;
    out[0] = '\0';
    if (named != NULL)
        snprintf(out, FOLDER_PATH, "%s", named);
    else if (slash != NULL)
        snprintf(out, FOLDER_PATH, "%.*s/strom-sandbox", (int)(slash - self), self);
    free(self);
    return out[0] != '\0' && access(out, X_OK) == 0;
}

/* --- starting --- */

static const char *name_of(const char *const *args)
{
    for (size_t i = 0; args[i] != NULL; i++) {
        if (strcmp(args[i], "--name") == 0)
            return args[i + 1];
        if (strncmp(args[i], "--name=", 7) == 0)
            return args[i] + 7;
    }
    return NULL;
}

static void child(const struct session *s, const char *const *args, int in, int out, int err)
{
    const char *argv[ARGS + 8] = {s->program, "up", "--foreground", "--json"};
    size_t n = 4;
    if (name_of(args) == NULL) {
        argv[n++] = "--name";
        argv[n++] = s->name;
    }
    for (size_t i = 0; args[i] != NULL && i < ARGS; i++)
        argv[n++] = args[i];
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    setenv("XDG_STATE_HOME", s->state_home, 1);
    union { /* execv takes them as not const, though it changes nothing */
        const char *const *ours;
        char *const *theirs;
    } to = {.ours = argv};
    execv(s->program, to.theirs);
    dprintf(2, "%s: %s\n", s->program, strerror(errno));
    _exit(127);
}

static bool fork_it(struct session *s, const char *const *args, int *out, FILE *words)
{
    int in[2] = {-1, -1}, answer[2] = {-1, -1};
    if (pipe(in) != 0 || pipe(answer) != 0)
        return false;
    fcntl(in[1], F_SETFD, FD_CLOEXEC); /* another child that held it would keep the sandbox alive */
    fcntl(answer[0], F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    s->pid = fork();
    if (s->pid == 0)
        child(s, args, in[0], answer[1], fileno(words));
    close(in[0]);
    close(answer[1]);
    s->alive = in[1];
    *out = answer[0];
    return s->pid > 0;
}

static bool read_line(int fd, char *line, size_t cap)
{
    for (size_t n = 0; n + 1 < cap;) {
        ssize_t got = read(fd, line + n, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (line[n++] == '\n') {
            line[n] = '\0';
            return true;
        }
    }
    return false;
}

static bool take_answer(struct session *s, int fd, char why[WHY])
{
    struct err e;
    char *line = malloc(LINE_MAX_BYTES);
    if (line != NULL && read_line(fd, line, LINE_MAX_BYTES)) {
        s->doc = json_parse(line, strlen(line), &e);
        if (s->doc == NULL)
            snprintf(why, WHY, "it printed no JSON: %.200s", line);
    }
    free(line);
    return s->doc != NULL;
}

static void take_words(FILE *words, char why[WHY])
{
    long end = fseek(words, 0, SEEK_END) == 0 ? ftell(words) : 0;
    long from = end > WHY - 1 ? end - (WHY - 1) : 0;
    if (why[0] != '\0' || fseek(words, from, SEEK_SET) != 0)
        return;
    why[fread(why, 1, WHY - 1, words)] = '\0';
}

static bool make_state_home(struct session *s, const char *state_home, char why[WHY])
{
    char wrong[FOLDER_WHY] = "";
    s->owns_state_home = state_home == NULL;
    bool ok = s->owns_state_home ? folder_make_temporary("strom-session", s->state_home, wrong)
                                 : folder_make(state_home, wrong);
    if (!s->owns_state_home)
        snprintf(s->state_home, sizeof(s->state_home), "%s", state_home);
    if (!ok)
        snprintf(why, WHY, "%s", wrong);
    return ok;
}

struct session *session_open(const char *program, const char *const *args, const char *state_home,
                             char why[WHY])
{
    static unsigned counter;
    int out = -1;
    why[0] = '\0';
    struct session *s = calloc(1, sizeof(*s));
    FILE *words = tmpfile();
    if (s == NULL || words == NULL) {
        snprintf(why, WHY, "no memory or no temporary file");
        free(s);
        return NULL;
    }
    s->alive = -1;
    snprintf(s->program, sizeof(s->program), "%s", program);
    snprintf(s->name, sizeof(s->name), "t%ld-%u", (long)getpid(), ++counter);
    if (name_of(args) != NULL)
        snprintf(s->name, sizeof(s->name), "%.60s", name_of(args));
    bool ok = make_state_home(s, state_home, why) && fork_it(s, args, &out, words) &&
              take_answer(s, out, why);
    if (out >= 0)
        close(out);
    if (!ok) {
        session_close(s);
        s = NULL;
        take_words(words, why);
    }
    fclose(words);
    return s;
}

/* --- ending --- */

static void wait_for_end(struct session *s)
{
    if (s->pid <= 0)
        return;
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    s->pid = 0;
}

/* After a kill it is the watcher that removes the folder, a moment later. */
static void await_gone(const char *folder)
{
    for (int waited = 0; folder != NULL && waited < GONE_MS && access(folder, F_OK) == 0;
         waited += LOOK_MS)
        poll(NULL, 0, LOOK_MS);
}

void session_close(struct session *s)
{
    if (s == NULL)
        return;
    if (s->alive >= 0)
        close(s->alive);
    wait_for_end(s);
    await_gone(json_string(s->doc, "folder"));
    if (s->owns_state_home)
        folder_remove(s->state_home);
    json_free(s->doc);
    free(s);
}

void session_kill(struct session *s)
{
    if (s->pid > 0)
        kill(s->pid, SIGKILL);
    wait_for_end(s);
}

/* --- what it said --- */

const char *session_env(const struct session *s, const char *name)
{
    return json_string(json_get(s->doc, "env"), name);
}

void session_apply(const struct session *s)
{
    for
        json_each(name, json_get(s->doc, "unset")) unsetenv(json_text(name));
    for
        json_each(pair, json_get(s->doc, "env")) setenv(json_key(pair), json_text(pair), 1);
}

const char *session_folder(const struct session *s)
{
    return json_string(s->doc, "folder");
}

const char *session_repo(const struct session *s)
{
    return json_string(s->doc, "repo");
}

const char *session_name(const struct session *s)
{
    return s->name;
}

pid_t session_pid(const struct session *s)
{
    return s->pid;
}

int session_run(const struct session *s, const char *const *args, char **out)
{
    const char *argv[ARGS + 4] = {s->program};
    const char *const env[] = {"XDG_STATE_HOME", s->state_home, NULL};
    size_t n = 1;
    for (size_t i = 0; args[i] != NULL && i < ARGS; i++)
        argv[n++] = args[i];
    argv[n++] = "--name";
    argv[n++] = s->name;
    return process_run(argv, NULL, env, out);
}

const char *session_superuser(const struct session *s, char out[512])
{
    char path[FOLDER_PATH];
    size_t bytes = 0;
    struct err e;
    snprintf(path, sizeof(path), "%.900s/state.json", session_folder(s));
    char *text = folder_read(path, LINE_MAX_BYTES, &bytes);
    struct json *doc = text == NULL ? NULL : json_parse(text, bytes, &e);
    snprintf(out, 512, "host='%.300s' port=%d user=cloudsqladmin dbname=postmottak",
             json_string_or(doc, "database_folder", ""), (int)json_int64(doc, "database_port", 0));
    json_free(doc);
    free(text);
    return out;
}
