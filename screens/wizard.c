#include "screens/wizard.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/net.h"
#include "screens/grants.h"
#include "screens/script.h"
#include "screens/wizard_inside.h"
#include "tui/clip.h"
#include "tui/dialog.h"
#include "tui/key.h"
#include "tui/loop.h"
#include "tui/palette.h"
#include "tui/term.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* --- quitting: see wizard_quit.c --- */

bool wizard_is_busy(const struct wizard *w)
{
    return w->walk.step->is_busy && w->walk.step->is_busy(w->walk.self);
}

/* Create has its own question for Ctrl-C (it gets the key); everywhere else leaving is harmless.
 * What was typed ahead stays: a second Ctrl-C may be among it. */
static void interrupt(struct wizard *w)
{
    static const struct dialog_option options[] = {{'s', "stay", false}, {'q', "quit", false}};

    dialog_open(&w->dialog, tr("Interrupted"),
                w->walk.j.live->options->sandbox
                    ? tr("The sandbox ends with it. Press Ctrl-C again to leave at once.")
                    : tr("Everything you entered is kept. Press Ctrl-C again to leave at once."),
                options, 2, 0);
    w->asking = ASKING_INTERRUPT;
}

/* --- drawing --- */

enum { TITLE_CONTEXT = JOURNEY_TITLE + GRANTS_TEXT + 4 };

/* What it is about, and how long what was granted still lasts. */
static const char *title_context(const struct wizard *w, char out[TITLE_CONTEXT])
{
    char title[JOURNEY_TITLE], roles[GRANTS_TEXT];

    journey_title(&w->walk.j, title);
    grants_countdown(w->walk.j.live, roles);
    snprintf(out, TITLE_CONTEXT, "%s%s%s", title, *title && *roles ? "  " : "", roles);
    return out;
}

static void draw_body(struct wizard *w, struct page *p)
{
    char context[TITLE_CONTEXT];
    struct page_title title = {
        .program = w->walk.j.live->options->sandbox ? "strom sandbox" : "strom",
        .title = tr(w->walk.step->title),
        .at = (int)w->walk.j.at,
        .of = w->walk.j.at == AT_HOME || walk_is_beside(w->walk.j.at) ? 0 : AT_MONITOR,
        .context = w->walk.j.finding ? tr("Enter: on to the streams") : title_context(w, context)};

    page_title(p, &title);
    wizard_draw_keys(w, p);
    const char *held = net_held_by(w->walk.j.live->net);
    if (*held)
        page_status(p, MARK_WARN, "%s", held);
    else if (w->walk.j.said[0])
        page_status(p, w->walk.j.said_mark, "%s", w->walk.j.said);
    else if (w->walk.j.live->store_trouble.kind != ERR_NONE) /* for as long as it is true */
        page_status(p, MARK_WARN, tr("nothing is kept: %s"), w->walk.j.live->store_trouble.why);
    page_scroll(p, w->scroll);
    w->walk.step->draw(w->walk.self, &w->walk.j, p);
    page_end(p);
}

void wizard_draw(void *ctx, struct page *p)
{
    struct wizard *w = ctx;
    int cols = term_cols(w->term), rows = term_rows(w->term), wanted;

    if (!page_begin(p, cols, rows))
        return;
    draw_body(w, p);
    wanted = page_scroll_wanted(p);
    if (wanted != w->scroll) {
        w->scroll = wanted;
        page_begin(p, cols, rows);
        draw_body(w, p);
    }
    if (w->palette.open)
        palette_draw(&w->palette, tr(w->walk.step->title),
                     w->walk.step->help ? tr(w->walk.step->help) : NULL, w->items, w->n_items, p);
    wizard_draw_way(w, p);
    if (w->dialog.open)
        dialog_draw(&w->dialog, p);
}

/* --- events --- */

void wizard_set_tick(struct wizard *w)
{
    const struct walk *at = &w->walk;

    int64_t step = at->step->tick_ms ? at->step->tick_ms(at->self) : 0,
            grants = grants_tick_ms(at->j.live);

    loop_set_tick(w->loop, step > 0 && (grants == 0 || step < grants) ? step : grants);
}

void wizard_go(struct wizard *w, enum journey_step to)
{
    walk_go(&w->walk, to);
    w->scroll = 0;
    wizard_set_tick(w);
}

static void follow(struct wizard *w, enum nav nav)
{
    if (nav == QUIT)
        wizard_ask_quit(w);
    else if (walk_follow(&w->walk, nav))
        w->scroll = 0;
    wizard_set_tick(w);
}

/* Of what, and what became of it: whoever reads it looks at something else. */
static void notify(const struct wizard *w)
{
    const struct journey *j = &w->walk.j;
    char title[JOURNEY_TITLE], text[JOURNEY_TITLE + sizeof j->said + 16];

    snprintf(text, sizeof text, "strom: %s: %s", journey_title(j, title),
             j->said[0] ? j->said : j->later);
    clip_notify(w->term, text);
}

static void after(struct wizard *w, enum nav nav)
{
    if (w->walk.j.discard_input)
        loop_discard_input(w->loop);
    w->walk.j.discard_input = false;
    if (w->walk.j.to_copy) {
        wizard_copy(w, w->walk.j.to_copy);
        mem_free(w->walk.j.to_copy);
        w->walk.j.to_copy = NULL;
    }
    if (w->walk.j.bell && !w->walk.j.live->options->no_notify)
        notify(w);
    w->walk.j.bell = false;
    follow(w, nav);
}

static void tell(struct wizard *w, struct event ev)
{
    after(w, w->walk.step->update ? w->walk.step->update(w->walk.self, &w->walk.j, ev) : STAY);
}

/* The step's own, or the minute of the countdown. */
static void tick(struct wizard *w)
{
    const struct walk *at = &w->walk;
    bool steps = at->step->tick_ms && at->step->tick_ms(at->self) > 0;

    if (grants_tick_ms(at->j.live))
        grants_look(at->j.live); /* another strom may have taken it away */
    if (steps || grants_tick_ms(at->j.live) == 0)
        tell(w, (struct event){.kind = EV_TICK});
    else
        wizard_set_tick(w);
}

static bool run_action(struct wizard *w, int key)
{
    const struct action *a = wizard_action(w, key);

    if (a == NULL || a->run == NULL)
        return false;
    after(w, a->run(w->walk.self, &w->walk.j));
    return true;
}

static void run_global(struct wizard *w, int key)
{
    struct str text = {0};
    char file[64];
    struct err e;

    switch (key) {
    case '?':
    case TUI_F1:
        wizard_list_items(w);
        palette_open(&w->palette);
        break;
    case TUI_ESC:
        if (wizard_is_busy(w)) /* the step asks first */
            tell(w, (struct event){.kind = EV_KEY, .key = TUI_ESC});
        else
            follow(w, BACK);
        break;
    case 'q':
        wizard_ask_quit(w);
        break;
    case 'y':
        script_text(loop_page(w->loop), &text);
        journey_copy(&w->walk.j, str_text(&text));
        str_done(&text);
        after(w, STAY);
        break;
    case 'w':
        if (script_save(loop_page(w->loop), w->walk.step->title, file, &e))
            journey_say(&w->walk.j, MARK_OK, tr("written: %s"), file);
        else
            journey_say_err(&w->walk.j, &e);
        break;
    case 'o':
        wizard_open_link(w);
        break;
    case 'M':
        wizard_turn_mouse(w);
        break;
    case 'S':
        wizard_open_way(w);
        break;
    case TUI_CTRL('L'):
        term_forget(w->term);
        break;
    case TUI_CTRL('Z'):
        term_suspend(w->term);
        break;
    default:
        break;
    }
}

static void palette_event(struct wizard *w, int key)
{
    int chosen = palette_key(&w->palette, w->items, w->n_items, key);

    if (chosen < 0)
        return;
    const struct action *a = w->item_actions[chosen];
    if (a) {
        if (a->run && wizard_can(w, a))
            after(w, a->run(w->walk.self, &w->walk.j));
        else if (a->run == NULL)
            tell(w, (struct event){.kind = EV_KEY, .key = a->key});
    } else if (w->items[chosen].key == TUI_ENTER) {
        tell(w, (struct event){.kind = EV_KEY, .key = TUI_ENTER});
    } else {
        run_global(w, w->items[chosen].key);
    }
}

static void dialog_event(struct wizard *w, int key)
{
    int chosen = dialog_key(&w->dialog, key);

    if (chosen == DIALOG_OPEN)
        return;
    if (w->asking == ASKING_QUIT) {
        w->asking = ASKING_NOTHING;
        wizard_quit_answer(w, chosen);
        return;
    }
    w->done = chosen == 1;
    if (w->done && w->asking == ASKING_INTERRUPT)
        w->exit_code = 130;
    w->asking = ASKING_NOTHING;
}

static void ctrl_c(struct wizard *w)
{
    int64_t now = clock_mono_ms();

    if (w->interrupted_ms && now - w->interrupted_ms < SECOND_CTRL_C_MS) {
        w->exit_code = 130;
        w->done = true;
        return;
    }
    w->interrupted_ms = now;
    if (wizard_is_busy(w))
        tell(w, (struct event){.kind = EV_KEY, .key = TUI_CTRL('C')});
    else
        interrupt(w);
}

static void catch_up(struct wizard *w)
{
    if (walk_catch_up(&w->walk))
        w->scroll = 0;
}

static bool is_of_everywhere(int key)
{
    return key == 'y' || key == 'w' || key == 'o' || key == 'M' || key == 'S';
}

static void key_event(struct wizard *w, int key)
{
    bool typing = w->walk.step->typing && w->walk.step->typing(w->walk.self);

    if (w->dropping == NULL) /* else it says what is under way */
        w->walk.j.said[0] = '\0';
    if (key != TUI_CTRL('C'))
        w->interrupted_ms = 0; /* what was asked has an answer: the next one is no second one */
    if (key == TUI_CTRL('C')) {
        ctrl_c(w);
    } else if (key == TUI_CTRL('L') || key == TUI_CTRL('Z')) {
        run_global(w, key);
    } else if (w->dialog.open) {
        dialog_event(w, key);
    } else if (w->palette.open) {
        palette_event(w, key);
    } else if (w->steps.open) {
        wizard_way_key(w, key);
    } else if (key == TUI_F1) {
        run_global(w, key);
    } else if (typing) {
        tell(w, (struct event){.kind = EV_KEY, .key = key});
    } else if (key == TUI_ESC && run_action(w, key)) {
        /* a view of the step's own was closed */
    } else if (key == '?' || key == 'q' || key == TUI_ESC) {
        run_global(w, key);
    } else if (run_action(w, key)) {
        /* done */
    } else if (is_of_everywhere(key) && !wizard_action(w, key)) {
        run_global(w, key); /* unless the screen has another use for the letter */
    } else {
        tell(w, (struct event){.kind = EV_KEY, .key = key});
    }
    journey_changed(&w->walk.j); /* cursors too are kept */
    if (!w->done)
        catch_up(w); /* what stood in its way may be gone */
}

void wizard_end_by(struct wizard *w, int code)
{
    w->exit_code = code;
    w->done = true;
}

void wizard_handle(struct wizard *w, struct loop_event ev)
{
    const char *woke;

    switch (ev.kind) {
    case LOOP_KEY:
        key_event(w, ev.key);
        break;
    case LOOP_PASTE:
        if (!w->dialog.open && !w->palette.open && !w->steps.open)
            tell(w, (struct event){.kind = EV_PASTE, .text = ev.text});
        break;
    case LOOP_NEWS:
        if ((woke = live_woke(w->walk.j.live)) != NULL)
            journey_say(&w->walk.j, MARK_NONE, "%s", woke);
        catch_up(w);
        tell(w, (struct event){.kind = EV_NEWS});
        wizard_quit_news(w);
        break;
    case LOOP_TICK:
        tick(w);
        break;
    case LOOP_SIGNAL:
        wizard_end_by(w, 128 + ev.number);
        break;
    case LOOP_GONE:
        wizard_end_by(w, 128 + SIGHUP);
        break;
    case LOOP_SCRIPT_END:
        w->done = true;
        break;
    case LOOP_RESIZE:
    case LOOP_RESUMED:
        break;
    }
}
