#include "tui/loop.h"

#include "api/base/arena.h"
#include "tui/cells.h"
#include "tui/input.h"
#include "tui/replay.h"

#include <string.h>
#include <time.h>

enum { NEWS_MS = 100 }; /* ten repaints a second at most for what nobody pressed */

struct loop {
    struct term *term;
    struct loop_calls calls;
    struct page *page;
    struct input input;
    struct replay script;
    bool scripted, script_over;
    bool dirty, urgent; /* something to paint; a person waits for it */
    bool news, gone, gone_told, stopped;
    int64_t painted; /* when */
    int64_t tick_ms, next_tick;
    struct page_click click; /* presses that are still to be given */
};

static int64_t now(const struct loop *l)
{
    struct timespec t;
    if (l->calls.now_ms != NULL)
        return l->calls.now_ms(l->calls.ctx);
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct loop *loop_new(struct term *t, const struct loop_calls *calls)
{
    struct loop *l = mem_alloc(sizeof *l);
    l->term = t;
    l->calls = *calls;
    l->page = page_new(term_cols(t), term_rows(t));
    page_set_ascii(l->page, term_ascii(t));
    input_init(&l->input, LOOP_PASTE_MAX);
    l->dirty = l->urgent = true;
    return l;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    input_done(&l->input);
    replay_done(&l->script);
    page_free(l->page);
    mem_free(l);
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
}

void loop_dirty(struct loop *l)
{
    l->dirty = l->urgent = true;
}

void loop_set_tick(struct loop *l, int64_t ms)
{
    if (ms == l->tick_ms)
        return;
    l->tick_ms = ms;
    l->next_tick = ms > 0 ? now(l) + ms : 0;
}

const struct page *loop_page(const struct loop *l)
{
    return l->page;
}

/* --- painting --- */

static void paint(struct loop *l)
{
    l->dirty = l->urgent = false;
    page_begin(l->page, term_cols(l->term), term_rows(l->term));
    l->calls.draw(l->calls.ctx, l->page);
    term_paint(l->term, l->page);
    l->painted = now(l);
}

static bool may_paint(const struct loop *l)
{
    return l->dirty && (l->urgent || l->scripted || now(l) - l->painted >= NEWS_MS);
}

/* --- sources of events: each gives true when *ev is one --- */

static bool give(struct loop *l, struct loop_event *ev, enum loop_kind kind, bool urgent)
{
    *ev = (struct loop_event){.kind = kind};
    l->dirty = true;
    l->urgent = l->urgent || urgent;
    return true;
}

static bool suspend(struct loop *l, struct loop_event *ev)
{
    term_suspend(l->term);
    return give(l, ev, LOOP_RESUMED, true);
}

static bool from_signals(struct loop *l, struct loop_event *ev)
{
    struct term_asked asked = term_asked(l->term);
    if (asked.end != 0) {
        give(l, ev, LOOP_SIGNAL, true);
        ev->number = asked.end;
        return true;
    }
    if (asked.stop)
        return suspend(l, ev);
    return asked.resized && give(l, ev, LOOP_RESIZE, true);
}

static bool give_key(struct loop *l, struct loop_event *ev, int key)
{
    if (key == TUI_CTRL('Z') && !l->scripted)
        return suspend(l, ev);
    if (key == TUI_CTRL('L')) {
        term_forget(l->term);
        loop_dirty(l);
        return false;
    }
    give(l, ev, LOOP_KEY, true);
    ev->key = key;
    return true;
}

static void read_terminal(struct loop *l)
{
    char bytes[INPUT_BYTES];
    while (!l->gone && input_room(&l->input) > 0) {
        long n = term_read(l->term, bytes, input_room(&l->input));
        if (n < 0)
            l->gone = true;
        if (n <= 0)
            return;
        input_feed(&l->input, bytes, (size_t)n, now(l));
    }
}

/* A click is meant for the picture that the person saw: behind a key that has not been painted yet
 * it is nothing. */
static void take_mouse(struct loop *l)
{
    const struct input_mouse *m = &l->input.mouse;
    bool turned = m->button >= PAGE_WHEEL; /* the wheel points at nothing */
    if (term_mouse(l->term) && (turned || !(l->dirty && l->urgent)))
        l->click = page_mouse(l->page, m->button, m->col, m->row);
}

static bool from_click(struct loop *l, struct loop_event *ev)
{
    while (l->click.times > 0) {
        l->click.times--;
        if (give_key(l, ev, l->click.key))
            return true;
    }
    return false;
}

static bool from_keyboard(struct loop *l, struct loop_event *ev)
{
    for (;;) {
        if (from_click(l, ev))
            return true;
        read_terminal(l);
        int key = input_next(&l->input, now(l));
        if (key == TUI_NONE)
            break;
        if (key == TUI_PASTE_KEY) {
            give(l, ev, LOOP_PASTE, true);
            ev->text = str_text(&l->input.paste);
            return true;
        }
        if (key == TUI_MOUSE_KEY)
            take_mouse(l);
        else if (give_key(l, ev, key))
            return true;
    }
    if (!l->gone || l->gone_told)
        return false;
    l->gone_told = true;
    return give(l, ev, LOOP_GONE, true);
}

static bool play(struct loop *l, const struct replay_word *w, struct loop_event *ev)
{
    switch (w->kind) {
    case REPLAY_END:
        l->script_over = true;
        return give(l, ev, LOOP_SCRIPT_END, true);
    case REPLAY_KEY:
        return give_key(l, ev, w->key);
    case REPLAY_PASTE:
        give(l, ev, LOOP_PASTE, true);
        ev->text = w->text;
        return true;
    case REPLAY_SIZE:
        term_set_size(l->term, w->cols, w->rows);
        return give(l, ev, LOOP_RESIZE, true);
    case REPLAY_TICK:
        return give(l, ev, LOOP_TICK, true);
    case REPLAY_SHOT:
        if (l->calls.shot != NULL)
            l->calls.shot(l->calls.ctx, w->text, l->page);
        return false;
    }
    return false;
}

static bool from_script(struct loop *l, struct loop_event *ev)
{
    struct replay_word w;
    char why[160];
    if (l->script_over || (l->calls.idle != NULL && !l->calls.idle(l->calls.ctx)))
        return false;
    return replay_next(&l->script, &w, why) && play(l, &w, ev);
}

static bool from_time(struct loop *l, struct loop_event *ev)
{
    if (l->news) {
        l->news = false;
        return give(l, ev, LOOP_NEWS, false);
    }
    if (l->tick_ms <= 0 || now(l) < l->next_tick)
        return false;
    l->next_tick = now(l) + l->tick_ms;
    return give(l, ev, LOOP_TICK, false);
}

/* --- sleeping --- */

static int64_t sooner(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static int64_t wake_at(const struct loop *l)
{
    int64_t at = input_deadline(&l->input);
    if (l->tick_ms > 0)
        at = sooner(at, l->next_tick);
    if (l->dirty)
        at = sooner(at, l->painted + NEWS_MS);
    return at;
}

static bool script_goes_on(const struct loop *l)
{
    return l->scripted && !l->script_over && (l->calls.idle == NULL || l->calls.idle(l->calls.ctx));
}

static void wait_and_step(struct loop *l)
{
    struct pollfd fds[2];
    size_t n = l->scripted ? 0 : term_pollfds(l->term, fds);
    int64_t until = script_goes_on(l) ? 0 : wake_at(l);
    if (l->gone && n > 0)
        fds[0].fd = -1;
    if (l->calls.wait != NULL) {
        l->calls.wait(l->calls.ctx, fds, n, until);
    } else {
        int64_t left = until < 0 ? -1 : until - now(l);
        poll(fds, (nfds_t)n, until < 0 ? -1 : left > 0 ? (int)left : 0);
    }
    if (l->calls.step != NULL && l->calls.step(l->calls.ctx))
        l->news = true;
}

bool loop_next(struct loop *l, struct loop_event *ev)
{
    while (!l->stopped) {
        if (from_signals(l, ev))
            return true;
        if (!l->scripted && from_keyboard(l, ev))
            return true;
        if (from_time(l, ev))
            return true;
        if (may_paint(l)) {
            paint(l);
            continue; /* what came meanwhile is taken before sleeping */
        }
        if (l->scripted && !l->dirty && from_script(l, ev))
            return true;
        wait_and_step(l);
    }
    return false;
}

void loop_discard_input(struct loop *l)
{
    char bytes[INPUT_BYTES];
    l->click.times = 0;
    if (l->scripted)
        return;
    while (term_read(l->term, bytes, sizeof bytes) > 0)
        ;
    input_discard(&l->input);
}

bool loop_script(struct loop *l, const char *text, char why[160])
{
    l->scripted = true;
    l->script_over = false;
    return replay_load(&l->script, text, why);
}
