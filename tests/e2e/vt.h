#ifndef TESTS_E2E_VT_H
#define TESTS_E2E_VT_H

/* A program in a real pseudo-terminal, its screen kept by libvterm. As under a shell, the program
 * is the foreground job of a session whose leader lives on, so the terminal outlives it. Everything
 * waits for a condition with a deadline; nothing sleeps. A wait that fails prints the screen to
 * stderr and returns false. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vt;

/* What plays the shell, when the program has ended. */
enum vt_leader {
    VT_QUICK,  /* takes the terminal back, leaves its modes alone */
    VT_SLOW,   /* does not take it back: whoever else restores it has it for itself */
    VT_EDITOR, /* takes it back with modes of its own, as a line editor */
};

struct vt_options {
    int cols, rows;          /* 0: 80x24 */
    const char *const *argv; /* NULL-terminated */
    const char *const
        *env; /* "NAME=value" to add or replace, "NAME" to unset; NULL-terminated; may be NULL */
    const char *cwd; /* NULL: ours */
    enum vt_leader leader;
};

struct vt *vt_start(const struct vt_options *o);
void vt_free(struct vt *v); /* kills what still runs */
long vt_pid(const struct vt *v);

enum { VT_WAIT_MS = 10000 };
bool vt_wait_text(struct vt *v, const char *text, int ms); /* text is on one line of the screen */
bool vt_wait_gone(struct vt *v, const char *text, int ms);
bool vt_wait(struct vt *v, bool (*ready)(struct vt *v, void *ctx), void *ctx, int ms);
bool vt_wait_quiet(struct vt *v, int quiet_ms, int ms); /* nothing was written for so long */
/* The exit code, 128 + signal, or -1 when it did not end in time. */
int vt_wait_end(struct vt *v, int ms);

bool vt_has_ended(const struct vt *v);      /* as far as was read */
bool vt_has_stopped(const struct vt *v);
bool vt_wait_stopped(struct vt *v, int ms); /* Ctrl-Z: the job stopped, as its shell would see it */
void vt_continue(struct vt *v);             /* fg */

void vt_type(struct vt *v, const char *bytes); /* as they are */
void vt_key(struct vt *v, const char *name); /* "Down" "Enter" "Esc" "Ctrl-C" "F1" "PgDn" "q" "ø";
                                                knows application keys */
void vt_keys(struct vt *v, const char *names); /* separated by blanks */
void vt_paste(struct vt *v, const char *text); /* bracketed when the program asked for that */
void vt_click(struct vt *v, int col, int row); /* left, pressed and let go, as SGR says it */
void vt_resize(struct vt *v, int cols, int rows);
void vt_size(const struct vt *v, int *cols, int *rows);
void vt_signal(struct vt *v, int number);
void vt_close_terminal(struct vt *v); /* hang up */

const char *
vt_row(struct vt *v,
       int row); /* UTF-8 without trailing blanks; lives until the next call with that row */
const char *vt_screen(struct vt *v); /* all rows, a line each; lives until the next call */
bool vt_find(struct vt *v, const char *text, int *col, int *row);
struct vt_cell {
    char text[32];
    int width;
    bool bold, underline, reverse;
    int fg, bg; /* 0..255, -1 the default, -2 a true colour */
};
struct vt_cell vt_cell(struct vt *v, int col, int row);
bool vt_cursor(struct vt *v, int *col, int *row); /* false: hidden */
bool vt_altscreen(const struct vt *v);
bool vt_mouse_mode(const struct vt *v);
bool vt_paste_mode(struct vt *v);
const char *vt_title(const struct vt *v);
const char *vt_clipboard(const struct vt *v); /* what OSC 52 set, decoded; NULL: nothing */
size_t vt_bytes(const struct vt *v);          /* written by the program so far */
size_t vt_bells(const struct vt *v);
const char *vt_log(const struct vt *v, size_t *bytes); /* every byte it wrote */
/* Terminal modes of the pty (ECHO and ICANON on: as a shell wants them). */
bool vt_modes_sane(const struct vt *v);
bool vt_modes_editor(const struct vt *v); /* those of VT_EDITOR */

#endif
