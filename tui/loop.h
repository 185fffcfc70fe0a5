#ifndef STROM_TUI_LOOP_H
#define STROM_TUI_LOOP_H

/* The source of events: paints when something changed, sleeps in `wait`, delivers one event a call.
 *
 *     struct loop *l = loop_new(term, &calls);
 *     for (struct loop_event ev; loop_next(l, &ev);)
 *         handle(w, ev);
 *
 * All keys that are there already are delivered before the next paint, so 200 queued keys cost one
 * frame. A key repaints at once, and what has come meanwhile is on its frame; news by itself waits
 * until the last frame is a tenth of a second old, so that a count that runs never draws between
 * two keys of a person who is typing. */

#include "tui/key.h"
#include "tui/page.h"
#include "tui/term.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum loop_kind {
    LOOP_KEY,
    LOOP_PASTE, /* text: at most LOOP_PASTE_MAX bytes, line ends are '\n'; until the next call */
    LOOP_RESIZE,
    LOOP_NEWS, /* step() said that something changed */
    LOOP_TICK,
    LOOP_RESUMED,   /* back from Ctrl-Z */
    LOOP_SIGNAL,    /* number: SIGTERM, SIGHUP, SIGINT, SIGQUIT: save and leave */
    LOOP_GONE,      /* the terminal or stdin is gone: save and leave (as after SIGHUP) */
    LOOP_SCRIPT_END /* the .keys file has been played */
};
enum { LOOP_PASTE_MAX = 64 * 1024 };

struct loop_event {
    enum loop_kind kind;
    int key;          /* LOOP_KEY */
    const char *text; /* LOOP_PASTE; the name of a script's shot is delivered by calls.shot */
    int number;       /* LOOP_SIGNAL */
};

struct loop_calls {
    void *ctx;                               /* handed to each of them */
    void (*draw)(void *ctx, struct page *p); /* fills the whole page, page_begin to page_end */
    /* As net_wait and net_step; NULL wait is poll(2), NULL step never has news. */
    void (*wait)(void *ctx, struct pollfd *fds, size_t n, int64_t until_ms);
    bool (*step)(void *ctx);
    int64_t (*now_ms)(void *ctx); /* the clock of until_ms; NULL: CLOCK_MONOTONIC */
    bool (*idle)(void *ctx);      /* scripts: nothing is in flight; NULL: always */
    void (*shot)(void *ctx, const char *name,
                 const struct page *p); /* scripts: the word `shot:NAME` */
};

struct loop *loop_new(struct term *t, const struct loop_calls *calls);
void loop_free(struct loop *l);

/* Blocks until there is an event. False only after loop_stop. */
bool loop_next(struct loop *l, struct loop_event *ev);
void loop_stop(struct loop *l);
void loop_dirty(struct loop *l); /* paint before the next sleep (every event does this already) */
void loop_set_tick(struct loop *l, int64_t ms); /* LOOP_TICK so often; 0: never */
void loop_discard_input(
    struct loop *l); /* throws away what was typed or pasted ahead: before a question */
const struct page *loop_page(const struct loop *l); /* the last frame drawn */

/* Plays keys instead of reading the keyboard. Words are separated by blanks and line ends, and
 * taken only when everything is painted and idle() is true; # starts a comment.
 *
 * - Down Enter Ctrl-C q ø: keys by name (tui/key.h); Down*12 is twelve times Down
 * - "typed text": each character as a key; \" and \\ inside
 * - paste:"text": one paste; \n inside is a line end
 * - size:60x16: the terminal has this size now (headless)
 * - tick: LOOP_TICK
 * - shot:NAME: calls.shot with the page as it is now
 *
 * False with the line and word in why. */
bool loop_script(struct loop *l, const char *text, char why[160]);

#endif
