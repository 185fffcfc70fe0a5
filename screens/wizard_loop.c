#include "screens/script.h"
#include "screens/terminal.h"
#include "screens/wizard.h"
#include "screens/wizard_inside.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"

/* --- the loop --- */

/* Saving waits until the picture is on the screen: nothing stands between a key and its frame. */
static void wait(void *ctx, struct pollfd *fds, size_t n, int64_t until_ms)
{
    struct wizard *w = ctx;

    if (w->walk.j.dirty) {
        walk_keep(&w->walk);
        if (journey_save_some(&w->walk.j))
            until_ms = 0; /* keys may come in between */
    }
    net_wait(w->walk.j.live->net, fds, n, until_ms);
}

static bool step_net(void *ctx)
{
    struct wizard *w = ctx;

    return net_step(w->walk.j.live->net);
}

static int64_t now_ms(void *ctx)
{
    (void)ctx;
    return clock_mono_ms();
}

static bool idle(void *ctx)
{
    struct wizard *w = ctx;

    return net_running(w->walk.j.live->net) == 0;
}

static void shot(void *ctx, const char *name, const struct page *p)
{
    struct wizard *w = ctx;

    if (w->walk.j.live->options->shots &&
        !script_shot(w->walk.j.live->options->shots, name, tr(w->walk.step->title), p))
        wizard_end_by(w, 1);
}

int wizard_run(struct live *l)
{
    struct wizard w = {0};
    struct loop_calls calls = {&w, wizard_draw, wait, step_net, now_ms, idle, shot};
    int code = terminal_open(l->options, &w.term);
    bool under_way;

    if (w.term == NULL)
        return code;
    w.loop = loop_new(w.term, &calls);
    journey_open(&w.walk.j, l);
    if (l->options->keys == NULL || script_load(w.loop, l->options->keys)) {
        walk_begin(&w.walk);
        wizard_set_tick(&w);
        if (term_notice(w.term) && w.walk.j.said[0] == '\0')
            journey_say(&w.walk.j, MARK_WARN, "%s", term_notice(w.term));
        for (struct loop_event ev; !w.done && loop_next(w.loop, &ev);)
            wizard_handle(&w, ev);
        walk_leave(&w.walk);
        journey_changed(&w.walk.j);
        journey_save(&w.walk.j);
    } else {
        w.exit_code = 2;
    }
    task_clear(&w.dropping);
    under_way = journey_is_running(&w.walk.j);
    journey_close(&w.walk.j);
    loop_free(w.loop);
    term_close(w.term);
    walk_farewell(l);
    if (under_way && !l->options->sandbox)
        out_talk("%s", tr("What was begun goes on in the cloud and is recorded: strom, started "
                          "again, takes it up."));
    return w.exit_code;
}
