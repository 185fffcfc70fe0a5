#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/fuzz/monkey.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LAST_BYTES = 1500,
    PATIENCE_MS = 30000,
    LOOK_MS = 20,
    SMALL_COLS = 60,
    SMALL_ROWS = 16,
    STOPS = 100
};

void monkey_note(struct monkey *m, const char *event)
{
    char *to = m->notes[m->events % MONKEY_NOTES];
    size_t n = 0;

    for (const char *p = event; *p && n + 5 < MONKEY_NOTE; p++)
        n += (size_t)snprintf(to + n, MONKEY_NOTE - n,
                              (unsigned char)*p >= 0x20 && *p != 0x7f ? "%c" : "<%02x>",
                              (unsigned char)*p);
    to[n] = '\0';
}

static void broken(struct monkey *m, const char *what)
{
    vt_wait_quiet(m->v, 500, 5000); /* its last words */
    fprintf(stderr,
            "--- seed %ld, event %ld: %s\n--- ended %d, stopped %d\n--- last events:", m->seed,
            m->events, what, vt_has_ended(m->v), vt_has_stopped(m->v));
    for (long i = 1; i <= MONKEY_NOTES; i++)
        fprintf(stderr, " %s", m->notes[(m->events + i) % MONKEY_NOTES]);
    fprintf(
        stderr,
        "\n--- modes %d, other screen %d, cursor %d, paste %d, mouse %d\n--- the screen:\n%s---\n",
        vt_modes_sane(m->v), vt_altscreen(m->v), vt_cursor(m->v, NULL, NULL), vt_paste_mode(m->v),
        vt_mouse_mode(m->v), vt_screen(m->v));
    size_t n;
    const char *log = vt_log(m->v, &n), *report = strstr(log, "==ERROR");
    for (size_t i = n > LAST_BYTES ? n - LAST_BYTES : 0; i < n; i++)
        fprintf(stderr, (unsigned char)log[i] < 0x20 ? "<%02x>" : "%c", (unsigned char)log[i]);
    fprintf(stderr, "\n---\n");
    if (report == NULL)
        report = strstr(log, "runtime error");
    if (report != NULL)
        fprintf(stderr, "%s\n", report);
    fail();
}

/* --- bytes --- */

/* From the taking of the terminal to its giving back; what the tty itself echoes in between is not
 * ours. */
static void watch(struct monkey *m)
{
    size_t n;
    const char *log = vt_log(m->v, &n);

    while (m->watched < n) {
        if (m->outside) {
            const char *taken = strstr(log + m->watched, "\033[?1049h");
            if (taken == NULL)
                return;
            m->watched = (size_t)(taken - log);
            m->watch = (struct hostile_watch){0};
            m->outside = false;
        }
        if (!hostile_watch(&m->watch, log + m->watched, 1))
            broken(m, m->watch.why);
        m->watched++;
        if (m->watch.n == 0 && m->watched >= 8 &&
            memcmp(log + m->watched - 8, "\033[?1049l", 8) == 0)
            m->outside = true;
    }
}

/* --- the screen --- */

static bool is_blank(struct vt *v, int rows)
{
    for (int row = 0; row < rows; row++)
        if (*vt_row(v, row))
            return false;
    return true;
}

static const char *lacks(struct monkey *m)
{
    static const char *const ways_out[] = {"Esc", "q ", "Ctrl-C", "Enter", "F1", "? "};
    int cols, rows;

    vt_size(m->v, &cols, &rows);
    if (!vt_altscreen(m->v) || vt_modes_sane(m->v) || !vt_paste_mode(m->v))
        return "the terminal is not ours";
    if (is_blank(m->v, rows))
        return "the screen is blank";
    if (cols < SMALL_COLS || rows < SMALL_ROWS)
        return cols < 12 || rows < 4 || strstr(vt_screen(m->v), "60x16")
                   ? NULL
                   : "it does not say what it needs";
    for (size_t i = 0; i < sizeof ways_out / sizeof *ways_out; i++)
        if (strstr(vt_row(m->v, rows - 1), ways_out[i]))
            return NULL;
    return "the last line names no way out";
}

/* --- where it is --- */

static const char *const titles[MONKEY_SCREENS][2] = {
    {"Home", "Hjem"},          {"Connect", "Koble til"}, {"Prerequisites", "Forutsetninger"},
    {"Access", "Tilgang"},     {"Tables", "Tabeller"},   {"Destination", "Mål"},
    {"Review", "Gjennomgang"}, {"Create", "Opprett"},    {"Monitor", "Overvåk"},
    {"Manage", "Styring"},     {"Take down", "Ta ned"}};

const char *monkey_place_name(int place)
{
    static const char *const others[] = {"a dialog", "the palette", "too small", "elsewhere"};

    return place < MONKEY_SCREENS ? titles[place][0] : others[place - MONKEY_DIALOG];
}

/* " strom  Home", " strom  4/8  Tables" */
static bool is_titled(const char *row, const char *title)
{
    static const char name[] = " strom  ";
    size_t n = strlen(title);

    if (strncmp(row, name, sizeof name - 1) != 0)
        return false;
    row += sizeof name - 1;
    row += strspn(row, "0123456789/");
    row += strspn(row, " ");
    return strncmp(row, title, n) == 0 && (row[n] == '\0' || row[n] == ' ');
}

static int place_of(struct vt *v)
{
    int cols, rows;

    vt_size(v, &cols, &rows);
    if (cols < SMALL_COLS || rows < SMALL_ROWS)
        return MONKEY_SMALL;
    if (strstr(vt_row(v, rows - 1), "type to filter") ||
        strstr(vt_row(v, rows - 1), "skriv for å filtrere"))
        return MONKEY_PALETTE;
    if (vt_find(v, "┌─", NULL, NULL))
        return MONKEY_DIALOG;
    for (int i = 0; i < MONKEY_SCREENS; i++)
        if (is_titled(vt_row(v, 0), titles[i][0]) || is_titled(vt_row(v, 0), titles[i][1]))
            return i;
    return MONKEY_ELSEWHERE;
}

static void count(struct monkey *m)
{
    m->at[place_of(m->v)] += m->events - m->counted;
    m->counted = m->events;
}

bool monkey_is_busy(struct monkey *m)
{
    return vt_find(m->v, "… running", NULL, NULL) || vt_find(m->v, "… pågår", NULL, NULL);
}

/* Home's way into the sandbox: the terminal is the shell's until that has started, and a Ctrl-S
 * typed there holds back all that is written. */
static bool is_between_wizards(struct vt *v)
{
    size_t n;
    const char *log = vt_log(v, &n);

    return vt_modes_sane(v) &&
           strstr(log + (n > LAST_BYTES ? n - LAST_BYTES : 0), "starting the sandbox (") != NULL;
}

/* The terminal is the shell's, and a Ctrl-S that came just then holds back what would be said. */
static void let_it_speak(struct monkey *m)
{
    if (!m->ended && vt_modes_sane(m->v) && !vt_altscreen(m->v))
        vt_key(m->v, "Ctrl-Q");
}

void monkey_holds(struct monkey *m)
{
    const char *what = NULL;

    m->looks++;
    for (int ms = 0; ms < PATIENCE_MS; ms += LOOK_MS) {
        watch(m);
        m->ended = m->ended || vt_has_ended(m->v);
        if (vt_has_stopped(m->v)) { /* Ctrl-Z may stand in what was typed or pasted */
            monkey_stopped(m);
            return;
        }
        if (!m->ended && is_between_wizards(m->v))
            monkey_end(m, SIGKILL);
        if (m->ended)
            return;
        if ((what = lacks(m)) == NULL) {
            m->stops = 0;
            count(m);
            return;
        }
        let_it_speak(m);
        vt_wait_quiet(m->v, LOOK_MS, LOOK_MS);
    }
    broken(m, what);
}

/* --- given back --- */

/* A signal's key that comes in the very moment in which the terminal is given back: the kernel
 * echoes it, and throws away what was written and not yet read. No program can help that. */
static bool was_thrown_away(struct vt *v)
{
    static const char *const echoes[] = {"^Z", "^C", "^\\"};
    size_t n;
    const char *log = vt_log(v, &n), *tail = log + (n > 300 ? n - 300 : 0);

    for (size_t i = 0; i < sizeof echoes / sizeof *echoes; i++)
        if (strstr(tail, echoes[i]) != NULL)
            return true;
    return false;
}

static bool is_given_back(struct vt *v, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(v) &&
           (was_thrown_away(v) || (!vt_altscreen(v) && !vt_paste_mode(v) && !vt_mouse_mode(v) &&
                                   vt_cursor(v, NULL, NULL)));
}

static bool has_stopped(struct vt *v, void *ctx)
{
    (void)ctx;
    return vt_has_stopped(v) || vt_has_ended(v);
}

/* What was pressed before may have begun a paste, of which Ctrl-Z is a part: a pause ends it. */
void monkey_suspended(struct monkey *m)
{
    enum { PASTE_MS = 1500 };

    for (int ms = 0; ms < PATIENCE_MS && !has_stopped(m->v, NULL); ms += PASTE_MS) {
        if (ms == 0)
            vt_key(m->v, "Ctrl-Z");
        else
            vt_signal(m->v, SIGTSTP);
        for (int64_t waited = 0; waited < PASTE_MS && !has_stopped(m->v, NULL); waited += LOOK_MS)
            vt_wait_quiet(m->v, LOOK_MS, LOOK_MS);
    }
    monkey_stopped(m);
}

void monkey_stopped(struct monkey *m)
{
    if (++m->stops > STOPS)
        broken(m, "it stops again and again");
    if (!vt_wait(m->v, has_stopped, NULL, PATIENCE_MS))
        broken(m, "it does not stop");
    watch(m);
    if (vt_has_ended(m->v))
        return;
    if (!vt_wait(m->v, is_given_back, NULL, PATIENCE_MS))
        broken(m, "stopped, and the terminal is not given back");
    watch(m);
    vt_continue(m->v);
    monkey_holds(m);
}

void monkey_end(struct monkey *m, int number)
{
    vt_signal(m->v, number);
    int code = vt_wait_end(m->v, PATIENCE_MS);
    if (code != 128 + number)
        broken(m, "it does not end by that signal");
    m->ended = true;
}

/* --- what is kept --- */

static void read_state(struct monkey *m, const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;

    bool well = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_busy_timeout(db, PATIENCE_MS) == SQLITE_OK &&
                sqlite3_prepare_v2(db, "PRAGMA quick_check", -1, &stmt, NULL) == SQLITE_OK &&
                sqlite3_step(stmt) == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    if (!well)
        broken(m, "what it keeps cannot be read");
}

static void read_states(struct monkey *m)
{
    char folder[WORLD_PATH + 8], path[2 * WORLD_PATH];

    snprintf(folder, sizeof folder, "%s/strom", m->state);
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        size_t n = strlen(e->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (n > 3 && strcmp(e->d_name + n - 3, ".db") == 0)
            read_state(m, path);
    }
    if (d)
        closedir(d);
}

void monkey_ended(struct monkey *m)
{
    static const int fine[] = {0, 130, 128 + SIGTERM, 128 + SIGHUP, 128 + SIGQUIT, 128 + SIGKILL};
    int code = vt_wait_end(m->v, PATIENCE_MS);
    size_t i = 0;

    watch(m);
    while (i < sizeof fine / sizeof *fine && fine[i] != code)
        i++;
    if (i == sizeof fine / sizeof *fine)
        broken(m, "it ends by a fault of its own");
    if (!vt_wait(m->v, is_given_back, NULL, PATIENCE_MS))
        broken(m, "ended, and the terminal is not given back");
    if (strstr(vt_log(m->v, NULL), "==ERROR") || strstr(vt_log(m->v, NULL), "runtime error"))
        broken(m, "a sanitizer has found something");
    read_states(m);
    vt_free(m->v);
    m->v = NULL;
}

/* --- from the beginning --- */

void monkey_new_state(struct monkey *m, struct world *w)
{
    world_new_state(w);
    snprintf(m->state, sizeof m->state, "%s", w->state);
    snprintf(m->folder, sizeof m->folder, "%s/run", w->state);
    assert_int_equal(mkdir(m->folder, 0700), 0);
}

void monkey_start(struct monkey *m, const char *strom, const char *const *env)
{
    const char *const argv[] = {strom, "--no-notify", m->mouse ? "--mouse" : NULL, NULL};
    struct vt_options o = {.argv = argv, .env = env, .cwd = m->folder};

    m->starts++;
    m->watched = 0;
    m->outside = true;
    m->ended = false;
    m->v = vt_start(&o);
    assert_non_null(m->v);
    monkey_holds(m);
    if (m->ended)
        broken(m, "it does not start");
    if (vt_find(m->v, "nothing is kept", NULL, NULL))
        broken(m, "it starts without what it kept");
}

void monkey_done(struct monkey *m)
{
    vt_free(m->v);
    m->v = NULL;
}
