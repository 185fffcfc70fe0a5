#define _DEFAULT_SOURCE 1 /* TIOCGWINSZ, SIGWINCH */

#include "tui/term.h"

#include "api/base/arena.h"
#include "api/base/safe.h"
#include "api/base/utf8.h"
#include "tui/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct term {
    bool headless, color, ascii, taken, gone, mouse;
    int in, out, pipe[2];
    int cols, rows;
    struct termios before, raw;
    struct caps caps;
    struct paint paint;
    struct str bytes; /* of one frame */
    struct str enter; /* what takes the terminal */
    struct guard guard;
    char notice[120];
};

/* --- decisions --- */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static bool is_forced(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

bool term_is_dumb(void)
{
    const char *term = getenv("TERM");
    return term == NULL || *term == '\0' || strcmp(term, "dumb") == 0;
}

bool term_wants_color(enum term_color flag, bool tty)
{
    if (flag != TERM_COLOR_AUTO)
        return flag == TERM_COLOR_ALWAYS;
    if (is_set("NO_COLOR"))
        return false;
    if (is_forced("CLICOLOR_FORCE") || is_forced("FORCE_COLOR"))
        return true;
    return tty && !term_is_dumb();
}

int term_columns(void)
{
    struct winsize w;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

static void learn_size(struct term *t)
{
    struct winsize w;
    if (ioctl(t->out, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0) {
        t->cols = w.ws_col;
        t->rows = w.ws_row;
    } else if (t->cols == 0) {
        t->cols = 80;
        t->rows = 24;
    }
}

/* --- taking and giving back --- */

static void write_all(struct term *t, const char *bytes, size_t n)
{
    while (n > 0 && !t->gone) {
        ssize_t done = write(t->out, bytes, n);
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (done < 0 && errno == EAGAIN) {
            struct pollfd fd = {.fd = t->out, .events = POLLOUT};
            poll(&fd, 1, -1);
        } else if (done == 0 || errno != EINTR) {
            t->gone = true;
        }
    }
}

static void make_raw(struct term *t)
{
    t->raw = t->before;
    t->raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT);
    t->raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    t->raw.c_oflag &= ~(tcflag_t)OPOST; /* a line feed is a line feed: two bytes less a row */
    t->raw.c_cc[VMIN] = 1;
    t->raw.c_cc[VTIME] = 0;
}

#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

/* Without a second screen the page stays; what comes next belongs under it, wherever the cursor is:
 * a row too far down is the last one. */
static const char *below_the_page(const struct caps *c)
{
    return str_starts(c->cup, "\033[") ? "\033[999;1H\r\n" : "\r\n";
}

static void prepare_bytes(struct term *t, const char *title)
{
    struct str undo = {0};
    const struct caps *c = &t->caps;
    if (c->xterm_like)
        str_add(&undo, "\033[?2026l");
    str_add(&undo, c->plain);
    str_add(&t->enter, c->show); /* taken again after a stop without a word, it may be hidden */
    str_add(&t->enter, c->enter);
    if (c->xterm_like) {
        str_add(&t->enter, "\033[?2004h");
        str_add(&undo, "\033[?2004l" MOUSE_OFF); /* whoever gives it back may not know more */
    }
    if (c->xterm_like && title != NULL) {
        char safe[128];
        safe_text(safe, sizeof safe, title);
        str_printf(&t->enter, "\033[22;0t\033]2;%s\a", safe);
        str_add(&undo, "\033[23;0t");
    }
    str_add(&undo, c->show);
    str_add(&undo, c->leave != NULL ? c->leave : below_the_page(c));
    rescue.undo_bytes = undo.bytes < UNDO ? undo.bytes : UNDO;
    memcpy(rescue.undo, str_text(&undo), rescue.undo_bytes);
    str_done(&undo);
}

void term_enter(struct term *t)
{
    if (t->headless || t->taken)
        return;
    guard_tell(rescue.guard, true);
    rescue.taken = 1;
    tcsetattr(t->in, TCSANOW, &t->raw);
    write_all(t, str_text(&t->enter), t->enter.bytes);
    t->taken = true;
    if (t->mouse)
        term_set_mouse(t, true);
    t->paint.shown = true;
    learn_size(t);
    term_forget(t);
}

void term_leave(struct term *t)
{
    if (t->headless || !t->taken)
        return;
    term_rescue();
    t->taken = false;
}

static void rescue_at_exit(void)
{
    term_rescue();
}

static void set_note(const char *note)
{
    char safe[sizeof rescue.note];
    safe_lines(safe, sizeof safe - 2, note != NULL ? note : "stopped by a fault of its own");
    int n = snprintf(rescue.note, sizeof rescue.note, "%s\n", safe);
    rescue.note_bytes = n > 0 && (size_t)n < sizeof rescue.note ? (size_t)n : 0;
}

/* --- open and close --- */

static struct term *new_term(const struct term_options *o)
{
    struct term *t = mem_alloc(sizeof *t);
    t->in = t->out = t->pipe[0] = t->pipe[1] = -1;
    t->guard = (struct guard){-1, 0};
    t->headless = o->headless;
    t->mouse = o->mouse;
    return t;
}

static enum term_result open_headless(const struct term_options *o, struct term **out)
{
    struct term *t = new_term(o);
    t->ascii = o->ascii;
    t->color = o->color != TERM_COLOR_NEVER;
    term_set_size(t, o->cols, o->rows);
    *out = t;
    return TERM_READY;
}

static bool make_pipe(struct term *t)
{
    if (pipe(t->pipe) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(t->pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(t->pipe[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

static void take(struct term *t, const struct term_options *o)
{
    static bool registered;
    t->color = term_wants_color(o->color, true) && t->caps.colors >= 8;
    t->ascii = !utf8_is_locale();
    caps_looks(&t->caps, t->color);
    t->paint = (struct paint){.caps = &t->caps, .out = &t->bytes, .utf8 = !t->ascii};
    make_raw(t);
    set_note(o->crash_note);
    prepare_bytes(t, o->title);
    rescue.in = t->in;
    rescue.out = t->out;
    rescue.before = t->before;
    t->guard = guard_start(&(struct guard_modes){t->before, t->raw});
    rescue.guard = t->guard.pipe_fd;
    rescue_install(t->pipe[1]);
    if (!registered)
        atexit(rescue_at_exit);
    registered = true;
    term_enter(t);
}

enum term_result term_open(const struct term_options *o, struct term **out)
{
    *out = NULL;
    if (o->headless)
        return open_headless(o, out);
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return TERM_NO_TTY;
    if (term_is_dumb())
        return TERM_DUMB;
    const char *name = getenv("TERM");
    struct term *t = new_term(o);
    t->in = STDIN_FILENO;
    t->out = STDOUT_FILENO;
    enum term_result result = TERM_READY;
    if (!caps_load(&t->caps, name, t->out, t->notice, sizeof t->notice))
        result = TERM_DUMB;
    else if (tcgetattr(t->in, &t->before) != 0 || !make_pipe(t))
        result = TERM_FAILED;
    if (result != TERM_READY) {
        mem_free(t);
        return result;
    }
    take(t, o);
    *out = t;
    return TERM_READY;
}

void term_close(struct term *t)
{
    if (t == NULL)
        return;
    if (!t->headless) {
        term_leave(t);
        rescue.guard = -1;
        guard_stop(&t->guard);
        rescue_uninstall();
        close(t->pipe[0]);
        close(t->pipe[1]);
        caps_unload();
    }
    paint_done(&t->paint);
    str_done(&t->bytes);
    str_done(&t->enter);
    mem_free(t);
}

const char *term_notice(const struct term *t)
{
    return t->notice[0] != '\0' ? t->notice : NULL;
}

int term_cols(const struct term *t)
{
    return t->cols;
}

int term_rows(const struct term *t)
{
    return t->rows;
}

bool term_color(const struct term *t)
{
    return t->color;
}

bool term_ascii(const struct term *t)
{
    return t->ascii;
}

void term_set_size(struct term *t, int cols, int rows)
{
    t->cols = cols > 0 ? cols : 80;
    t->rows = rows > 0 ? rows : 24;
}

/* --- output --- */

/* A frame that a terminal might show half of is bracketed (DEC 2026); those that do not know the
 * mode ignore it. A small one arrives whole. */
enum { BRACKETED = 1024 };

void term_paint(struct term *t, const struct page *p)
{
    static const char begin[] = "\033[?2026h", end[] = "\033[?2026l";
    if (t->headless || !t->taken)
        return;
    str_clear(&t->bytes);
    if (t->caps.xterm_like)
        str_add(&t->bytes, begin);
    paint_page(&t->paint, p);
    const char *bytes = str_text(&t->bytes);
    size_t skip = t->caps.xterm_like ? sizeof begin - 1 : 0;
    if (skip > 0 && t->bytes.bytes >= BRACKETED) {
        str_add(&t->bytes, end);
        bytes = str_text(&t->bytes);
        skip = 0;
    }
    write_all(t, bytes + skip, t->bytes.bytes - skip);
}

void term_forget(struct term *t)
{
    t->paint.known = false;
}

void term_send(struct term *t, const char *bytes, size_t n)
{
    if (!t->headless && t->taken)
        write_all(t, bytes, n);
}

void term_set_mouse(struct term *t, bool on)
{
    t->mouse = on;
    if (t->caps.xterm_like)
        term_send(t, on ? MOUSE_ON : MOUSE_OFF, strlen(on ? MOUSE_ON : MOUSE_OFF));
}

bool term_mouse(const struct term *t)
{
    return t->mouse;
}

/* --- input --- */

size_t term_pollfds(const struct term *t, struct pollfd fds[2])
{
    if (t->headless)
        return 0;
    fds[0] = (struct pollfd){.fd = t->gone ? -1 : t->in, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = t->pipe[0], .events = POLLIN};
    return 2;
}

long term_read(struct term *t, char *out, size_t cap)
{
    if (t->headless)
        return 0;
    struct pollfd fd = {.fd = t->in, .events = POLLIN};
    if (t->gone)
        return -1;
    if (poll(&fd, 1, 0) <= 0)
        return 0;
    ssize_t n = fd.revents & POLLIN ? read(t->in, out, cap) : 0;
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n <= 0) { /* end of file, hang-up, or no file at all: never again */
        t->gone = true;
        return -1;
    }
    return (long)n;
}

/* --- signals --- */

/* Stopped by SIGSTOP and continued: the shell has put its own modes back meanwhile. What was
 * entered is left first: entered twice and left once, the title would stay ours. */
static void take_again(struct term *t)
{
    write_all(t, rescue.undo, rescue.undo_bytes);
    t->taken = false;
    term_enter(t);
}

struct term_asked term_asked(struct term *t)
{
    struct term_asked asked = {0};
    char drop[64];
    if (t->headless)
        return asked;
    while (read(t->pipe[0], drop, sizeof drop) > 0)
        ;
    struct rescue_flags f = rescue_asked();
    if (f.cont && t->taken)
        take_again(t);
    if (f.winch || f.cont) {
        learn_size(t);
        term_forget(t);
        asked.resized = true;
    }
    asked.stop = f.stop;
    asked.end = f.end;
    return asked;
}

void term_suspend(struct term *t)
{
    struct sigaction stop, old;
    if (t->headless)
        return;
    term_leave(t);
    memset(&stop, 0, sizeof stop);
    sigemptyset(&stop.sa_mask);
    stop.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &stop, &old);
    kill(0, SIGTSTP); /* the whole job, as the terminal would */
    sigaction(SIGTSTP, &old, NULL);
    rescue_continued();
    if (rescue_ending() == 0) /* `kill %1`: behind the shell, taking the terminal would stop us */
        term_enter(t);
}
