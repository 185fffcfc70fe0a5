#include "tests/sandbox/program/keeper.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/program/fixtures.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLAIM_TRIES = 50, CLAIM_WAIT_MS = 20, TICK_MS = 1000, LONG_MS = 60000 };

static int signal_fd = -1; /* the handler's end of the pipe that wakes the loop */

static void on_signal(int signal)
{
    int kept = errno;
    ssize_t n = write(signal_fd, "s", 1);
    (void)n, (void)signal;
    errno = kept;
}

static void catch_signals(struct keeper *k)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act;
    memset(&act, 0, sizeof(act));
    act.sa_handler = on_signal;
    act.sa_flags = SA_RESTART;
    signal_fd = k->wake[1];
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaction(signals[i], &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void keeper_end(struct keeper *k)
{
    ssize_t n = write(k->wake[1], "e", 1);
    (void)n;
}

static bool is_asked_to_end(const struct keeper *k)
{
    struct pollfd p = {.fd = k->wake[0], .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

bool keeper_says(struct keeper *k, char *why, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (!is_asked_to_end(k) && k->voice.progress(k->voice.ctx, line))
        return true;
    snprintf(why, SCENARIO_WHY, "interrupted; what was begun is removed");
    return false;
}

/* --- making --- */

static bool claim_folder(struct keeper *k, char *why)
{
    pid_t holder = 0;
    /* Another start may be looking whether it is stale, for a moment. */
    for (int i = 0; i < CLAIM_TRIES; i++) {
        if (!folder_make(k->place.folder, why))
            return false;
        k->claim = folder_claim(k->place.folder, &holder);
        if (k->claim >= 0)
            return true;
        poll(NULL, 0, CLAIM_WAIT_MS);
    }
    if (holder != 0)
        snprintf(why, SCENARIO_WHY,
                 "a sandbox of the name %s is running already (process %ld)\nend it with "
                 "`strom-sandbox down`, or start another one with --name",
                 k->options->name, (long)holder);
    else
        snprintf(why, SCENARIO_WHY, "cannot claim %.300s: %s", k->place.folder, strerror(errno));
    return false;
}

/* What lies in a folder that nobody held is of no use. */
static void empty_folder(struct keeper *k)
{
    static const char *const names[] = {
        "state.json",       "repo",         "bigquery",   "kubeconfig",
        "credentials.json", "requests.log", "keeper.log", "practice"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[FOLDER_PATH];
        snprintf(path, sizeof(path), "%.900s/%s", k->place.folder, names[i]);
        folder_remove(path);
    }
}

static bool make_place(struct keeper *k, char *why)
{
    struct place *p = &k->place;
    snprintf(p->name, sizeof(p->name), "%s", k->options->name);
    snprintf(p->scenario, sizeof(p->scenario), "%s", k->scenario->name);
    p->speed = k->options->speed;
    p->pid = (long)getpid();
    p->started = clock_wall();
    if (!place_folder(p->name, p->folder, why) || !claim_folder(k, why))
        return false;
    empty_folder(k);
    snprintf(p->repo, sizeof(p->repo), "%.900s/repo", p->folder);
    pid_t holder;
    if (!folder_make_temporary(PLACE_DATABASE_PREFIX, p->database_folder, why))
        return false;
    k->database_claim = folder_claim(p->database_folder, &holder);
    if (sandbox_random(p->token, 48) && fixtures_find(k->fixtures, p->program))
        return true;
    snprintf(why, SCENARIO_WHY, "the sandbox's own files are missing (%.300s)\ninstall strom again",
             k->fixtures);
    return false;
}

static bool start_postgres(struct keeper *k, char *why)
{
    struct sandbox *s = &k->sandbox;
    struct postgres_options o = {.folder = k->place.database_folder,
                                 .logical = k->scenario->logical,
                                 .settings = k->scenario->settings,
                                 .temporary = true,
                                 .goes_too = k->place.folder};
    if (!keeper_says(k, why, "PostgreSQL"))
        return false;
    s->pg = postgres_start(&o, why);
    if (s->pg == NULL)
        return false;
    k->place.database_port = postgres_port(s->pg);
    return keeper_says(k, why, tr("PostgreSQL %d on port %d"), postgres_version(s->pg),
                       k->place.database_port);
}

static bool start_cloud(struct keeper *k, char *why)
{
    char log[FOLDER_PATH];
    snprintf(log, sizeof(log), "%.900s/requests.log", k->place.folder);
    struct google_options o = {.request_log = log, .disabled_apis = k->scenario->disabled_apis};
    k->google = google_start(&k->sandbox, &o, why);
    if (k->google == NULL)
        return false;
    k->place.port = google_port(k->google);
    k->cluster = cluster_start(k->google, &k->sandbox);
    control_mount(k);
    return k->cluster != NULL && (k->scenario->cloud == NULL || k->scenario->cloud(k, why));
}

static bool write_file(struct keeper *k, const char *name, struct str *text, char *why)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%.900s/%s", k->place.folder, name);
    bool ok = folder_write(path, str_text(text), why);
    str_done(text);
    return ok;
}

static bool write_logins(struct keeper *k, char *why)
{
    struct str credentials = {0}, kubeconfig = {0};
    google_credentials(&k->sandbox, &credentials);
    cluster_kubeconfig(&k->sandbox, k->place.port, &kubeconfig);
    bool ok = write_file(k, "credentials.json", &credentials, why);
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%.900s/credentials.json", k->place.folder);
    if (k->scenario->open_login) /* the folder above it is closed */
        chmod(path, 0644);
    return write_file(k, "kubeconfig", &kubeconfig, why) && ok;
}

static bool start_traffic(struct keeper *k, char *why)
{
    double rate = k->options->rate >= 0 ? k->options->rate : k->scenario->rate;
    k->traffic = traffic_start(&k->sandbox, rate);
    if (k->traffic == NULL)
        snprintf(why, SCENARIO_WHY, "cannot start a thread");
    return k->traffic != NULL;
}

static bool make(struct keeper *k, char *why)
{
    struct sandbox *s = &k->sandbox;
    if (!make_place(k, why))
        return false;
    s->name = k->place.name;
    s->scenario = k->place.scenario;
    s->folder = k->place.folder;
    s->repo = k->place.repo;
    s->token = k->place.token;
    s->speed = k->place.speed;
    return start_postgres(k, why) && k->scenario->database(k, why) && start_cloud(k, why) &&
           write_logins(k, why) && start_traffic(k, why) && place_write(&k->place, why);
}

/* --- living --- */

/* A caller that holds a pipe to our stdin ends us by closing it, however the caller ends. */
static bool watches_stdin(const struct keeper *k)
{
    struct stat st;
    return k->options->foreground && fstat(0, &st) == 0 &&
           (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static bool stdin_ended(void)
{
    char drop[256];
    ssize_t n = read(0, drop, sizeof(drop));
    return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static const char *live(struct keeper *k)
{
    pid_t parent = getppid();
    bool watches = watches_stdin(k);
    struct pollfd p[3] = {{.fd = k->wake[0], .events = POLLIN},
                          {.fd = postgres_fd(k->sandbox.pg), .events = POLLIN},
                          {.fd = watches ? 0 : -1, .events = POLLIN}};
    for (;;) {
        int64_t left = (int64_t)(k->options->idle_seconds * 1000) - google_idle_ms(k->google);
        if (left <= 0)
            return "nobody asked for anything any more";
        int64_t most = k->options->foreground ? TICK_MS : LONG_MS;
        int n = poll(p, 3, (int)(left < most ? left : most));
        if (n > 0 && p[0].revents != 0)
            return "asked to end";
        if (n > 0 && p[2].revents != 0 && stdin_ended())
            return "the caller ended";
        if (k->options->foreground && getppid() != parent)
            return "the caller is gone";
        /* A deploy that restarts the server reads this descriptor too: only the end counts. */
        if (n > 0 && p[1].revents != 0) {
            pthread_mutex_lock(&k->deploying);
            bool alive = postgres_alive(k->sandbox.pg);
            pthread_mutex_unlock(&k->deploying);
            if (!alive)
                return "PostgreSQL ended";
        }
    }
}

/* --- ending --- */

static void take_down(struct keeper *k)
{
    traffic_stop(k->traffic);
    /* The server ends first: a deploy under way fails soon, and replicas let go of it. */
    if (k->cluster != NULL)
        cluster_stop(k->cluster);
    if (k->google != NULL)
        google_stop(k->google);
    for (size_t i = 0; i < KEEPER_HELD; i++)
        PQfinish(k->held[i]);
    if (k->sandbox.pg != NULL)
        postgres_remove(k->sandbox.pg); /* and the folder with all else */
    if (k->place.database_folder[0] != '\0')
        folder_remove(k->place.database_folder);
    if (k->claim >= 0 && k->sandbox.pg == NULL) /* else its name may be another's by now */
        folder_give_up(k->place.folder);
    if (k->claim >= 0)
        close(k->claim);
    if (k->database_claim >= 0)
        close(k->database_claim);
}

static int run(struct keeper *k, char why[SCENARIO_WHY])
{
    place_clean();
    if (!make(k, why)) {
        if (k->sandbox.pg != NULL && postgres_disk_is_full(k->sandbox.pg))
            snprintf(
                why, SCENARIO_WHY,
                "no space left on the device of %.300s\nset TMPDIR to a folder with 200 MB free",
                k->place.database_folder);
        else if (folder_is_full(k->place.folder))
            snprintf(
                why, SCENARIO_WHY,
                "no space left on the device of %.300s\nset XDG_STATE_HOME to a folder with 50 "
                "MB free",
                k->place.folder);
        return 1;
    }
    if (!k->voice.ready(k->voice.ctx, &k->place)) {
        snprintf(why, SCENARIO_WHY, "nobody waited for it any more");
        return 1;
    }
    const char *reason = live(k);
    fprintf(stderr, "strom-sandbox: %s\n", reason);
    if (strcmp(reason, "PostgreSQL ended") != 0)
        return 0;
    snprintf(why, SCENARIO_WHY, "PostgreSQL ended unexpectedly");
    return 1;
}

int keeper_run(const struct options *o, const struct keeper_voice *voice, char why[SCENARIO_WHY])
{
    struct keeper *k = calloc(1, sizeof(*k));
    why[0] = '\0';
    if (k == NULL || pipe(k->wake) != 0) {
        snprintf(why, SCENARIO_WHY, "no memory or no descriptors");
        free(k);
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(k->wake[i], F_SETFD, FD_CLOEXEC);
        fcntl(k->wake[i], F_SETFL, O_NONBLOCK);
    }
    k->options = o;
    k->scenario = scenario_find(o->scenario);
    k->voice = *voice;
    k->claim = k->database_claim = -1;
    pthread_mutex_init(&k->deploying, NULL);
    sandbox_init(&k->sandbox);
    catch_signals(k);
    int status = run(k, why);
    take_down(k);
    sandbox_done(&k->sandbox);
    pthread_mutex_destroy(&k->deploying);
    close(k->wake[0]);
    close(k->wake[1]);
    free(k);
    return status;
}
