#ifndef TESTS_UNIT_GOOGLE_SANDBOX_H
#define TESTS_UNIT_GOOGLE_SANDBOX_H

/* A sandbox of the test's own: it ends when its pipe closes, whatever happens to the test. */

#include "api/base/json.h"
#include "tests/unit/google/run.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct box {
    pid_t pid;
    int to;
    FILE *from;
    char home[64], folder[512];
};

/* strom-sandbox beside the test, or what $STROM_SANDBOX_PROGRAM names; false: skip. */
static inline bool box_program(const char *argv0, char out[1024])
{
    const char *named = getenv("STROM_SANDBOX_PROGRAM"), *slash = strrchr(argv0, '/');
    if (named)
        snprintf(out, 1024, "%s", named);
    else
        snprintf(out, 1024, "%.*s/strom-sandbox", slash ? (int)(slash - argv0) : 1,
                 slash ? argv0 : ".");
    return access(out, X_OK) == 0;
}

static inline void box_environment(struct box *b, const char *line)
{
    struct err e;
    struct json *doc = json_parse(line, strlen(line), &e);
    assert(doc);
    for
        json_each(v, json_get(doc, "env")) setenv(json_key(v), json_text(v) ? json_text(v) : "", 1);
    snprintf(b->folder, sizeof b->folder, "%s", json_string_or(doc, "folder", ""));
    json_free(doc);
}

static inline bool box_open(struct box *b, const char *program, const char *scenario)
{
    int in[2], out[2];
    char line[65536] = "";
    snprintf(b->home, sizeof b->home, "/tmp/strom-box-XXXXXX");
    if (!mkdtemp(b->home) || pipe(in) != 0 || pipe(out) != 0)
        return false;
    b->pid = fork();
    if (b->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        setenv("XDG_STATE_HOME", b->home, 1);
        execl(program, program, "up", scenario, "--foreground", "--json", "--speed", "400",
              (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    b->to = in[1];
    b->from = fdopen(out[0], "r");
    if (!b->from || !fgets(line, sizeof line, b->from))
        return false;
    box_environment(b, line);
    return true;
}

static inline void box_close(struct box *b)
{
    char command[128];
    close(b->to);
    if (b->from)
        fclose(b->from);
    waitpid(b->pid, NULL, 0);
    snprintf(command, sizeof command, "rm -rf %s", b->home);
    run_command(command, NULL, 0);
}

#endif
