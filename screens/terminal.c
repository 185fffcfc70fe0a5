#include "screens/terminal.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"

static int cannot_open(enum term_result why)
{
    out_talk("strom: %s",
             why == TERM_DUMB
                 ? tr("this terminal cannot place a cursor, or what describes it cannot be read")
             : why == TERM_NO_TTY ? tr("this is no terminal: the wizard needs one")
                                  : tr("the terminal could not be taken"));
    out_talk("       %s",
             tr("strom --plain walks the same steps as lines; strom --help lists the commands for "
                "scripts"));
    return why == TERM_NO_TTY ? 2 : 1;
}

static enum term_color color_of(const struct options *o)
{
    if (str_eq(o->color, "always"))
        return TERM_COLOR_ALWAYS;
    return str_eq(o->color, "never") ? TERM_COLOR_NEVER : TERM_COLOR_AUTO;
}

int terminal_open(const struct options *o, struct term **out)
{
    struct term_options options = {
        .color = color_of(o),
        .headless = o->keys != NULL,
        .cols = 80,
        .rows = 24,
        .mouse = o->mouse && o->keys == NULL,
        .title = "strom",
        .crash_note =
            tr("strom ended unexpectedly. What you entered is kept: start strom again to go on.")};
    enum term_result opened = term_open(&options, out);

    return opened == TERM_READY ? 0 : cannot_open(opened);
}
