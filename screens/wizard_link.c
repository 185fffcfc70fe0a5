/* What leads out of the terminal, or into it by another way than the keys: links and the mouse. */
#include "screens/wizard_inside.h"

#include "api/base/tr.h"
#include "screens/away.h"
#include "screens/link.h"
#include "tui/clip.h"

#include <string.h>

/* To the desktop where that is this machine's, and to the terminal, which may be elsewhere. */
void wizard_copy(struct wizard *w, const char *text)
{
    bool here = away_copy(text, strlen(text)), sent = clip_copy(w->term, text, strlen(text));

    journey_say(&w->walk.j, here || sent ? MARK_OK : MARK_WARN, "%s",
                here   ? tr("copied")
                : sent ? tr("sent to the clipboard; a terminal that takes none says nothing")
                       : tr("too long for the clipboard: press w to write it"));
}

void wizard_open_link(struct wizard *w)
{
    struct journey *j = &w->walk.j;
    struct arena a = {0};
    char address[LINK_TEXT];

    if (!link_of(j, address)) {
        journey_say(j, MARK_WARN, "%s", tr("this screen has no page in Google's console yet"));
        return;
    }
    const char *browser = j->live->options->sandbox ? NULL : link_browser(&a);
    if (browser && link_open(browser, address)) {
        journey_say(j, MARK_OK, tr("handed to the browser: %s"), address);
    } else {
        wizard_copy(w, address);
        journey_say(j, MARK_OK,
                    j->live->options->sandbox ? tr("practice: not opened, but copied: %s")
                                              : tr("no browser to be seen from here; copied: %s"),
                    address);
    }
    arena_done(&a);
}

void wizard_turn_mouse(struct wizard *w)
{
    bool on = !term_mouse(w->term);

    term_set_mouse(w->term, on);
    journey_say(&w->walk.j, MARK_OK, "%s",
                on ? tr("the mouse is on: click a line or a key below, turn the wheel; Shift "
                        "selects text, M turns it off")
                   : tr("the mouse is off: text is selected as usual; M turns it on"));
}
