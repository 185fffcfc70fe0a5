#include "screens/cli/session.h"

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/lookups.h"
#include "api/plan/file.h"
#include "api/plan/names.h"
#include "api/plan/record_left.h"
#include "screens/cli/config_file.h"
#include "screens/cli/out.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- interrupts: a flag and a wake-up --- */

static struct net *waiting_net;
static volatile sig_atomic_t caught;
static bool at_terminal; /* what is told goes to one */

static void on_signal(int number)
{
    caught = number;
    if (waiting_net)
        net_interrupt(waiting_net);
}

void session_catch(struct net *net)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal}, before;

    waiting_net = net;
    if (net == NULL)
        return;
    at_terminal = isatty(STDERR_FILENO);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], &action, &before) == 0 && before.sa_handler == SIG_IGN)
            sigaction(numbers[i], &before, NULL); /* nohup, or a job in the background */
}

/* A terminal may go away without a word: its shell lives on, or the line is cut. net_wait tells
 * that something is up; what it is, poll does. */
static void note_gone(const struct pollfd *told)
{
    struct pollfd terminal = {.fd = told->fd};

    if (told->revents && poll(&terminal, 1, 0) == 1 && (terminal.revents & (POLLHUP | POLLERR)))
        caught = SIGHUP;
}

int session_caught(void)
{
    return caught;
}

int session_take_caught(void)
{
    int number = caught;

    caught = 0;
    return number;
}

int session_interrupted(void)
{
    return 128 + (caught ? caught : SIGINT);
}

static bool is_late(const struct session *s)
{
    return s->deadline_ms > 0 && clock_mono_ms() >= s->deadline_ms;
}

/* Fills *e; always false. */
static bool gave_up(const struct session *s, struct err *e)
{
    if (caught || !is_late(s)) {
        err_set(e, ERR_INTERRUPTED, "Waiting");
        return err_why(e, "it was interrupted");
    }
    err_set(e, ERR_NETWORK, "Waiting");
    err_reason(e, "TIMEOUT");
    err_why(e, "it took longer than --timeout %s", s->o->timeout);
    return err_hint(e, "a longer --timeout gives it more time");
}

bool session_goes_on(const struct session *s, struct err *e)
{
    return (!caught && !is_late(s)) || gave_up(s, e);
}

void session_sleep(struct session *s, int64_t until_ms)
{
    struct net *net = s->live.net;

    if (s->deadline_ms > 0 && (until_ms < 0 || s->deadline_ms < until_ms))
        until_ms = s->deadline_ms;
    struct pollfd terminal = {.fd = STDERR_FILENO};
    net_wait(net, &terminal, at_terminal ? 1 : 0, until_ms);
    note_gone(&terminal);
    net_step(net);
    const char *woke = live_woke(&s->live);
    if (woke)
        out_talk("%s", woke);
    if (*net_held_by(net) && !str_eq(s->held, net_held_by(net)))
        out_talk("%s", net_held_by(net));
    str_copy(s->held, sizeof s->held, net_held_by(net));
}

bool session_wait(struct session *s, const struct task *t, struct err *e)
{
    while (task_state(t) == TASK_RUNNING) {
        if (!session_goes_on(s, e))
            return false;
        session_sleep(s, -1);
    }
    if (task_state(t) == TASK_FAILED) {
        *e = *task_error(t);
        return false;
    }
    return true;
}

/* --- the plan file --- */

static void copy(char *field, size_t cap, const char *value)
{
    if (!str_is_empty(value))
        str_copy(field, cap, value);
}

/* What they raise must not go unseen. */
static bool team_is_read(const struct session *s, struct err *e)
{
    if (s->live.team_trouble.kind == ERR_NONE)
        return true;
    *e = s->live.team_trouble;
    if (e->resource[0])
        out_wrong_file(e, s->live.team_trouble.resource, e->hint);
    return false;
}

static bool read_file(struct session *s, struct err *e)
{
    const char *path = s->o->file;
    struct str text = {0};
    bool read, ok;

    if (path == NULL) {
        path = s->live.repo ? path_join(&s->mem, s->live.repo, "replication.json") : NULL;
        if (path == NULL || access(path, F_OK) != 0)
            return true;
    }
    read = path_read_given(path, PLAN_FILE_MAX_BYTES, false, &text, e);
    ok = read && plan_file_read(str_text(&text), text.bytes, &s->file, e);
    str_done(&text);
    if (!ok)
        out_wrong_file(e, path,
                       read ? tr("mend that line, or take the file as git has it; `strom plan "
                                 "--schema` prints what it may hold")
                            : "-f FILE names the plan file; without it the repository's "
                              "replication.json is taken, where there is one");
    s->has_file = ok;
    if (ok)
        plan_file_target(&s->file, &s->target);
    return ok;
}

static bool lacks_file(const struct session *s, unsigned wants)
{
    return !s->has_file &&
           (wants & SESSION_THE_FILE || (wants & SESSION_WHAT_FLOWS && !options_name_tables(s->o)));
}

static bool no_file(const struct session *s, unsigned wants, struct err *e)
{
    err_set(e, ERR_INPUT, "Finding the plan file");
    if (s->live.repo)
        err_why(e, "there is no replication.json in %s, and no -f FILE was given", s->live.repo);
    else
        err_why(e, "no -f FILE was given; %s", s->live.repo_why);
    if (wants & SESSION_WHAT_FLOWS)
        return err_hint(e, "what is to flow is never guessed: -f FILE or --repo DIR names the plan "
                           "file, --include-tables A,B the tables; w on the wizard's Review writes "
                           "one");
    return err_hint(e, "-f FILE names it, --repo DIR the app's repository, where it lies at the "
                       "top; w on the wizard's Review writes one");
}

/* The environment goes before the plan file; an option goes before both (live_fill_target). */
static void target_from_environment(struct session *s)
{
    const char *core = getenv("CLOUDSDK_CORE_PROJECT"), *cloud = getenv("GOOGLE_CLOUD_PROJECT");

    copy(s->target.project, sizeof s->target.project, str_is_empty(core) ? cloud : core);
}

/* What nobody else knew. */
static void project_of_gcloud(struct session *s)
{
    const char *from;

    if (s->target.project[0] == '\0' && config_gcloud_project(&s->mem, s->target.project, &from))
        out_talk(tr("project %s, of gcloud's active configuration (%s)"), s->target.project, from);
}

/* --- the cluster --- */

/* Its login program may have something to tell the person meanwhile. */
static bool wait_for_cluster(struct session *s, const struct task *t, struct err *e)
{
    char told[480] = "";

    while (task_state(t) == TASK_RUNNING) {
        if (!session_goes_on(s, e))
            return false;
        net_wait(s->live.net, NULL, 0, s->deadline_ms ? s->deadline_ms : -1);
        net_step(s->live.net);
        const char *says = cluster_login_says(s->live.cluster);
        if (!str_is_empty(says) && !str_eq(says, told)) { /* what came since */
            size_t known = str_starts(says, told) ? strlen(told) : 0;
            out_talk("%s", says + known + (says[known] == ' '));
            str_copy(told, sizeof told, says);
        }
    }
    return session_wait(s, t, e);
}

/* Said, and kept for what it leaves unknown. */
static void is_nowhere(struct session *s, const struct err *e)
{
    snprintf(s->nowhere, sizeof s->nowhere, "%s", e->why[0] ? e->why : e->what);
    out_talk("strom: %s: %s", e->what, e->why);
    if (e->hint[0])
        out_talk("       %s", e->hint);
}

static void take_only_app(struct session *s, const struct nais_apps *apps)
{
    struct err e;

    if (apps->n == 1 && apps->items[0].app[0]) {
        str_copy(s->target.app, sizeof s->target.app, apps->items[0].app);
        return;
    }
    err_set(&e, ERR_INPUT, "Finding the app");
    err_why(&e, "no app was named, and the cluster tells of %zu in %s", apps->n,
            cluster_namespace(s->live.cluster));
    err_hint(&e, "use --app");
    is_nowhere(s, &e);
}

/* As the wizard does; what cannot be found out is left unknown, and said. */
static void find_only_app(struct session *s)
{
    struct target *t = &s->target;
    struct err e;

    if (t->app[0] || t->project[0] || t->instance[0])
        return;
    if (t->context[0] || t->namespace_[0])
        live_use_cluster(&s->live, t->context, t->namespace_);
    if (s->live.cluster == NULL) {
        is_nowhere(s, &s->live.cluster_trouble);
        return;
    }
    struct task *task = nais_apps(s->live.cluster);
    if (wait_for_cluster(s, task, &e))
        take_only_app(s, nais_apps_found(task));
    else if (session_goes_on(s, &e))
        is_nowhere(s, &e);
    task_drop(task);
}

static bool ask_cluster(struct session *s, struct err *e)
{
    struct target *t = &s->target;
    const char *user = t->db_user[0] ? t->db_user : "datastream";

    if (t->app[0] == '\0' ||
        (t->project[0] && t->region[0] && t->instance[0] && t->database[0] && s->live.db_password))
        return true;
    if (t->context[0] || t->namespace_[0])
        live_use_cluster(&s->live, t->context, t->namespace_);
    if (s->live.cluster == NULL) {
        *e = s->live.cluster_trouble;
        return t->project[0] && t->region[0] && t->instance[0] && t->database[0];
    }
    str_copy(t->context, sizeof t->context, cluster_context(s->live.cluster));
    str_copy(t->namespace_, sizeof t->namespace_, cluster_namespace(s->live.cluster));
    struct task *task = nais_source(s->live.cluster, t->app, t->instance, user);
    bool ok = wait_for_cluster(s, task, e);
    if (ok) {
        live_fill_from_cluster(t, nais_source_found(task));
        live_use_password(&s->live, task);
    }
    task_drop(task);
    return ok;
}

/* --- the source --- */

static bool names_a_source(const struct options *o)
{
    return o->dsn || getenv("PGHOST") || getenv("PGSERVICE") || getenv("PGDATABASE") ||
           getenv("PGHOSTADDR");
}

static void connect_source(struct session *s)
{
    struct pg_options o = live_pg_options(&s->live, s->o->dsn);

    if (!names_a_source(s->o)) {
        err_set(&s->pg_trouble, ERR_MISSING, "Connecting to the database");
        err_why(&s->pg_trouble, "no connection was named: neither --dsn nor PG* variables");
        err_hint(&s->pg_trouble,
                 "nais postgres proxy APP, then --dsn or PGHOST, PGPORT, PGUSER, PGDATABASE");
        return;
    }
    if (str_is_empty(o.database) && getenv("PGDATABASE") == NULL && s->target.database[0])
        o.database = s->target.database;
    struct task *t = pg_connect(s->live.net, &o);
    if (session_wait(s, t, &s->pg_trouble)) {
        live_use_pg(&s->live, pg_take(t));
        copy(s->target.database, sizeof s->target.database,
             s->target.database[0] ? NULL : pg_database(s->live.pg));
    }
    task_drop(t);
}

const char *session_who(struct session *s)
{
    const char *user = getenv("USER");
    struct err e;

    if (s->o->n_acknowledge == 0 || s->who[0])
        return s->who;
    struct task *t = google_whoami(s->live.google);
    if (session_wait(s, t, &e))
        str_copy(s->who, sizeof s->who, google_identity(t)->email);
    task_drop(t);
    if (s->who[0] == '\0')
        str_copy(s->who, sizeof s->who, str_is_empty(user) ? "unknown" : user);
    return s->who;
}

/* --- all together --- */

static bool needs_project(struct session *s, struct err *e)
{
    static const struct {
        size_t at;
        const char *option;
    } needed[] = {{offsetof(struct target, project), "--project"},
                  {offsetof(struct target, region), "--location"},
                  {offsetof(struct target, instance), "--instance"},
                  {offsetof(struct target, database), "--database"}};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (*((const char *)&s->target + needed[i].at) == '\0') {
            err_set(e, ERR_INPUT, "Finding out where this is about");
            err_why(e, "%s is not known", needed[i].option + 2);
            return err_hint(e, "use %s, or --app with a kubeconfig: the cluster knows",
                            needed[i].option);
        }
    return true;
}

/* What did not end is said before anything else is, whatever is to be done now. */
static void tell_left(const struct session *s)
{
    struct str text = {0};

    if (s->target.project[0] && s->target.region[0] &&
        record_left(s->live.store, &s->target, s->target.stream, &text))
        out_talk("%s: %s", s->target.stream, str_text(&text));
    str_done(&text);
}

bool session_open(struct session *s, const struct options *o, unsigned wants, int *code)
{
    struct err e;

    *s = (struct session){.o = o};
    if (o->timeout)
        s->deadline_ms = clock_mono_ms() + (int64_t)options_seconds(o->timeout) * 1000;
    arena_init(&s->mem);
    bool ok = live_open(&s->live, o, &e);
    if (ok)
        session_catch(s->live.net);
    ok = ok && live_find_password(&s->live, &e);
    ok = ok && (!(wants & SESSION_FILE) || (team_is_read(s, &e) && read_file(s, &e)));
    ok = ok && (!lacks_file(s, wants) || no_file(s, wants, &e));
    target_from_environment(s);
    ok = ok && live_fill_target(&s->live, &s->target, &e);
    if (ok && (wants & SESSION_ONLY_APP))
        find_only_app(s);
    ok = ok && session_goes_on(s, &e);
    ok = ok && (!(wants & SESSION_CLUSTER) || ask_cluster(s, &e) || (wants & SESSION_IF_ANY));
    if (ok && (wants & SESSION_SOURCE))
        connect_source(s);
    ok = ok && session_goes_on(s, &e); /* what it could not reach is said later; not this */
    if (ok && wants & SESSION_PROJECT)
        project_of_gcloud(s);
    ok = ok && (!(wants & SESSION_PROJECT) || needs_project(s, &e));
    if (!ok) {
        *code = out_error(o, &e);
        return false;
    }
    names_complete(&s->target);
    tell_left(s);
    if (s->target.project[0])
        google_use_project(s->live.google, s->target.project);
    return true;
}

void session_close(struct session *s)
{
    session_catch(NULL);
    if (s->has_file)
        selection_done(&s->file);
    live_close(&s->live);
    arena_done(&s->mem);
}

int session_run(const struct options *o, unsigned wants, int (*run)(struct session *s))
{
    struct session s;
    int code;

    if (session_open(&s, o, wants, &code))
        code = run(&s);
    session_close(&s);
    return code;
}
