/* Signals, and giving the terminal back at any moment. Everything here that a handler calls is
 * async-signal-safe. */

#include "tui/inside.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct rescue rescue = {.in = -1, .out = -1, .guard = -1};

static volatile sig_atomic_t winch, stop, cont, end;
static volatile sig_atomic_t wake = -1;

void rescue_put(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        bytes += done;
        n -= (size_t)done;
    }
}

void term_rescue(void)
{
    if (!rescue.taken)
        return;
    rescue.taken = 0;
    rescue_put(rescue.out, rescue.undo, rescue.undo_bytes);
    tcsetattr(rescue.in, TCSANOW, &rescue.before);
    guard_tell(rescue.guard, false); /* a second time would take what is written next for ours */
}

static void on_crash(int number)
{
    bool was_taken = rescue.taken != 0;
    term_rescue();
    if (was_taken)
        rescue_put(STDERR_FILENO, rescue.note, rescue.note_bytes);
    raise(number); /* the default action again: SA_RESETHAND */
}

static void on_flag(int number)
{
    int keep = errno;
    switch (number) {
    case SIGWINCH:
        winch = 1;
        break;
    case SIGTSTP:
        stop = 1;
        break;
    case SIGCONT:
        cont = 1;
        break;
    default:
        end = number;
    }
    if (wake >= 0 && write(wake, "", 1) < 0) {
        /* full: a wake-up is on its way already */
    }
    errno = keep;
}

static const int flags[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT};
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
enum { FLAGS = sizeof flags / sizeof flags[0], CRASHES = sizeof crashes / sizeof crashes[0] };
static struct sigaction old_flags[FLAGS], old_crashes[CRASHES];

/* A stack of its own, so that an overflown one can still be reported. */
static void give_stack(void)
{
    static char room[64 * 1024];
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    sigaltstack(&stack, NULL);
}

void rescue_install(int wake_fd)
{
    struct sigaction a;
    wake = wake_fd;
    give_stack();
    memset(&a, 0, sizeof a);
    sigemptyset(&a.sa_mask);
    a.sa_handler = on_flag;
    a.sa_flags = SA_RESTART;
    for (int i = 0; i < FLAGS; i++) {
        sigaction(flags[i], NULL, &old_flags[i]);
        if (flags[i] == SIGHUP && old_flags[i].sa_handler == SIG_IGN)
            continue; /* nohup */
        sigaction(flags[i], &a, NULL);
    }
    a.sa_handler = on_crash;
    a.sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK);
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &a, &old_crashes[i]);
}

void rescue_uninstall(void)
{
    for (int i = 0; i < FLAGS; i++)
        sigaction(flags[i], &old_flags[i], NULL);
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &old_crashes[i], NULL);
    wake = -1;
}

/* What comes between the look and the forgetting must not be forgotten: only what was seen is. */
static int take(volatile sig_atomic_t *flag)
{
    int seen = (int)*flag;

    if (seen != 0)
        *flag = 0;
    return seen;
}

struct rescue_flags rescue_asked(void)
{
    struct rescue_flags f = {.winch = take(&winch) != 0, .stop = take(&stop) != 0};

    f.cont = take(&cont) != 0;
    f.end = take(&end);
    return f;
}

int rescue_ending(void)
{
    return (int)end;
}

void rescue_continued(void)
{
    cont = 0;
}
