#include "screens/wizard.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/script.h"
#include "screens/steps.h"
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

/* --- the table of contents -----------------------------------------------------------------------
 */

static const struct step *const steps[JOURNEY_STEPS] = {
    [AT_HOME] = &home_step,
    [AT_CONNECT] = &connect_step,
    [AT_PREREQUISITES] = &prerequisites_step,
    [AT_ACCESS] = &access_step,
    [AT_TABLES] = &tables_step,
    [AT_DESTINATION] = &destination_step,
    [AT_REVIEW] = &review_step,
    [AT_CREATE] = &create_step,
    [AT_MONITOR] = &monitor_step,
    [AT_REMOVE] = &remove_step,
};

const struct step *wizard_step(enum journey_step at)
{
    return steps[at];
}

/* --- entering and leaving a step -----------------------------------------------------------------
 */

void wizard_keep(struct wizard *w)
{
    if (w->step->save)
        w->step->save(w->self, w->j.kept);
}

void wizard_enter(struct wizard *w, enum journey_step at)
{
    w->step = steps[at];
    w->self = mem_alloc(w->step->size);
    w->j.at = at;
    if (at > w->j.reached && at != AT_REMOVE)
        w->j.reached = at;
    w->scroll = 0;
    journey_catch_up(&w->j);
    if (w->step->load)
        w->step->load(w->self, w->j.kept);
    if (w->step->enter)
        w->step->enter(w->self, &w->j);
    loop_set_tick(w->loop, w->step->tick_ms ? w->step->tick_ms(w->self) : 0);
    journey_changed(&w->j);
}

void wizard_leave(struct wizard *w)
{
    wizard_keep(w);
    if (w->step->leave)
        w->step->leave(w->self);
    mem_free(w->self);
    w->self = NULL;
}

static void go(struct wizard *w, enum journey_step to)
{
    wizard_leave(w);
    str_copy(w->j.said, sizeof w->j.said, w->j.later);
    w->j.said_mark = w->j.later_mark;
    w->j.later[0] = '\0';
    wizard_enter(w, to);
}

/* --- what is the same everywhere -----------------------------------------------------------------
 */

enum global { G_HELP, G_BACK, G_NEXT_STEP, G_COPY, G_WRITE, G_REDRAW, G_QUIT, G_SUSPEND, GLOBALS };

static const struct palette_item globals[GLOBALS] = {
    [G_HELP] = {'?', "help", "all actions of this screen; type to search them", false},
    [G_BACK] = {TUI_ESC, "back", "the screen before; nothing is lost", false},
    [G_NEXT_STEP] = {TUI_ENTER, "go on", "continue, or open what is under the cursor", false},
    [G_COPY] = {'y', "copy", "what is shown, to the clipboard", false},
    [G_WRITE] = {'w', "write", "what is shown, into a file of the working folder", false},
    [G_REDRAW] = {TUI_CTRL('L'), "redraw", "draw the screen again", false},
    [G_QUIT] = {'q', "quit", "leave; everything is kept for the next time", false},
    [G_SUSPEND] = {TUI_CTRL('Z'), "suspend", "back to the shell; fg returns", false},
};

static bool action_possible(const struct wizard *w, const struct action *a)
{
    return a->possible == NULL || a->possible(w->self, &w->j);
}

static bool has_action(const struct wizard *w, int key)
{
    for (const struct action *a = w->step->actions; a && a->label; a++)
        if (a->key == key && action_possible(w, a))
            return true;
    return false;
}

static bool is_global(int key)
{
    for (size_t i = 0; i < GLOBALS; i++)
        if (globals[i].key == key)
            return true;
    return false;
}

/* What another row does with the same key is left out where it cannot be done now. */
static void list_items(struct wizard *w)
{
    w->n_items = 0;
    for (const struct action *a = w->step->actions; a && a->label && w->n_items < KEYS - GLOBALS;
         a++) {
        bool possible = action_possible(w, a);
        if (!possible && (has_action(w, a->key) || is_global(a->key)))
            continue;
        w->item_actions[w->n_items] = a;
        w->items[w->n_items++] =
            (struct palette_item){a->key, tr(a->label), tr(a->help), !possible};
    }
    for (size_t i = 0; i < GLOBALS; i++) {
        if (has_action(w, globals[i].key)) /* the screen's own meaning stands above */
            continue;
        w->item_actions[w->n_items] = NULL;
        w->items[w->n_items] = globals[i];
        w->items[w->n_items].name = tr(globals[i].name);
        w->items[w->n_items++].help = tr(globals[i].help);
    }
}

static bool is_busy(const struct wizard *w)
{
    return w->step->is_busy && w->step->is_busy(w->self);
}

/* What quitting would lose or leave half done; NULL: nothing. */
static const char *at_stake(const struct wizard *w)
{
    if (journey_is_running(&w->j))
        return tr("A creation is under way. It is recorded; the next start takes it up.");
    if (is_busy(w))
        return w->j.at == AT_PREREQUISITES
                   ? tr("A deploy is under way, and would be stopped in the middle.")
                   : tr("Something is under way here. It is recorded; the next start takes it up.");
    if (w->j.live->store_trouble.kind != ERR_NONE && w->j.reached > AT_HOME)
        return tr("What you have chosen cannot be kept at this moment: quitting loses it.");
    return NULL;
}

static void ask_quit(struct wizard *w)
{
    static const struct dialog_option options[] = {{'s', "stay", false}, {'q', "quit", true}};
    const char *stake = at_stake(w);

    if (stake == NULL) {
        w->done = true;
        return;
    }
    dialog_open(&w->dialog, tr("Quit?"), stake, options, 2, 0);
    w->asking = ASKING_QUIT;
    loop_discard_input(w->loop);
}

/* Create has its own question for Ctrl-C (it gets the key); everywhere else leaving is harmless.
 * What was typed ahead stays: a second Ctrl-C may be among it. */
static void interrupt(struct wizard *w)
{
    static const struct dialog_option options[] = {{'s', "stay", false}, {'q', "quit", false}};

    dialog_open(&w->dialog, tr("Interrupted"),
                tr("Everything you entered is kept. Press Ctrl-C again to leave at once."), options,
                2, 0);
    w->asking = ASKING_INTERRUPT;
}

/* Items drop from the end where it is narrow: help stands early enough to stay. */
static void draw_keys(struct wizard *w, struct page *p)
{
    enum { BEFORE_HELP = 3 };
    struct page_key keys[KEYS];
    bool typing = w->step->typing && w->step->typing(w->self), helped = false;
    size_t n = 0;

    for (const struct action *a = w->step->actions; a && a->label && n < KEYS - 4; a++) {
        if (a->key == TUI_NONE || !action_possible(w, a) || (typing && key_is_text(a->key)))
            continue;
        if (n == BEFORE_HELP) {
            keys[n++] = (struct page_key){typing ? TUI_F1 : '?', tr("help")};
            helped = true;
        }
        keys[n++] = (struct page_key){a->key, tr(a->label)};
    }
    if (!helped)
        keys[n++] = (struct page_key){typing ? TUI_F1 : '?', tr("help")};
    if (!typing && w->j.at != AT_HOME && !has_action(w, TUI_ESC))
        keys[n++] = (struct page_key){TUI_ESC, tr("back")};
    if (!typing)
        keys[n++] = (struct page_key){'q', tr("quit")};
    page_keys(p, keys, n);
}

static void draw_body(struct wizard *w, struct page *p)
{
    char context[JOURNEY_TITLE];
    struct page_title title = {.program = w->j.live->options->sandbox ? "strom sandbox" : "strom",
                               .title = tr(w->step->title),
                               .at = (int)w->j.at,
                               .of = w->j.at == AT_HOME || w->j.at == AT_REMOVE ? 0 : AT_MONITOR,
                               .context = journey_title(&w->j, context)};

    page_title(p, &title);
    draw_keys(w, p);
    if (w->j.said[0])
        page_status(p, w->j.said_mark, "%s", w->j.said);
    else if (w->j.live->store_trouble.kind != ERR_NONE) /* for as long as it is true */
        page_status(p, MARK_WARN, tr("nothing is kept: %s"), w->j.live->store_trouble.why);
    page_scroll(p, w->scroll);
    w->step->draw(w->self, &w->j, p);
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
        palette_draw(&w->palette, tr(w->step->title), w->step->help ? tr(w->step->help) : NULL,
                     w->items, w->n_items, p);
    if (w->dialog.open)
        dialog_draw(&w->dialog, p);
}

/* --- events --------------------------------------------------------------------------------------
 */

static void follow(struct wizard *w, enum nav nav)
{
    switch (nav) {
    case STAY:
        break;
    case NEXT:
        if (w->j.at < AT_MONITOR)
            go(w, w->j.at + 1);
        break;
    case BACK:
        if (w->j.at > AT_HOME)
            go(w, w->j.at == AT_REMOVE ? AT_HOME : w->j.at - 1);
        break;
    case HOME:
        go(w, AT_HOME);
        break;
    case GO:
        go(w, w->j.go_to);
        break;
    case QUIT:
        ask_quit(w);
        break;
    }
}

static void after(struct wizard *w, enum nav nav)
{
    if (w->j.discard_input)
        loop_discard_input(w->loop);
    w->j.discard_input = false;
    if (w->j.to_copy) {
        bool copied = clip_copy(w->term, w->j.to_copy, strlen(w->j.to_copy));
        journey_say(&w->j, copied ? MARK_OK : MARK_WARN, "%s",
                    copied ? tr("sent to the clipboard; a terminal that takes none says nothing")
                           : tr("too long for the clipboard: press w to write it"));
        mem_free(w->j.to_copy);
        w->j.to_copy = NULL;
    }
    if (w->j.bell && !w->j.live->options->no_notify)
        clip_notify(w->term, journey_title(&w->j, (char[JOURNEY_TITLE]){0}));
    w->j.bell = false;
    follow(w, nav);
    loop_set_tick(w->loop, w->step->tick_ms ? w->step->tick_ms(w->self) : 0);
}

static void tell(struct wizard *w, struct event ev)
{
    after(w, w->step->update ? w->step->update(w->self, &w->j, ev) : STAY);
}

static bool run_action(struct wizard *w, int key)
{
    for (const struct action *a = w->step->actions; a && a->label; a++)
        if (a->key == key && a->run && action_possible(w, a)) {
            after(w, a->run(w->self, &w->j));
            return true;
        }
    return false;
}

static void run_global(struct wizard *w, int key)
{
    struct str text = {0};
    char file[64];
    struct err e;

    switch (key) {
    case '?':
    case TUI_F1:
        list_items(w);
        palette_open(&w->palette);
        break;
    case TUI_ESC:
        if (is_busy(w)) /* the step asks first */
            tell(w, (struct event){.kind = EV_KEY, .key = TUI_ESC});
        else
            follow(w, BACK);
        break;
    case 'q':
        ask_quit(w);
        break;
    case 'y':
        script_text(loop_page(w->loop), &text);
        journey_copy(&w->j, str_text(&text));
        str_done(&text);
        after(w, STAY);
        break;
    case 'w':
        if (script_save(loop_page(w->loop), w->step->title, file, &e))
            journey_say(&w->j, MARK_OK, tr("written: %s"), file);
        else
            journey_say_err(&w->j, &e);
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
        if (a->run && action_possible(w, a))
            after(w, a->run(w->self, &w->j));
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
    if (is_busy(w))
        tell(w, (struct event){.kind = EV_KEY, .key = TUI_CTRL('C')});
    else
        interrupt(w);
}

static void key_event(struct wizard *w, int key)
{
    bool typing = w->step->typing && w->step->typing(w->self);

    w->j.said[0] = '\0';
    if (key == TUI_CTRL('C')) {
        ctrl_c(w);
    } else if (w->dialog.open) {
        dialog_event(w, key);
    } else if (w->palette.open) {
        palette_event(w, key);
    } else if (key == TUI_CTRL('L') || key == TUI_CTRL('Z') || key == TUI_F1) {
        run_global(w, key);
    } else if (typing) {
        tell(w, (struct event){.kind = EV_KEY, .key = key});
    } else if (key == TUI_ESC && run_action(w, key)) {
        /* a view of the step's own was closed */
    } else if (key == '?' || key == 'q' || key == TUI_ESC) {
        run_global(w, key);
    } else if (run_action(w, key)) {
        /* done */
    } else if (key == 'y' || key == 'w') {
        run_global(w, key);
    } else {
        tell(w, (struct event){.kind = EV_KEY, .key = key});
    }
    journey_changed(&w->j); /* cursors too are kept */
}

void wizard_end_by(struct wizard *w, int code)
{
    w->exit_code = code;
    w->done = true;
}

void wizard_handle(struct wizard *w, struct loop_event ev)
{
    switch (ev.kind) {
    case LOOP_KEY:
        key_event(w, ev.key);
        break;
    case LOOP_PASTE:
        if (!w->dialog.open && !w->palette.open)
            tell(w, (struct event){.kind = EV_PASTE, .text = ev.text});
        break;
    case LOOP_NEWS:
        if (journey_caught_up(&w->j))
            go(w, w->j.at); /* asks anew, now that there is whom to ask */
        tell(w, (struct event){.kind = EV_NEWS});
        break;
    case LOOP_TICK:
        tell(w, (struct event){.kind = EV_TICK});
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
