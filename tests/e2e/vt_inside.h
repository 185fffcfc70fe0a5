#ifndef TESTS_E2E_VT_INSIDE_H
#define TESTS_E2E_VT_INSIDE_H

/* Shared by vt.c (process and pty) and vt_screen.c (libvterm). */

#include "tests/e2e/vt.h"

#include <sys/types.h>
#include <vterm.h>

struct vt_report {
    char kind; /* 'P' pid, 'S' stopped, 'E' ended */
    int value;
};

struct vt {
    int master, report, control;
    pid_t leader, pid;
    bool ended, stopped;
    int code;
    int cols, rows;
    VTerm *term;
    VTermScreen *screen;
    bool cursor_shown, altscreen, mouse, paste, has_shrunk;
    size_t looked; /* bytes of the log that were searched for the paste mode */
    int cursor_col, cursor_row;
    size_t bells;
    char *log;
    size_t log_bytes, log_room;
    char *text;     /* of vt_screen */
    char row[4096]; /* of vt_row */
};

int64_t vt_now(void);
bool vt_pump(struct vt *v, int ms); /* takes what is there, waits for it at most so long */
void vt_send(struct vt *v, const char *bytes, size_t n);

void vt_screen_open(struct vt *v);
void vt_screen_close(struct vt *v);
void vt_screen_feed(struct vt *v, const char *bytes, size_t n);
void vt_screen_resize(struct vt *v);

#endif
