/* Whole commands, as somebody types them: their exit code, their stdout and their stderr. There is
 * no database to connect to; names and password come from the cluster, tables through a profile. */

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/path.h"
#include "screens/cli/command.h"
#include "screens/cli/out.h"
#include "tests/faults/aim.h"
#include "tests/faults/scenario.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT "6h" /* SCENARIO_HOURS */
#define ALWAYS  "--json", "--yes", "--no-input", "--timeout", TIMEOUT
#define APP     "postmottak-backend"
#define TABLES  "regel_evaluering,regelsett_resultat"

enum { MOST_WORDS = 24, MOST_BYTES = 1 << 20, SIGNALLED = 128 };

static const char *const create[] = {"strom", "create",           APP,    "datastream",
                                     ALWAYS,  "--include-tables", TABLES, NULL};
static const char *const plan[] = {"strom", "plan", "--app", APP, ALWAYS, "--include-tables",
                                   TABLES,  NULL};
static const char *const status[] = {"strom", "status", "--app", APP, ALWAYS, NULL};
static const char *const check[] = {"strom", "check", "--app", APP, ALWAYS, NULL};
static const char *const take_down[] = {
    "strom", "delete", APP, "datastream", ALWAYS, "--confirm", "postgres-postmottak-bigquery",
    NULL};

#define STREAM(...)                                                                                \
    {                                                                                              \
        "strom", "stream", __VA_ARGS__, "--app", APP, ALWAYS, NULL                                 \
    }
static const char *const pause_it[] = STREAM("pause");
static const char *const resume[] = STREAM("resume");
static const char *const recover[] = STREAM("recover");
static const char *const slot[] = STREAM("slot", "ds_replication_2");
static const char *const backfill[] = STREAM("backfill", "all");
static const char *const stop[] = STREAM("stop", "all");
static const char *const password[] = STREAM("password");
static const char *const host[] = STREAM("host");

static const struct scenario commands[] = {
    {.name = "strom create", .scene = WORLD_FRESH, .words = create},
    {.name = "strom plan", .scene = WORLD_RUNNING, .words = plan, .looks = true},
    {.name = "strom status", .scene = WORLD_RUNNING, .words = status, .looks = true},
    {.name = "strom check", .scene = WORLD_RUNNING, .words = check, .looks = true},
    {.name = "strom delete", .scene = WORLD_RUNNING, .words = take_down},
    {.name = "strom stream pause", .scene = WORLD_RUNNING, .words = pause_it},
    {.name = "strom stream resume", .scene = WORLD_PAUSED, .words = resume},
    {.name = "strom stream recover", .scene = WORLD_LOST, .words = recover},
    {.name = "strom stream slot", .scene = WORLD_RUNNING, .words = slot},
    {.name = "strom stream backfill", .scene = WORLD_RUNNING, .words = backfill},
    {.name = "strom stream stop", .scene = WORLD_COPYING, .words = stop},
    {.name = "strom stream password", .scene = WORLD_RUNNING, .words = password},
    {.name = "strom stream host", .scene = WORLD_REBUILT, .words = host},
};

const struct scenario *commands_at(size_t i)
{
    return i < sizeof commands / sizeof *commands ? &commands[i] : NULL;
}

/* --- stdout and stderr are files of the cell --- */

static int redirect(const struct world *w, int fd, const char *name)
{
    char path[160];
    int kept = dup(fd);

    snprintf(path, sizeof path, "%s/%s", w->cell, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (kept >= 0 && file >= 0)
        dup2(file, fd);
    if (file >= 0)
        close(file);
    return kept;
}

static void give_back(int fd, int kept)
{
    dup2(kept, fd);
    close(kept);
}

/* The stand-in has a command_run of its own. */
static int run_command(const struct options *o)
{
    static const struct {
        const char *name;
        int (*run)(const struct options *o);
    } known[] = {{"create", command_create}, {"plan", command_plan},
                 {"status", command_status}, {"check", command_check},
                 {"delete", command_delete}, {"stream", command_stream}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(known[i].name, o->command))
            return known[i].run(o);
    return OUT_WRONG;
}

static int run_words(const char *const *words, struct options *o)
{
    char *argv[MOST_WORDS];
    struct arena a;
    struct err e;
    int argc = 0, code;

    arena_init(&a);
    for (; words[argc]; argc++)
        argv[argc] = arena_str(&a, words[argc]);
    argv[argc] = NULL;
    code = options_parse(argc, argv, o, &e) ? run_command(o) : out_error(o, &e);
    arena_done(&a);
    return code;
}

/* --- what it said --- */

/* "strom: WHAT: WHY", the last of its kind. */
static void read_talk(const char *talk, struct err *e)
{
    const char *last = NULL;

    for (const char *at = talk; at && (at = strstr(at, "strom: ")); at++)
        if (at == talk || at[-1] == '\n')
            last = at + 7;
    if (last)
        snprintf(e->what, sizeof e->what, "%.*s", (int)strcspn(last, "\n"), last);
}

static void read_error(const struct json *doc, struct err *e)
{
    str_copy(e->reason, sizeof e->reason, json_string_or(doc, "error.code", ""));
    str_copy(e->why, sizeof e->why, json_string_or(doc, "error.message", ""));
    str_copy(e->resource, sizeof e->resource, json_string_or(doc, "error.resource", ""));
    str_copy(e->hint, sizeof e->hint, json_string_or(doc, "error.hint", ""));
}

static void read_line(const char *line, size_t bytes, struct outcome *out)
{
    struct err ignored;
    struct json *doc = json_parse(line, bytes, &ignored);

    out->garbled = out->garbled || json_int64(doc, "version", 0) != 1;
    if (json_is_object(json_get(doc, "error")))
        read_error(doc, &out->err);
    if (str_eq(json_string_or(doc, "state", ""), "failed") &&
        str_is_empty(json_string_or(doc, "message", "")))
        out->silent_step = true;
    json_free(doc);
}

static void read_said(const struct world *w, const struct scenario *self, struct outcome *out)
{
    struct str said = {0}, talk = {0};
    char path[160];
    struct err e;

    snprintf(path, sizeof path, "%s/stdout", w->cell);
    bool ok = path_read(path, MOST_BYTES, &said, &e);
    snprintf(path, sizeof path, "%s/stderr", w->cell);
    ok = path_read(path, MOST_BYTES, &talk, &e) && ok;
    const char *at = str_text(&said), *end;
    out->garbled = !ok || said.bytes == 0;
    if (self->looks) /* one document, over several lines */
        read_line(at, said.bytes, out);
    else
        for (; (end = strchr(at, '\n')); at = end + 1)
            read_line(at, (size_t)(end - at), out);
    out->garbled = out->garbled || strchr(str_text(&talk), '\033') != NULL;
    read_talk(str_text(&talk), &out->err);
    str_done(&said);
    str_done(&talk);
}

/* As a shell gives them: not those that we were begun with, nor those that a command has left. */
static void reset_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
}

void command_line_run(struct world *w, const struct scenario *self, struct outcome *out)
{
    struct options o;

    reset_signals();
    fflush(stdout);
    int out_fd = redirect(w, STDOUT_FILENO, "stdout"),
        err_fd = redirect(w, STDERR_FILENO, "stderr");
    world_export(w);
    aim_phase("run");
    out->code = run_words(self->words, &o);
    world_unexport();
    fflush(stdout);
    give_back(STDOUT_FILENO, out_fd);
    give_back(STDERR_FILENO, err_fd);
    reset_signals();
    if (out->code > SIGNALLED) /* it was meant for us, and the command took it */
        raise(out->code - SIGNALLED);
    out->ok = out->code == OUT_FINE || out->code == OUT_NOT_YET;
    read_said(w, self, out);
    out->stuck = strstr(out->err.why, "--timeout") != NULL;
}
