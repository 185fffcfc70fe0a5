/* The wizard with a fault in it: the terminal is given back, however it ends. */
#include "tests/fuzz/faults_world.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "tests/e2e/vt.h"

#include <stdio.h>
#include <string.h>

enum { QUIET_MS = 15, LOOK_MS = 5, STEP_MS = 3000, PATIENCE_MS = 60000, LAST_BYTES = 1500 };

/* As long as something comes from either side; the cloud answers in this very process. */
static void serve(struct faults_world *f, struct vt *v, bool (*ready)(struct vt *), int most_ms)
{
    int64_t until = clock_mono_ms() + most_ms;

    while (clock_mono_ms() < until && !ready(v)) {
        kills_serve(&f->kills, 0);
        vt_wait_quiet(v, LOOK_MS, LOOK_MS);
    }
}

static bool is_busy(struct vt *v)
{
    const char *row = vt_row(v, 1);

    return strncmp(row + strspn(row, " "), "…", strlen("…")) == 0;
}

static bool is_settled(struct vt *v)
{
    return vt_has_ended(v) ||
           (vt_altscreen(v) && !is_busy(v) && vt_wait_quiet(v, QUIET_MS, QUIET_MS + LOOK_MS));
}

/* What comes late, comes behind the key. */
static void press(struct faults_world *f, struct vt *v, const char *key)
{
    size_t before = vt_bytes(v);

    if (vt_has_ended(v))
        return;
    vt_key(v, key);
    for (int ms = 0; ms < STEP_MS && vt_bytes(v) == before && !vt_has_ended(v); ms += LOOK_MS) {
        kills_serve(&f->kills, 0);
        vt_wait_quiet(v, LOOK_MS, LOOK_MS);
    }
    serve(f, v, is_settled, STEP_MS);
}

static bool is_given_back(struct vt *v)
{
    return vt_modes_sane(v) && !vt_altscreen(v) && !vt_paste_mode(v) && vt_cursor(v, NULL, NULL);
}

static bool is_left(struct vt *v)
{
    return vt_has_ended(v) && is_given_back(v);
}

static bool judge(struct vt *v, int *code, char **out, char why[FAULTS_WHY])
{
    size_t n;
    const char *log = vt_log(v, &n), *report = strstr(log, "==ERROR");

    if (!report)
        report = strstr(log, "runtime error");
    *code = vt_has_ended(v) ? vt_wait_end(v, 0) : -1;
    *out = mem_str(report ? report : log + (n > LAST_BYTES ? n - LAST_BYTES : 0));
    if (is_left(v))
        return true;
    snprintf(why, FAULTS_WHY, "%s; modes %d, other screen %d, cursor %d, paste %d\n%s",
             vt_has_ended(v) ? "ended, and the terminal is not given back" : "it does not end",
             vt_modes_sane(v), vt_altscreen(v), vt_cursor(v, NULL, NULL), vt_paste_mode(v),
             vt_screen(v));
    return false;
}

bool faults_screen(struct faults_world *f, int *code, char **out, char why[FAULTS_WHY])
{
    static const char *const keys[] = {"Enter", "Esc", "?", "Esc",   "Enter", "Enter",  "w",
                                       "Esc",   "m",   "y", "Enter", "Esc",   "Ctrl-C", "Ctrl-C"};
    const char *const argv[] = {f->kills.victim, "--no-notify", "--app", "postmottak-backend",
                                NULL};
    struct kills_surroundings around;
    const char *env[sizeof around.all / sizeof *around.all];

    kills_surround(&f->kills, &f->kills.blow, &around);
    memcpy(env, around.all, sizeof env);
    struct vt *v = vt_start(&(struct vt_options){.argv = argv, .env = env, .cwd = f->kills.cell});
    serve(f, v, is_settled, PATIENCE_MS);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        press(f, v, keys[i]);
    for (int i = 0; i < 3 && !vt_has_ended(v); i++) {
        press(f, v, "Ctrl-C");
        press(f, v, "Ctrl-C");
    }
    serve(f, v, is_left, STEP_MS);
    bool ok = judge(v, code, out, why);
    vt_free(v);
    return ok;
}
