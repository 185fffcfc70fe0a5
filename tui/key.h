#ifndef STROM_TUI_KEY_H
#define STROM_TUI_KEY_H

/* Keys as numbers: a Unicode character is itself, everything else lies beyond Unicode. Both 0x7f
 * and 0x08 arrive as TUI_BACKSPACE, CR and LF as TUI_ENTER. Ctrl with a letter is TUI_CTRL('C'). */

#include <stdbool.h>
#include <stddef.h>

enum tui_key {
    TUI_NONE = 0, /* also: "no key" in tables of actions */
    TUI_UP = 0x110000,
    TUI_DOWN,
    TUI_LEFT,
    TUI_RIGHT,
    TUI_HOME,
    TUI_END,
    TUI_PGUP,
    TUI_PGDN,
    TUI_INS,
    TUI_DEL,
    TUI_ENTER,
    TUI_ESC, /* Ctrl-G arrives as TUI_ESC too: its twin */
    TUI_TAB,
    TUI_BTAB,
    TUI_BACKSPACE,
    TUI_F1,
    TUI_F12 = TUI_F1 + 11,
    TUI_PASTE_KEY, /* inside the decoder only: a paste is an event of its own */
    TUI_MOUSE_KEY, /* likewise */
    TUI_UNKNOWN    /* a sequence nobody knows; widgets ignore it */
};

#define TUI_CTRL(letter) ((letter)&0x1f)
#define TUI_SPACE        ' '

/* A character that a text field takes (no control, not beyond Unicode). */
bool key_is_text(int key);
/* hjkl, g and G as the arrows, Home and End that they stand for; any other key is itself. For
 * widgets that take no text. */
int key_as_motion(int key);
/* "Enter", "PgDn", "Ctrl-R", "q", "Space": as files and commands have it. Writes into out and
 * returns it. */
enum { KEY_NAME = 24 };
const char *key_name(int key, char out[KEY_NAME]);
const char *key_shown(int key, char out[KEY_NAME]); /* the same in the person's language */
/* The other way round, for .keys files: also "Down", "F1", "ø". TUI_NONE when it is no key. */
int key_of_name(const char *name);

#endif
