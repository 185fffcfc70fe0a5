#include "tests/faults/world.h"

#include "api/base/log.h"
#include "api/base/path.h"
#include "api/plan/file.h"
#include "tests/faults/aim.h"
#include "tests/faults/certificate.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const canaries[] = {CANARY_PASSWORD, CANARY_REFRESH, CANARY_TOKEN};
enum { CANARIES = sizeof canaries / sizeof *canaries };

/* --- the whole --- */

static bool read_selection(struct selection *out)
{
    struct str text = {0};
    struct err e;
    bool ok = path_read(TESTS_DIR "/e2e/two_tables.json", 1 << 16, &text, &e) &&
              plan_file_read(str_text(&text), text.bytes, out, &e);

    str_done(&text);
    return ok;
}

static bool read_selections(struct world *w)
{
    size_t at;

    return read_selection(&w->selection) && read_selection(&w->smaller) &&
           selection_find(&w->smaller, "public", "regelsett_resultat", &at) &&
           selection_set_table(&w->smaller, at, false) == SELECTION_DONE;
}

/* Of the environment nothing must reach the cells but what they set. */
static void clear_environment(const struct world *w)
{
    static const char *const names[] = {"STROM_GCP_ENDPOINT",
                                        "STROM_POLL_FLOOR",
                                        "GOOGLE_CLOUD_QUOTA_PROJECT",
                                        "HTTPS_PROXY",
                                        "https_proxy",
                                        "HTTP_PROXY",
                                        "http_proxy",
                                        "ALL_PROXY",
                                        "all_proxy",
                                        "NO_PROXY",
                                        "no_proxy",
                                        "SSL_CERT_DIR",
                                        "PGHOST",
                                        "PGHOSTADDR",
                                        "PGSERVICE",
                                        "PGDATABASE",
                                        "STROM_DB_PASSWORD",
                                        "NO_GCE_CHECK"};
    char path[96];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    snprintf(path, sizeof path, "%s/ours.pem", w->folder);
    setenv("SSL_CERT_FILE", path, 1);
}

bool world_open(struct world *w)
{
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    *w = (struct world){.target = {.project = "aap-dev-ab12",
                                   .region = "europe-north1",
                                   .instance = "postmottak-backend",
                                   .database = "postmottak"}};
    snprintf(w->folder, sizeof w->folder, "%s/strom-faults-XXXXXX", where);
    if (!mkdtemp(w->folder) || !(w->wire = wire_open(w->folder)))
        return false;
    w->key = rsa_key();
    if (!w->key)
        return false;
    memcpy(w->key_line, strchr(w->key, '\n') + 200, sizeof w->key_line - 1);
    clear_environment(w);
    names_complete(&w->target);
    w->password = secret_new(CANARY_PASSWORD, strlen(CANARY_PASSWORD));
    aim_open(w->wire, CANARY_PASSWORD);
    return read_selections(w);
}

void world_close(struct world *w)
{
    char path[96];

    world_end(w);
    selection_done(&w->selection);
    selection_done(&w->smaller);
    secret_free(w->password);
    free(w->key);
    aim_open(NULL, NULL);
    wire_close(w->wire);
    snprintf(path, sizeof path, "%s/ours.pem", w->folder);
    unlink(path);
    rmdir(w->folder);
}

/* --- a cell --- */

static bool write_file(const struct world *w, const char *name, char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", w->cell, name);
    FILE *f = fopen(path, "w");
    bool ok = f && fputs(text, f) >= 0 && chmod(path, 0600) == 0;
    if (f)
        ok = fclose(f) == 0 && ok;
    free(text);
    return ok;
}

/* Instead of the token in the file, a program that tells it. */
static bool write_plugin(const struct world *w, char *kubeconfig)
{
    char *at = strstr(kubeconfig, "    token: ");
    struct str program = {0}, text = {0};

    if (!at)
        return false;
    str_printf(&program,
               "printf '%%s' '{\"kind\":\"ExecCredential\",\"apiVersion\":"
               "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%.*s\"}}'\n",
               (int)strcspn(at + 11, "\n"), at + 11);
    str_printf(&text,
               "%.*s    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
               "      command: sh\n      args: [\"%s/plugin\"]\n      interactiveMode: Never\n",
               (int)(at - kubeconfig), kubeconfig, w->cell);
    free(kubeconfig);
    bool ok = write_file(w, "plugin", strdup(str_text(&program))) &&
              write_file(w, "kubeconfig", strdup(str_text(&text)));
    str_done(&program);
    str_done(&text);
    return ok;
}

static const char *address(const struct world *w)
{
    return strstr(wire_origin(w->wire, WIRE_OPEN), "127.0.0.1");
}

/* The cluster lies behind a proxy of its own, with a login. */
static char *through_proxy(const struct world *w, char *kubeconfig)
{
    char *at = strstr(kubeconfig, "    server: ");
    struct str text = {0};

    if (!at)
        abort();
    str_printf(&text, "%.*s    proxy-url: http://kari:" CANARY_PASSWORD "@%s\n%s",
               (int)(at - kubeconfig), kubeconfig, address(w), at);
    free(kubeconfig);
    char *whole = strdup(str_text(&text));
    str_done(&text);
    return whole;
}

static bool write_login(struct world *w, enum stand_login login)
{
    int port = (int)strtol(strrchr(address(w), ':') + 1, NULL, 10);
    char *kubeconfig = stand_kubeconfig(w->stand, port);

    w->login = login;
    if (login == STAND_PROXIED)
        kubeconfig = through_proxy(w, kubeconfig);
    return write_file(w, "login.json", stand_credentials(w->stand, login, w->key)) &&
           (login == STAND_PLUGIN ? write_plugin(w, kubeconfig)
                                  : write_file(w, "kubeconfig", kubeconfig));
}

void world_login_as(struct world *w, enum stand_login login)
{
    if (!write_login(w, login))
        abort();
}

void world_login_again(struct world *w)
{
    char path[128];
    struct err e;

    google_close(w->google);
    cluster_close(w->cluster);
    snprintf(path, sizeof path, "%s/kubeconfig", w->cell);
    w->cluster = cluster_open(w->net, path, NULL, NULL, &e);
    snprintf(path, sizeof path, "%s/login.json", w->cell);
    const struct google_options o = {.endpoint = wire_origin(w->wire, WIRE_OPEN),
                                     .credentials = w->login == STAND_MACHINE ? NULL : path};
    if (w->login == STAND_MACHINE) {
        setenv("GCE_METADATA_HOST", address(w), 1);
        setenv("CLOUDSDK_CONFIG", w->cell, 1); /* in which there is no login */
    }
    w->google = google_open(w->net, &o, &e);
    unsetenv("GCE_METADATA_HOST");
    unsetenv("CLOUDSDK_CONFIG");
}

static const char *const exported[] = {"STROM_GCP_ENDPOINT", "GOOGLE_APPLICATION_CREDENTIALS",
                                       "KUBECONFIG", "XDG_STATE_HOME", "STROM_REPO"};

void world_export(const struct world *w)
{
    char path[160];

    setenv(exported[0], wire_origin(w->wire, WIRE_OPEN), 1);
    snprintf(path, sizeof path, "%s/login.json", w->cell);
    setenv(exported[1], path, 1);
    snprintf(path, sizeof path, "%s/kubeconfig", w->cell);
    setenv(exported[2], path, 1);
    setenv(exported[3], w->cell, 1);
    setenv(exported[4], w->cell, 1);
}

void world_unexport(void)
{
    for (size_t i = 0; i < sizeof exported / sizeof *exported; i++)
        unsetenv(exported[i]);
}

bool world_begin(struct world *w, enum world_scene scene)
{
    const struct stand_options o = {.folder = w->cell,
                                    .password = CANARY_PASSWORD,
                                    .refresh = CANARY_REFRESH,
                                    .running = scene != WORLD_FRESH,
                                    .stream_lost = scene == WORLD_LOST,
                                    .machine_down = scene == WORLD_DOWN,
                                    .machine_rebuilt = scene == WORLD_REBUILT,
                                    .stream_paused = scene == WORLD_PAUSED,
                                    .copying = scene == WORLD_COPYING};
    char path[128];
    struct err e;

    world_end(w);
    snprintf(w->cell, sizeof w->cell, "%s/cell", w->folder);
    if (mkdir(w->cell, 0700) != 0 || !(w->stand = stand_open(&o)) || !write_login(w, STAND_PERSON))
        return false;
    wire_serve(w->wire, w->stand);
    w->net = net_open(&e);
    if (!w->net)
        return false;
    world_login_again(w);
    w->store = store_open(w->cell, &e);
    snprintf(path, sizeof path, "%s/log", w->cell);
    return w->google && w->cluster && w->store && log_open(3, path, &e);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void world_end(struct world *w)
{
    log_close();
    google_close(w->google);
    cluster_close(w->cluster);
    w->google = NULL;
    w->cluster = NULL;
    store_close(w->store);
    w->store = NULL;
    /* Connections of one cell are all dead in the next, and the library looks at those that it
     * keeps once a second only, by its own clock. */
    net_close(w->net);
    w->net = NULL;
    if (w->wire)
        wire_serve(w->wire, NULL);
    stand_close(w->stand);
    w->stand = NULL;
    if (*w->cell)
        nftw(w->cell, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    *w->cell = '\0';
}

/* --- canaries --- */

bool world_has_canary(const struct world *w, const char *text)
{
    for (size_t i = 0; i < CANARIES; i++)
        if (strstr(text, canaries[i]))
            return true;
    return strstr(text, w->key_line) != NULL;
}

static bool holds(const struct str *bytes, const char *word)
{
    size_t n = strlen(word);
    const char *at = str_text(bytes), *end = at + bytes->bytes;

    while (end - at >= (ptrdiff_t)n && (at = memchr(at, word[0], (size_t)(end - at) - n + 1))) {
        if (memcmp(at, word, n) == 0)
            return true;
        at++;
    }
    return false;
}

static bool file_leaks(const struct world *w, const char *path)
{
    char bytes[65536];
    struct str text = {0};
    bool leaks = false;
    FILE *f = fopen(path, "r");

    for (size_t n; f && (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        str_addn(&text, bytes, n);
    if (f)
        fclose(f);
    for (size_t i = 0; i < CANARIES; i++)
        leaks = leaks || holds(&text, canaries[i]);
    leaks = leaks || holds(&text, w->key_line);
    str_done(&text);
    return leaks;
}

static const char *leak_in(const struct world *w, const char *folder)
{
    static char path[400];
    bool found = false;
    DIR *d = opendir(folder);

    for (struct dirent *entry = d ? readdir(d) : NULL; entry && !found; entry = readdir(d)) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "login.json") == 0 ||
            strcmp(entry->d_name, "kubeconfig") == 0 || strcmp(entry->d_name, "plugin") == 0)
            continue; /* the person's own files */
        snprintf(path, sizeof path, "%.120s/%.255s", folder, entry->d_name);
        found = file_leaks(w, path);
    }
    if (d)
        closedir(d);
    return found ? path : NULL;
}

const char *world_leak(const struct world *w)
{
    char state[128];
    const char *leak = leak_in(w, w->cell);

    snprintf(state, sizeof state, "%s/strom", w->cell); /* a command's */
    return leak ? leak : leak_in(w, state);
}
