#ifndef STROM_TUI_INSIDE_H
#define STROM_TUI_INSIDE_H

/* What the files of the terminal share: for tui/ alone. */

#include "api/base/str.h"
#include "tui/cells.h"
#include "tui/guard.h"
#include "tui/term.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

/* --- caps.c: what this terminal can do --- */

enum { CAPS_LOOK = 48 };
struct caps {
    char name[64];    /* the terminfo entry in use */
    bool xterm_like;  /* takes private modes and OSC without printing them */
    bool bce;         /* erasing paints the background */
    bool safe_corner; /* the last column of the last row may be written */
    int colors;
    const char *cup, *cuf, *hpa, *el, *ech, *clear, *enter, *leave, *hide,
        *show;                      /* NULL: has none */
    const char *region, *up, *down; /* scrolling region; a line up at its foot, down at its head */
    char plain[CAPS_LOOK];          /* from any look to the default one */
    char look[STYLE_COUNT][CAPS_LOOK]; /* from the default look to this one */
    struct look real[STYLE_COUNT];     /* as theme_look, after the decision about colour */
    uint8_t same_as[STYLE_COUNT];      /* the first style that looks like it */
};

/* False: no entry that can place a cursor. notice is filled when another entry had to be taken. */
bool caps_load(struct caps *c, const char *term, int fd, char *notice, size_t room);
void caps_unload(void);
void caps_looks(struct caps *c, bool color); /* after the decision about colour */
/* Adds a capability with up to two numbers. */
void caps_put(struct str *out, const char *cap, int a, int b);

/* --- paint.c: the difference between two frames --- */

struct paint {
    const struct caps *caps;
    struct str *out;
    bool utf8;
    struct cell *before; /* the frame that stands on the terminal */
    size_t room;
    int cols, rows;
    bool known;    /* before is true */
    int x, y;      /* the hardware cursor; -1 unknown */
    uint8_t style; /* in force on the terminal */
    bool shown;    /* the hardware cursor */
};

void paint_page(struct paint *pt, const struct page *p); /* appends to out */
/* paint_scroll.c: moves rows that stand elsewhere in the new frame, where that saves bytes. */
void paint_scroll(struct paint *pt, const struct page *p);
void paint_go_to(struct paint *pt, const struct page *p, int col, int row);
void paint_style(struct paint *pt, uint8_t style);
void paint_done(struct paint *pt);

/* --- rescue.c: signals, and giving the terminal back without a word --- */

enum { UNDO = 256 };
struct rescue {
    volatile sig_atomic_t taken;
    int in, out; /* the keyboard has the modes, the screen takes the bytes: one may only read */
    struct termios before;
    char undo[UNDO];
    size_t undo_bytes;
    char note[512];
    size_t note_bytes;
    int guard; /* whom to tell that it has been given back; -1 none */
};
extern struct rescue rescue; /* the terminal: the one thing that is global */

void rescue_install(int wake_fd); /* handlers; flags are read with rescue_asked */
void rescue_uninstall(void);
void rescue_put(int fd, const char *bytes, size_t n); /* async-signal-safe */
struct rescue_flags {
    bool winch, stop, cont;
    int end;
};
int rescue_ending(void);                /* a signal that asks for the end is to be read; 0: none */
void rescue_continued(void);            /* the SIGCONT just past has been dealt with */
struct rescue_flags rescue_asked(void); /* and clears them */

#endif
