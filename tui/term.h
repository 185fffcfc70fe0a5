#ifndef STROM_TUI_TERM_H
#define STROM_TUI_TERM_H

/* Takes the terminal and always gives it back: normal end, exit(), SEGV ABRT BUS FPE ILL (with a
 * fixed note), KILL (tui/guard.h). TERM, HUP, INT, QUIT only raise a flag. A frame is the
 * difference to the frame before, in one write. There is one terminal: one struct term at a time
 * unless headless. */

#include "tui/page.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct term;

enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

struct term_options {
    enum term_color color; /* the flag; else NO_COLOR, CLICOLOR_FORCE/FORCE_COLOR, tty */
    bool headless;         /* no terminal at all: the size below */
    int cols, rows;
    bool ascii;             /* headless only: else the locale decides */
    const char *crash_note; /* printed after a crash: where the state is, what to do. Borrowed */
    bool mouse;             /* from the start on */
    const char *title;      /* window title while we run, NULL: leave it */
};

enum term_result {
    TERM_READY,
    TERM_DUMB,   /* TERM=dumb or nothing that can place a cursor: use --plain */
    TERM_NO_TTY, /* stdin or stdout is no terminal */
    TERM_FAILED
};

/* setlocale(LC_ALL, "") must have been called. *out is NULL unless TERM_READY. */
enum term_result term_open(const struct term_options *o, struct term **out);
void term_close(struct term *t); /* NULL is fine */
const char *term_notice(
    const struct term *t); /* one line for the person ("TERM=x is unknown, using xterm"), or NULL */

int term_cols(const struct term *t);
int term_rows(const struct term *t);
bool term_color(const struct term *t);
bool term_ascii(const struct term *t);

void term_paint(struct term *t, const struct page *p);  /* one write */
void term_set_size(struct term *t, int cols, int rows); /* headless only */
void term_forget(struct term *t); /* the next paint draws everything (Ctrl-L) */
/* Ctrl-Z; returns after fg, and everything is drawn again. Where a signal asked for the end
 * meanwhile, the terminal stays given back. */
void term_suspend(struct term *t);
/* Gives the terminal to another program ($EDITOR, gcloud login) and takes it back. */
void term_leave(struct term *t);
void term_enter(struct term *t);
void term_send(struct term *t, const char *bytes,
               size_t n); /* as they are: bell, OSC; see tui/clip.h */

/* Clicks and the wheel come as keys (tui/loop.h). While it is on, text is selected with Shift. */
void term_set_mouse(struct term *t, bool on);
bool term_mouse(const struct term *t);

/* What the loop waits for: stdin and the self-pipe of the signals. Returns how many, at most 2. */
size_t term_pollfds(const struct term *t, struct pollfd fds[2]);
/* Raw bytes of the keyboard; 0 none now, -1 the terminal is gone. */
long term_read(struct term *t, char *out, size_t cap);
/* What signals asked for since the last call. */
struct term_asked {
    bool resized; /* the new size is known to t already */
    bool stop;    /* SIGTSTP from outside */
    int end;      /* SIGTERM, SIGHUP, SIGINT, SIGQUIT or 0 */
};
struct term_asked term_asked(struct term *t);

/* TERM is dumb, empty or not set: nothing but lines is to be written. */
bool term_is_dumb(void);
/* The rule by itself: may colour be used? value NULL is "not set". */
bool term_wants_color(enum term_color flag, bool tty);
/* Of the terminal that stdout leads to; 0: none, or it does not say. */
int term_columns(void);
/* For mem_on_exhausted and the like: gives the terminal back at once; async-signal-safe. */
void term_rescue(void);

#endif
