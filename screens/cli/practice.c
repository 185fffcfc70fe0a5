#include "screens/cli/practice.h"

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/child.h"
#include "api/net/net.h"
#include "screens/cli/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENV_BYTES = 64 * 1024 };

/* What leads elsewhere goes, what leads into the sandbox comes: PGSERVICE=prod is nobody's
 * practice. */
static bool take_environment(const struct json *doc)
{
    for
        json_each(name, json_get(doc, "unset")) if (json_text(name)) unsetenv(json_text(name));
    for
        json_each(pair, json_get(doc, "env")) if (json_text(pair))
            setenv(json_key(pair), json_text(pair), 1);
    return json_count(json_get(doc, "env")) > 0;
}

/* What is practised is not mixed with what is real, and goes with the sandbox, however that ends.
 */
static bool take_state(const char *folder)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/practice", folder);
    return (mkdir(path, 0700) == 0 || errno == EEXIST) && setenv("XDG_STATE_HOME", path, 1) == 0;
}

static bool take_sandbox(const struct str *text)
{
    struct err e;
    struct json *doc = json_parse(str_text(text), text->bytes, &e);
    const char *folder = json_string(doc, "folder");
    bool ok = folder && take_environment(doc) && take_state(folder);

    json_free(doc);
    return ok;
}

static bool run_and_read(const char *const *argv, struct str *out)
{
    struct child_request r = {.argv = argv, .max_bytes = ENV_BYTES};
    struct err e;
    struct net *net = net_open(&e);
    bool ok = false;

    if (net == NULL)
        return false;
    struct task *t = child_run(net, &r);
    net_until(net, t);
    if (task_state(t) == TASK_OK) {
        ok = child_answer(t)->status == 0;
        str_add(out, child_answer(t)->out);
        if (!ok)
            out_talk_lines(child_answer(t)->err_text);
    } else {
        out_talk("strom: %s: %s", task_error(t)->what, task_error(t)->why);
    }
    task_drop(t);
    net_close(net);
    return ok;
}

/* The keeper of the sandbox: it lives as long as the pipe to it is open, which is as long as we
 * live. Returns the write end, or -1. The child says on its stdout that it is ready. */
static int start_keeper(const char *program, const char *scenario, const char *name, pid_t *pid)
{
    int leash[2], ready[2];
    char line[512];

    if (pipe(leash) != 0 || pipe(ready) != 0)
        return -1;
    *pid = fork();
    if (*pid == 0) {
        dup2(leash[0], STDIN_FILENO);
        dup2(ready[1], STDOUT_FILENO);
        close(leash[0]);
        close(leash[1]);
        close(ready[0]);
        close(ready[1]);
        setpgid(0, 0); /* Ctrl-C in the wizard is the wizard's */
        execl(program, program, "up", scenario, "--name", name, "--foreground", "--lang",
              tr_current(), (char *)NULL);
        _exit(127);
    }
    close(leash[0]);
    close(ready[1]);
    ssize_t n = *pid > 0 ? read(ready[0], line, sizeof line - 1) : -1;
    close(ready[0]);
    if (n > 0)
        return leash[1];
    close(leash[1]);
    return -1;
}

bool practice_begin(struct practice *p, const char *argv0, const char *scenario)
{
    struct arena a = {0};
    struct str env = {0};
    char name[64];
    const char *program = practice_program(&a, argv0);
    bool ok = false;

    *p = (struct practice){.leash = -1};
    if (program) {
        snprintf(name, sizeof name, "practice-%ld", (long)getpid());
        out_talk(tr("starting the sandbox (%s) ..."), scenario);
        p->leash = start_keeper(program, scenario, name, &p->keeper);
        const char *ask[] = {program, "env", "--name", name, "--json", NULL};
        ok = p->leash >= 0 && run_and_read(ask, &env);
    } else {
        practice_missing();
    }
    ok = ok && take_sandbox(&env);
    str_done(&env);
    arena_done(&a);
    return ok;
}

void practice_end(struct practice *p)
{
    int status;

    if (p->leash >= 0)
        close(p->leash);
    if (p->keeper > 0)
        waitpid(p->keeper, &status, 0);
}
